"""Every letter there is, written by the acts that cause it."""

import datetime as dt
from dataclasses import replace

from portals.models import Measure
from portals.vocabulary import AppealOutcome, MemberRole, Outcome, SubmissionKind
from requests_app import appeals, determinations, enforcement, escalation, fees, intake, routing
from requests_app.answers import api_keys, parts, publication, redaction_log
from requests_app.correspondence import conversation
from requests_app.doors import one_time
from requests_app.handling import casework, fee_waivers, statements, undo
from requests_app.models import Follower, OutsideReview, Submission, WaiverRequest
from requests_app.offences.concerned import mail_code
from requests_app.redress import reviews
from requests_app.related import conversions, following, joined, merging
from requests_app.setup import city_people, closed_days, recount
from tests.requests_app import enforcement_cases
from tests.requests_app.appeal_cases import UNTIL, appeal_of, denied_record
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.fee_cases import paid, tell
from tests.requests_app.part_cases import NO, YES, decided

SECRET = "My neighbour's dog bit forty trees"
DAY = dt.timedelta(days=1)


def case_of(staff: Staff, kind: str = "error_report", **more: object) -> Submission:
    facts = {"title": SECRET, "description": SECRET, "dataset": staff.dataset, **more}
    return file_case(staff.city, kind, **facts)


def about_fees(staff: Staff, patient: Staff) -> None:
    """Every letter about a fee; the one that asks for the rest belongs to a city that lets it wait."""
    case = case_of(staff, "records_request")
    tell(staff, case, "20.00", at=FILED)
    paid(staff, case, "5.00", FILED)
    fee_waivers.request_waiver(case, reasons=SECRET, now=FILED)
    denied = WaiverRequest.Decision.DENIED
    fee_waivers.decide_waiver(case, decision=denied, reasons="No.", by=staff.clerk, now=FILED)
    fees.withdraw_estimate(case, reason="Counted twice.", by=staff.clerk, now=FILED)
    later = case_of(patient, "records_request")
    tell(patient, later, "3.00", at=FILED)
    fees.ask_for_payment(later, by=patient.clerk, now=FILED)


def in_two_parts(staff: Staff) -> None:
    """An instalment, then the answer to the whole, with a row of the log."""
    case = case_of(staff, "records_request")
    parts.split(case, ["Minutes", "Addresses"], by=staff.clerk, now=FILED)
    decided(staff, case, 1, YES)
    casework.release_part(case, body="The minutes.", parts=[1], by=staff.clerk, now=FILED + DAY)
    decided(staff, case, 2, replace(NO, outcome=Outcome.PARTIAL))
    rows = [redaction_log.Row("list.pdf", "page 1", "A law")]
    redaction_log.log(case, rows, by=staff.clerk, now=FILED + DAY)
    answer = determinations.Answer(Outcome.GRANTED, "Both.")
    determinations.determine(case, answer, by=staff.clerk, now=FILED + DAY)


def ask_for_the_grounds(staff: Staff, case: Submission) -> None:
    """The written statement of a denial, where the city's law has one on request."""
    if staff.city.slug == "kansas-city":
        conversation.request_statement(case, now=FILED)
        statements.give_statement(case, grounds="Staff.", exemption="A law", by=staff.alice, now=FILED)


def of_any_city(staff: Staff) -> None:
    """The course of an ordinary request, and a report that nobody acknowledges."""
    case = case_of(staff, "records_request")
    intake.acknowledge(case, by=staff.alice, now=FILED, message="We begin on Monday.")
    conversation.ask(case, body="Which one?", by=staff.alice, now=FILED)
    conversation.answer(case, body=SECRET, now=FILED)
    conversation.message(case, body="Soon", by=staff.alice, now=FILED)
    determinations.estimate(
        case, until=(FILED + 20 * DAY).date(), reason="Many pages", by=staff.alice, now=FILED
    )
    to = staff.city.offices.filter(outside=False).exclude(pk=case.office_id).first()
    routing.refer(case, to=to, reason="Theirs", by=staff.alice, now=FILED)
    answer = determinations.Answer(
        Outcome.PARTIAL, "No.", exemption="A law", explanation="So.", responsible="A. Clerk"
    )
    determinations.determine(case, answer, by=staff.alice, now=FILED)
    undo.undo(case, reason="Too soon.", by=staff.alice, now=FILED)
    determinations.determine(case, answer, by=staff.alice, now=FILED)
    ask_for_the_grounds(staff, case)
    in_two_parts(staff)
    determinations.reopen(case, reason="New facts", by=staff.alice, now=FILED)
    conversation.withdraw(case, now=FILED, reason=SECRET)
    one_time.send_code(case, now=FILED)
    quiet = case_of(staff)
    escalation.sweep(now=FILED + 30 * DAY)
    assert quiet.pk


def of_one_city(people: dict[str, Staff]) -> None:
    """Letters that only some rules give rise to."""
    bakersfield = people["bakersfield"]
    extended = case_of(bakersfield, "records_request")
    determinations.extend(
        extended, until=(FILED + 20 * DAY).date(), reason="Many", by=bakersfield.alice, now=FILED
    )
    lapsing = case_of(people["portland"], "records_request")
    conversation.ask(lapsing, body="Which?", by=people["portland"].alice, now=FILED)
    about_fees(people["portland"], people["kent"])
    asked = case_of(people["kent"], "access_request")
    api_keys.issue(asked, api_keys.Terms(600, FILED.date()), by=people["kent"].clerk, now=FILED)


