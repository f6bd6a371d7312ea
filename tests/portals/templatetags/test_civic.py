"""What components compute: states of deadlines, words for codes, and the geometry of the two figures."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.utils import translation

from portals.templatetags import civic
from portals.vocabulary import ClockState, Layer, Milestone

DUE = date(2026, 6, 12)


def shown(today=None, **deadline):
    return civic.deadline_state({"due_on": DUE, "state": ClockState.OPEN} | deadline, today)


@pytest.mark.parametrize(
    ("today", "key", "distance"),
    [
        (date(2026, 6, 8), "on_time", "in 4 days"),
        (date(2026, 6, 9), "due_soon", "in 3 days"),
        (date(2026, 6, 12), "due_soon", "today"),
        (date(2026, 6, 13), "late", "by 1 day"),
    ],
)
def test_a_deadline_is_late_only_after_its_last_day(today, key, distance):
    assert shown(today) == {"key": key, "word": civic.state_word(key), "distance": distance}


@pytest.mark.parametrize("milestone", [Milestone.APPEAL_FILING, Milestone.COURT_FILING, Milestone.LAPSE])
def test_a_day_by_which_the_requester_may_act_passes_and_is_never_called_late(milestone):
    assert shown(date(2026, 7, 1), milestone=milestone)["key"] == "passed"


def test_the_office_is_not_called_late_for_what_a_reviewer_outside_the_city_has_not_decided():
    told = shown(date(2026, 7, 1), milestone=Milestone.REVIEWER_DECISION)
    assert (told["key"], told["word"], told["distance"]) == ("passed", "Passed", "19 days ago")
    assert shown(date(2026, 7, 1), milestone=Milestone.COMPLIANCE)["key"] == "late"


def test_a_decision_that_came_late_from_outside_is_told_without_blame():
    late = {"state": "met", "because": met("met.late", event="reviewer_decided", on="2026-06-15", count=3)}
    told = shown(date(2026, 7, 1), **late, milestone=Milestone.REVIEWER_DECISION)
    assert (told["key"], told["word"]) == ("passed", "Done after the last day")


def test_a_deadline_that_is_not_specified_is_never_late():
    assert shown(date(2030, 1, 1), due_on=None, state="not_specified")["key"] == "not_specified"
    assert shown(date(2030, 1, 1), due_on=None)["key"] == "not_specified"


def test_a_stopped_and_a_met_deadline_stay_what_they_are_on_any_day():
    assert shown(date(2030, 1, 1), state=ClockState.PAUSED)["key"] == "paused"
    assert shown(date(2030, 1, 1), state=ClockState.MET)["key"] == "met"


def met(code, **params):
    return [{"code": "counted", "params": {}}, {"code": code, "params": params}]


def test_a_deadline_that_was_met_says_when_and_by_what():
    on_time = {"state": "met", "because": met("met.early", event="acknowledged", on="2026-06-09", count=3)}
    assert civic.done(on_time).startswith(
        "Done on Tuesday, June 9, 2026 ("
    ) and "3 days before" in civic.done(on_time)
    assert shown(date(2026, 7, 1), **on_time)["key"] == "met"
    assert civic.done({"state": "open", "because": []}) == civic.done({"because": "in words"}) == ""


def test_what_was_done_too_late_is_not_called_met():
    late = {"state": "met", "because": met("met.late", event="acknowledged", on="2026-06-15", count=3)}
    assert (shown(date(2026, 7, 1), **late)["key"], shown(date(2026, 7, 1), **late)["word"]) == (
        "late",
        "Done late",
    )
    assert shown(date(2026, 7, 1), **late, milestone=Milestone.APPEAL_FILING)["key"] == "met"


def test_without_a_day_nothing_is_called_late_or_soon():
    assert shown(None)["key"] == "on_time"


def test_a_stored_deadline_an_object_and_json_are_shown_alike():
    row = SimpleNamespace(due_on=DUE, state="open", milestone="response")
    assert civic.deadline_state(row, DUE) == shown(DUE, due_on="2026-06-12")


def test_a_moment_is_refused_where_a_city_date_is_shown():
    with pytest.raises(TypeError, match="city's zone"):
        civic.as_date(datetime(2026, 6, 12, tzinfo=UTC))


def test_a_city_date_names_its_weekday_in_the_readers_language():
    assert civic.city_date("2026-06-12") == "Friday, June 12, 2026"
    with translation.override("es"):
        assert civic.city_date(DUE).lower().startswith("viernes")
    assert civic.city_date(None) == ""


def test_a_code_becomes_its_word_and_a_word_stays():
    assert civic.word("statute", "Layer") == str(Layer.STATUTE.label)
    assert civic.word("by hand", "Layer") == "by hand"


def test_a_citation_may_be_a_row_or_just_its_label():
    row = SimpleNamespace(label="ORS 1", title="Of days", url="https://example.org")
    labels = (civic.citation_label(row), civic.citation_title(row), civic.citation_url(row))
    assert labels == ("ORS 1", "Of days", "https://example.org")
    bare = (civic.citation_label("ORS 1"), civic.citation_title("ORS 1"), civic.citation_url("ORS 1"))
    assert bare == ("ORS 1", "", "")


def test_an_address_that_is_no_web_page_is_not_linked():
    assert civic.citation_url({"label": "x", "url": "javascript:alert(1)"}) == ""


def test_reasons_may_be_given_as_sentences_and_are_shown_as_they_are():
    assert civic.why({"because": ["Day 0 is Friday."]}) == ["Day 0 is Friday."]
    assert civic.why({"because": "One sentence."}) == ["One sentence."]
    assert civic.why({}) == []


def test_the_clock_bar_puts_today_and_the_stops_where_they_belong():
    stops = [{"from_on": date(2026, 6, 3), "to_on": date(2026, 6, 5)}]
    bar = civic.clock_bar_geometry(date(2026, 6, 1), date(2026, 6, 11), date(2026, 6, 6), stops)
    assert (bar["elapsed"], bar["today"], bar["late_width"]) == (50, 50, 0)
    assert [(stop["x"], stop["width"]) for stop in bar["stops"]] == [(20, 20)]


def test_the_clock_bar_shows_how_much_of_the_time_is_over_the_due_day():
    bar = civic.clock_bar_geometry(date(2026, 6, 1), date(2026, 6, 6), date(2026, 6, 11))
    assert (bar["elapsed"], bar["late_x"], bar["late_width"]) == (50, 50, 50)


def test_a_stop_that_lasts_reaches_to_today():
    stops = [SimpleNamespace(from_on=date(2026, 6, 3), to_on=None)]
    bar = civic.clock_bar_geometry(date(2026, 6, 1), date(2026, 6, 11), date(2026, 6, 6), stops)
    assert bar["stops"][0]["width"] == 30


def test_no_bar_is_drawn_without_a_due_day():
    assert civic.clock_bar_geometry(date(2026, 6, 1), None, date(2026, 6, 6)) is None


def test_due_on_the_day_of_receipt_divides_by_nothing():
    day = date(2026, 6, 1)
    assert civic.clock_bar_geometry(day, day, day)["elapsed"] == 0


def test_the_highest_bar_fills_the_plot_and_a_missing_value_has_no_height():
    plot = civic.plot_geometry([{"label": "a", "value": 10}, {"label": "b", "value": None}])
    first, second = plot["marks"]
    assert first["y"] == civic.PLOT_TOP and first["y"] + first["height"] == plot["base"]
    assert second["height"] == 0


def test_a_line_breaks_where_a_value_is_missing():
    values = [1, 2, None, 3]
    points = [{"label": str(index), "value": value} for index, value in enumerate(values)]
    assert [line.count(",") for line in civic.plot_geometry(points, "line")["segments"]] == [2, 1]


def test_a_plot_of_nothing_or_of_zeros_is_drawn():
    assert civic.plot_geometry([])["marks"] == []
    assert civic.plot_geometry([{"label": "a", "value": 0}])["marks"][0]["height"] == 0


def test_many_points_do_not_crowd_their_labels():
    points = [{"label": str(index), "value": index} for index in range(60)]
    assert sum(mark["labelled"] for mark in civic.plot_geometry(points)["marks"]) <= civic.LABELS


def test_cells_take_the_label_and_alignment_of_their_column_and_a_missing_cell_is_an_error():
    cells = civic.headed([{"text": "5"}], [{"label": "Days", "num": True}])
    assert cells == [
        {"label": "Days", "num": True, "text": "5", "url": None, "state": None, "note": None, "ref": None}
    ]
    with pytest.raises(ValueError):
        civic.headed([{"text": "5"}], [])


@pytest.mark.parametrize(
    ("values", "labels"),
    [([61], ["0", "31", "61"]), ([1], ["0", "1"]), ([0.5, 1], ["0", "0.5", "1"]), ([], ["0", "1"])],
)
def test_a_scale_of_whole_numbers_has_no_halves(values: list, labels: list) -> None:
    plot = civic.plot_geometry([{"label": str(value), "value": value} for value in values])
    assert [tick["label"] for tick in plot["ticks"]] == labels
