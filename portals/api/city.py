"""The operations that concern only the city: what the guide and the law say, offices, days, datasets."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.api import documents
from portals.api.operation import Answer, Call, Operation, Parameter
from portals.api.problems import Problem, invalid
from portals.api.schema import choice, day, listed, number, text, yes_no
from portals.catalog import search
from portals.models import City
from portals.questions import NotAnswerable, deadlines_asked, route_asked
from portals.rule_words import Sources
from portals.rulebook import rulebook_for
from portals.vocabulary import Layer, ProvisionStatus, SubmissionKind, Topic

CITY, EXPLAIN = gettext_lazy("Cities"), gettext_lazy("Who acts, and by when")
KEY_OF_ROW = r"^[0-9]{1,18}$"
EVENT = r"^[a-z_]+=[0-9]"


def cities(call: Call) -> Answer:
    """All cities."""
    return Answer({"cities": [documents.city_document(city, call.link) for city in City.objects.all()]})


def city(call: Call) -> Answer:
    """One city."""
    return Answer(documents.city_document(call.city, call.link))


def offices(call: Call) -> Answer:
    """Its offices, and the roles that nobody has."""
    found = call.city
    return Answer(
        {
            "city": found.slug,
            "offices": [
                documents.office_document(office) for office in found.offices.select_related("citation")
            ],
            "empty_roles": [
                {
                    "role": row.role,
                    "because": row.because,
                    "citation": documents.citation_document(row.citation),
                }
                for row in found.empty_roles.select_related("citation").order_by("pk")
            ],
        }
    )


def rules(call: Call) -> Answer:
    """Its rules: statements (which can be narrowed), time limits and ways of appeal."""
    found = call.city
    book, sources = rulebook_for(found), Sources.of(found)
    today = book.city_date(call.now)
    rows = found.provisions.select_related("citation", "confirm_with")
    narrowed = rows.filter(
        **{name: call.query[name] for name in ("topic", "layer", "status") if name in call.query}
    )
    return Answer(
        {
            "city": found.slug,
            "version": found.version,
            "checked_on": documents.day(found.checked_on),
            "provisions": [documents.provision_document(row, book, today) for row in narrowed],
            "time_limits": [documents.time_limit_document(rule, book, sources) for rule in book.clocks],
            "appeals": [documents.appeal_document(rule, sources) for rule in book.appeals],
        }
    )


def closed_days(call: Call) -> Answer:
    """The days on which its offices are closed."""
    found = call.city
    return Answer({"city": found.slug, "years": documents.closed_years(found, call.query.get("year"))})


def datasets(call: Call) -> Answer:
    """Its catalogue, found as on the page."""
    found = call.city
    query = search.DatasetQuery.of(call.query)
    page = search.page(found, query, after=call.query.get("after", ""))
    return Answer(
        {
            "items": [documents.dataset_document(row, found.slug, call.link) for row in page.datasets],
            "total": page.total,
            "next": next_page(call, page.following),
        }
    )


def next_page(call: Call, key: Any) -> str | None:
    """The whole address of the page behind the row `key`, with everything that narrows this one."""
    if key is None:
        return None
    kept = call.request.GET.copy()
    kept["after"] = str(key)
    return call.link(f"{call.request.path}?{kept.urlencode()}")


def dataset(call: Call) -> Answer:
    """One dataset."""
    found = call.city
    rows = found.datasets.filter(public=True).select_related("office", "city")
    row = rows.filter(identifier=call.path["identifier"]).first()
    if row is None:
        raise Problem("not-found", _("There is no such dataset in this city's catalogue."))
    return Answer(documents.dataset_detail(row, found.date_at(call.now), call.link))


def explain_route(call: Call) -> Answer:
    """Who acts: the document of the command `explain route`."""
    book, query = rulebook_for(call.city), call.query
    try:
        return Answer(
            route_asked(
                book,
                query["kind"],
                today=book.city_date(call.now),
                on=query.get("on"),
                dataset=query.get("dataset"),
                no_dataset=query.get("no_dataset", False),
                flags=query.get("flag", ()),
            )
        )
    except NotAnswerable as error:
        raise invalid({error.part: [str(error)]}) from None


def explain_deadlines(call: Call) -> Answer:
    """By when: the document of the command `explain deadlines`."""
    query = call.query
    try:
        return Answer(
            deadlines_asked(rulebook_for(call.city), query["kind"], query["event"], fee=query.get("fee"))
        )
    except NotAnswerable as error:
        raise invalid({error.part: [str(error)]}) from None


AFTER = Parameter(
    "after",
    text(
        gettext_lazy("The key that the `next` of a page before gives; leave it out for the first page."),
        "41",
        pattern=KEY_OF_ROW,
    ),
)
WORDS = Parameter(
    "q",
    text(
        gettext_lazy("Words that must all be in it; the last may be a beginning."),
        "street trees",
        maxLength=300,
    ),
)
_KIND = Parameter("kind", choice(gettext_lazy("The kind of submission."), SubmissionKind), required=True)


def _narrowing(name: str, told: Any, example: str) -> Parameter:
    return Parameter(name, text(told, example, maxLength=300))


CITY_OPERATIONS: Sequence[Operation] = (
    Operation(
        "cities",
        CITY,
        "cities",
        gettext_lazy("All cities"),
        gettext_lazy("Every city that has a front desk here, by name."),
        cities,
        "Cities",
    ),
    Operation(
        "city",
        CITY,
        "cities/{city}",
        gettext_lazy("A city"),
        gettext_lazy("What the city is called, where its portal is, and when its rules were checked."),
        city,
        "City",
    ),
    Operation(
        "offices",
        CITY,
        "cities/{city}/offices",
        gettext_lazy("Offices of a city"),
        gettext_lazy(
            "Who is there for what, with where that is written; roles that the guide gives to nobody."
        ),
        offices,
        "Offices",
    ),
    Operation(
        "rules",
        CITY,
        "cities/{city}/rules",
        gettext_lazy("Rules of a city"),
        gettext_lazy(
            "Every statement with its layer and citation. What the cited page leaves open says so, with whom "
            "to ask. The parameters narrow the statements; time limits and ways of appeal always come whole."
        ),
        rules,
        "Rules",
        query=(
            Parameter("topic", choice(gettext_lazy("Only statements about this."), Topic)),
            Parameter("layer", choice(gettext_lazy("Only statements of this layer."), Layer)),
            Parameter("status", choice(gettext_lazy("Only statements that answer so far."), ProvisionStatus)),
        ),
    ),
    Operation(
        "closed_days",
        CITY,
        "cities/{city}/closed-days",
        gettext_lazy("Closed days of a city"),
        gettext_lazy(
            "The days that do not count as business days, beside weekends, with where that is written."
        ),
        closed_days,
        "ClosedDays",
        query=(Parameter("year", number(gettext_lazy("Only this year."), 2026, minimum=1900, maximum=2199)),),
    ),
    Operation(
        "datasets",
        CITY,
        "cities/{city}/datasets",
        gettext_lazy("Datasets of a city"),
        gettext_lazy("The catalogue, 25 a page. All parameters that are given must fit."),
        datasets,
        "Datasets",
        query=(
            WORDS,
            _narrowing("department", gettext_lazy("Published by, as the catalogue writes it."), "Parks"),
            _narrowing("category", gettext_lazy("The category."), "Environment"),
            _narrowing("format", gettext_lazy("A format in which it can be had."), "CSV"),
            _narrowing("license", gettext_lazy("The license."), "Public domain"),
            AFTER,
        ),
    ),
    Operation(
        "dataset",
        CITY,
        "cities/{city}/datasets/{identifier}",
        gettext_lazy("A dataset"),
        gettext_lazy("All that the catalogue says of it, and whom to ask for what it leaves out."),
        dataset,
        "DatasetDetail",
    ),
    Operation(
        "explain_route",
        EXPLAIN,
        "cities/{city}/explain/route",
        gettext_lazy("Who acts"),
        gettext_lazy(
            "The offices that act on such a submission, those that are informed, and who comes next while "
            "nobody acknowledges, each with why. The same document as `manage.py explain route --json`."
        ),
        explain_route,
        "Route",
        query=(
            _KIND,
            _narrowing("dataset", gettext_lazy("Identifier of the dataset that it is about."), "abcd-1234"),
            Parameter("no_dataset", yes_no(gettext_lazy("Whether it is about no dataset at all."))),
            Parameter(
                "flag",
                listed(
                    gettext_lazy("Circumstances that the city's rules ask for; `forms` names them."),
                    text(gettext_lazy("A circumstance."), "affects_official_records", maxLength=80),
                ),
                many=True,
            ),
            Parameter("on", day(gettext_lazy("Day of receipt in the city; today where none is given."))),
        ),
    ),
    Operation(
        "explain_deadlines",
        EXPLAIN,
        "cities/{city}/explain/deadlines",
        gettext_lazy("By when"),
        gettext_lazy(
            "The deadlines that these events give, each with a sentence a step. It touches no case. The same "
            "document as `manage.py explain deadlines --json`."
        ),
        explain_deadlines,
        "Deadlines",
        query=(
            _KIND,
            Parameter(
                "event",
                listed(
                    gettext_lazy(
                        "What happened, as NAME=ISO: a date of the city, or a moment with its offset."
                    ),
                    text(gettext_lazy("An event."), "received=2026-03-02", maxLength=100, pattern=EVENT),
                ),
                required=True,
                many=True,
            ),
            Parameter(
                "fee",
                text(gettext_lazy("The fee in dollars, where one is known."), "25.50", maxLength=20),
            ),
        ),
    ),
)
