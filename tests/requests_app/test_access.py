"""Who may see and who may act: a matrix of people, and every way by which a case could leak."""

import pytest
from django.contrib.auth.models import AnonymousUser

from portals.models import Member, User
from portals.vocabulary import MemberRole, Relation
from requests_app import access, determinations, intake, routing
from requests_app.attachments.files import StoredFile
from requests_app.correspondence import conversation
from requests_app.models import Action, Attachment, Status, Submission
from tests.requests_app.factories import FILED, MemberFactory, Staff, UserFactory, file_case


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return file_case(kent.city, dataset=kent.dataset)


@pytest.fixture
def informed(kent: Staff, case: Submission) -> User:
    """The attorney's office is told of the case."""
    assert kent.attorney
    office = kent.attorney.memberships.get().office
    case.involvements.filter(office=office).delete()
    routing.involve(case, office, Relation.INFORMED, now=FILED, because={})
    return kent.attorney


def everybody(people: dict[str, Staff]) -> dict[str, object]:
    kent, portland = people["kent"], people["portland"]
    return {
        "alice": kent.alice,
        "bob": kent.bob,
        "charlie": kent.charlie,
        "clerk": kent.clerk,
        "attorney": kent.attorney,
        "auditor": kent.auditor,
        "alice of another city": portland.alice,
        "clerk of another city": portland.clerk,
        "auditor of another city": portland.auditor,
        "account without an office": UserFactory(),
        "superuser without an office": UserFactory(is_staff=True, is_superuser=True),
        "outsider": AnonymousUser(),
    }


NOTE_ONLY = {Action.NOTE}
ALL = "all"
MATRIX = {
    "alice": (True, ALL),
    "bob": (True, ALL),
    "charlie": (False, set()),
    "clerk": (True, ALL),
    "attorney": (True, NOTE_ONLY),
    "auditor": (True, set()),
    "alice of another city": (False, set()),
    "clerk of another city": (False, set()),
    "auditor of another city": (False, set()),
    "account without an office": (False, set()),
    "superuser without an office": (False, set()),
    "outsider": (False, set()),
}


@pytest.mark.parametrize("who", MATRIX)
def test_who_sees_a_case_and_what_he_may_do(
    people: dict[str, Staff], case: Submission, informed: User, who: str
) -> None:
    sees, may = MATRIX[who]
    standing = access.standing(everybody(people)[who])
    assert access.visible_to(standing).filter(pk=case.pk).exists() is sees
    permitted = set(access.permitted(standing, case))
    if may == ALL:
        assert {Action.ACKNOWLEDGE, Action.DETERMINE, Action.REFER, Action.NOTE} <= permitted
    else:
        assert permitted == may


@pytest.mark.parametrize("who", MATRIX)
def test_files_follow_the_case(people: dict[str, Staff], case: Submission, informed: User, who: str) -> None:
    stored = StoredFile("a.txt", "0" * 64, 1, "text/plain")
    conversation.note(case, body="x", by=people["kent"].alice, now=FILED, files=[stored])
    standing = access.standing(everybody(people)[who])
    assert access.files_for_staff(standing).exists() is MATRIX[who][0]


@pytest.mark.parametrize("scope", [access.led_by, access.involving, access.whole_city])
@pytest.mark.parametrize("who", MATRIX)
def test_every_list_is_part_of_what_may_be_seen(
    people: dict[str, Staff], case: Submission, informed: User, who: str, scope
) -> None:
    standing = access.standing(everybody(people)[who])
    assert set(scope(standing)) <= set(access.visible_to(standing))


def test_a_member_who_left_sees_and_does_nothing(kent: Staff, case: Submission) -> None:
    intake.claim(case, by=kent.alice, now=FILED)
    Member.objects.filter(user=kent.alice).update(active=False)
    standing = access.standing(kent.alice)
    assert not standing.is_staff
    assert not access.visible_to(standing).exists()
    case.refresh_from_db()
    assert access.permitted(standing, case) == []


