"""The addresses of pages that show cases: they are named on the cases' side, which the city does not know."""

from django.urls import NoReverseMatch, reverse


def submit_address(slug: str, kind: str) -> str:
    """The address of the form of a kind, as the cases' side names it."""
    return _named("requests_app:submit", [slug, kind]) or f"/{slug}/submit/{kind}/"


def dataset_address(slug: str, identifier: str) -> str:
    """The address of the page of a dataset."""
    return _named("requests_app:dataset", [slug, identifier]) or f"/{slug}/datasets/{identifier}/"


def _named(name: str, arguments: list[str]) -> str:
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
