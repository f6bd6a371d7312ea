"""What the read API answers when it cannot do what was asked, in the three forms that its clients know.

Messages are part of the interface: programs compare them, so they are not translated.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

SNIPPET_LETTERS = 200


class Position(NamedTuple):
    """A place in the text of a query; row and column count from 1. `line` shows it, with a mark below."""

    row: int
    column: int
    line: str = ""


class SodaError(Exception):
    """Anything the API refuses: a sentence, a code (may be blank), a status, and facts for programs.

    With a code the body is `{code, error, message, data}`, without one `{error, message}`.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        status: int = HTTPStatus.BAD_REQUEST,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = int(status)
        self.data: dict[str, Any] = dict(data or {})

    def as_json(self, dataset: str = "") -> dict[str, Any]:
        """The body of the answer. `dataset` is the identifier that was asked; only query errors tell it."""
        if not self.code:
            return {"error": True, "message": self.message}
        return {"code": self.code, "error": True, "message": self.message, "data": self.data}


class QueryError(SodaError):
    """What is wrong with a query: code, sentence and, where one place is to blame, its position.

    The body is `{message, errorCode, data}`; codes are the `query.soql.*` of the older servers, for which
    clients are written.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        position: Position | None = None,
        data: Mapping[str, Any] | None = None,
        status: int = HTTPStatus.BAD_REQUEST,
    ) -> None:
        super().__init__(message, code=code, status=status, data=data)
        self.position = position

    def as_json(self, dataset: str = "") -> dict[str, Any]:
        """The body of the answer, with the dataset and the position among its data."""
        data = {**self.data, **({"dataset": dataset} if dataset else {})}
        if self.position is not None:
            data["position"] = {name: value for name, value in self.position._asdict().items() if value}
        about = f"Query coordinator error: {self.code}; " if self.code.startswith("query.") else ""
        return {"message": f"{about}{self.message}", "errorCode": self.code, "data": data}


def position_in(text: str, offset: int) -> Position:
    """Where in a text a place is, with the part of its line around it and a mark below."""
    before = text[:offset]
    start = before.rfind("\n") + 1
    end = text.find("\n", offset)
    line = text[start : end if end >= 0 else len(text)]
    place = offset - start
    first = max(0, place - SNIPPET_LETTERS // 2)
    shown = line[first : first + SNIPPET_LETTERS]
    return Position(before.count("\n") + 1, place + 1, f"{shown}\n{' ' * (place - first)}^")


def dataset_missing(identifier: str) -> SodaError:
    """No dataset of that identifier is served here, or it may not be read."""
    return SodaError(
        "Not found", code="dataset.missing", status=HTTPStatus.NOT_FOUND, data={"id": identifier}
    )


def row_missing(identifier: str) -> QueryError:
    """The dataset has no row of that identifier."""
    return QueryError(
        "soda.row.not-found",
        f"Row not found: {identifier}",
        status=HTTPStatus.NOT_FOUND,
        data={"value": identifier},
    )


def unrecognized_arguments(names: Iterable[str]) -> SodaError:
    """Parameters of the address that mean nothing here; so a forgotten `$` is not overlooked."""
    return SodaError(f"Unrecognized arguments [{', '.join(names)}]")


def invalid_app_token(why: str = "") -> SodaError:
    """A key was given and is none of ours, or not in force. `why` is a sentence for its holder."""
    message = f"Invalid app_token specified. {why}" if why else "Invalid app_token specified"
    return SodaError(message, code="permission_denied", status=HTTPStatus.FORBIDDEN)


def timed_out(seconds: float) -> QueryError:
    """The query would take longer than is allowed."""
    return QueryError(
        "request-timeout",
        f"The query took longer than {seconds:g} seconds; narrow it by $where or a smaller $limit",
        status=HTTPStatus.REQUEST_TIMEOUT,
    )
