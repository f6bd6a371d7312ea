"""The product's own settings, with the bare views beside its pages and a quiet log."""

from civicdata.settings import *  # noqa: F403
from civicdata.settings import AUTHENTICATION_BACKENDS, LOGGING

PLAIN = "allauth.account.auth_backends.AuthenticationBackend"
"""Reads the account and nothing more: who looks at a bare view is signed in by it."""
AUTHENTICATION_BACKENDS = [*AUTHENTICATION_BACKENDS, PLAIN]
ROOT_URLCONF = "bench.urls"
API_LIMIT = 10**9  # all calls come from one address
LOGGING["root"]["level"] = "ERROR"
