"""Everything that the staff's page of one case shows, in five queries at most.

Alone responsible for reading a case as a whole. The caller says with a queryset of access.py what may be
seen; the rules of the city come from the cache.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    F,
    IntegerField,
    Model,
    Prefetch,
    QuerySet,
    Value,
    When,
    prefetch_related_objects,
)
from django.utils.translation import gettext as _

from portals.business_days import Reason
from portals.clockwork.happenings import CLOSES, OPENS
from portals.explain import sentence
from portals.explained import office_words
from portals.models import City, Office
from portals.routes import StepPart
from portals.rulebook import Rulebook, rulebook_for
from portals.vocabulary import Relation, StepAction, SubmissionKind
from requests_app import deadlines
from requests_app.events import case_clocks, history
from requests_app.models import (
    Action,
    Actor,
    Appeal,
    Attachment,
    Deadline,
    Determination,
    Event,
    Involvement,
    Message,
    Submission,
    outcome_label,
)
from requests_app.models.kinds import DETAILS
from requests_app.pathway import climb
from requests_app.related.following import counted
from requests_app.routing import rule_of_lead

_WITH = ("office", "dataset__office", "assigned_to", "entered_by")
_PERSON = ("first_name", "last_name", "email")


def _columns(model: type[Model]) -> list[str]:
    return [column.name for column in model._meta.concrete_fields]


def _of(path: str, names: Iterable[str]) -> list[str]:
    return [f"{path}__{name}" for name in names]


_COLUMNS = [
    *(name for name in _columns(Submission) if name != "search_text"),
    "office__name",
    *_of("dataset__office", _columns(Office)),
    *_of("dataset", ("name", "identifier", "city", "office")),
    *(name for person in ("assigned_to", "entered_by") for name in _of(person, _PERSON)),
]
"""What a case shows of the rows around it: nobody's password, no dataset's long texts."""
LADDER_AHEAD = 5
"""Steps still to come that are shown; a weekly reminder would fill the page."""


@dataclass
class Said:
    """A message, a note, an answer or files without words. `direction`: in, out or note."""

    at: datetime
    author: str
    direction: str
    body: str
    title: str = ""
    files: list[Mapping[str, Any]] = field(default_factory=list)
    determination: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Rung:
    """A step of the ladder: `state` is done, next or ahead; `on` a city date."""

    on: date
    words: str
    office: str
    state: str
    because: list[str]


@dataclass(frozen=True)
class CaseFile:
    """A case as a whole, read at `now` (UTC). `today` is the city's date. What a page may still know is read
    when it asks."""

    submission: Submission
    book: Rulebook
    now: datetime
    today: date
    deadlines: list[Deadline]
    events: list[Event]

    @property
    def shown(self) -> str:
        """All that the look of clocks, route and ladder depends on: rendered once until it changes."""
        dates = [(one.clock_key, one.state, one.due_on) for one in self.deadlines]
        return f"{self.submission.chain_head} {self.today} {self.submission.city.version} {dates}"

    @cached_property
    def ladder(self) -> list[Rung]:
        """What the clock did and will do while nobody acknowledges."""
        return ladder_of(self.submission, self.book, self.deadlines, self.events)

    @cached_property
    def route(self) -> list[Mapping[str, Any]]:
        """The offices, with why."""
        return route_of(self.submission, self.book, self.events)

    @cached_property
    def said(self) -> list[Said]:
        """Messages, notes and answers in their order."""
        return said_in(self.submission)

    @cached_property
    def history(self) -> list[history.Line]:
        """All events in words."""
        offices = {ref.pk or 0: ref.name for ref in self.book.routes.offices}
        return history.lines(self.events, offices=offices, zone=self.book.time_zone)


def read(
    visible: QuerySet[Submission], reference: str, *, now: datetime, cities: Iterable[City] = ()
) -> CaseFile:
    """The case with this reference; Submission.DoesNotExist where `visible` does not hold it. `cities` are
    those that the caller has read: they are not read again."""
    row = (
        counted(visible)
        .select_related(*_WITH)
        .only(*_COLUMNS)
        .prefetch_related(
            Prefetch("involvements", queryset=Involvement.objects.select_related("office")), "deadlines"
        )
        .get(reference=reference)
    )
    prefetch_related_objects([row], _of_its_kind(row.kind))
    known = {city.pk: city for city in cities}
    row.city = known.get(row.city_id) or row.city
    book = rulebook_for(row.city)
    return CaseFile(
        submission=row,
        book=book,
        now=now,
        today=book.city_date(now),
        deadlines=deadlines.of_case(row),
        events=list(row.events.order_by("sequence")),
    )


def _of_its_kind(kind: str) -> Prefetch:
    """What the kind adds to a case: a query of its own, for seven joins cost more than all the rest."""
    rows: QuerySet[Any] = DETAILS[kind]._default_manager.all()
    if kind == SubmissionKind.APPEAL:
        around = ("against__reference", "measure__name", "measure__submission__reference")
        rows = Appeal.objects.select_related("against", "measure__submission").only(
            *_columns(Appeal), *around
        )
    return Prefetch(DETAILS[kind]._meta.model_name or "", queryset=rows)


def without_object(file: CaseFile) -> set[Action]:
    """Acts that the table of moves allows and that would do nothing here, such as giving back a case that
    nobody has claimed."""
    case = file.submission
    found = {Action.CLAIM} if case.assigned_to_id else {Action.RELEASE}
    if case.kind != SubmissionKind.RECORDS_REQUEST or case_clocks.custodian_has_it(file.events):
        found.add(Action.HAND_TO_CUSTODIAN)
    moves = [event for event in file.events if event.after.get("office_id") == case.office_id]
    if not moves or moves[-1].action == Action.REFER_BACK:
        found.add(Action.REFER_BACK)
    if case.referral_waits_since is None:
        found.add(Action.ACCEPT_REFERRAL)
    extendable = deadlines.extendable(file.deadlines)
    if extendable is None or (extendable.due_on and file.today > extendable.due_on):
        found.add(Action.EXTEND)  # the notice of an extension is given by the last day that it moves
    if not case.is_public:
        found.add(Action.HIDE)
    return found


# -- what was said: three tables in one query


def _text(value: str) -> Value:
    return Value(value, output_field=CharField())


def _number(value: int) -> Value:
    return Value(value, output_field=IntegerField())


_AUTHOR = ("by__first_name", "by__last_name", "by__email")
_NO = Value(False, output_field=BooleanField())


def _rows_said(row: Submission) -> Iterable[tuple[Any, ...]]:
    messages = Message.objects.filter(submission=row).values_list(
        _text("message"), "id", "id", "at", "actor", *_AUTHOR, "internal", "is_question", "body",
        _text(""), _text(""), _text(""), _text(""), _number(0),
    )  # fmt: skip
    files = Attachment.objects.filter(submission=row).values_list(
        _text("file"), "id", "message_id", "at", "actor", *_AUTHOR, "internal", _NO, "name",
        "content_type", "sha256", _text(""), _text(""), F("size"),
    )  # fmt: skip
    answers = Determination.objects.filter(submission=row).values_list(
        _text("answer"), "id", "id", "at", _text(Actor.STAFF), *_AUTHOR, _NO, _NO, "reasons",
        "outcome", "exemption", "explanation", "responsible",
        Case(When(taken_back_at=None, then=_number(0)), default=_number(1)),
    )  # fmt: skip
    everything = messages.order_by().union(files.order_by(), answers.order_by(), all=True)
    return sorted(everything, key=lambda found: (found[3], found[1]))


def said_in(row: Submission) -> list[Said]:
    """Messages, notes and answers in their order, each with its files."""
    found: list[Said] = []
    messages: dict[int, Said] = {}
    files = []
    for what, key, parent, at, actor, first, last, email, internal, question, *texts in _rows_said(row):
        author = " ".join(part for part in (first, last) if part) or email or _who(row, actor)
        direction = "note" if internal else "in" if actor == Actor.REQUESTER else "out"
        if what == "file":
            file = {"id": key, "name": texts[0], "sha256": texts[2], "size": texts[5]}
            files.append((parent, Said(at, author, direction, "", _("Files"), [file])))
            continue
        said = Said(at, author, direction, texts[0], _("Question") if question else "")
        if what == "answer":
            said.title = outcome_label(texts[1]) + (f" ({_('taken back')})" if texts[5] else "")
            said.determination = {"exemption": texts[2], "explanation": texts[3], "responsible": texts[4]}
        else:
            messages[key] = said
        found.append(said)
    for parent, loose in files:
        home = messages.get(parent) or next((said for said in found if said.at == loose.at), None)
        if home:
            home.files += loose.files
        else:
            found.append(loose)
    return sorted(found, key=lambda said: said.at)


def _who(row: Submission, actor: str) -> str:
    if actor == Actor.REQUESTER:
        return row.requester_name or _("Requester")
    return str(Actor(actor).label)


# -- why these offices, and what comes next


def _sentences(reasons: Any) -> list[str]:
    return [sentence(Reason.from_json(reason)) for reason in reasons or ()]


def route_of(row: Submission, book: Rulebook, events: list[Event]) -> list[Mapping[str, Any]]:
    """The office that must act and those beside it, in the form of components/route_step.html."""
    placed = [event for event in events if event.action in (Action.SUBMIT, Action.CONVERT)][-1:]
    since = placed[0].sequence if placed else 0
    moves = [one for one in events if one.sequence > since and one.after.get("office_id") == row.office_id]
    if moves:
        reasons = [history.detail_of(moves[-1])]
    else:
        reasons = _sentences(placed[0].data.get("because") if placed else ())
    rule = None if moves else rule_of_lead(row, book)
    route: list[Mapping[str, Any]] = [
        {
            "how": Relation.LEAD,
            "office": row.office.name,
            "because": " ".join(reasons),
            "citation": rule.citation if rule else "",
            "layer": rule.layer if rule else "",
        }
    ]
    order = list(Relation)
    for one in sorted(row.involvements.all(), key=lambda one: order.index(Relation(one.relation))):
        route.append(_beside(one))
    return route


def _beside(one: Involvement) -> Mapping[str, Any]:
    return {
        "how": one.relation,
        "office": one.office.name,
        "because": " ".join(_sentences(one.because.get("reasons"))),
        "citation": one.because.get("citation", ""),
        "layer": one.because.get("layer", ""),
    }


def ladder_of(row: Submission, book: Rulebook, found: Iterable[Deadline], events: list[Event]) -> list[Rung]:
    """What the clock has done because nobody acknowledged, and what it will do next."""
    rungs = [_taken(event, book) for event in climb.steps_taken(events)]
    ahead: list[Rung] = []
    for step in climb.steps_ahead(row, found, events):
        words = StepAction(step.action).label if step.action else _("act by itself")
        office = _reached(step.part) if step.part else row.office.name
        because = _sentences(reason.as_json() for reason in step.part.reasons) if step.part else []
        ahead.append(Rung(step.on, str(words), office, "ahead" if ahead else "next", because))
    return rungs + ahead[:LADDER_AHEAD]


def _reached(part: StepPart) -> str:
    """Whom a step reaches: an office, or only who heads it."""
    office = office_words(part) or ""
    return _("the head of the office (%(office)s)") % {"office": office} if office and part.head else office


def _taken(event: Event, book: Rulebook) -> Rung:
    data = event.data
    words = StepAction(data["action"]).label if data.get("action") else StepAction.REMIND.label
    return Rung(
        book.city_date(event.at), str(words), data.get("office", ""), "done", _sentences(data.get("because"))
    )


def stops_of(file: CaseFile, deadline: Deadline) -> list[Mapping[str, date | None]]:
    """When the clock of this deadline stood, as city dates: from a question or fee to its answer; open at
    the end. Empty where its rule knows no stop."""
    rule = next((rule for rule in file.book.clocks if rule.key == deadline.clock_key), None)
    causes = rule.paused_by if rule else ()
    stops: list[Mapping[str, date | None]] = []
    opened: dict[str, date] = {}
    for event in file.events:
        on = file.book.city_date(event.happened_at)
        for cause in causes:
            if event.happening == OPENS[cause]:
                opened.setdefault(cause, on)
            elif event.happening in CLOSES[cause] and cause in opened:
                stops.append({"from_on": opened.pop(cause), "to_on": on})
    return [*stops, *({"from_on": on, "to_on": None} for on in opened.values())]
