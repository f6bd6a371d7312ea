"""Loading brings the tables in line, changes nothing twice, and leaves rules in force as they were."""

import datetime as dt

import pytest

from portals.city_file import Refused
from portals.models import Citation, City, Clock, ClosedDay, Member, Office, Provision, Route, User
from tests.portals.loading import NOW, load_text, riverbend

pytestmark = pytest.mark.django_db
ANSWER = 'because = "The archive must have decided by then."\n'
NEWER = """
[[clock]]
id = "records-answer"
kinds = ["records_request"]
milestone = "determination"
starts_on = ["received"]
count = 5
unit = "business"
layer = "city_code"
citation = "law"
because = "The archive must have decided by then."
effective_from = 2026-07-01
"""


def rows() -> dict[str, list[dict[str, object]]]:
    tables = {"city": City, "clock": Clock, "route": Route, "provision": Provision, "office": Office}
    return {name: list(model._default_manager.order_by("pk").values()) for name, model in tables.items()}


def refused(written: str, *, now: dt.datetime = NOW) -> list[str]:
    before = rows()
    with pytest.raises(Refused) as error:
        load_text(written, now=now)
    assert rows() == before
    return [str(problem) for problem in error.value.problems]


def test_the_first_load_fills_the_tables() -> None:
    loaded = load_text(riverbend())
    city = loaded.city
    assert (loaded.first, city.version, city.name, city.acknowledge_within) == (True, 1, "Riverbend", 2)
    assert city.paragraphs == {"greeting": "Good day from Riverbend."}
    assert city.clocks.count() == 4
    assert city.closed_days.get(on="2026-08-10").name == "River Day"
    assert city.clocks.get(key="records-answer").extension == {
        "limit": 5,
        "unit": "business",
        "from": "due",
        "total": None,
        "event": "extension_notified",
        "citation": "law",
    }


def test_the_second_load_changes_nothing() -> None:
    load_text(riverbend())
    before = rows()
    again = load_text(riverbend(), now=NOW + dt.timedelta(days=1))
    assert again.changes == 0
    assert rows() == before


def test_wording_and_citations_may_be_corrected() -> None:
    load_text(riverbend())
    loaded = load_text(
        riverbend(
            ("The archive must have decided by then.", "The archive decides by then."),
            ('title = "Riverbend records ordinance"', 'title = "Ordinance on records"'),
        )
    )
    assert loaded.city.version == 2
    assert loaded.changes == 2
    assert Clock.objects.get(key="records-answer").because == "The archive decides by then."
    assert Citation.objects.get(key="law").title == "Ordinance on records"


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("count = 7", "count = 8", "clock[records-answer].count: is 8, but 7 is in force from the beginning"),
        ('unit = "business"\nmet_by', 'unit = "calendar"\nmet_by', "clock[records-answer].unit: is calendar"),
        (
            'starts_on = ["received"]\ncount',
            'starts_on = ["submitted"]\ncount',
            "clock[records-answer].starts_on",
        ),
        (
            'paused_by = ["clarification"]\n',
            "",
            "clock[records-answer].paused_by: is [], but [clarification]",
        ),
        ("limit = 5", "limit = 6", "clock[records-answer].extension"),
        ('roll = "next_open_day"', 'roll = "sunday"', "clock[records-delivery].roll"),
        (
            'office = "archive"\nflags',
            'office = "mayor"\nflags',
            "route[error-archive].office: is mayor, but archive",
        ),
        ("after = 6", "after = 7", "escalation_step[step-2].after: is 7, but 6"),
        ('grounds = ["denial"]', 'grounds = ["silence"]', "appeal_route[county-court].grounds"),
        ('prefix = "RVB"', 'prefix = "RVX"', 'city.prefix: is "RVX", but "RVB" is in use'),
    ],
)
def test_a_rule_in_force_is_not_edited_in_substance(old: str, new: str, path: str) -> None:
    load_text(riverbend())
    found = refused(riverbend((old, new)))
    assert len(found) == 1
    assert path in found[0]
    if not path.startswith("city"):
        assert "end this block with effective_to and add a new block with its effective_from" in found[0]


def test_the_order_of_a_list_in_which_it_means_nothing_may_change() -> None:
    load_text(riverbend())
    loaded = load_text(riverbend(('met_by = ["determined", "denied"]', 'met_by = ["denied", "determined"]')))
    assert loaded.city.clocks.get(key="records-answer").count == 7


