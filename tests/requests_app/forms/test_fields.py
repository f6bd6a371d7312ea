"""What people really type."""

import pytest
from django import forms

from requests_app.forms.fields import TEXT_LIMIT, LineField, MailField, TextField, YesNoField, plain


def test_control_signs_go_and_every_script_stays() -> None:
    assert plain("a\x00b\x1b[31m\x85 ñ 漢字 العربية 😀\ttab") == "ab[31m ñ 漢字 العربية 😀\ttab"


def test_line_ends_become_one_sign() -> None:
    assert plain("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_a_text_of_control_signs_alone_is_empty() -> None:
    with pytest.raises(forms.ValidationError):
        TextField().clean("\x00\x07 \r\n")


def test_the_limit_is_said_with_both_numbers() -> None:
    assert len(TextField().clean("x" * TEXT_LIMIT)) == TEXT_LIMIT
    with pytest.raises(forms.ValidationError) as refused:
        TextField().clean("x" * 1_000_000)
    assert "1000000 characters" in str(refused.value) and "20000" in str(refused.value)


def test_a_line_keeps_no_line_break() -> None:
    assert LineField().clean("  Main\r\n Street\t5 ") == "Main Street 5"


def test_a_question_may_stay_unanswered_but_takes_no_other_word() -> None:
    assert YesNoField().clean("") == ""
    with pytest.raises(forms.ValidationError):
        YesNoField().clean("perhaps")


def test_an_address_that_is_none_is_answered_with_an_example() -> None:
    assert MailField().clean(" ann@example.org ") == "ann@example.org"
    for typed in ("ann", "ann@@example.org", "ann@example", "ann smith@example.org"):
        with pytest.raises(forms.ValidationError, match="Enter it like"):
            MailField().clean(typed)
