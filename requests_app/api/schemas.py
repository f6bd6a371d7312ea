"""What cases, and what everybody may read of them, look like in the API."""

from django.utils.translation import gettext_lazy as _

from portals.api.schema import (
    Schema,
    address,
    choice,
    day,
    listed,
    maybe,
    moment,
    number,
    ref,
    text,
    thing,
    yes_no,
)
from portals.api.schemas import BECAUSE, CITATION, page_of
from portals.vocabulary import Figure, Layer, Relation, SubmissionKind
from requests_app.desk.public_figures import COUNTS, PERIODS
from requests_app.models import Status
from requests_app.models.determination import OUTCOMES

REFERENCE = text(_("What the case is called. Not a secret."), "KNT-7F3K9QX2M")
KIND = choice(_("The kind of submission."), SubmissionKind)
STATUS = choice(_("Where it stands."), Status)
OUTCOME = choice(_("What was decided."), [value for value, _label in OUTCOMES])
CAN = ("answer", "decline", "message", "follow_up", "withdraw", "statement")
"""What a requester does by the API."""
PART_OF_OFFICE = thing(
    _("An office of the case."),
    office=text(_("Its name."), "City Clerk"),
    relation=choice(_("What is wanted of it."), Relation),
    layer=maybe(choice(_("Where that comes from; null once it was passed on."), Layer)),
    citation=CITATION,
    because=BECAUSE,
)
FILE = thing(
    _("A file."),
    name=text(_("Its name."), "trees.txt"),
    size=number(_("Its size in bytes."), 4711),
    url=address(_("Where it can be had."), "https://example.org/api/v1/cases/KNT-7F3K9QX2M/files/3"),
)
LINKS = thing(
    _("Where to go on."),
    case=address(_("The case in this API."), "https://example.org/api/v1/cases/KNT-7F3K9QX2M"),
    page=address(
        _("The case for people, who open it with the code."), "https://example.org/track/KNT-7F3K9QX2M/"
    ),
)
_DECISION = {
    "outcome": OUTCOME,
    "reasons": text(_("In the words of the office."), "Row 17 is right now."),
    "office": text(_("Which office answered."), "Parks"),
    "at": moment(_("When.")),
}