def test_a_rule_in_force_is_not_silently_deleted() -> None:
    load_text(riverbend())
    written = riverbend()
    start = written.index('[[route]]\nid = "error-archive"')
    found = refused(written[:start] + written[written.index("[[route]]", start + 1) :])
    assert found == [
        "route[error-archive]: is in force but no longer in the file; what was received under it is still "
        "held to it: put it back, with effective_to if it no longer holds"
    ]


def test_a_new_version_follows_the_ended_one_and_both_are_kept() -> None:
    load_text(riverbend())
    loaded = load_text(riverbend((ANSWER, f"{ANSWER}effective_to = 2026-06-30\n"), add=NEWER))
    versions = loaded.city.clocks.filter(key="records-answer").order_by("effective_to")
    assert {(row.effective_from, row.effective_to, row.count) for row in versions} == {
        (None, dt.date(2026, 6, 30), 7),
        (dt.date(2026, 7, 1), None, 5),
    }


def test_a_version_still_to_come_may_change_and_go_until_it_holds() -> None:
    ended = (ANSWER, f"{ANSWER}effective_to = 2026-06-30\n")
    load_text(riverbend(ended, add=NEWER))
    changed = NEWER.replace("count = 5", "count = 6")
    load_text(riverbend(ended, add=changed))
    assert Clock.objects.get(key="records-answer", effective_from="2026-07-01").count == 6
    late = dt.datetime(2026, 7, 1, 7, 0, tzinfo=dt.UTC)  # 01:00 on 1 July in Denver
    early = dt.datetime(2026, 7, 1, 5, 0, tzinfo=dt.UTC)  # 23:00 on 30 June in Denver
    assert "since 2026-07-01" in refused(riverbend(ended, add=NEWER), now=late)[0]
    load_text(riverbend(ended, add=NEWER), now=early)
    assert Clock.objects.get(key="records-answer", effective_from="2026-07-01").count == 5


def test_an_end_once_given_stays() -> None:
    load_text(riverbend((ANSWER, f"{ANSWER}effective_to = 2026-06-30\n"), add=NEWER))
    found = refused(riverbend((ANSWER, f"{ANSWER}effective_to = 2026-06-29\n"), add=NEWER))
    assert found[0].startswith(
        "clock[records-answer].effective_to: is 2026-06-29, but the rule was already given"
    )


def test_provisions_that_vanished_are_removed() -> None:
    load_text(riverbend())
    written = riverbend()
    start = written.index('[[provision]]\nid = "portal"')
    loaded = load_text(written[:start] + written[written.index("[[provision]]", start + 1) :])
    assert [row.key for row in Provision.objects.all()] == ["fines"]
    assert loaded.city.version == 2


def test_what_staff_added_by_hand_is_kept() -> None:
    city = load_text(riverbend()).city
    desk = Office.objects.create(city=city, key="front-desk", name="Front Desk")
    user = User.objects.create(username="ada", email="ada@riverbend.example")
    Member.objects.create(user=user, city=city, office=city.offices.get(key="archive"))
    ClosedDay.objects.create(city=city, on=dt.date(2026, 4, 1), name="Flood")
    assert load_text(riverbend()).changes == 0
    assert Office.objects.filter(pk=desk.pk).exists()
    assert Member.objects.count() == 1
    assert ClosedDay.objects.filter(name="Flood").exists()


def test_an_office_that_vanished_keeps_its_members_and_has_no_role() -> None:
    city = load_text(riverbend()).city
    parks = city.offices.get(key="parks")
    user = User.objects.create(username="ada", email="ada@riverbend.example")
    Member.objects.create(user=user, city=city, office=parks)
    written = riverbend()
    start = written.index('[[office]]\nid = "parks"')
    load_text(written[:start] + written[written.index("[[office]]", start + 1) :])
    parks.refresh_from_db()
    assert (parks.from_file, parks.publishes, parks.members.count()) == (False, False, 1)


def test_a_prefix_belongs_to_one_city() -> None:
    load_text(riverbend())
    found = refused(riverbend(('slug = "riverbend"', 'slug = "hillside"')))
    assert found == ['city.prefix: "RVB" is the prefix of another city']


def test_a_wrong_file_is_refused_and_what_was_loaded_keeps_serving() -> None:
    load_text(riverbend())
    assert refused(riverbend(("count = 7", "count = 0")))[0].startswith("clock[records-answer].count")
