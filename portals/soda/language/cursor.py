"""Walks through the tokens of a query: what comes next, what must come, and what to say when it does not.

Messages follow the older servers in tone: what was expected, what came."""

from portals.soda.errors import QueryError
from portals.soda.language.lexer import Kind, Place, Token, tokens

NESTING = 40
"""Levels of brackets and prefixes. The reader calls itself for each, and Python has an end to that."""

_CLAUSES = frozenset({"WHERE", "GROUP", "HAVING", "ORDER", "SEARCH", "LIMIT", "OFFSET"})
_ORDER = "the clauses come in the order SELECT, WHERE, GROUP BY, HAVING, ORDER BY or SEARCH, LIMIT or OFFSET"
_OTHER_TABLES = frozenset(
    ("FROM", "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "LATERAL", "UNION", "INTERSECT", "MINUS")
)


class Cursor:
    """The tokens of one text and a place among them."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._index = 0
        self._levels = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._index]

    def after(self, count: int = 1) -> Token:
        """The token so many places ahead; at the end it stays the last."""
        return self._tokens[min(self._index + count, len(self._tokens) - 1)]

    def step(self) -> Token:
        """Passes over the next token and gives it."""
        token = self.token
        self._index = min(self._index + 1, len(self._tokens) - 1)
        return token

    def at_sign(self, *signs: str) -> bool:
        return self.token.kind == Kind.SIGN and self.token.value in signs

    def at_word(self, *words: str, ahead: int = 0) -> bool:
        """Whether a word of the language comes, also one that is not reserved."""
        return is_word(self.after(ahead), *words)

    def pass_sign(self, sign: str) -> bool:
        """Passes over the sign if it comes."""
        return self.at_sign(sign) and bool(self.step())

    def pass_word(self, *words: str) -> bool:
        """Passes over these words if they come, all of them."""
        if not all(self.at_word(word, ahead=place) for place, word in enumerate(words)):
            return False
        for _word in words:
            self.step()
        return True

    def need_sign(self, sign: str) -> Token:
        if not self.at_sign(sign):
            raise self.expected(f"`{sign}'")
        return self.step()

    def need_word(self, word: str) -> Token:
        if not self.at_word(word):
            raise self.expected(f"`{word}'")
        return self.step()

    def need_end(self) -> None:
        """Raises QueryError where something follows."""
        token = self.token
        if token.kind == Kind.END:
            return
        refuse_other_tables(token)
        why = ""
        if is_word(token, *_CLAUSES):
            why = f": {_ORDER}"
        elif token.kind == Kind.SIGN and token.value in ("*", ":*"):
            why = ": a list begins with `:*`, then `*`, then everything else"
        raise bad_parse(f"Unexpected `{token.raw[:100]}'{why}", token.at)

    def expected(self, what: str) -> QueryError:
        """That something else should stand here."""
        token = self.token
        refuse_other_tables(token)
        found = "end of input" if token.kind == Kind.END else f"`{token.raw[:100]}'"
        return bad_parse(f"Expected {what}, but got {found}", token.at)

    def deeper(self) -> None:
        """One level down; call `higher` on the way back (not where an error ends it all)."""
        self._levels += 1
        if self._levels > NESTING:
            raise bad_parse(f"The query is nested more than {NESTING} levels deep", self.token.at)

    def higher(self) -> None:
        self._levels -= 1


def is_word(token: Token, *words: str) -> bool:
    """Whether a token is one of these words (in capitals), reserved or not, and no name in backticks."""
    return token.kind in (Kind.WORD, Kind.NAME) and token.value.upper() in words


def bad_parse(message: str, at: Place) -> QueryError:
    """For what is no query."""
    return QueryError("query.soql.bad-parse", message, position=at.position)


def not_offered(what: str, at: Place, because: str = "") -> QueryError:
    """For what the language has and this server has not."""
    why = f": {because}" if because else ""
    return QueryError("query.soql.not-offered", f"{what} is not offered here{why}", position=at.position)


def refuse_other_tables(token: Token) -> None:
    """Raises QueryError where a token can only belong to what needs a second table."""
    because = "a query reads the one table of its address"
    if token.kind == Kind.TABLE:
        raise not_offered(f"Naming a table ({token.raw[:100]})", token.at, because)
    if token.kind == Kind.WORD and token.value in _OTHER_TABLES:
        raise not_offered(token.value, token.at, because)
