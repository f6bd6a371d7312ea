"""Finds datasets by words, department, category, format and licence, and counts what else is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portals.models import City, Dataset
from portals.text_search import matching

PAGE_SIZE = 25
OPTIONS_LIMIT = 12
FACETS: tuple[tuple[str, str, Promise], ...] = (
    ("department", "department", _("Department")),
    ("category", "category", _("Category")),
    ("format", "distributions__format", _("Format")),
    ("license", "license", _("License")),
)


@dataclass(frozen=True, slots=True)
class DatasetQuery:
    """What somebody looks for. Blank means: no matter which."""

    text: str = ""
    department: str = ""
    category: str = ""
    format: str = ""
    license: str = ""

    @classmethod
    def of(cls, data: Mapping[str, str]) -> "DatasetQuery":
        """From the parameters of an address; NUL, which no database takes, is dropped."""
        values = {name: data.get(name, "").replace("\0", "")[:300] for name, _path, _title in FACETS}
        return cls(text=data.get("q", "").replace("\0", " ").strip()[:300], **values)

    def parameters(self) -> dict[str, str]:
        """As they stand in an address, without the blank ones."""
        values = {"q": self.text, **{name: getattr(self, name) for name, _path, _title in FACETS}}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet, and the query that chooses it (or, where it is chosen, lets it go)."""

    label: str
    count: int
    selected: bool
    query: DatasetQuery


class Facet(NamedTuple):
    title: Promise
    options: Sequence[Option]


class Page(NamedTuple):
    """Datasets in order, and the keys of the pages before and after (None where there is none)."""

    datasets: Sequence[Dataset]
    total: int
    previous: str | None
    following: str | None


def found(city: City | None, query: DatasetQuery) -> "QuerySet[Dataset]":
    """The public datasets that fit, of one city or (None) of all.

    What vanished from its catalogue is found only by its number, since its reports still stand there.
    """
    rows = Dataset.objects.all() if city is None else city.datasets.all()
    listed = Q(missing_since=None)
    if query.text:
        listed |= Q(identifier__iexact=query.text)
    rows = matching(rows.filter(listed, public=True), query.text)
    wanted = {path: value for name, path, _title in FACETS if (value := getattr(query, name))}
    if "distributions__format" in wanted:
        by_format = Dataset.objects.filter(distributions__format=wanted.pop("distributions__format"))
        rows = rows.filter(pk__in=by_format.values("pk"))
    return rows.filter(**wanted)


def facets(city: City | None, query: DatasetQuery) -> list[Facet]:
    """What the result could be narrowed to, most frequent first; each facet ignores its own choice."""
    return [
        Facet(title, options)
        for name, path, title in FACETS
        if (options := _options(city, query, name, path))
    ]


def _options(city: City | None, query: DatasetQuery, name: str, path: str) -> list[Option]:
    chosen = getattr(query, name)
    rows = found(city, replace(query, **{name: ""})).exclude(**{path: ""}).exclude(**{path: None})
    counted = rows.order_by().values_list(path).annotate(count=Count("pk", distinct=True))
    options = [
        Option(value, count, value == chosen, replace(query, **{name: "" if value == chosen else value}))
        for value, count in counted.order_by("-count", path)[:OPTIONS_LIMIT]
    ]
    if chosen and not any(option.selected for option in options):
        options.append(Option(chosen, found(city, query).count(), True, replace(query, **{name: ""})))
    return options


def page(city: City | None, query: DatasetQuery, *, after: str = "", before: str = "") -> Page:
    """A page of the result, those with the words in their name first, then by name.

    `after` and `before` are the numbers of the dataset at an edge; one that is gone starts at the front.
    """
    rows = found(city, query).annotate(rank=_rank(query.text))
    total = rows.count()
    backwards = bool(before)
    edge = _edge(rows, before or after)
    if edge is not None:
        rows = rows.filter(_beyond(edge, backwards=backwards))
    order = ("-rank", "-name", "-pk") if backwards and edge is not None else ("rank", "name", "pk")
    taken = list(rows.order_by(*order).select_related("city", "office")[: PAGE_SIZE + 1])
    more, taken = len(taken) > PAGE_SIZE, taken[:PAGE_SIZE]
    if edge is None:
        return Page(taken, total, None, f"{taken[-1].pk}" if more else None)
    if backwards:
        taken.reverse()
        return Page(
            taken, total, f"{taken[0].pk}" if more and taken else None, f"{taken[-1].pk}" if taken else None
        )
    return Page(taken, total, f"{taken[0].pk}" if taken else None, f"{taken[-1].pk}" if more else None)


def _rank(text: str) -> Case:
    in_name = Q()
    for word in text.split()[:12]:
        in_name &= Q(name__icontains=word)
    if not in_name:
        return Case(default=Value(0), output_field=IntegerField())
    return Case(When(in_name, then=Value(0)), default=Value(1), output_field=IntegerField())


def _edge(rows: Any, key: str) -> Any:
    if not key.isdecimal() or len(key) > 18:
        return None
    return rows.filter(pk=int(key)).values("rank", "name", "pk").first()


def _beyond(edge: Mapping[str, Any], *, backwards: bool) -> Q:
    sign = "lt" if backwards else "gt"
    same_rank = Q(rank=edge["rank"])
    return (
        Q(**{f"rank__{sign}": edge["rank"]})
        | (same_rank & Q(**{f"name__{sign}": edge["name"]}))
        | (same_rank & Q(name=edge["name"]) & Q(**{f"pk__{sign}": edge["pk"]}))
    )
