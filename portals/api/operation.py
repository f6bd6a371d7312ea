"""What an operation of the API is: one row of the table from which addresses, checks and document all come.

A handler gets a `Call`, in which everything has been checked against the row, and returns an `Answer`. It
never sees the session or the user of a browser.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from portals.api.problems import Problem
from portals.api.schema import Schema, Words
from portals.models import City


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query. `many`: it may stand several times, and its value is a list."""

    name: str
    schema: Schema
    required: bool = False
    many: bool = False


@dataclass(frozen=True)
class Body:
    """What a POST takes: a schema among the components, as JSON or, with `files`, also as a form."""

    schema: str
    files: bool = True


@dataclass(frozen=True)
class Operation:
    """One operation. `path` follows `/api/v1/` and has its variables in braces; `answer` names a schema among
    the components, "" where the answer is a file. `code`: whether the code of a case opens it ("",
    "required", "optional"). `problems` are those beside the ones that every operation may have. `takes` is
    what the handler needs to know of itself, the kind of a form for example."""

    name: str
    tag: Words
    path: str
    summary: Words
    told: Words
    handler: Callable[["Call"], "Answer | HttpResponseBase"]
    answer: str
    method: str = "GET"
    statuses: Sequence[int] = (200,)
    query: Sequence[Parameter] = ()
    body: Body | None = None
    code: str = ""
    problems: Sequence[str] = ()
    takes: str = ""

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @property
    def is_public(self) -> bool:
        """Whether everybody gets the same answer, which may be kept for a while."""
        return self.reads and not self.code


@dataclass
class Call:
    """A call whose parts have been checked. `query` has the values of the parameters that were given, lists
    for those that may stand several times; `data` and `files` are the body; `now` is UTC."""

    request: HttpRequest
    operation: Operation
    now: datetime
    path: Mapping[str, str]
    query: Mapping[str, Any] = field(default_factory=dict)
    data: Any = None
    files: Any = None

    @property
    def city(self) -> City:
        """The city of the address. Raises Problem where there is none."""
        found = City.objects.filter(slug=self.path["city"]).first()
        if found is None:
            raise Problem("not-found", _("There is no such city here."))
        return found

    def link(self, path: str) -> str:
        """A whole address on this site."""
        return self.request.build_absolute_uri(path)


@dataclass(frozen=True)
class Answer:
    """What comes of a call: a document, and what goes beside it."""

    document: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
