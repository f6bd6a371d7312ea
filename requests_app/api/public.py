"""What everybody may read of cases: published answers, public reports, and figures of how a city does."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.api.city import AFTER, WORDS, next_page
from portals.api.documents import day, moment
from portals.api.operation import Answer, Call, Operation, Parameter
from portals.api.problems import Problem
from portals.api.schema import choice, text
from portals.text_search import matching
from portals.vocabulary import SubmissionKind
from requests_app import access
from requests_app.api.case_document import decision_document
from requests_app.desk.public_figures import PERIODS, figures
from requests_app.doors import references
from requests_app.models import Determination, PublishedAnswer, Submission
from requests_app.related import following

TAG = gettext_lazy("What everybody may read of cases")
A_PAGE = 20
TOO_LONG = 18
"""More digits than a key has."""


def answers(call: Call) -> Answer:
    """The published answers of a city, newest first, a page at a time by key."""
    city, query = call.city, call.query
    rows = matching(access.published_answers().filter(city=city), query.get("q", ""))
    if "kind" in query:
        rows = rows.filter(kind=query["kind"])
    if "dataset" in query:
        rows = rows.filter(dataset__identifier=query["dataset"], dataset__public=True)
    if "after" in query:
        edge = (
            PublishedAnswer.objects.filter(pk=int(query["after"])).values_list("published_at", "pk").first()
        )
        if edge and edge[0]:
            behind = Q(published_at__lt=edge[0]) | Q(pk__lt=edge[1])
            rows = rows.filter(behind, published_at__lte=edge[0])
    rows = rows.select_related("answered_by", "dataset").defer("answer", "search_text")
    taken = list(rows.order_by("-published_at", "-pk")[: A_PAGE + 1])
    more = taken[A_PAGE - 1].pk if len(taken) > A_PAGE else None
    items = [_answer_document(row, city.slug, call) for row in taken[:A_PAGE]]
    return Answer({"items": items, "next": next_page(call, more)})


def _answer_document(row: PublishedAnswer, slug: str, call: Call) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "title": row.title,
        "question": row.question,
        "outcome": row.outcome,
        "office": row.answered_by.name,
        "answered_on": day(row.answered_on),
        "published_at": moment(row.published_at) if row.published_at else None,
        "dataset": row.dataset.identifier if row.dataset and row.dataset.public else None,
        "page": call.link(reverse("requests_app:answer", args=[slug, row.pk])),
    }


def answer(call: Call) -> Answer:
    """One published answer, in full."""
    number, city = call.path["answer"], call.city
    rows = access.published_answers().select_related("answered_by", "dataset")
    known = number.isdecimal() and len(number) < TOO_LONG
    found = rows.filter(city=city, pk=int(number)).first() if known else None
    if found is None:
        raise Problem("not-found", _("There is no such answer here, or it is not public any more."))
    files = access.published_files().filter(answer=found).select_related("attachment")
    return Answer(
        {
            **_answer_document(found, city.slug, call),
            "answer": found.answer,
            "files": [
                {
                    "name": one.attachment.name,
                    "size": one.attachment.size,
                    "url": call.link(reverse("requests_app:answer_file", args=[city.slug, found.pk, one.pk])),
                }
                for one in files
            ],
        }
    )


def _reports() -> Any:
    stand = Determination.objects.filter(taken_back_at=None).select_related("office")
    return (
        following.counted(access.public_cases())
        .select_related("dataset", "office", "city")
        .defer("search_text")
        .prefetch_related(Prefetch("determinations", queryset=stand))
    )


def reports(call: Call) -> Answer:
    """The reports of a city that their authors made public, newest first, a page at a time by key."""
    city, query = call.city, call.query
    rows = _reports().filter(city=city)
    if "dataset" in query:
        rows = rows.filter(dataset__identifier=query["dataset"], dataset__public=True)
    if "after" in query:
        rows = rows.filter(pk__lt=int(query["after"]))
    taken = list(rows.order_by("-pk")[: A_PAGE + 1])
    more = taken[A_PAGE - 1].pk if len(taken) > A_PAGE else None
    return Answer(
        {"items": [_report_document(row, call) for row in taken[:A_PAGE]], "next": next_page(call, more)}
    )


def _report_document(row: Submission, call: Call) -> dict[str, Any]:
    """Never a word about who wrote it."""
    followers, others = following.voices(row)
    stand = list(row.determinations.all())[-1:]
    return {
        "reference": row.reference,
        "kind": row.kind,
        "status": row.status,
        "title": row.title,
        "description": row.description,
        "received_on": day(row.received_on),
        "office": row.office.name,
        "dataset": row.dataset.identifier if row.dataset and row.dataset.public else None,
        "answer": decision_document(stand[0]) if stand else None,
        "followers": followers,
        "me_too": others,
        "page": call.link(reverse("requests_app:public_case", args=[row.city.slug, row.reference])),
    }


def report(call: Call) -> Answer:
    """One public report."""
    rows = _reports().filter(city=call.city, reference=references.normalised(call.path["reference"]) or "")
    found = rows.first()
    if found is None:
        raise Problem("not-found", _("There is no such public report here."))
    return Answer(_report_document(found, call))


def performance(call: Call) -> Answer:
    """The public figures of a period."""
    city = call.city
    period = call.query.get("period", next(iter(PERIODS)))
    found = figures(city, period, call.now)
    by_kind, by_office = (table["rows"] if found["enough"] else [] for table in found["tables"])
    return Answer(
        {
            "city": city.slug,
            "period": period,
            "since": day(found["since"]),
            "until": day(found["until"]),
            "as_of": moment(found["as_of"]),
            "enough": found["enough"],
            "by_kind": [_figure_row(name, cells) for name, cells in by_kind],
            "by_office": [_figure_row(name, cells) for name, cells in by_office],
            "by_month": [{"month": f"{one['on']:%Y-%m}", "received": one["value"]} for one in found["months"]]
            if found["enough"]
            else [],
        }
    )


def _figure_row(name: str, cells: Sequence[dict[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name}
    for cell in cells:
        if "p90" in cell:
            row |= {f"{cell['key']}_median": cell["value"], f"{cell['key']}_p90": cell["p90"]}
        else:
            row[cell["key"]] = cell["value"]
    return row


_DATASET = Parameter(
    "dataset",
    text(gettext_lazy("Only those about the dataset with this identifier."), "abcd-1234", maxLength=500),
)

PUBLIC_OPERATIONS: Sequence[Operation] = (
    Operation(
        "answers",
        TAG,
        "cities/{city}/answers",
        gettext_lazy("Published answers"),
        gettext_lazy(
            "What was asked and answered before, reviewed and without names; newest first, 20 a page."
        ),
        answers,
        "PublishedAnswers",
        query=(
            WORDS,
            Parameter("kind", choice(gettext_lazy("Only answers to this kind."), SubmissionKind)),
            _DATASET,
            AFTER,
        ),
    ),
    Operation(
        "published_answer",
        TAG,
        "cities/{city}/answers/{answer}",
        gettext_lazy("A published answer"),
        gettext_lazy("In full, with its files."),
        answer,
        "PublishedAnswerDetail",
    ),
    Operation(
        "reports",
        TAG,
        "cities/{city}/reports",
        gettext_lazy("Public reports"),
        gettext_lazy("Errors whose reporters wanted everybody to see them, with the answers; 20 a page."),
        reports,
        "PublicReports",
        query=(_DATASET, AFTER),
    ),
    Operation(
        "report",
        TAG,
        "cities/{city}/reports/{reference}",
        gettext_lazy("A public report"),
        gettext_lazy("One of them. Never who wrote it, nor what was written to each other."),
        report,
        "PublicReport",
    ),
    Operation(
        "performance",
        TAG,
        "cities/{city}/performance",
        gettext_lazy("How a city does"),
        gettext_lazy(
            "The figures of the page: counts below five, those from which they could be worked out, and "
            "medians of fewer than five are left out."
        ),
        performance,
        "Performance",
        query=(
            Parameter(
                "period",
                choice(gettext_lazy("Which time; the last twelve months where none is given."), PERIODS),
            ),
        ),
    ),
)
