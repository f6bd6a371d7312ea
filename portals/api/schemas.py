"""What the city's things look like in the API: the schemas of `portals.api.documents`."""

from django.utils.translation import gettext_lazy as _

from portals.api.schema import (
    Schema,
    Words,
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
from portals.vocabulary import (
    ClockEvent,
    ClockState,
    Confidence,
    DayUnit,
    Layer,
    Milestone,
    OfficeRole,
    ProvisionStatus,
    Relation,
    Roll,
    StepAction,
    SubmissionKind,
    Topic,
)

LAYER = choice(_("Where the rule comes from. Layers stand side by side and are never merged."), Layer)
BECAUSE = text(_("Why, in one plain sentence or more."), "The guide names this office.")
CITATION = text(_("Where it is written; empty where the office set it itself."), "RCW 42.56.520(1)")
IN_FORCE = {
    "effective_from": maybe(day(_("First day of receipt for which it holds; null: as long as known."))),
    "effective_to": maybe(day(_("Last day of receipt for which it holds; null: it still does."))),
}
NEXT = maybe(address(_("The page that follows; null on the last one."), "https://example.org/?after=41"))


def office(told: Words) -> Schema:
    """The name of an office, or null."""
    return maybe(text(told, "City Clerk"))


def rule(told: Words, **more: Schema) -> Schema:
    """What all rules share: where they are written, whether that answers, and whom to ask where not."""
    return thing(
        told,
        key=text(_("What the rule is called in the city's file."), "time-limits-response"),
        **more,
        status=choice(_("How far the cited page answers."), ProvisionStatus),
        not_specified=maybe(
            text(
                _("Where the page leaves it open: that it does, and whom to ask."),
                "Not specified on the cited page. Ask: City Clerk.",
            )
        ),
        layer=LAYER,
        citation=maybe(ref("Citation")),
        confirm_with=office(_("The office that can confirm what the page leaves open.")),
        **IN_FORCE,
    )


def page_of(name: str, told: Words, **more: Schema) -> Schema:
    """A page of a list that goes on."""
    return thing(told, items=listed(_("The rows of this page."), ref(name)), **more, next=NEXT)


CITY_SCHEMAS: dict[str, Schema] = {
    "Problem": {
        **thing(
            _("What went wrong (RFC 9457)."),
            type=text(_("The kind of problem; the page behind it explains it."), "/api/v1/#problem-invalid"),
            title=text(_("The kind of problem in words."), "Something in the request is not right"),
            status=number(_("The HTTP status."), 422),
            detail=text(_("What to do, in one sentence or more."), "There is no such city here."),
            errors={
                "type": "object",
                "description": _("Only with 422: sentences by the name of the field or parameter."),
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
                "examples": [{"description": ["This must be filled in."]}],
            },
        ),
        "required": ["type", "title", "status", "detail"],
    },
    "Citation": thing(
        _("A page of the guide or a law."),
        label=text(_("How it is cited."), "RCW 42.56.520(1)"),
        title=text(_("What the page is called."), "Prompt responses required"),
        url=maybe(address(_("Where it can be read."), "https://app.leg.wa.gov/rcw/")),
        layer=LAYER,
        confidence=choice(_("How it was read."), Confidence),
    ),
    "City": thing(
        _("A city with a front desk here."),
        slug=text(_("Its place in every address."), "kent"),
        name=text(_("Its name."), "Kent"),
        state=text(_("Its state, two letters."), "WA"),
        state_name=text(_("Its state."), "Washington"),
        time_zone=text(_("The time zone in which its dates are meant."), "America/Los_Angeles"),
        portal_name=text(_("What its open-data portal is called."), "Kent Open Data"),
        portal_url=maybe(address(_("Where its portal is."), "https://data.example.org/")),
        introduction=text(_("What it says of itself here; may be empty."), "Welcome."),
        checked_on=day(_("When its rules were last checked against their sources.")),
        rules_version=number(_("Grows with every change of its rules."), 3),
        page=address(_("Its front desk for people."), "https://example.org/kent/"),
    ),
    "Cities": thing(_("All cities."), cities=listed(_("By name."), ref("City"))),
    "Office": thing(
        _("An office of a city, or one outside that decides on its answers."),
        key=text(_("What it is called in addresses and files."), "city-clerk"),
        name=text(_("Its name."), "City Clerk"),
        roles=listed(_("What it is there for; may be empty."), choice(_("A role."), OfficeRole)),
        publishes=yes_no(_("Whether it may own datasets.")),
        outside=yes_no(_("Whether it is no part of the city.")),
        contact=maybe(text(_("How to reach it, as it says itself."), "cityclerk@example.gov")),
        hours=maybe(text(_("When it is open."), "Monday to Friday, 8 to 5")),
        note=maybe(text(_("What else the guide says of it."), "Keeps the records of the council.")),
        citation=maybe(ref("Citation")),
    ),
    "Offices": thing(
        _("The offices of a city."),
        city=text(_("The city."), "kent"),
        offices=listed(_("In the order of the city's file."), ref("Office")),
        empty_roles=listed(
            _("Roles that the guide gives to nobody."),
            thing(
                _("A role without an office."),
                role=choice(_("The role."), OfficeRole),
                because=BECAUSE,
                citation=maybe(ref("Citation")),
            ),
        ),
    ),
    "Provision": rule(
        _("One statement of a city's rules."),
        topic=choice(_("What it is about."), Topic),
        statement=text(_("What the cited page says."), "Errors are reported to the publishing department."),
        confirmed=maybe(
            text(
                _("What an office confirmed beside the page that leaves it open."),
                "5 business days; City Clerk, June 4, 2026",
            )
        ),
    ),
    "TimeLimit": rule(
        _("A rule by which dates are counted."),
        milestone=choice(_("What must be done by then."), Milestone),
        kinds=listed(_("The kinds of submissions for which it holds."), choice(_("A kind."), SubmissionKind)),
        starts_on=listed(_("What starts it, in order of preference."), choice(_("An event."), ClockEvent)),
        after=maybe(text(_("Key of the time limit from whose last day it counts."), "acknowledgement")),
        count=maybe(number(_("How many days; null where not specified."), 5)),
        unit=choice(_("What is counted."), DayUnit),
        roll=choice(_("What happens where the last day is one on which the office is closed."), Roll),
        because=text(_("Why it is counted so; may be empty."), "The guide says five business days."),
        facts=listed(
            _("The same and the rest in words."),
            thing(
                _("One line."),
                term=text(_("What it is about."), "Stopped by"),
                text=text(_("What holds."), "a fee, until it is paid or waived"),
            ),
        ),
    ),
    "AppealWay": rule(
        _("A way to have an answer reviewed, or one that does not exist here."),
        name=text(_("What it is called."), "Review by the Attorney General"),
        decides=text(_("Who decides."), "Attorney General"),
        kinds=listed(_("Answers to which kinds."), choice(_("A kind."), SubmissionKind)),
        grounds=listed(_("On which grounds; empty: any."), text(_("A ground."), "denial")),
        available=yes_no(_("Whether it exists here.")),
        inside=yes_no(_("Whether it begins at this front desk.")),
        steps=text(_("What to do; may be empty."), "Write to the office within the time limit."),
        because=text(_("Why it is so; may be empty."), "The law of the state provides it."),
    ),
    "Rules": thing(
        _("The rules of a city, every statement with where it is written."),
        city=text(_("The city."), "kent"),
        version=number(_("Grows with every change."), 3),
        checked_on=day(_("When they were last checked against their sources.")),
        provisions=listed(_("What the guide and the law say."), ref("Provision")),
        time_limits=listed(_("All versions that are known."), ref("TimeLimit")),
        appeals=listed(_("All ways to have an answer reviewed."), ref("AppealWay")),
    ),
    "ClosedYear": thing(
        _("A year whose closed days are entered; dates are counted in no other."),
        year=number(_("The year."), 2026),
        complete=yes_no(_("False where a day may still be missing.")),
        note=maybe(text(_("What may be missing."), "The day before Christmas is decided each year.")),
        citation=maybe(ref("Citation")),
        days=listed(
            _("In order."),
            thing(
                _("A weekday on which the offices are closed."),
                on=day(_("The date."), "2026-07-03"),
                name=text(_("Why they are closed."), "Independence Day"),
                citation=maybe(ref("Citation")),
                source=maybe(text(_("Where staff who entered it read it."), "Notice of the clerk")),
            ),
        ),
    ),
    "ClosedDays": thing(
        _("The days on which the offices of a city are closed, beside weekends."),
        city=text(_("The city."), "kent"),
        years=listed(_("In order."), ref("ClosedYear")),
    ),
    "Dataset": thing(
        _("A dataset of a city's catalogue. Null: the catalogue does not say it."),
        identifier=text(_("What the catalogue calls it."), "abcd-1234"),
        name=text(_("Its name."), "Street trees"),
        description=text(_("What it holds; may be empty."), "Every tree along a street."),
        department=maybe(text(_("Who publishes it, as the catalogue writes it."), "Parks")),
        office=office(_("The publishing office.")),
        category=maybe(text(_("Its category."), "Environment")),
        keywords=listed(_("Its keywords."), text(_("A keyword."), "trees")),
        cadence=maybe(text(_("How often it is updated, as the catalogue writes it."), "R/P1W")),
        last_updated=maybe(day(_("When it was last updated."))),
        license=maybe(text(_("Its license."), "Public domain")),
        license_url=maybe(address(_("Where the license stands."), "https://example.org/license")),
        landing_page=maybe(address(_("Its page in the catalogue."), "https://data.example.org/d/abcd-1234")),
        withheld=yes_no(_("Whether its data is taken down at present.")),
        page=address(_("Its page here, for people."), "https://example.org/kent/datasets/abcd-1234/"),
        url=address(
            _("All that is known of it."), "https://example.org/api/v1/cities/kent/datasets/abcd-1234"
        ),
    ),
    "Datasets": page_of(
        "Dataset",
        _("A page of datasets: those with the words in their name first, then by name."),
        total=number(_("How many fit, on all pages together."), 120),
    ),
    "RoutePart": thing(
        _("An office that acts."),
        office=office(_("The office; null where the guide names nobody.")),
        role=text(_("As what, or empty."), "data_steward"),
        relation=choice(_("What is wanted of it."), Relation),
        layer=LAYER,
        citation=CITATION,
        because=BECAUSE,
    ),
    "Deadline": thing(
        _("A date that a rule gives, with why."),
        milestone=choice(_("What must be done by then."), Milestone),
        due_on=maybe(day(_("The last day; null where not specified or while the clock is stopped."))),
        ends_at=maybe(moment(_("The last second of that day in the city, in UTC."), "2026-06-05T06:59:59Z")),
        acts_on=maybe(day(_("First day on which the system may act by itself."))),
        extendable_to=maybe(day(_("The latest day that a lawful extension can reach."))),
        state=choice(_("Where it stands."), ClockState),
        layer=LAYER,
        citation=CITATION,
        route=maybe(text(_("Key of the way of appeal on which it runs."), "attorney-general")),
        because=listed(_("One plain sentence a step."), text(_("A step."), "That day is day 0.")),
    ),
    "StepAhead": thing(
        _("A step that is taken while nobody acknowledges."),
        step=number(_("Its place."), 1),
        after=text(_("After how long."), "3 business days"),
        after_layer=choice(_("Where that time comes from."), Layer),
        action=choice(_("What is done."), StepAction),
        office=office(_("Whom it reaches.")),
        role=text(_("As what, or empty."), "administrative_escalation"),
        layer=LAYER,
        citation=CITATION,
        because=BECAUSE,
    ),
    "Informed": thing(
        _("An office that is informed."),
        office=office(_("The office.")),
        role=text(_("As what, or empty."), "records_custodian"),
        layer=LAYER,
        citation=CITATION,
        because=BECAUSE,
    ),
    "Legal": {
        **thing(
            _("The office for questions of law."),
            office=office(_("The office; null where the guide names none.")),
            role=choice(_("Always the same."), [OfficeRole.LEGAL]),
            citation=CITATION,
            because=text(_("Only where no office is named: why."), "The guide names no legal office."),
        ),
        "required": ["office", "role", "citation"],
    },
    "Route": thing(
        _("Who acts, who is informed, and who comes next while nobody acknowledges."),
        city=text(_("The city."), "kent"),
        kind=choice(_("The kind."), SubmissionKind),
        acts=listed(_("The lead first."), ref("RoutePart")),
        informed=listed(_("May be empty."), ref("Informed")),
        escalation=listed(_("In order."), ref("StepAhead")),
        legal=ref("Legal"),
    ),
    "Deadlines": thing(
        _("The deadlines that the events give."),
        city=text(_("The city."), "kent"),
        kind=choice(_("The kind."), SubmissionKind),
        deadlines=listed(_("Only those whose starting event is given."), ref("Deadline")),
    ),
}

_LISTED = CITY_SCHEMAS["Dataset"]["properties"]
CITY_SCHEMAS["DatasetDetail"] = thing(
    _("All that the catalogue says of a dataset. What it leaves out stands in `not_specified`."),
    **_LISTED,
    attribution=maybe(text(_("Whom to name as the source."), "City of Kent")),
    contact_name=maybe(text(_("A contact."), "GIS desk")),
    contact_email=maybe(text(_("How to reach it."), "gis@example.gov")),
    rows=maybe(
        address(
            _("Where its rows are queried here (SODA); null where they are not loaded."),
            "https://example.org/resource/abcd-1234.json",
        )
    ),
    api_endpoint=maybe(address(_("An API that serves it."), "https://data.example.org/resource/abcd-1234")),
    fields=listed(
        _("Its columns."),
        thing(
            _("A column."),
            name=text(_("What it is called in the data."), "species"),
            title=text(_("What people call it; may be empty."), "Species"),
            data_type=text(_("Its type; may be empty."), "text"),
            description=text(_("What it means; may be empty."), "The botanical name."),
        ),
    ),
    distributions=listed(
        _("The forms in which it can be had; none while it is withheld."),
        thing(
            _("A download or an API."),
            title=text(_("Its title; may be empty."), "CSV"),
            format=text(_("Its format; may be empty."), "CSV"),
            media_type=text(_("Its media type; may be empty."), "text/csv"),
            url=address(_("Where it is."), "https://data.example.org/trees.csv"),
            is_api=yes_no(_("Whether it is an API.")),
        ),
    ),
    takedowns=listed(
        _("Why its data is withheld at present; empty where it is not."),
        thing(
            _("A takedown."),
            notice=text(_("What the office says about it."), "Private addresses were among the rows."),
            since=moment(_("Since when.")),
        ),
    ),
    not_specified=listed(
        _("What the catalogue leaves out, and whom to ask."),
        thing(
            _("Something that is not specified."),
            key=text(_("What it is."), "cadence"),
            text=text(_("The same in words."), "How often it is updated."),
            ask=office(_("The office to ask.")),
            citation=maybe(ref("Citation")),
        ),
    ),
)
