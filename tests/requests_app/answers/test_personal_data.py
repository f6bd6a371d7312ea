"""What looks like personal data, and what does not."""

import pytest

from requests_app.answers.personal_data import Finding, What, find, luhn


def said(text: str, **more) -> list[tuple[str, str]]:
    return [(str(one.what), one.text) for one in find(text, "Answer", **more)]


@pytest.mark.parametrize(
    ("text", "what", "found"),
    [
        ("Write to rita.resident+x@mail.example.org.", "email", "rita.resident+x@mail.example.org"),
        ("Call (253) 555-0147 at noon", "phone", "(253) 555-0147"),
        ("Call +1 253.555.0147", "phone", "+1 253.555.0147"),
        ("Call 2535550147", "phone", "2535550147"),
        ("SSN 123-45-6789", "ssn", "123-45-6789"),
        ("Card 4111 1111 1111 1111 was charged", "card", "4111 1111 1111 1111"),
        ("She lives at 1402 W Meeker Street.", "address", "1402 W Meeker Street"),
        ("He lives at 12 Oak Ave", "address", "12 Oak Ave"),
        ("born on 03/14/1971", "birth", "born on 03/14/1971"),
        ("DOB: 1971-03-14", "birth", "DOB: 1971-03-14"),
    ],
)
def test_what_looks_like_personal_data_is_found(text: str, what: str, found: str) -> None:
    hits = [one for kind, one in said(text) if kind == what]
    assert [hit.rstrip(".") for hit in hits] == [found]


@pytest.mark.parametrize(
    "text",
    [
        "Forty trees were planted in 2024 and 2025.",
        "The budget is $1,250,000.00 for 2026-2027.",
        "RCW 42.56.520(1) and RSMo 610.023.3 apply.",
        "Case KNT-7F3K9QX2M was closed on June 8, 2026.",
        "Version 1.2.3, table 4111 1111 1111 1112",
        "The dataset holds 1000000000000 rows",
    ],
)
def test_ordinary_words_and_numbers_are_left_alone(text: str) -> None:
    assert [kind for kind, _text in said(text) if kind not in ("phone",)] == []


def test_the_requester_is_found_by_the_whole_name_by_a_part_and_by_the_address() -> None:
    names = ["Rita Resident", "rita@people.example"]
    assert ("requester", "Rita Resident") in said("Dear Rita Resident,", names=names)
    assert ("requester", "RESIDENT") in said("Ms. RESIDENT asked", names=names)
    assert ("requester", "rita@people.example") in said("From rita@people.example", names=names)
    assert said("The residents of the city", names=names) == []
    assert said("Al said so", names=["Al"]) == []


def test_a_finding_is_the_same_only_for_the_same_words_at_the_same_place() -> None:
    one = Finding(What.PHONE, "253 555 0147", "Answer")
    assert one.key == Finding(What.PHONE, "253 555 0147", "Answer").key
    others = [Finding(What.PHONE, "253 555 0148", "Answer"), Finding(What.PHONE, "253 555 0147", "Title")]
    assert one.key not in {other.key for other in others}


def test_each_finding_stands_once() -> None:
    assert len(find("a@b.example and again a@b.example", "Answer")) == 1


@pytest.mark.parametrize(
    ("digits", "right"), [("4111111111111111", True), ("4111111111111112", False), ("0", True)]
)
def test_the_check_digit_of_cards(digits: str, right: bool) -> None:
    assert luhn(digits) is right


@pytest.mark.parametrize("text", ["", "\0", "9" * 100_000, "a@" * 50_000, "1 A " * 20_000, "(" * 100_000])
def test_no_text_takes_long(text: str) -> None:
    find(text, "Answer", names=["(", "a" * 200])
