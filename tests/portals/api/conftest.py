"""The five cities and their people, as the tests of cases have them."""

from tests.requests_app.conftest import cities, people, shipped, shipped_staff

__all__ = ["cities", "people", "shipped", "shipped_staff"]
