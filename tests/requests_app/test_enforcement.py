"""Looking into misuse: evidence, the person concerned and their side, findings; who is kept from whom."""

import datetime as dt
import io
import zipfile

import pytest

from portals.models import Violation
from requests_app import enforcement
from requests_app.attachments.files import StoredFile
from requests_app.doors import one_time, references
from requests_app.enforcement import Proof
from requests_app.events import enforcement_stand
from requests_app.lifecycle import NotAllowed
from requests_app.models import (
    Action,
    Actor,
    ConcernedParty,
    Event,
    Finding,
    Notice,
    OneTimeCode,
    Status,
    Submission,
)
from requests_app.offences.concerned import mail_code
from requests_app.pages import enforcement_file
from tests.requests_app.enforcement_cases import HOUR, concerned, found, key_for, lifted, report, taken
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.preservation.test_case_file import exported

FILE = StoredFile("log.txt", "0" * 64, 9, "text/plain")


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return report(kent)


def letters(party: ConcernedParty) -> list[Notice]:
    return list(Notice.objects.filter(kind__startswith="concerned/", email=party.email).order_by("pk"))


def test_evidence_is_numbered_kept_with_its_files_and_seen_by_staff_alone(
    kent: Staff, case: Submission
) -> None:
    proof = Proof("90,000 calls", "the log", FILED.date(), [FILE])
    for number in (1, 2):
        row = enforcement.add_evidence(case, proof, by=kent.alice, now=FILED + HOUR)
        assert row.number == number
    assert not case.messages.filter(internal=False).exists()
    assert {file.internal for file in case.attachments.all()} == {True}
    case.refresh_from_db()
    assert case.status == Status.ACKNOWLEDGED, "whoever looks into it has read it"
    assert not case.events.filter(action=Action.ADD_EVIDENCE, public=True).exists()


@pytest.mark.parametrize("kind", ["error_report", "records_request", "appeal"])
def test_only_misuse_and_privacy_are_looked_into(kent: Staff, kind: str) -> None:
    other = file_case(kent.city, kind)
    with pytest.raises(NotAllowed, match="Only a report of misuse"):
        enforcement.add_evidence(other, Proof("x"), by=kent.clerk, now=FILED)
    assert other.events.count() == 1


def test_naming_somebody_tells_nobody(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case)
    assert letters(party) == [] and party.told_at is None and party.code_hash == ""
    assert references.normalised(party.reference) == party.reference != case.reference
    with pytest.raises(NotAllowed, match="named in this case already"):
        concerned(kent, case, name="  DANA   data ")
    assert case.events.filter(action=Action.NAME_PARTY).count() == 1


def test_a_key_brings_its_holder(kent: Staff, people: dict[str, Staff], case: Submission) -> None:
    key, _text = key_for(kent, name="Kim Keyholder", email="Kim@Keys.example")
    party = concerned(kent, case, key, name="", email="")
    assert (party.name, party.email, party.key) == ("Kim Keyholder", "kim@keys.example", key)
    foreign, _text = key_for(people["portland"])
    with pytest.raises(NotAllowed, match="another city"):
        concerned(kent, case, foreign)
    with pytest.raises(NotAllowed, match="Name the person"):
        concerned(kent, case, name=" ", email="")


def test_no_letter_has_a_code_but_the_one_that_was_asked_for(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case)
    for body in ("You called 90,000 times an hour.", "We wait for your answer."):
        enforcement.hear(case, party=party, body=body, by=kent.alice, now=FILED + HOUR)
    party.refresh_from_db()
    first, second = letters(party)
    assert "Your code" not in first.body + second.body and "We wait for your answer." in second.body
    assert party.told_at == FILED + HOUR and party.code_hash == ""
    assert mail_code(party, now=FILED + HOUR)
    code = code_in(letters(party)[-1])
    kept = str(list(ConcernedParty.objects.values())) + str(list(Event.objects.values("data")))
    assert code not in kept + str(list(OneTimeCode.objects.values()))
    with zipfile.ZipFile(io.BytesIO(exported(case, "court"))) as archive:
        assert not any(code.encode() in archive.read(name) for name in archive.namelist())


def code_in(letter: Notice) -> str:
    (line,) = [line for line in letter.body.splitlines() if line.startswith("Your code: ")]
    return line.removeprefix("Your code: ")


