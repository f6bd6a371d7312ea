"""The text of a query as tokens. Alone responsible for letters, strings, names and comments of the language.

Words are recognised in any case. `'...'` and `"..."` are both strings, the second with escapes as in JSON;
names that hold `-` or are words of the language stand in backticks.
"""

import re
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from portals.soda.errors import Position, QueryError, position_in

QUERY_LETTERS = 50_000
QUERY_TOKENS = 10_000
DIGITS = 400
"""Of one number: more can be no value of a table, and long figures are slow to read."""


class Kind(StrEnum):
    """What a token is. Of `WORD` and `SIGN` the value says which."""

    WORD = "word"  # reserved, in capitals
    SIGN = "sign"
    NAME = "name"
    QUOTED = "quoted name"
    SYSTEM = "system name"
    TABLE = "table name"
    NUMBER = "number"
    TEXT = "text"
    END = "end"


class Place(NamedTuple):
    """Where in which text something stands; the position is worked out only when somebody is told."""

    text: str
    offset: int

    @property
    def position(self) -> Position | None:
        """None for what stands in no text."""
        return position_in(self.text, self.offset) if self.text else None


class Token(NamedTuple):
    """`value` without quotes and escapes; `raw` as it was written."""

    kind: Kind
    value: str
    raw: str
    at: Place


WORDS = frozenset(
    [
        *(
            "SELECT",
            "DISTINCT",
            "EXCEPT",
            "AS",
            "WHERE",
            "GROUP",
            "HAVING",
            "ORDER",
            "LIMIT",
            "OFFSET",
            "SEARCH",
        ),
        *("FROM", "JOIN", "ON", "INNER", "OUTER", "LEFT", "RIGHT", "FULL", "LATERAL", "ASC", "DESC"),
        *("IS", "BETWEEN", "IN", "LIKE", "AND", "OR", "NOT", "NULL", "TRUE", "FALSE"),
        *("UNION", "INTERSECT", "MINUS"),
    ]
)
"""The reserved words. BY, CASE, OVER and others mean something in their place only and may name columns."""

