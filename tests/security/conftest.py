"""Attacks through HTTP, on the shipped cities and with the people of the case tests."""

from tests.requests_app.conftest import cities, people, shipped, shipped_staff

__all__ = ["cities", "people", "shipped", "shipped_staff"]
