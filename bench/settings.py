"""The product's own settings, with the bare views beside its pages and a quiet log."""

from civicdata.settings import *  # noqa: F403
from civicdata.settings import LOGGING

ROOT_URLCONF = "bench.urls"
API_LIMIT = 10**9  # all calls come from one address
LOGGING["root"]["level"] = "ERROR"
