"""The public calculator: the dates of the law with why, and clear words for what cannot be."""

import pytest

from portals.forms import EVENT_ROWS
from portals.vocabulary import MEANING, SubmissionKind
from tests.portals.loading import SHIPPED

SLUGS = [path.stem for path in SHIPPED]
RECORDS = {"kind": "records_request"}


def asked(page, slug: str, **data: str):
    return page(f"/{slug}/calculator/", **(RECORDS | data))


def dates(page, slug: str, **data: str) -> str:
    """The words of the answer, without what each date means in general."""
    text = asked(page, slug, **data).text
    assert any(str(meaning) in text for meaning in MEANING.values())
    for meaning in MEANING.values():
        text = text.replace(f" {meaning}", "")
    return text


def test_portlands_request_of_june_4_is_complete_on_june_26(page) -> None:
    text = dates(page, "portland", received="2026-06-04")
    assert "Acknowledgement Open Thursday, June 11, 2026" in text
    assert "Completion Open Friday, June 26, 2026" in text
    assert "ORS 192.329(5)" in text
    assert "Friday, June 19, 2026 does not count: Juneteenth." in text


def test_every_day_is_explained_and_the_law_is_not_put_into_the_guides_mouth(page) -> None:
    text = dates(page, "kent", received="2026-06-18", received_time="22:15")
    assert "First response Open Friday, June 26, 2026" in text
    assert "That day is day 0, so it does not count." in text
    assert "RCW 42.56.520(1)" in text and "Source: state law" in text
    assert "Not specified on the cited page. Ask: City Clerk The city's guide gives no number of days" in text


def test_oklahoma_city_has_no_date_and_says_whom_to_ask(page) -> None:
    text = dates(page, "oklahoma-city", received="2026-06-04")
    assert "First response Not specified Not specified on the cited page. Ask: City Clerk" in text
    assert "Why no date?" in text


def test_further_events_stop_meet_and_start_clocks(page) -> None:
    stopped = dates(page, "portland", received="2026-06-04", event_1="clarification_asked", on_1="2026-06-08")
    assert "Completion Stopped The clock is stopped." in stopped
    denied = dates(page, "kent", received="2026-06-25", event_3="denied", on_3="2026-07-01")
    assert "First response Met Thursday, July 2, 2026" in denied
    assert (
        "Internal review Open Monday, July 6, 2026 Takes effect by itself on Tuesday, July 7, 2026." in denied
    )
    assert "Last day to go to court: Superior court Open Thursday, July 1, 2027" in denied


def test_the_fee_chooses_the_clock(page) -> None:
    notice = {"received": "2026-06-04", "event_1": "fee_notified", "on_1": "2026-06-08"}
    small = asked(page, "kansas-city", fee="1000", **notice).text
    large = asked(page, "kansas-city", fee="1000.01", **notice).text
    assert "This time limit holds because the fee is over $1,000." in large
    assert "This time limit holds because the fee is over $1,000." not in small
    assert "only where the fee is over $1,000" in small  # among the clocks that do not run


def test_a_promised_date_extends_where_the_law_lets_it(page) -> None:
    text = asked(
        page,
        "bakersfield",
        received="2026-06-01",
        event_1="extension_notified",
        on_1="2026-06-10",
        until_1="2026-06-20",
    ).text
    assert "Notice of an extension was given on Wednesday, June 10, 2026, in time." in text


def test_clocks_that_do_not_run_name_what_would_start_them(page) -> None:
    text = asked(page, "kent", received="2026-06-01").text
    assert "Internal review: starts with Denied" in text


def test_who_would_act_depends_on_the_circumstances(page) -> None:
    plain = page("/kent/calculator/", kind="error_report", received="2026-06-01").text
    official = page(
        "/kent/calculator/", kind="error_report", received="2026-06-01", flag="affects_official_records"
    ).text
    assert "must act the department listed on the dataset" in plain
    assert "The issue affects official public records" in official
    assert "The issue affects official public records" not in plain
    assert "The office's own target, not a legal deadline" in plain or "office's own target" in plain


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("kind", SubmissionKind.values)
def test_every_kind_in_every_city_gives_a_date_or_says_that_there_is_none(page, slug, kind) -> None:
    text = page(f"/{slug}/calculator/", kind=kind, received="2026-06-04").text
    assert "There is a problem" not in text
    assert "2026" in text.split("Who would act")[0] or "Not specified on the cited page." in text
    assert "must act" in text