def test_a_mailed_code_opens_the_notice_once_for_ten_minutes_and_never_the_report(
    kent: Staff, case: Submission
) -> None:
    party, now = concerned(kent, case), FILED + HOUR
    assert not mail_code(party, now=now), "whoever was told nothing gets no code"
    enforcement.hear(case, party=party, body="Your side?", by=kent.alice, now=now)
    party.refresh_from_db()
    sent = [mail_code(party, now=now) for _number in range(4)]
    assert sent == [True, True, True, False], "three an hour"
    first, second, third = (code_in(letter) for letter in letters(party)[-3:])
    assert not one_time.use_code(case, first, now=now)
    assert one_time.use_code_of(party, first, now=now)
    assert not one_time.use_code_of(party, first, now=now), "once"
    other = concerned(kent, case, name="Olaf", email="olaf@data.example")
    assert not one_time.use_code_of(other, second, now=now)
    assert one_time.use_code_of(party, second, now=now + dt.timedelta(minutes=9))
    assert not one_time.use_code_of(party, third, now=now + dt.timedelta(minutes=10))


def test_a_code_of_the_requester_does_not_open_the_notice(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case)
    enforcement.hear(case, party=party, body="Your side?", by=kent.alice, now=FILED + HOUR)
    one_time.send_code(case, now=FILED + HOUR)
    code = code_in(Notice.objects.get(kind="one_time_code"))
    assert not one_time.use_code_of(party, code, now=FILED + HOUR)
    assert one_time.use_code(case, code, now=FILED + HOUR)


def test_without_an_address_the_letter_is_printed_with_a_code_of_its_own(
    kent: Staff, case: Submission
) -> None:
    party = concerned(kent, case, email="")
    enforcement.hear(case, party=party, body="Your side?", by=kent.alice, now=FILED + HOUR)
    assert letters(party) == []
    first = enforcement.hand_code(party, by=kent.alice, now=FILED + HOUR)
    second = enforcement.hand_code(party, by=kent.alice, now=FILED + 2 * HOUR)
    party.refresh_from_db()
    assert not references.code_matches(party.reference, first, party.code_hash)
    assert references.code_matches(party.reference, second, party.code_hash)
    assert party.told_at == FILED + HOUR


@pytest.mark.parametrize(
    "text", ["Rita Reporter saw it", "RITA REPORTER", "write to rita.reporter@people.example", "see {case}"]
)
def test_what_names_the_reporter_does_not_leave_the_house(kent: Staff, case: Submission, text: str) -> None:
    party = concerned(kent, case)
    words = text.format(case=case.reference)
    with pytest.raises(NotAllowed, match="Take it out"):
        enforcement.hear(case, party=party, body=words, by=kent.alice, now=FILED + HOUR)
    with pytest.raises(NotAllowed, match="Take it out"):
        found(kent, party, reasons=words)
    with pytest.raises(NotAllowed, match="Take it out"):
        taken(kent, party, "suspension-of-access", reasons=words)
    assert letters(party) == [] and not case.findings.exists() and not case.measures_taken.exists()


def test_a_short_or_missing_name_of_a_reporter_forbids_no_words(kent: Staff) -> None:
    case = report(kent, requester_name="Al", requester_email="")
    party = concerned(kent, case)
    assert enforcement.hear(case, party=party, body="All calls, Al.", by=kent.alice, now=FILED + HOUR)


def test_an_answer_is_the_persons_and_the_reporter_never_sees_it(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case)
    event = enforcement.answer(party, body="It was a test.", files=[FILE], now=FILED + HOUR)
    assert event and (event.actor, event.public) == (Actor.CONCERNED, False)
    (file,) = case.attachments.all()
    assert (file.internal, file.actor) == (True, Actor.CONCERNED)
    items = Notice.objects.filter(kind="party_answer", submission=case)
    assert items.exists() and all("It was a test." not in item.body for item in items)
    entered = enforcement.answer(
        party, body="By phone.", by=kent.alice, happened_at=FILED, now=FILED + 2 * HOUR
    )
    assert entered and entered.actor == Actor.STAFF
    assert [word.message.actor for word in party.words.all()] == [Actor.CONCERNED, Actor.CONCERNED]
    with pytest.raises(NotAllowed, match="Write your answer"):
        enforcement.answer(party, body=" ", now=FILED + HOUR)


def test_a_button_that_is_pressed_twice_answers_once(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case)
    assert enforcement.answer(party, body="It was a test.", now=FILED + HOUR)
    assert enforcement.answer(party, body="It was a test.", now=FILED + HOUR) is None
    assert party.words.count() == 1


def test_the_latest_finding_of_a_person_counts_before_that_of_the_case(kent: Staff, case: Submission) -> None:
    party, other = concerned(kent, case), concerned(kent, case, name="Olaf", email="")
    find = {"by": kent.clerk, "now": FILED + HOUR, "reasons": "So it is."}
    enforcement.find(case, outcome=Finding.Outcome.SUBSTANTIATED, **find)
    found(kent, party, "inconclusive")
    found(kent, party, "not_substantiated")
    findings = list(case.findings.all())
    mine = enforcement.standing_finding(party, findings)
    his = enforcement.standing_finding(other, findings)
    assert mine and mine.outcome == "not_substantiated"
    assert his and his.party is None and his.outcome == "substantiated"
    assert enforcement.standing_finding(party, []) is None