def joined_cases(staff: Staff) -> None:
    """Two that ask the same: both hear of it, and the one that was joined of what becomes of the other."""
    kept, gone = case_of(staff, "records_request"), case_of(staff, "records_request")
    merging.merge(gone, into=kept, reason="Same", by=staff.clerk, now=FILED + DAY)
    conversation.ask(kept, body="Which one?", by=staff.clerk, now=FILED + 2 * DAY)
    joined.pass_on(now=FILED + 2 * DAY)


def appealed_cases(staff: Staff) -> None:
    """An appeal that is decided here, and what was decided outside the city."""
    told = {"title": SECRET, "description": SECRET}
    case = denied_record(staff.city, staff.clerk, **told)
    appeal = appeal_of(case, **told)
    decision = appeals.Decision(AppealOutcome.REMANDED, "The exemption does not reach this.", UNTIL)
    appeals.decide(appeal, decision, by=staff.clerk, now=FILED + 3 * DAY)
    other = denied_record(staff.city, staff.clerk, **told)
    asked = reviews.Petition("district-attorney", (FILED + 3 * DAY).date())
    reviews.petition(other, asked, by=staff.clerk, now=FILED + 9 * DAY)
    facts = {"on": (FILED + 5 * DAY).date(), "by": staff.clerk, "now": FILED + 9 * DAY}
    reviews.order(other, number=1, result=OutsideReview.Result.FOR_REQUESTER, **facts)


def moved_cases(staff: Staff) -> None:
    """A case that becomes another kind, and one whose dates move with a closed day."""
    to = SubmissionKind.DATASET_REQUEST
    facts = {"reason": "Not on the portal.", "consent": "By phone", "by": staff.clerk, "now": FILED + DAY}
    conversions.convert(case_of(staff, "records_request"), to=to, **facts)
    case_of(staff, "records_request")
    source = closed_days.Source("Ordinance 4711", "https://kent.example/4711", "The city hall is flooded.")
    closed_days.add(staff.city, dt.date(2026, 6, 5), "Flood", source, by=staff.clerk, now=FILED)
    recount.carry_out(now=FILED + DAY)


def published_answer(staff: Staff) -> None:
    """An answer that is published after its review."""
    case = case_of(staff, "records_request")
    determinations.determine(case, determinations.Answer("granted", "All."), by=staff.clerk, now=FILED + DAY)
    determinations.close(case, by=staff.clerk, now=FILED + DAY)
    case.refresh_from_db()
    facts = {"by": staff.clerk, "now": FILED + 2 * DAY}
    words = publication.Draft("Minutes of the tree board", "Which minutes are there?", "All of 2026.")
    row = publication.save_draft(case, words, seen=0, **facts)
    keys = [one.key for one in publication.findings(row)]
    row = publication.review(case, keys, seen=row.revision, **facts)
    publication.publish(case, seen=row.revision, **facts)


def followed_report(staff: Staff) -> None:
    """A public report that somebody follows, until it is no longer public."""
    case = case_of(staff, is_public=True)
    following.ask(case, email="fan@people.example", language="en", now=FILED)
    following.confirm(Follower.objects.get(submission=case), now=FILED)
    intake.acknowledge(case, by=staff.clerk, now=FILED + DAY)
    following.write_letters(now=FILED + DAY)
    casework.hide(case, reason=SECRET, by=staff.clerk, now=FILED + 2 * DAY)
    following.write_letters(now=FILED + 2 * DAY)


def concerned_person(staff: Staff) -> None:
    """A report of misuse: the person it concerns is heard, and reads the finding, the measure and its end."""
    key, _whole = enforcement_cases.key_for(staff)
    case = enforcement_cases.report(staff, title=SECRET, description=SECRET)
    party = enforcement_cases.concerned(staff, case, key)
    enforcement.hear(case, party=party, body="What happened?", by=staff.clerk, now=FILED + DAY)
    party.refresh_from_db()
    mail_code(party, now=FILED + DAY)
    enforcement_cases.found(staff, party, now=FILED + DAY)
    first = Measure.objects.get(city=staff.city, acts="suspend_key")
    row = enforcement_cases.taken(staff, party, first.key, now=FILED + 2 * DAY)
    enforcement_cases.lifted(staff, row, now=FILED + 3 * DAY)


def invited_colleague(staff: Staff) -> None:
    """Somebody who gets a place at the desk."""
    person = city_people.Person("new@kent.example", "Nora", "New")
    place = city_people.Place(role=MemberRole.MEMBER, office=staff.steward)
    city_people.add_member(staff.city, person, place, by=staff.clerk, now=FILED)


def write_everything(people: dict[str, Staff]) -> None:
    """Every letter that the acts write, in every city."""
    for staff in people.values():
        of_any_city(staff)
    of_one_city(people)
    kent = people["kent"]
    for act in (joined_cases, published_answer, followed_report, concerned_person, invited_colleague):
        act(kent)
    appealed_cases(people["portland"])
    moved_cases(kent)
    escalation.sweep(now=FILED + 90 * DAY)