WRONG = [
    ({}, "Give the day on which it was received."),
    ({"kind": "", "received": "2026-06-04"}, "Choose what it is."),
    ({"received": "yesterday"}, "This is not a day: write it like 2026-06-04."),
    ({"received": "2026-02-30"}, "This is not a day: write it like 2026-06-04."),
    ({"received": "0206-06-04"}, "The year 206 cannot be right."),
    ({"received": "2026-06-04", "received_time": "25:00"}, "This is not a time: write it like 17:30."),
    ({"kind": "pony", "received": "2026-06-04"}, "There is no such kind of submission."),
    ({"received": "2026-06-04", "fee": "cheap"}, "This is not an amount: write it like 25 or 0.10."),
    ({"received": "2026-06-04", "fee": "-1"}, "greater than or equal to 0"),
    ({"received": "2026-06-04", "fee": "NaN"}, "This is not an amount"),
    ({"received": "2026-06-04", "flag": "sunshine"}, "There is no such circumstance in this city."),
    ({"received": "2026-06-04", "event_1": "eaten", "on_1": "2026-06-05"}, "There is no such event."),
    ({"received": "2026-06-04", "event_1": "denied"}, "Give the day for “Denied”."),
    ({"received": "2026-06-04", "on_2": "2026-06-05"}, "Choose what happened, or take the day away."),
    ({"received": "2026-06-04", "until_2": "2026-06-05"}, "Choose what happened, or take the day away."),
    (
        {"received": "2026-06-04", "event_1": "denied", "on_1": "2026-06-05", "until_1": "2026-06-09"},
        "“Denied” promises no date: leave this empty.",
    ),
    (
        {"received": "2026-06-04", "event_1": "denied", "on_1": "2026-06-03"},
        "“Denied” cannot come before “Received”.",
    ),
    (
        {"received": "2026-06-04", "event_1": "clarification_answered", "on_1": "2026-06-05"},
        "“Clarification answered” cannot come before “Clarification asked”.",
    ),
    (
        {
            "received": "2026-06-04",
            "event_1": "estimate_set",
            "on_1": "2026-06-08",
            "until_1": "2026-06-01",
        },
        "“Estimated date set”: the date that it names is before the day on which it was given.",
    ),
    ({"received": "2028-12-28"}, "The closed days of 2029 are not entered yet, so no date can be counted"),
    ({"received": "2024-06-04"}, "The closed days of 2024 are not entered yet"),
    ({"received": "2199-12-31"}, "The closed days of 2200 are not entered yet"),
]


@pytest.mark.parametrize(("typed", "told"), WRONG, ids=[told for _typed, told in WRONG])
def test_what_cannot_be_is_told_and_everything_typed_is_kept(page, typed, told) -> None:
    drawn = asked(page, "kent", **typed)
    summary = drawn.text.split("There is a problem", 1)[1]
    assert told in summary
    assert "Deadlines" not in drawn.text
    for name in ("received", "received_time", "fee", "on_1", "on_2", "until_1", "until_2"):
        if name in typed:
            field = next(attrs for tag, attrs in drawn.tags if tag == "input" and attrs.get("name") == name)
            assert field["value"] == typed[name]
    if typed.get("event_1") in ("denied", "estimate_set"):
        assert f'<option value="{typed["event_1"]}" selected>' in drawn.source
    assert drawn.dead_anchors() == set()


def test_an_address_can_be_shared_and_holds_only_what_was_typed(page) -> None:
    blanks = {f"{name}_{row}": "" for name in ("event", "on", "until") for row in range(1, EVENT_ROWS + 1)}
    drawn = asked(page, "kent", received="2026-06-01", fee="", utm="x", **blanks)
    shared = next(href for href in drawn.values("href", "a") if href.startswith("?"))
    assert shared == "?kind=records_request&received=2026-06-01"
    assert "Monday, June 8, 2026" in page(f"/kent/calculator/{shared}").text


def test_what_was_typed_is_nobody_elses(client, cities) -> None:
    answer = client.get("/kent/calculator/", {"kind": "records_request", "received": "2026-06-01"})
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert client.get("/kent/calculator/").headers["Cache-Control"] == "public, max-age=60"


def test_an_address_with_nothing_for_the_form_shows_it_empty(page) -> None:
    assert "There is a problem" not in page("/kent/calculator/", utm_source="newsletter").text


def test_what_was_typed_cannot_become_markup(page) -> None:
    drawn = asked(page, "kent", received='"><script>alert(1)</script>')
    assert "<script>alert" not in drawn.source


def test_every_field_has_a_label(page) -> None:
    drawn = page("/portland/calculator/")
    labelled = set(drawn.values("for", "label"))
    controls = [attrs for tag, attrs in drawn.tags if tag in ("input", "select") and attrs.get("name")]
    assert len(controls) > 3 * EVENT_ROWS
    assert {attrs["id"] for attrs in controls} <= labelled
    assert drawn.values("method", "form") == ["get"]