def test_a_finding_is_told_to_whoever_has_heard_of_the_case(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case)
    found(kent, party, "inconclusive")
    assert letters(party) == []
    enforcement.hear(case, party=party, body="Your side?", by=kent.clerk, now=FILED + 3 * HOUR)
    found(kent, party, "not_substantiated", reasons="The log was another's.", now=FILED + 4 * HOUR)
    party.refresh_from_db()
    assert "The log was another's." in letters(party)[-1].body
    told = [one["what"] for one in enforcement_file.told_to(party)]
    assert told == ["said", "found"], "what was found before they heard of it is not told"


def test_a_violation_must_be_one_of_the_citys_own(people: dict[str, Staff], case: Submission) -> None:
    kent, oklahoma = people["kent"], people["oklahoma-city"]
    party = concerned(kent, case)
    foreign = Violation.objects.filter(city=oklahoma.city).first()
    with pytest.raises(NotAllowed, match="names no such violation"):
        found(kent, party, violation=foreign)
    own = Violation.objects.get(city=kent.city, key="misuse-of-city-data")
    assert found(kent, party, violation=own).violation_name == own.name


def test_a_person_of_another_case_is_refused(kent: Staff, case: Submission) -> None:
    stranger = concerned(kent, report(kent))
    with pytest.raises(NotAllowed, match="not named in this case"):
        enforcement.hear(case, party=stranger, body="You", by=kent.clerk, now=FILED + HOUR)


def test_earlier_cases_of_the_same_person_are_a_fact(
    kent: Staff, people: dict[str, Staff], django_assert_max_num_queries
) -> None:
    key, _text = key_for(kent)
    by_key, by_mail, by_name = report(kent), report(kent), report(kent)
    found(kent, concerned(kent, by_key, key, name="Somebody Else", email="else@data.example"))
    found(kent, concerned(kent, by_mail, name="D. D."))
    found(kent, concerned(kent, by_name, email="", name="DANA  DATA"))
    undone = report(kent)
    late = concerned(kent, undone)
    found(kent, late)
    found(kent, late, "not_substantiated")
    elsewhere = people["portland"]
    found(elsewhere, concerned(elsewhere, report(elsewhere)))
    now = report(kent)
    concerned(kent, now, key)
    with django_assert_max_num_queries(14):
        (one,) = enforcement_file.read(now).parties
    assert set(one.earlier) == {by_key, by_mail, by_name}


def test_the_case_file_keeps_the_two_sides_apart_and_repeats_no_code(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case, email=case.requester_email)  # even where somebody names the reporter's own
    enforcement.add_evidence(case, Proof("90,000 calls"), by=kent.clerk, now=FILED + HOUR)
    enforcement.hear(case, party=party, body="What was it?", by=kent.clerk, now=FILED + HOUR)
    enforcement.answer(party, body="It was a test.", now=FILED + HOUR)
    found(kent, party)
    taken(kent, party, "suspension-of-access")
    party.refresh_from_db()
    assert mail_code(party, now=FILED + HOUR)
    files = {}
    for part in ("requester", "court"):
        with zipfile.ZipFile(io.BytesIO(exported(case, part))) as archive:
            files[part] = "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    secret = (
        "Dana",
        "90,000 calls",
        "What was it?",
        "It was a test.",
        "Suspension of access",
        party.reference,
    )
    assert [word for word in secret if word in files["requester"]] == []
    assert [word for word in secret if word not in files["court"]] == []
    code = code_in(Notice.objects.get(kind="concerned/code"))
    assert code not in files["court"] + files["requester"]


def test_the_stand_is_read_from_the_events_alone(
    kent: Staff, case: Submission, django_assert_num_queries
) -> None:
    party = concerned(kent, case)
    enforcement.add_evidence(case, Proof("x"), by=kent.clerk, now=FILED + HOUR)
    found(kent, party)
    order = taken(kent, party, "administrative-order")
    taken(kent, party, "notice-to-comply")
    lifted(kent, order)
    events = list(case.events.order_by("sequence"))
    with django_assert_num_queries(0):
        stand = enforcement_stand.stand(events)
    assert (stand.parties, stand.evidence, stand.finding) == (["Dana Data"], 1, "Substantiated")
    assert stand.in_force == {2: "Notice to comply"}
