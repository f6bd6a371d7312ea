"""Values that are stored as JSON objects, a location and a URL with its description, as one text. Pure."""

import json


def url_text(stored: str) -> str:
    """`description (address)`, or whichever there is."""
    value = json.loads(stored)
    address, description = value.get("url") or "", value.get("description") or ""
    return f"{description} ({address})" if address and description else address or description


def location_text(stored: str) -> str:
    """Address, `city, state zip` and `(latitude, longitude)`, each in its line where there is one."""
    value = json.loads(stored)
    human = json.loads(value.get("human_address") or "{}")
    region = " ".join(part for part in (human.get("state"), human.get("zip")) if part)
    city = ", ".join(part for part in (human.get("city"), region) if part)
    pair = f"({value['latitude']}, {value['longitude']})" if value.get("latitude") else ""
    return "\n".join(part for part in (human.get("address"), city, pair) if part)
