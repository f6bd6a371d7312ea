"""What the people of a city change in its setup, and what that does to open cases."""
