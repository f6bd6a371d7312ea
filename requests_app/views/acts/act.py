"""What an act at the desk is: its form, what is done with it, and the words around it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from requests_app.forms.acts.base import ActForm

Do = Callable[..., Any]


@dataclass(frozen=True)
class Act:
    """How an action is done at the desk: its form, what the form gives to the act, and what is said after.

    `direct` acts need no words: the case page sends them with one button.
    """

    form: type[ActForm]
    do: Do
    heading: Any
    button: Any
    done: Any
    direct: bool = False
    danger: bool = False
    page: str = "staff_case"
    """Where one goes on afterwards: the name of a page of the case."""
