"""The JSON API as far as it concerns only the city. What it says of cases stands in requests_app.api."""
