"""Which address a call comes from, behind proxies too. Everything that counts calls asks here."""

import ipaddress
from collections.abc import Mapping

from django.conf import settings


def address_of(meta: Mapping[str, str]) -> str:
    """The address that a request came from: as the server saw it, or as its own TRUSTED_PROXIES say.

    What stands further left in X-Forwarded-For was written by whoever asks, so it is never looked at.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies and len(told) >= proxies:
        return told[-proxies][:64]
    return meta.get("REMOTE_ADDR", "") or "unknown"


def network_of(address: str) -> str:
    """What one subscriber is given: an IPv4 address as it is, of an IPv6 address its /64.

    Counting single IPv6 addresses would count nobody: whoever has one has 2^64 of them.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
