"""Letters that the clock renders once for many: each is the one that would have been written alone."""

import pytest

from requests_app.models import Submission
from requests_app.notices import FormLetters, letter_to_requester
from tests.requests_app.factories import FILED, Staff, file_case


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.mark.parametrize("kind", ["escalated", "followed_up"])
@pytest.mark.parametrize("heads", [False, True])
def test_a_form_letter_is_the_letter_that_would_have_been_written_alone(
    kent: Staff, kind: str, heads: bool
) -> None:
    forms = FormLetters()
    for case in (file_case(kent.city, dataset=kent.dataset), file_case(kent.city, dataset=kent.dataset)):
        (values,) = forms.values(case, kind, now=FILED, occasion="event:2", office=kent.steward, heads=heads)
        alone = letter_to_requester(
            case, kind, now=FILED, occasion="event:2", deadlines=(), office=kent.steward, heads=heads
        )
        assert alone is not None
        assert values == {name: getattr(alone, name) for name in values}
        assert case.reference in values["subject"] + values["body"]


def test_offices_and_kinds_have_letters_of_their_own(kent: Staff) -> None:
    forms, case = FormLetters(), file_case(kent.city, dataset=kent.dataset)
    office = case.office
    first = forms.values(case, "escalated", now=FILED, occasion="1", office=office, heads=False)
    other = forms.values(case, "escalated", now=FILED, occasion="1", office=office, heads=True)
    third = forms.values(case, "followed_up", now=FILED, occasion="1", office=office, heads=False)
    assert len({letter[0]["body"] for letter in (first, other, third)}) == 3


def test_who_left_no_address_gets_no_letter(kent: Staff) -> None:
    case: Submission = file_case(kent.city)
    case.requester_email = ""
    assert (
        FormLetters().values(case, "escalated", now=FILED, occasion="1", office=case.office, heads=False)
        == []
    )
