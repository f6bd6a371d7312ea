"""Letters, strings, names and comments of the language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.soda.errors import QueryError
from portals.soda.language.lexer import QUERY_LETTERS, QUERY_TOKENS, WORDS, Kind, tokens

W, S, N, Q, Y, T = Kind.WORD, Kind.SIGN, Kind.NAME, Kind.QUOTED, Kind.SYSTEM, Kind.TEXT


def read(text: str) -> list[tuple[Kind, str]]:
    return [(token.kind, token.value) for token in tokens(text)[:-1]]


def refused(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        tokens(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \t\r\n", []),
        ("select SeLeCt", [(W, "SELECT"), (W, "SELECT")]),
        ("by case over", [(N, "by"), (N, "case"), (N, "over")]),
        ("`select` `a-b`", [(Q, "select"), (Q, "a-b")]),
        ("étäøîn _a a$1", [(N, "étäøîn"), (N, "_a"), (N, "a$1")]),
        (":id :@x `:id` `:@a-b`", [(Y, ":id"), (Y, ":@x"), (Y, ":id"), (Y, ":@a-b")]),
        ("a::number", [(N, "a"), (S, "::"), (N, "number")]),
        (":*", [(S, ":*")]),
        ("@abcd-1234", [(Kind.TABLE, "@abcd-1234")]),
        ("1 1.5 1. 2e3 4.0E-2", [(Kind.NUMBER, each) for each in ("1", "1.5", "1.", "2e3", "4.0E-2")]),
        (".5", [(S, "."), (Kind.NUMBER, "5")]),
        ("a--b\nc", [(N, "a"), (N, "c")]),
        ("a/* b\n * */c", [(N, "a"), (N, "c")]),
        ("<=<>=>!===||||>", [(S, each) for each in ("<=", "<>", "=", ">", "!=", "==", "||", "||", ">")]),
        ("|>", [(S, "|>")]),
    ],
)
def test_a_text_is_read_as_these_tokens(text: str, found: list[tuple[Kind, str]]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'it''s'", "it's"),
        ("''", ""),
        ("'a\nb'", "a\nb"),
        (r"'a\nb'", r"a\nb"),
        ('"it\'s"', "it's"),
        (r'"a\n\t\"\\"', 'a\n\t"\\'),
        (r'"\u00e9"', "é"),
        (r'"\U01F600"', "😀"),
        (r'"\ud83d\ude00"', "😀"),
    ],
)
def test_both_kinds_of_quotes_make_a_string(text: str, value: str) -> None:
    assert read(text) == [(T, value)]


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("a ? b", "unexpected-character", 3),
        ("a ! b", "unexpected-character", 3),
        ("a; b", "unexpected-character", 2),
        ("a\0", "unexpected-character", 2),
        ("a\ud800", "unexpected-character", 2),
        ("a\u00a0b", "unexpected-character", 2),
        ("`1a`", "unexpected-character", 1),
        ("a = 'b", "unexpected-eof", 5),
        ('a = "b', "unexpected-eof", 5),
        ("a `b", "unexpected-eof", 3),
        ("a /* b", "unexpected-eof", 3),
        ('"a\nb"', "unterminated-string", 3),
        (r'"\x"', "unexpected-escape", 2),
        (r'"\u12', "unexpected-eof", 4),
        (r'"\u12g4"', "bad-unicode-escape-character", 6),
        (r'"\U110000"', "unicode-character-out-of-range", 4),
        (r'"\ud83d"', "unicode-character-out-of-range", 1),
        ("1e999999999", "bad-parse", 1),
        ("9" * 500, "bad-parse", 1),
    ],
)
def test_what_is_no_text_of_the_language_is_refused_with_its_place(text: str, code: str, column: int) -> None:
    error = refused(text)
    assert error.code == f"query.soql.{code}"
    assert error.position is not None
    assert (error.position.row, error.position.column) == (1, column)


@pytest.mark.parametrize("text", ["a" * (QUERY_LETTERS + 1), "a " * (QUERY_TOKENS + 1)])
def test_a_query_has_a_largest_size(text: str) -> None:
    assert "more than" in refused(text).message or "longer than" in refused(text).message


@pytest.mark.parametrize("word", sorted(WORDS))
def test_a_word_of_the_language_is_a_name_in_backticks(word: str) -> None:
    assert read(f"`{word.lower()}`") == [(Q, word.lower())]


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=("Cs",))))
def test_whatever_stands_in_single_quotes_comes_out_as_it_was(value: str) -> None:
    assert read("'" + value.replace("'", "''") + "'") == [(T, value)]


@given(st.text())
def test_any_text_gives_tokens_or_an_error_of_the_query(text: str) -> None:
    try:
        found = tokens(text)
    except QueryError as error:
        assert error.code.startswith("query.soql.")
    else:
        assert found[-1].kind == Kind.END
        assert all(token.at.text[token.at.offset :].startswith(token.raw) for token in found)
