"""References that people copy by hand, and codes that open a case."""

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from requests_app.doors import references
from requests_app.doors.references import (
    ALPHABET,
    CODE_LENGTH,
    LENGTH,
    _check_sign,
    code_from,
    code_hash,
    code_matches,
    new_code,
    new_reference,
    normalised,
)

BODY = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)


def complete(body: str) -> str:
    return f"KNT-{body}{_check_sign(body)}"


@given(BODY, st.integers(0, LENGTH), st.sampled_from(ALPHABET))
def test_every_single_wrong_sign_is_caught(body: str, place: int, wrong: str) -> None:
    signs = list(complete(body)[4:])
    if signs[place] == wrong:
        assert normalised("KNT-" + "".join(signs)) == complete(body)
        return
    signs[place] = wrong
    assert normalised("KNT-" + "".join(signs)) is None


@given(BODY, st.integers(0, LENGTH - 1))
def test_every_swap_of_neighbours_is_caught(body: str, place: int) -> None:
    signs = list(complete(body)[4:])
    signs[place], signs[place + 1] = signs[place + 1], signs[place]
    same = signs[place] == signs[place + 1]
    assert normalised("KNT-" + "".join(signs)) == (complete(body) if same else None)


def test_the_signs_are_a_prime_number_without_those_that_are_mistaken() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert not set("0O1IL") & set(ALPHABET)


@given(BODY, st.sampled_from([" ", "-", ".", "\u2013", " - ", ""]), st.booleans())
def test_it_is_read_however_it_is_written(body: str, gap: str, small: bool) -> None:
    written = gap.join(["KNT", body[:4], body[4:], _check_sign(body)])
    assert normalised(f" {written.lower() if small else written}\n") == complete(body)


@pytest.mark.parametrize(
    "typed", ["", "KNT", "KNT-", "KNT-2345", "123-23456789A", "\u00df" * 12, "x" * 10_000]
)
def test_what_is_no_reference_is_none(typed: str) -> None:
    assert normalised(typed) is None


@given(st.text(max_size=40))
def test_no_text_makes_it_fall_over(typed: str) -> None:
    found = normalised(typed)
    assert found is None or normalised(found) == found


def test_new_references_and_codes_do_not_repeat() -> None:
    made = {new_reference("KNT") for _number in range(2000)}
    assert len(made) == 2000
    assert all(normalised(reference) == reference for reference in made)
    assert len({new_code() for _number in range(2000)}) == 2000
    assert [len(part) for part in new_code().split("-")] == [CODE_LENGTH // 3] * 3


def test_a_code_opens_its_own_case_only_however_it_is_typed() -> None:
    code = new_code()
    stored = code_hash("KNT-23456789A", code)
    assert code_matches("KNT-23456789A", f" {code.lower().replace('-', ' ')} ", stored)
    assert not code_matches("KNT-23456789B", code, stored)
    assert not code_matches("KNT-23456789A", new_code(), stored)
    assert not code_matches("KNT-23456789A", "", stored)
    assert code.replace("-", "") not in stored


def test_a_code_from_a_secret_is_always_the_same_and_looks_like_any_other() -> None:
    made = {code_from(f"secret-{number}") for number in range(2000)}
    assert len(made) == 2000 and {len(code) for code in made} == {len(new_code())}
    assert {sign for code in made for sign in code} == {*ALPHABET, "-"}
    assert code_from("secret-1") == code_from("secret-1")
    with override_settings(SECRET_KEY="another"):
        assert code_from("secret-1") not in made


def test_codes_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(references.hmac, "compare_digest", lambda *pair: asked.append(pair) or True)
    assert code_matches("KNT-23456789A", "x", "y")
    assert len(asked) == 1