def test_the_office_that_referred_a_case_may_still_read_and_note_it(kent: Staff, case: Submission) -> None:
    office = kent.clerk.memberships.get().office
    routing.refer(case, to=office, reason="Not ours", by=kent.alice, now=FILED)
    case.refresh_from_db()
    standing = access.standing(kent.alice)
    assert access.visible_to(standing).get() == case
    assert access.permitted(standing, case) == [Action.NOTE]


@pytest.mark.parametrize("relation", [Relation.TOGETHER, Relation.ALTERNATIVE])
def test_an_office_that_must_or_may_act_beside_the_lead_does(
    kent: Staff, case: Submission, relation: Relation
) -> None:
    office = kent.charlie.memberships.get().office
    case.involvements.filter(office=office).delete()
    routing.involve(case, office, relation, now=FILED, because={})
    assert Action.ACKNOWLEDGE in access.permitted(access.standing(kent.charlie), case)


def test_an_auditor_with_a_desk_elsewhere_acts_only_there(people: dict[str, Staff], case: Submission) -> None:
    kent, portland = people["kent"], people["portland"]
    MemberFactory(user=kent.auditor, office=portland.steward)
    theirs = file_case(portland.city, dataset=portland.dataset)
    standing = access.standing(kent.auditor)
    assert set(access.visible_to(standing)) == {case, theirs}
    assert access.permitted(standing, case) == []
    assert Action.ACKNOWLEDGE in access.permitted(standing, theirs)


def test_an_administrator_runs_the_whole_city(kent: Staff, case: Submission) -> None:
    user = UserFactory()
    Member.objects.create(user=user, city=kent.city, role=MemberRole.ADMINISTRATOR)
    standing = access.standing(user)
    assert access.visible_to(standing).get() == case
    assert Action.REFER in access.permitted(standing, case)


def test_the_clocks_own_acts_are_nobodys(kent: Staff, case: Submission) -> None:
    permitted = set(access.permitted(access.standing(kent.bob), case))
    assert not permitted & access.CLOCK_ACTIONS


def test_an_answer_that_came_by_phone_can_be_entered_while_a_question_is_open(
    kent: Staff, case: Submission
) -> None:
    standing = access.standing(kent.alice)
    assert Action.ANSWER not in access.permitted(standing, case)
    conversation.ask(case, body="Which?", by=kent.alice, now=FILED)
    case.refresh_from_db()
    assert case.status == Status.CLARIFYING
    assert {Action.ANSWER, Action.DECLINE} <= set(access.permitted(standing, case))


def test_a_requester_opens_only_the_case_whose_code_was_proved(kent: Staff, case: Submission) -> None:
    other = file_case(kent.city)
    session: dict[str, object] = {}
    access.grant_requester(session, case, now=FILED)
    seen = access.visible_to_requester(session, now=FILED)
    assert list(seen) == [case] and other not in seen
    assert not access.visible_to_requester(session, now=FILED + access.CODE_HOLDS).exists()


def test_a_requester_never_gets_an_internal_file(kent: Staff, case: Submission) -> None:
    session: dict[str, object] = {}
    access.grant_requester(session, case, now=FILED)
    for internal in (True, False):
        Attachment.objects.create(
            submission=case, actor="staff", at=FILED, name="a", sha256="0", size=1, internal=internal
        )
    (file,) = access.files_for_requester(session, now=FILED)
    assert file.internal is False


def test_only_public_error_reports_stand_on_a_datasets_page(kent: Staff, case: Submission) -> None:
    public = file_case(kent.city, dataset=kent.dataset, is_public=True)
    file_case(kent.city, "records_request", dataset=kent.dataset, is_public=True)
    assert list(access.public_reports(kent.dataset)) == [public]


def test_nothing_but_a_follow_up_and_closing_remains_after_the_answer(kent: Staff, case: Submission) -> None:
    answer = determinations.Answer(determinations.Outcome.CORRECTED, "Done")
    determinations.determine(case, answer, by=kent.alice, now=FILED)
    case.refresh_from_db()
    permitted = set(access.permitted(access.standing(kent.alice), case))
    assert {Action.CLOSE, Action.REOPEN} <= permitted
    assert not {Action.ACKNOWLEDGE, Action.DETERMINE, Action.REFER, Action.CLAIM} & permitted
