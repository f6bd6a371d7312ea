"""The forms of the acts about a fee. What may be charged decides `fees.wrong_with`; here it is only typed.

An estimate has a fixed number of lines, so that it needs no script.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.fee_terms import FeeTerm, Line, agreement_wanted, dollars, payment_times
from portals.vocabulary import FeeCircumstance, FeeRuleKind, PaymentTime
from requests_app import fees
from requests_app.events import fee_words
from requests_app.forms.acts.base import ActForm, Moment
from requests_app.forms.fields import LineField, TextField
from requests_app.handling.fee_payments import Money
from requests_app.models import Payment, WaiverRequest

LINES = 6


class SumField(forms.DecimalField):
    """A sum or a number with at most two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"max_digits": 11, "decimal_places": 2, "min_value": 0, "required": False, **kwargs}
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "step": "any"})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.replace("$", "").replace(",", "")
        return super().to_python(value)


class FeeEstimateForm(ActForm):
    """Up to six lines, each by a rule of the city, and when the money is asked for."""

    fields_template = "requests_app/staff/_fee_fields.html"
    pay = forms.ChoiceField(label=gettext_lazy("When it is to be paid"), widget=forms.RadioSelect)
    deposit = SumField(label=gettext_lazy("Deposit (USD)"))
    note = TextField(
        label=gettext_lazy("Anything else the requester should know"),
        required=False,
        rows=3,
        limit=2000,
        help_text=gettext_lazy("For example where and how to pay."),
    )

    def prepare(self) -> None:
        case = self.desk.submission
        self.terms = fee_words.terms_of(case)
        stops = fee_words.clock_stops(case)
        times = payment_times(self.terms, stops=stops)
        choice = self.fields["pay"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(str(time), time.label) for time in times]
        choice.initial = str(PaymentTime.DELIVERY if PaymentTime.DELIVERY in times else times[0])
        if PaymentTime.DEPOSIT not in times:
            del self.fields["deposit"]
        named = {word for term in self.terms.terms for word in term.when}
        self.holding = [word for word in FeeCircumstance if word in named]
        for word in self.holding:
            self.fields[f"why_{word}"] = LineField(
                label=_("Why this holds: %(what)s") % {"what": word.label}, required=False, limit=500
            )
        for number in range(1, LINES + 1):
            self._add_line(number)

    def _add_line(self, number: int) -> None:
        self.fields[f"item_{number}"] = forms.ChoiceField(
            label=_("Charge"), required=False, choices=self._items()
        )
        self.fields[f"quantity_{number}"] = SumField(label=_("Quantity"))
        self.fields[f"rate_{number}"] = SumField(label=_("Rate (USD)"))
        self.fields[f"note_{number}"] = LineField(label=_("Note"), required=False, limit=300)

    def _items(self) -> list[Any]:
        groups = [
            (_("May be charged"), [(term.key, _named(term)) for term in self.terms.charges]),
            (_("May not be charged"), [(term.key, _named(term)) for term in self.terms.forbidden]),
        ]
        return [("", _("No charge in this line")), *((title, rows) for title, rows in groups if rows)]

    def rows(self) -> list[list[forms.BoundField]]:
        """The fields of each line, for the page."""
        names = ("item", "quantity", "rate", "note")
        return [[self[f"{name}_{number}"] for name in names] for number in range(1, LINES + 1)]

    def others(self) -> list[forms.BoundField]:
        """The fields below the lines."""
        names = ["pay", "deposit", *(f"why_{word}" for word in self.holding), "note"]
        return [self[name] for name in names if name in self.fields]

    def hints(self) -> list[str]:
        told = [term.words for term in self.terms.forbidden]
        notice = self.terms.one(FeeRuleKind.ESTIMATE_NOTICE)
        left_empty = _("A rate that is left empty is the one of the rule.")
        return [*told, *([notice.words] if notice else []), left_empty]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        lines: list[Line] = []
        places: list[int] = []
        for number in range(1, LINES + 1):
            line = self._line(number, values)
            if line is not None:
                lines.append(line)
                places.append(number)
        if self.errors:
            return values
        self.given = fees.Estimate(
            lines,
            PaymentTime(values["pay"]),
            values.get("deposit"),
            {str(word): values.get(f"why_{word}", "") for word in self.holding},
            values.get("note", ""),
        )
        for where, sentences in fees.wrong_with(self.desk.submission, self.given).items():
            field = f"item_{places[int(where[5:])]}" if where.startswith("line-") else where
            self.add_error(field if field in self.fields else None, sentences)
        return values

    def _line(self, number: int, values: dict[str, Any]) -> Line | None:
        """The line that was typed; an error at its field where half of it is missing."""
        key, quantity, rate, note = (values.get(f"{name}_{number}") for name in _LINE)
        if not key:
            if quantity or rate or note:
                self.add_error(f"item_{number}", _("Choose what is charged for in this line."))
            return None
        term = self.terms.named(key)
        if quantity is None and f"quantity_{number}" not in self.errors:
            self.add_error(f"quantity_{number}", _("Say how many."))
        if rate is None and term is not None and term.kind != FeeRuleKind.FORBIDDEN:
            rate = term.amount
            if rate is None and f"rate_{number}" not in self.errors:
                self.add_error(f"rate_{number}", _("The rule names no amount: enter the rate."))
        return Line(key, quantity or Decimal(0), rate or Decimal(0), note or "")


