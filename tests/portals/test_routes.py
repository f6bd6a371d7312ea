"""Who acts: first match by position, empty roles told, the intake office where a guide is silent."""

import datetime as dt
from dataclasses import replace

import pytest

from portals.explain import sentences
from portals.explained import office_words, route_document
from portals.routes import (
    EmptyRoleRule,
    OfficeRef,
    RouteBook,
    RouteRule,
    StepRule,
    ladder,
    office_that_leads,
    resolve,
)

ON = dt.date(2026, 3, 2)
IT = OfficeRef("it", "IT Department", ("it_open_data", "intake"), citation="[1]")
CLERK = OfficeRef("clerk", "City Clerk", ("records_custodian",))
PARKS = OfficeRef("parks", "Parks", (), publishes=True)
ATTORNEY = OfficeRef("attorney", "City Attorney", ("legal",), citation="[2]")


def route(key: str, relation: str, kind: str = "error_report", **more: object) -> RouteRule:
    return RouteRule(key=key, kind=kind, relation=relation, because=f"{key} says so.", **more)  # type: ignore[arg-type]


def step(number: int, to: str, **more: object) -> StepRule:
    words = {"after": 2 * number, "action": "remind", "because": f"Step {number}."}
    return StepRule(key=f"step-{number}", step=number, to=to, **{**words, **more})  # type: ignore[arg-type]


def book(
    *routes: RouteRule, steps: tuple[StepRule, ...] = (), empty: tuple[EmptyRoleRule, ...] = ()
) -> RouteBook:
    return RouteBook((IT, CLERK, PARKS, ATTORNEY), routes, steps, empty)


def test_the_publishing_office_of_the_dataset_leads() -> None:
    answer = resolve(
        book(route("a", "lead", role="data_steward")), "error_report", on=ON, dataset_office=PARKS
    )
    assert (answer.lead.office, answer.lead.role, answer.lead.relation) == (PARKS, "data_steward", "lead")
    assert sentences(answer.lead.reasons) == ["a says so.", "Parks publishes the dataset."]
    assert office_that_leads(answer)[0] == PARKS


def test_without_a_dataset_it_is_the_department_listed_on_the_dataset() -> None:
    answer = resolve(book(route("a", "lead", role="data_steward")), "error_report", on=ON)
    assert answer.lead.office is None
    assert office_words(answer.lead) == "the department listed on the dataset"
    office, reasons = office_that_leads(answer)
    assert office == IT
    assert "it goes to IT Department, which takes in what has no other office" in sentences(reasons)[-1]


def test_a_live_case_without_a_dataset_goes_to_the_first_alternative_before_intake() -> None:
    rules = (
        route("a", "lead", role="data_steward"),
        route("b", "alternative", role="external_review"),
        route("c", "alternative", role="records_custodian"),
    )
    office, reasons = office_that_leads(resolve(book(*rules), "error_report", on=ON))
    assert office == CLERK
    assert "it goes to City Clerk, which may act instead" in " ".join(sentences(reasons))


def test_a_silent_guide_leads_to_the_intake_office_and_says_so() -> None:
    answer = resolve(book(route("a", "lead", role="it_open_data", kind="appeal")), "error_report", on=ON)
    assert (answer.lead.office, answer.lead.role, answer.lead.layer) == (IT, "intake", "office_target")
    assert "not specified on the cited page" in sentences(answer.lead.reasons)[0]


def test_a_route_that_is_not_specified_says_so() -> None:
    answer = resolve(
        book(route("a", "lead", role="it_open_data", status="not_specified")), "error_report", on=ON
    )
    assert "not specified on the cited page" in sentences(answer.lead.reasons)[1]


def test_an_empty_role_is_a_row_without_office_and_with_a_reason() -> None:
    rules = (
        route("a", "lead", role="it_open_data"),
        route("b", "together", role="administrative_escalation"),
    )
    told = EmptyRoleRule("administrative_escalation", "The guide names no manager.", "[1]")
    part = resolve(book(*rules, empty=(told,)), "error_report", on=ON).acts[1]
    assert part.office is None
    assert office_words(part) is None
    assert sentences(part.reasons)[-1] == "The guide names no manager."
    untold = resolve(book(*rules), "error_report", on=ON).acts[1]
    assert "not specified on the cited page" in sentences(untold.reasons)[-1]


@pytest.mark.parametrize(
    ("flags", "lead"), [(set(), "b"), ({"urgent"}, "a"), ({"urgent", "calm"}, "b"), ({"x"}, "b")]
)
def test_the_first_route_whose_circumstances_are_given_leads(flags: set[str], lead: str) -> None:
    rules = (
        route("a", "lead", office="clerk", flags=frozenset({"urgent"}), unless_flags=frozenset({"calm"})),
        route("b", "lead", office="it"),
    )
    assert resolve(book(*rules), "error_report", on=ON, flags=frozenset(flags)).lead.key == lead