_TOKEN = re.compile(
    r"""
      (?P<space> [ \t\r\n]+ | --[^\r\n]* | /\*.*?\*/ )
    | (?P<number> [0-9]+ (?: \.[0-9]* )? (?: [eE][+-]?[0-9]+ )? )
    | (?P<text> '[^']*(?: ''[^']* )*' )
    | (?P<name> [^\W\d][\w$]* )
    | (?P<quoted> ` :? @? (?: - | [^\W\d] | (?<=[:@])\w ) [-\w$]* ` )
    | (?P<system> :@?\w[\w$]* )
    | (?P<table> @[-\w]+ )
    | (?P<sign> \|> | \|\| | :: | :\* | <= | >= | <> | != | == | [-+*/%^()\[\].,<>=] )
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r'[^\n"\\]+')
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def tokens(text: str) -> list[Token]:
    """All tokens of a text, the last of kind END; raises QueryError where it is no text of the language."""
    if len(text) > QUERY_LETTERS:
        raise QueryError("query.soql.bad-parse", f"The query is longer than {QUERY_LETTERS} characters")
    if found := _UNSTORABLE.search(text):
        raise _unexpected(text, found.start())
    result: list[Token] = []
    offset = 0
    while offset < len(text):
        token, offset = _token(text, offset)
        if token is not None:
            result.append(token)
        if len(result) > QUERY_TOKENS:
            raise QueryError(
                "query.soql.bad-parse", f"The query has more than {QUERY_TOKENS} words and signs"
            )
    result.append(Token(Kind.END, "", "", Place(text, offset)))
    return result


def _token(text: str, offset: int) -> tuple[Token | None, int]:
    if text[offset] == '"':
        value, end = _double_quoted(text, offset)
        return Token(Kind.TEXT, value, text[offset:end], Place(text, offset)), end
    match = _TOKEN.match(text, offset)
    if match is None or (match.group() == "/" and text.startswith("/*", offset)):
        raise _unexpected(text, offset)
    if match.lastgroup == "space":
        return None, match.end()
    return _of(match, Place(text, offset)), match.end()


def _of(match: re.Match[str], at: Place) -> Token:
    raw = match.group()
    if match.lastgroup == "name" and raw.upper() in WORDS:
        return Token(Kind.WORD, raw.upper(), raw, at)
    if match.lastgroup == "quoted":
        name = raw[1:-1]
        return Token(Kind.SYSTEM if name.startswith(":") else Kind.QUOTED, name, raw, at)
    if match.lastgroup == "text":
        return Token(Kind.TEXT, raw[1:-1].replace("''", "'"), raw, at)
    if match.lastgroup == "number" and (len(raw) > DIGITS or abs(Decimal(raw).adjusted()) > DIGITS):
        raise QueryError("query.soql.bad-parse", "The number is too large", position=at.position)
    return Token(Kind[(match.lastgroup or "").upper()], raw, raw, at)


def _unexpected(text: str, offset: int) -> QueryError:
    """Why no token begins here: something was not closed, or it is no sign of the language."""
    if text[offset] in "'`" or text.startswith("/*", offset):
        what = {"'": "the string", "`": "the name in backticks"}.get(text[offset], "the comment")
        closed = text[offset] == "`" and "`" in text[offset + 1 :]
        if not closed:
            return QueryError(
                "query.soql.unexpected-eof",
                f"Unexpected end of input: {what} that begins here is not closed",
                position=position_in(text, offset),
            )
    character = text[offset]
    return QueryError(
        "query.soql.unexpected-character",
        f"Unexpected character: {character!a}"
        if not character.isprintable()
        else f"Unexpected character: {character}",
        position=position_in(text, offset),
        data={"character": character if character.isprintable() else f"{character!a}"[1:-1]},
    )


def _double_quoted(text: str, start: int) -> tuple[str, int]:
    """The value of a string in double quotes that begins at `start`, and where it ends."""
    parts: list[str] = []
    offset = start + 1
    while offset < len(text):
        if plain := _PLAIN.match(text, offset):
            parts.append(plain.group())
            offset = plain.end()
        elif text[offset] == '"':
            return _paired("".join(parts), text, start), offset + 1
        elif text[offset] == "\n":
            raise _bad("unterminated-string", "Unterminated string", text, offset)
        else:
            part, offset = _escaped(text, offset)
            parts.append(part)
    raise _bad("unexpected-eof", "Unexpected end of input: the string is not closed", text, start)


def _escaped(text: str, offset: int) -> tuple[str, int]:
    """What the escape that begins at `offset` stands for, and where it ends."""
    letter = text[offset + 1 : offset + 2]
    if letter in ("u", "U"):
        return _code_point(text, offset + 2, 4 if letter == "u" else 6)
    if not letter:
        raise _bad("unexpected-eof", "Unexpected end of input: the string is not closed", text, offset)
    if letter not in _ESCAPES:
        raise _bad("unexpected-escape", f"Unexpected escape character: {letter!a}", text, offset)
    return _ESCAPES[letter], offset + 2


def _code_point(text: str, offset: int, length: int) -> tuple[str, int]:
    digits = text[offset : offset + length]
    for place, digit in enumerate(digits):
        if digit not in "0123456789abcdefABCDEF":
            raise _bad(
                "bad-unicode-escape-character",
                f"Bad unicode escape character: {digit!a}",
                text,
                offset + place,
            )
    if len(digits) < length:
        raise _bad("unexpected-eof", "Unexpected end of input: the string is not closed", text, offset)
    if int(digits, 16) > 0x10FFFF or not int(digits, 16):
        raise _bad(
            "unicode-character-out-of-range", f"Unicode character out of range: {digits}", text, offset
        )
    return chr(int(digits, 16)), offset + length


def _paired(value: str, text: str, start: int) -> str:
    """The string with two escapes of a pair (as JSON writes rare letters) as the one letter they mean."""
    if not _UNSTORABLE.search(value):
        return value
    try:
        return value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise _bad("unicode-character-out-of-range", "Half a unicode character", text, start) from None


def _bad(code: str, message: str, text: str, offset: int) -> QueryError:
    return QueryError(f"query.soql.{code}", message, position=position_in(text, offset))