_LINE = ("item", "quantity", "rate", "note")


def _named(term: FeeTerm) -> str:
    """An item with its highest rate and where it is written."""
    rate = f" {dollars(term.amount)}" if term.amount else ""
    per = f" ({term.per})" if term.per else ""
    return f"{term.item}{rate}{per}, {term.citation}"


class FeeMomentForm(Moment):
    """What the requester said by phone, mail or at the counter."""

    def hints(self) -> list[str]:
        found = fees.stand_of(self.desk.submission)
        told = [_("The estimate is %(total)s.") % {"total": dollars(found.total)}] if found.stands else []
        wanted = agreement_wanted(fee_words.terms_of(self.desk.submission), found.total)
        return [*told, *([wanted.words] if wanted else [])]


class WaiverRequestForm(FeeMomentForm):
    reasons = TextField(label=gettext_lazy("Why the requester asks for a waiver"))
    field_order = ["reasons", "on", "at"]


class WaiverDecisionForm(ActForm):
    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=WaiverRequest.Decision.choices, widget=forms.RadioSelect
    )
    amount = SumField(label=gettext_lazy("Lowered to (USD)"))
    reasons = TextField(label=gettext_lazy("Reasons"), help_text=gettext_lazy("The requester reads them."))

    def hints(self) -> list[str]:
        terms = fee_words.terms_of(self.desk.submission)
        rules = (terms.one(FeeRuleKind.WAIVER), terms.one(FeeRuleKind.WAIVER_APPEAL))
        asked = self.desk.submission.waiver_requests.filter(decision="").first()
        told = [_("The requester wrote: %(why)s") % {"why": asked.reasons}] if asked else []
        return [*told, *(rule.words for rule in rules if rule)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("decision") == WaiverRequest.Decision.REDUCED and not values.get("amount"):
            self.add_error("amount", _("Say to how much the fee is lowered."))
        return values


class PaymentForm(Moment):
    amount = SumField(label=gettext_lazy("Amount (USD)"), required=True)
    method = forms.ChoiceField(label=gettext_lazy("How"), choices=Payment.Method.choices)
    refund = forms.BooleanField(
        label=gettext_lazy("This sum was given back to the requester"), required=False
    )
    note = LineField(label=gettext_lazy("Note for the office"), required=False, limit=300)
    field_order = ["amount", "method", "on", "at", "refund", "note"]

    def hints(self) -> list[str]:
        found = fees.stand_of(self.desk.submission)
        return [
            _("To be paid now: %(due)s. Left of the whole fee: %(rest)s. Paid too much: %(over)s.")
            % {
                "due": dollars(found.due_now),
                "rest": dollars(found.rest),
                "over": dollars(found.overpaid),
            },
            _("Nothing is charged here: write down what the city received. The requester gets a receipt."),
        ]

    def money(self) -> Money:
        values = self.cleaned_data
        return Money(values["amount"], values["method"], self.moment, values["refund"], values["note"])