def test_a_route_may_want_a_dataset_or_none() -> None:
    rules = (
        route("a", "lead", office="clerk", when_dataset=False),
        route("b", "lead", office="it", when_dataset=True),
    )
    assert resolve(book(*rules), "error_report", on=ON).lead.office == CLERK
    assert resolve(book(*rules), "error_report", on=ON, dataset_office=PARKS).lead.office == IT
    assert resolve(book(*rules), "error_report", on=ON, dataset=True).lead.office == IT


def test_the_version_of_the_day_of_receipt_holds() -> None:
    last = dt.date(2026, 3, 1)
    rules = (
        route("a", "lead", office="clerk", effective_to=last),
        route("b", "lead", office="it", effective_from=ON),
    )
    assert resolve(book(*rules), "error_report", on=last).lead.office == CLERK
    assert resolve(book(*rules), "error_report", on=ON).lead.office == IT


def test_an_office_stands_once_but_an_alternative_is_still_informed() -> None:
    rules = (
        route("i", "informed", office="it"),
        route("a", "lead", office="it"),
        route("b", "alternative", role="it_open_data"),
        route("c", "alternative", office="clerk"),
        route("d", "informed", role="records_custodian"),
    )
    answer = resolve(book(*rules), "error_report", on=ON)
    assert [part.key for part in answer.acts] == ["a", "c"]
    assert [part.key for part in answer.informed] == ["d"]


def test_a_step_whose_office_already_leads_is_skipped() -> None:
    steps = (step(1, "lead"), step(2, "records_custodian"), step(3, "office:it"), step(4, "lead_head"))
    rules = book(route("a", "lead", role="records_custodian"), steps=steps)
    answer = resolve(rules, "error_report", on=ON)
    assert [(part.rule.step, part.office, part.head) for part in answer.escalation] == [
        (1, CLERK, False),
        (3, IT, False),
        (4, CLERK, True),
    ]
    referred = ladder(rules, "error_report", lead=IT, on=ON)
    assert [(part.rule.step, part.office) for part in referred] == [(1, IT), (2, CLERK), (4, IT)]


def test_a_step_may_name_whom_it_reaches_where_its_office_leads() -> None:
    steps = (step(1, "records_custodian", if_leading="lead_head"), step(2, "office:it", if_leading="legal"))
    rules = book(route("a", "lead", role="records_custodian"), steps=steps)
    told = [(part.rule.step, part.office, part.head) for part in ladder(rules, "appeal", lead=CLERK, on=ON)]
    assert told == [(1, CLERK, True), (2, IT, False)]
    told = [(part.rule.step, part.office, part.head) for part in ladder(rules, "appeal", lead=IT, on=ON)]
    assert told[0] == (1, CLERK, False)
    assert told[1][1] != IT


def test_a_ladder_has_the_steps_of_its_kind_in_order() -> None:
    steps = (
        step(3, "legal"),
        step(1, "lead", kinds=("appeal",)),
        step(2, "office:clerk", kinds=("error_report",)),
    )
    answer = resolve(book(route("a", "lead", office="it"), steps=steps), "error_report", on=ON)
    assert [part.rule.step for part in answer.escalation] == [2, 3]


def test_the_document_has_the_keys_that_were_promised() -> None:
    steps = (step(1, "lead", after=1), step(2, "legal", action="inform"))
    rules = book(
        route("a", "lead", role="data_steward", citation="[1]"),
        route("b", "informed", office="clerk"),
        steps=steps,
    )
    document = route_document(resolve(rules, "error_report", on=ON))
    assert document["acts"] == [
        {
            "office": "the department listed on the dataset",
            "role": "data_steward",
            "layer": "guide",
            "citation": "[1]",
            "because": "a says so. The page of each dataset names it.",
            "relation": "lead",
        }
    ]
    assert [part["office"] for part in document["informed"]] == ["City Clerk"]
    first, second = document["escalation"]
    assert set(first) == {
        *("step", "after", "after_layer", "action", "office", "role", "layer", "citation", "because")
    }
    assert (first["after"], second["after"]) == ("1 business day", "4 business days")
    assert (first["office"], first["role"]) == ("the department listed on the dataset", "data_steward")
    assert (second["office"], second["role"], second["action"]) == ("City Attorney", "legal", "inform")
    assert document["legal"] == {"office": "City Attorney", "role": "legal", "citation": "[2]"}


def test_a_city_without_a_lawyer_says_so() -> None:
    rules = book(route("a", "lead", office="it"), empty=(EmptyRoleRule("legal", "None is named.", "[1]"),))
    answer = resolve(replace(rules, offices=(IT,)), "error_report", on=ON)
    assert route_document(answer)["legal"] == {
        "office": None,
        "role": "legal",
        "citation": "[1]",
        "because": "None is named.",
    }


def test_a_book_without_intake_is_an_error() -> None:
    with pytest.raises(LookupError):
        RouteBook((CLERK,), ()).intake  # noqa: B018