CASE_SCHEMAS: dict[str, Schema] = {
    "OfficeOfCase": PART_OF_OFFICE,
    "CaseFile": FILE,
    "Decision": thing(_("The answer of the office, as everybody may read it."), **_DECISION),
    "Determination": thing(
        _("The answer of the office, in full."),
        **_DECISION,
        exemption=maybe(text(_("Where a denial rests on the law: which."), "RCW 42.56.230")),
        explanation=maybe(text(_("How it applies."), "The rows name patients.")),
        responsible=maybe(text(_("Names and titles of those responsible."), "Jo Clerk, City Clerk")),
    ),
    "Filed": thing(
        _("What became of a submission."),
        reference=REFERENCE,
        code=maybe(
            text(
                _("Opens the case; keep it. Null where it can no longer be shown, because a day has passed."),
                "ABCD-EFGH-JKLM",
            )
        ),
        received_at=moment(_("When the city received it.")),
        received_on=day(_("The same as a date of the city; its rules are those that hold.")),
        acts=listed(_("The offices that act, the lead first."), ref("OfficeOfCase")),
        informed=listed(_("The offices that are informed."), ref("OfficeOfCase")),
        deadlines=listed(_("By when what must be done, with why."), ref("Deadline")),
        links=LINKS,
    ),
    "Case": thing(
        _("A case as its requester sees it."),
        reference=REFERENCE,
        city=text(_("The city."), "kent"),
        kind=KIND,
        status=STATUS,
        status_words=text(_("The status in words."), "Received"),
        revision=number(_("How many things have happened; an act is sent with it."), 4),
        title=text(_("How lists call it."), "Forty trees stand in the river."),
        description=text(_("What was asked."), "Forty trees stand in the river."),
        dataset=maybe(text(_("Identifier of the dataset that it is about."), "abcd-1234")),
        is_public=yes_no(_("Whether everybody can read it on the page of the dataset.")),
        received_at=moment(_("When the city received it.")),
        received_on=day(_("The same as a date of the city.")),
        details=listed(
            _("What the kind adds."),
            thing(
                _("An answer of the form."),
                label=text(_("What was asked."), "Row"),
                value=text(_("What was answered."), "17"),
            ),
        ),
        acts=listed(_("The offices that act, the lead first."), ref("OfficeOfCase")),
        informed=listed(_("The offices that are informed."), ref("OfficeOfCase")),
        deadlines=listed(_("By when what must be done, with why."), ref("Deadline")),
        ahead=listed(
            _("What will happen while nobody acknowledges."),
            thing(
                _("A step."),
                on=day(_("On which day.")),
                words=text(_("What is done."), "A reminder goes to Parks."),
            ),
        ),
        timeline=listed(
            _("What happened, oldest first."),
            thing(
                _("An event."),
                at=moment(_("When it was recorded.")),
                title=text(_("What happened."), "Your submission came in"),
                detail=text(_("More of it; may be empty."), ""),
                who=text(_("Who did it."), "The city"),
            ),
        ),
        messages=listed(
            _("What was written, oldest first."),
            thing(
                _("A message."),
                at=moment(_("When.")),
                mine=yes_no(_("Whether the requester wrote it.")),
                is_question=yes_no(_("Whether the office asks something.")),
                body=text(_("What was written."), "Which row do you mean?"),
                files=listed(_("Files that came with it."), ref("CaseFile")),
            ),
        ),
        files=listed(_("Files that came with the submission."), ref("CaseFile")),
        answer_files=listed(_("Files that the office gives with its answer."), ref("CaseFile")),
        determination=maybe(ref("Determination", _("The answer, once there is one."))),
        fee=maybe(
            thing(
                _("The fee, where there is one; sums in US dollars."),
                state=text(_("open, agreed, declined, waived or withdrawn."), "open"),
                total=text(_("The whole fee as told."), "12.50"),
                due_now=text(_("What must be paid for the work to go on."), "0.00"),
                paid=text(_("What was paid."), "0.00"),
            )
        ),
        remedies=listed(
            _("What can be done about the answer, or about silence."),
            thing(
                _("A way."),
                key=text(_("What it is called in the city's file."), "attorney-general"),
                name=text(_("What it is called."), "Review by the Attorney General"),
                decides=text(_("Who decides."), "Attorney General"),
                state=choice(
                    _("Whether it can be gone."),
                    ["open", "later", "over", "ended", "closed", "pending", "decided"],
                ),
                why=text(_("Why not, or from when; may be empty."), ""),
                last_day=maybe(day(_("Until when; null where none is specified."))),
                not_specified=yes_no(_("Whether the time for it is not specified on the cited page.")),
                ask=maybe(text(_("The office to ask about that time."), "City Clerk")),
                citation=CITATION,
            ),
        ),
        joined_to=maybe(text(_("The reference of the case to which this one was joined."), "KNT-7F3K9QX2M")),
        can=listed(
            _("What can be sent here now. What concerns a fee or an API key is done on the page."),
            choice(_("An act."), CAN),
        ),
        links=LINKS,
    ),
}

_FIGURE = {
    str(key): maybe(number(_("How many cases; null: from one to four, which is not shown."), 12))
    for key in COUNTS
}
for _name in (Figure.FIRST_RESPONSE, Figure.COMPLETION):
    _FIGURE[f"{_name}_median"] = maybe({**number(_("Median of days; null: too few."), 3.5)})
    _FIGURE[f"{_name}_p90"] = maybe(number(_("Days within which nine of ten were done; null: too few."), 9))

