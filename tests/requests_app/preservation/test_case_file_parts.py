"""Answers in parts in the case file: the court sees every decision, the requester those that were told."""

import json

from portals.vocabulary import Outcome
from requests_app import determinations
from requests_app.answers import redaction_log
from requests_app.answers.denials import Answer
from requests_app.handling import casework
from requests_app.preservation import case_export
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.part_cases import DAY, LAW, NO, YES, decided, fresh, in_parts
from tests.requests_app.preservation.test_case_file import exported, members


def test_parts_and_what_is_withheld_are_the_requesters_once_they_are_told(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = in_parts(staff, "Minutes of May", "Home addresses")
    decided(staff, case, 1, YES)
    decided(staff, fresh(case), 2, NO)
    rows = [redaction_log.Row("list.pdf", "page 3", LAW.law, "Home address of a clerk", 2)]
    redaction_log.log(fresh(case), rows, by=staff.clerk, now=FILED + DAY)
    casework.release_part(fresh(case), body="The first.", parts=[1], by=staff.clerk, now=FILED + 2 * DAY)
    mine, court = (json.loads(members(exported(case, part))["case.json"]) for part in case_export.PARTS)
    assert [one["number"] for one in mine["parts"]] == [1] and mine["withheld"] == []
    assert [one["number"] for one in court["parts"]] == [1, 2]
    assert court["parts"][1]["grounds"] == [{"law": LAW.law, "explanation": LAW.explanation}]
    assert "Home address of a clerk" in members(exported(case, "court"))["case.html"].decode()
    assert "Home address of a clerk" not in members(exported(case, "requester"))["case.html"].decode()
    determinations.determine(
        fresh(case), Answer(Outcome.PARTIAL, "Done."), by=staff.clerk, now=FILED + 3 * DAY
    )
    page = members(exported(case, "requester"))["case.html"].decode()
    assert "Home address of a clerk" in page and LAW.explanation in page
