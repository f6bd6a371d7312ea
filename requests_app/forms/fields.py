"""Fields that take what people really type: control signs go, every script stays, limits are in words."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

TEXT_LIMIT = 20_000
LINE_LIMIT = 200

_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")

YES_NO = [("yes", _("Yes")), ("no", _("No"))]


def plain(text: str) -> str:
    """The text without control signs (NUL above all, which no database takes); lines end with one sign."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))


class TextField(forms.CharField):
    """A paragraph or more. The limit is on what was typed, without control signs."""

    def __init__(self, *, rows: int = 5, limit: int = TEXT_LIMIT, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)
        self.validators.append(
            MaxLengthValidator(
                limit,
                _(
                    "This is too long: %(show_value)d characters, and at most %(limit_value)d can be sent. "
                    "Shorten it, or attach it as a file."
                ),
            )
        )

    def to_python(self, value: Any) -> str:
        return super().to_python(plain(value) if isinstance(value, str) else value) or ""


class LineField(TextField):
    """One line; line breaks become spaces."""

    def __init__(self, *, limit: int = LINE_LIMIT, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput())
        super().__init__(limit=limit, **kwargs)

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class DateField(forms.DateField):
    """A date of the city."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault(
            "error_messages", {"invalid": _("This is not a date. Enter it like 2026-03-31 or 3/31/2026.")}
        )
        super().__init__(**kwargs)


class MailField(forms.EmailField):
    """An e-mail address; what is wrong with one is said with an example."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("This is not an e-mail address. Enter it like name@example.org.")
    }


class AmountField(forms.DecimalField):
    """Dollars as people write them: 25, $25.50 or 1,000. What is wrong with one is said in one sentence."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(min_value=0, max_digits=10, decimal_places=2, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # stubs
        if isinstance(value, str):
            amount = value.strip().removeprefix("$").strip()
            value = amount.replace(",", "") if _THOUSANDS.fullmatch(amount) else amount or value
        return super().to_python(value)

    def clean(self, value: Any) -> Decimal | None:
        try:
            return super().clean(value)
        except forms.ValidationError as error:
            if value in self.empty_values:
                raise
            raise forms.ValidationError(_("Enter an amount like 25 or 25.50.")) from error


class YesNoField(forms.ChoiceField):
    """A question about a circumstance. No answer is allowed and counts as no."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=YES_NO, widget=forms.RadioSelect, required=False, **kwargs)


class FilesInput(forms.FileInput):
    """An input for several files; what was stored before is shown by the page, not by the widget."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        return files.getlist(name) if hasattr(files, "getlist") else [files[name]] if name in files else []


class FilesField(forms.FileField):
    """Several files; the value is a list. What each may be is checked by `files.check`."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given: Sequence[Any] = data if isinstance(data, list | tuple) else [data]
        return [upload for upload in given if upload]