_ANSWER = {
    "id": number(_("Its number."), 12),
    "kind": KIND,
    "title": text(_("What it is about."), "Minutes of the council of June"),
    "question": text(_("What was asked."), "The minutes of the council of June."),
    "outcome": OUTCOME,
    "office": text(_("Which office answered."), "City Clerk"),
    "answered_on": day(_("When, as a date of the city.")),
    "published_at": moment(_("Since when everybody can read it.")),
    "dataset": maybe(text(_("Identifier of the dataset that it is about."), "abcd-1234")),
    "page": address(_("Its page for people."), "https://example.org/kent/answers/12/"),
}
_REPORT = {
    "reference": REFERENCE,
    "kind": KIND,
    "status": STATUS,
    "title": text(_("How lists call it."), "Forty trees stand in the river."),
    "description": text(_("What is wrong."), "Forty trees stand in the river."),
    "received_on": day(_("When it was received.")),
    "office": text(_("Which office has it."), "Parks"),
    "dataset": maybe(text(_("Identifier of the dataset that it is about."), "abcd-1234")),
    "answer": maybe(ref("Decision", _("The answer, once there is one."))),
    "followers": number(_("How many follow it."), 3),
    "me_too": number(_("How many others have the same trouble."), 5),
    "page": address(_("Its page for people."), "https://example.org/kent/reports/KNT-7F3K9QX2M/"),
}

PUBLIC_SCHEMAS: dict[str, Schema] = {
    "PublishedAnswer": thing(_("An answer that was published, as lists show it."), **_ANSWER),
    "PublishedAnswers": page_of("PublishedAnswer", _("A page of published answers, newest first.")),
    "PublishedAnswerDetail": thing(
        _("An answer that was published, in full."),
        **_ANSWER,
        answer=text(_("What was answered."), "They are attached."),
        files=listed(_("Files that stand with it."), ref("CaseFile")),
    ),
    "PublicReport": thing(_("A report that its author made public."), **_REPORT),
    "PublicReports": page_of("PublicReport", _("A page of public reports, newest first.")),
    "FigureRow": thing(
        _("The figures of a group of cases."),
        name=text(_("The kind or the office; the last row of the kinds is all together."), "Error report"),
        **_FIGURE,
    ),
    "Performance": thing(
        _("How a city does with what it received in a period. No single case can be read from it."),
        city=text(_("The city."), "kent"),
        period=choice(_("The period."), PERIODS),
        since=day(_("First day of receipt.")),
        until=day(_("Last day of receipt.")),
        as_of=moment(_("When it was counted.")),
        enough=yes_no(_("False: fewer than five cases, so nothing is told.")),
        by_kind=listed(_("By kind, most first, then all together."), ref("FigureRow")),
        by_office=listed(_("By office, most first."), ref("FigureRow")),
        by_month=listed(
            _("Received, month by month."),
            thing(
                _("A month."),
                month=text(_("Which."), "2026-06"),
                received=maybe(number(_("How many; null: from one to four."), 12)),
            ),
        ),
    ),
    "FormField": thing(
        _("A field of a form."),
        name=text(_("What it is sent as."), "flag_affects_official_records"),
        label=text(_("What is asked."), "Does it affect official records?"),
        help=text(_("More of it; may be empty."), "Records that the city must keep."),
        required=yes_no(_("Whether it must be sent.")),
        choices=maybe(
            listed(
                _("The values that it takes; null where any."),
                thing(
                    _("A value."),
                    value=text(_("What is sent."), "yes"),
                    label=text(_("What it means."), "Yes"),
                ),
            )
        ),
    ),
    "Form": thing(
        _("The form of a kind in a city."),
        kind=KIND,
        label=text(_("The kind in words."), "Error report"),
        told=text(_("What it is for."), "A value is wrong, out of date, missing or in the wrong place."),
        fields=listed(_("In the order of the page."), ref("FormField")),
        url=address(
            _("Where it is sent."), "https://example.org/api/v1/cities/kent/submissions/error_report"
        ),
        page=address(_("The form for people."), "https://example.org/kent/submit/error_report/"),
    ),
    "Forms": thing(
        _("What can be sent to a city, and how."),
        city=text(_("The city."), "kent"),
        forms=listed(_("All seven kinds."), ref("Form")),
    ),
}
