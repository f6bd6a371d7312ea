"""Every row that belongs to a case, from whatever table, as plain values: nothing of a case can be forgotten.

Tables are found by their foreign keys: a row that would be deleted with its case belongs to it. So a new
table is in a case file from its first migration on. What is left out is named here.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from requests_app.doors.references import without_codes
from requests_app.models import ConcernedParty, Event, Follower, MeToo, Notice, OneTimeCode, Submission

LEFT_OUT: frozenset[type[models.Model]] = frozenset({OneTimeCode, Event, Follower, MeToo})
"""Codes are secrets; events stand by themselves, with their chain; who follows a public report is no part of
the case and nobody's business."""
TO_FOLLOWERS = frozenset({"follow_confirm", "follow_news", "follow_ended"})
"""Letters to them, with links by which only they may stop them."""
SECRETS = {
    Submission: frozenset({"code_hash", "submission_key", "search_text"}),
    Notice: frozenset({"claim_token", "lease_until"}),
    ConcernedParty: frozenset({"code_hash"}),
}
LETTERS_OF_A_CODE = frozenset({"one_time_code", "concerned/code"})
"""Letters that carry a code: they are listed without their words."""


def tables() -> dict[type[models.Model], list[str]]:
    """Table -> the ways from its rows to their case, parents first; a link between two cases is of both."""
    found: dict[type[models.Model], list[str]] = {Submission: ["pk"]}
    waiting: list[type[models.Model]] = [Submission]
    while waiting:
        parent = waiting.pop(0)
        for model in apps.get_app_config("requests_app").get_models():
            links = [] if model in found or model in LEFT_OUT else _links(model, parent)
            if links:
                found[model] = [
                    link if parent is Submission else f"{link}__{way}"
                    for link in links
                    for way in found[parent]
                ]
                waiting.append(model)
    return found


def _links(model: type[models.Model], parent: type[models.Model]) -> list[str]:
    """The foreign keys by which rows of `model` live and die with those of `parent`."""
    return [
        one.name
        for one in model._meta.concrete_fields
        if isinstance(one, models.ForeignKey)
        and one.related_model is parent
        and one.remote_field.on_delete is models.CASCADE
    ]


def rows_of(case: Submission) -> dict[str, list[dict[str, Any]]]:
    """Name of a table -> its rows of this case. An office, person or dataset is given with its name."""
    found = {}
    for model, ways in tables().items():
        named = [one.name for one in _named(model)]
        of_case = Q()
        for way in ways:
            of_case |= Q(**{way: case.pk})
        rows = model._base_manager.filter(of_case).select_related(*named).order_by("pk")
        if model is Notice:
            rows = rows.exclude(kind__in=TO_FOLLOWERS)
        values = [_values(row) for row in rows]
        if values:
            found[str(model._meta.verbose_name)] = values
    return found


def _named(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    """The foreign keys that lead out of the case, to what the city is."""
    return [
        one
        for one in model._meta.concrete_fields
        if isinstance(one, models.ForeignKey) and one.related_model._meta.app_label == "portals"
    ]


def _values(row: models.Model) -> dict[str, Any]:
    return dict(_pairs(row))


def _pairs(row: models.Model) -> Iterator[tuple[str, Any]]:
    named = set(_named(type(row)))
    of_a_code = isinstance(row, Notice) and row.kind in LETTERS_OF_A_CODE
    for one in row._meta.concrete_fields:
        if one.name in SECRETS.get(type(row), ()) or (of_a_code and one.name in ("body", "subject")):
            continue
        value = getattr(row, one.attname)
        yield one.attname, without_codes(value) if isinstance(row, Notice) and one.name == "body" else value
        if one in named and getattr(row, one.attname):
            yield one.name, str(getattr(row, one.name))
