"""Every act at the desk, through HTTP: the form, the act, and what happens when it is not allowed."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portals.vocabulary import ClockEvent, ClockState, Milestone, Outcome
from requests_app import access, determinations, intake
from requests_app.correspondence import conversation
from requests_app.models import Action, Actor, Deadline, Message, Status, Submission
from requests_app.views.acts.table import ACTIONS
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.staff_pages import do, page, signed_in

DAY = dt.timedelta(days=1)
NOW = FILED + DAY / 24


@pytest.fixture(autouse=True)
def soon_after_filing(time_machine) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def alice(kent: Staff) -> Client:
    return signed_in(kent.alice)


@pytest.fixture
def case(kent: Staff) -> Submission:
    return file_case(kent.city, dataset=kent.dataset)


@pytest.fixture
def record(kent: Staff) -> Submission:
    return file_case(kent.city, "records_request")


def fresh(case: Submission) -> Submission:
    return Submission.objects.get(pk=case.pk)


@pytest.mark.parametrize("action", [str(action) for action in ACTIONS])
def test_every_act_has_a_page_or_says_why_it_is_not_possible_now(
    alice: Client, case: Submission, action: str
) -> None:
    answer = page(alice, "act", case.reference, action)
    assert answer.status_code in ((403,) if action in access.CLEARANCE_ACTIONS else (200, 409))
    if answer.status_code == 409:
        words = answer.content.decode()
        assert "is not possible now" in words or "possible only for an appeal" in words


@pytest.mark.parametrize("action", ["submit", "lapse", "escalate", "remind", "nonsense", "withdraw"])
def test_what_is_no_act_of_staff_has_no_page(alice: Client, case: Submission, action: str) -> None:
    assert page(alice, "act", case.reference, action).status_code == 404
    assert do(alice, case, action).status_code == 404


def test_acknowledging_leads_back_to_the_case_and_says_so(alice: Client, case: Submission) -> None:
    answer = do(alice, case, "acknowledge", message="We have it")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("requests_app:staff_case", args=[case.reference])
    assert fresh(case).status == Status.ACKNOWLEDGED
    assert "Acknowledged. The requester gets a letter." in alice.get(answer["Location"]).content.decode()


def test_no_letter_is_claimed_where_the_requester_left_no_address(alice: Client, kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset, requester_email="")
    answer = do(alice, case, "acknowledge", message="We have it")
    seen = alice.get(answer["Location"]).content.decode()
    assert "gets a letter" not in seen and "no letter goes out: tell them in another way" in seen
    noted = alice.get(do(alice, fresh(case), "note", body="Rang her up")["Location"]).content.decode()
    assert "Noted." in noted and "no letter" not in noted


def test_kents_law_wants_an_estimate_with_the_acknowledgement(kent: Staff, record: Submission) -> None:
    clerk = signed_in(kent.clerk)
    assert "RCW 42.56.520" in page(clerk, "act", record.reference, "acknowledge").content.decode()
    do(clerk, record, "acknowledge", message="Archive boxes must be brought in", estimate="2026-06-20")
    (deadline,) = record.deadlines.filter(milestone=Milestone.RESPONSE)
    assert deadline.state == ClockState.MET
    assert "before the law" not in page(clerk, "staff_case", record.reference).content.decode()


def test_an_estimate_needs_its_reason_and_a_day_to_come(kent: Staff, record: Submission) -> None:
    clerk = signed_in(kent.clerk)
    text = do(clerk, record, "acknowledge", estimate="2026-05-20").content.decode()
    assert "lies in the past" in text
    assert "Say why it takes until then" in text
    assert fresh(record).status == Status.RECEIVED


def test_a_stale_form_is_refused_with_everything_typed_and_can_be_sent_again(
    kent: Staff, alice: Client, case: Submission
) -> None:
    seen = case.chain_length
    intake.claim(case, by=kent.bob, now=NOW)
    upload = SimpleUploadedFile("plan.txt", b"The plan")
    answer = do(alice, case, "message", revision=seen, body="Long and careful words", files=upload)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Meanwhile Bob did this: “Claim”" in text
    assert "Long and careful words" in text and "plan.txt" in text
    form = answer.context["form"]
    stored = [token for _file, token in form.kept]
    again = do(alice, case, "message", revision=form["revision"].value(), body="Long", stored=stored)
    assert again.status_code == 302
    assert case.attachments.get().name == "plan.txt"


def test_a_form_without_a_revision_is_refused(alice: Client, case: Submission) -> None:
    url = reverse("requests_app:act", args=[case.reference, "note"])
    assert alice.post(url, {"body": "x"}).status_code == 409
    assert case.messages.count() == 0


def test_an_act_that_is_over_is_told_in_a_sentence_and_keeps_the_words(
    kent: Staff, alice: Client, case: Submission
) -> None:
    intake.acknowledge(case, by=kent.bob, now=NOW)
    answer = do(alice, case, "acknowledge", message="I was about to")
    assert answer.status_code == 409
    assert "“Acknowledge” is not possible now" in answer.content.decode()
    assert "I was about to" in answer.content.decode()


def test_claim_release_and_assign_move_the_case_among_people(
    kent: Staff, alice: Client, case: Submission
) -> None:
    do(alice, case, "claim")
    assert fresh(case).assigned_to == kent.alice
    assert do(signed_in(kent.bob), case, "claim").status_code == 409
    do(alice, case, "release")
    assert fresh(case).assigned_to is None
    do(alice, case, "assign", to=kent.bob.pk)
    assert fresh(case).assigned_to == kent.bob


def test_a_case_is_assigned_only_within_its_office(kent: Staff, alice: Client, case: Submission) -> None:
    answer = do(alice, case, "assign", to=kent.charlie.pk)
    assert answer.status_code == 422
    assert answer.context["form"].errors["to"]


def test_a_referral_goes_there_and_comes_back(kent: Staff, alice: Client, case: Submission) -> None:
    office = kent.clerk.memberships.get().office
    assert do(alice, case, "refer", to=office.pk, reason="").context["form"].errors["reason"]
    do(alice, case, "refer", to=office.pk, reason="An official record")
    assert fresh(case).office == office
    assert do(alice, case, "note", body="Seen").status_code == 302
    assert do(alice, case, "claim").status_code == 403
    do(signed_in(kent.clerk), case, "refer_back", reason="It is only data")
    assert fresh(case).office == kent.steward


@pytest.mark.parametrize("office", ["outside", "other_city", "nonsense"])
def test_a_referral_leaves_neither_the_city_nor_the_list(
    people: dict[str, Staff], alice: Client, case: Submission, office: str
) -> None:
    outside = people["kent"].city.offices.filter(outside=True).first()
    to = {"outside": outside.pk if outside else 0, "other_city": people["portland"].steward.pk}.get(
        office, "x"
    )
    assert "to" in do(alice, case, "refer", to=to, reason="Because").context["form"].errors
    assert fresh(case).office == people["kent"].steward


def test_a_question_is_asked_and_its_answer_entered_with_the_day_it_came(
    kent: Staff, case: Submission, time_machine
) -> None:
    do(signed_in(kent.alice), case, "ask", body="Which tree?")
    assert fresh(case).status == Status.CLARIFYING
    time_machine.move_to(FILED + 9 * DAY)
    alice = signed_in(kent.alice)
    assert do(alice, case, "answer", body="The oak", on="2026-06-30").context["form"].errors["on"]
    assert do(alice, case, "answer", body="The oak", on="2026-06-01", at="00:05").status_code == 409
    assert do(alice, case, "answer", body="The oak", on="2026-06-03").status_code == 302
    event = case.events.get(action=Action.ANSWER)
    assert (event.actor, event.happening) == (Actor.STAFF, ClockEvent.CLARIFICATION_ANSWERED)
    assert event.happened_at.astimezone(case.city.zone).date() == dt.date(2026, 6, 3)


def test_an_answer_of_the_same_day_counts_after_the_question(alice: Client, case: Submission) -> None:
    do(alice, case, "ask", body="Which tree?")
    assert do(alice, case, "decline", body="", on="2026-06-01").status_code == 302
    assert fresh(case).status == Status.ACKNOWLEDGED


def test_a_note_is_internal_and_a_message_is_not(alice: Client, case: Submission) -> None:
    do(alice, case, "note", body="Between us")
    do(alice, case, "message", body="To you", files=SimpleUploadedFile("a.txt", b"abc"))
    assert list(Message.objects.filter(submission=case).values_list("body", "internal")) == [
        ("Between us", True),
        ("To you", False),
    ]
    assert case.attachments.get().internal is False


def test_a_file_that_is_not_taken_is_refused_and_the_words_stay(alice: Client, case: Submission) -> None:
    bad = SimpleUploadedFile("run.exe", b"MZ\x00\x01")
    answer = do(alice, case, "message", body="See the file", files=bad)
    text = answer.content.decode()
    assert "is of a type that is not taken" in text and "See the file" in text
    assert case.messages.count() == 0


def test_a_part_is_released_with_its_records(kent: Staff, record: Submission) -> None:
    clerk = signed_in(kent.clerk)
    upload = SimpleUploadedFile("part.txt", b"Page 1")
    do(clerk, record, "release_part", body="Pages 1 to 9; the rest next week", files=upload)
    event = record.events.get(action=Action.RELEASE_PART)
    assert event.happening == ClockEvent.INSTALMENT_RELEASED
    assert record.attachments.get().message.body.startswith("Pages 1")


def test_bakersfields_extension_shows_its_limit_and_holds_to_it(people: dict[str, Staff]) -> None:
    staff = people["bakersfield"]
    case = file_case(staff.city, "records_request")
    clerk = signed_in(staff.clerk)
    deadline = Deadline.objects.get(submission=case, milestone=Milestone.DETERMINATION)
    text = page(clerk, "act", case.reference, "extend").content.decode()
    assert deadline.citation in text
    too_far = deadline.extendable_to + DAY
    answer = do(clerk, case, "extend", until=too_far.isoformat(), reason="Many records")
    assert answer.status_code == 409
    assert "Many records" in answer.content.decode()
    limit = deadline.extendable_to
    do(clerk, case, "extend", until=limit.isoformat(), reason="Many records")
    deadline.refresh_from_db()
    assert deadline.due_on == limit


DENIALS = {
    "kent": {"reasons", "exemption", "explanation"},
    "portland": {"reasons", "exemption"},
    "bakersfield": {"reasons", "responsible"},
    "kansas-city": {"reasons", "explanation"},
    "oklahoma-city": {"reasons"},
}


@pytest.mark.parametrize("slug", DENIALS)
def test_a_denial_must_say_what_the_law_of_the_city_wants(people: dict[str, Staff], slug: str) -> None:
    case = file_case(people[slug].city, "records_request")
    clerk = signed_in(people[slug].clerk)
    answer = do(clerk, case, "determine", outcome=Outcome.DENIED)
    assert set(answer.context["form"].errors) == DENIALS[slug]
    words = {name: "Because of the law" for name in DENIALS[slug]}
    assert do(clerk, case, "determine", outcome=Outcome.PARTIAL, **words).status_code == 302
    assert fresh(case).status == Status.DETERMINED


def test_nothing_is_withheld_where_everything_is_granted(kent: Staff, record: Submission) -> None:
    answer = do(signed_in(kent.clerk), record, "determine", outcome="granted", reasons="Here", exemption="X")
    assert answer.context["form"].errors["exemption"]


def test_an_error_report_is_corrected_without_fields_of_a_denial(alice: Client, case: Submission) -> None:
    form = page(alice, "act", case.reference, "determine").context["form"]
    assert "exemption" not in form.fields
    do(alice, case, "determine", outcome="corrected", reasons="The tree stands on land now")
    assert case.determinations.get().outcome == Outcome.CORRECTED


def test_a_case_is_closed_and_reopened(alice: Client, kent: Staff, case: Submission) -> None:
    answer = determinations.Answer(Outcome.CORRECTED, "Done")
    determinations.determine(case, answer, by=kent.alice, now=NOW)
    assert do(alice, case, "close").status_code == 302
    assert fresh(case).status == Status.CLOSED
    do(alice, case, "reopen", reason="It came back")
    assert (fresh(case).status, fresh(case).cycle) == (Status.RECEIVED, 2)


def acts_on(client: Client, case: Submission) -> set[Action]:
    context = page(client, "staff_case", case.reference).context
    return {action for action, _act in [*context["acts"], *context["direct"]]}


def test_the_custodians_receipt_starts_kansas_citys_clock(people: dict[str, Staff], time_machine) -> None:
    staff = people["kansas-city"]
    custodian = staff.clerk.memberships.get().office
    roles, custodian.roles = custodian.roles, []
    custodian.save()
    case = file_case(staff.city, "records_request")  # while nobody is the custodian
    custodian.roles = roles
    custodian.save()
    time_machine.move_to(FILED + 3 * DAY)
    clerk = signed_in(staff.clerk)
    assert not case.deadlines.filter(milestone=Milestone.RESPONSE).exists()
    assert Action.HAND_TO_CUSTODIAN in acts_on(clerk, case)
    assert do(clerk, case, "hand_to_custodian", on="2026-06-02").status_code == 302
    (deadline,) = case.deadlines.filter(milestone=Milestone.RESPONSE)
    assert deadline.started_on == dt.date(2026, 6, 2)
    assert Action.HAND_TO_CUSTODIAN not in acts_on(clerk, case)
    assert do(clerk, case, "hand_to_custodian", on="2026-06-03").status_code == 409


def test_an_extension_is_offered_only_while_its_notice_can_be_given(
    people: dict[str, Staff], time_machine
) -> None:
    staff = people["bakersfield"]
    case = file_case(staff.city, "records_request")
    deadline = Deadline.objects.get(submission=case, milestone=Milestone.DETERMINATION)
    last = dt.datetime.combine(deadline.due_on, dt.time(12), staff.city.zone)
    time_machine.move_to(last, tick=False)
    assert Action.EXTEND in acts_on(signed_in(staff.clerk), case)
    time_machine.move_to(last + DAY, tick=False)
    assert Action.EXTEND not in acts_on(signed_in(staff.clerk), case)


def test_only_a_records_request_reaches_a_custodian(alice: Client, case: Submission) -> None:
    assert do(alice, case, "hand_to_custodian", on="2026-06-01").status_code == 409


def test_acts_without_an_object_are_not_offered(kent: Staff, alice: Client, case: Submission) -> None:
    offered = acts_on(alice, case)
    assert Action.CLAIM in offered
    assert not {Action.RELEASE, Action.REFER_BACK, Action.EXTEND, Action.ANSWER, Action.REOPEN} & offered
    intake.claim(case, by=kent.alice, now=NOW)
    assert {Action.CLAIM, Action.RELEASE} & acts_on(alice, case) == {Action.RELEASE}


def test_what_happens_outside_starts_its_clock(people: dict[str, Staff], time_machine) -> None:
    staff = people["portland"]
    case = file_case(staff.city, "records_request")
    time_machine.move_to(FILED + 5 * DAY)
    clerk = signed_in(staff.clerk)
    do(clerk, case, "review_petition", route="district-attorney", received_on="2026-06-04", note="Letter")
    (deadline,) = case.deadlines.filter(milestone=Milestone.REVIEWER_DECISION)
    assert deadline.started_on == dt.date(2026, 6, 4)
    assert "The district attorney of the county" in page(clerk, "staff_case", case.reference).content.decode()


def test_what_lies_before_the_case_or_in_the_future_is_not_recorded(kent: Staff, record: Submission) -> None:
    clerk = signed_in(kent.clerk)
    for day in ("2026-05-31", "2026-06-02", "0001-01-01"):
        answer = do(clerk, record, "record", happening="review_requested", on=day)
        assert answer.context["form"].errors["on"], day
    assert not record.events.filter(action=Action.RECORD).exists()


def test_only_what_comes_from_outside_is_recorded_by_hand(kent: Staff, record: Submission) -> None:
    answer = do(signed_in(kent.clerk), record, "record", happening="determined", on="2026-06-01")
    assert answer.context["form"].errors["happening"]


def test_an_auditor_cannot_act(kent: Staff, case: Submission) -> None:
    auditor = signed_in(kent.auditor)
    answer = do(auditor, case, "acknowledge")
    assert answer.status_code == 403
    assert "You may read everything here, but not act." in answer.content.decode()
    assert fresh(case).status == Status.RECEIVED


def test_what_was_said_shows_files_answers_and_their_authors(
    kent: Staff, alice: Client, record: Submission
) -> None:
    conversation.message(record, body="Please hurry", now=NOW)
    answer = determinations.Answer(Outcome.DENIED, "No", "RCW 1", "It is secret", "Ann, Clerk")
    determinations.determine(record, answer, by=kent.clerk, now=NOW + DAY)
    said = page(signed_in(kent.clerk), "staff_case", record.reference).context["file"].said
    assert [(one.author, one.direction, one.title) for one in said] == [
        ("Rita Resident", "in", ""),
        ("Clerk", "out", "Denied"),
    ]
    assert said[1].determination["responsible"] == "Ann, Clerk"


def test_a_public_report_is_taken_off_the_public_page_and_goes_on(kent: Staff, alice: Client) -> None:
    case = file_case(kent.city, dataset=kent.dataset, is_public=True, title="Names a neighbor")
    address = reverse("requests_app:dataset", args=[kent.city.slug, kent.dataset.identifier])
    assert "Names a neighbor" in Client().get(address).content.decode()
    assert do(alice, case, "hide").status_code == 422  # without a reason the form comes again
    assert fresh(case).is_public
    assert do(alice, case, "hide", reason="It names a third person.").status_code == 302
    assert "Names a neighbor" not in Client().get(address).content.decode()
    assert fresh(case).status == Status.RECEIVED
    history = page(alice, "staff_case", case.reference).content.decode()
    assert "Taken off the public page" in history and "It names a third person." in history
    assert do(alice, case, "hide", reason="Again").status_code == 409


def test_taking_off_is_offered_only_for_what_is_public(kent: Staff, alice: Client, case: Submission) -> None:
    public = file_case(kent.city, dataset=kent.dataset, is_public=True)
    hide = "Take off the public page"
    assert hide in page(alice, "staff_case", public.reference).content.decode()
    assert hide not in page(alice, "staff_case", case.reference).content.decode()
