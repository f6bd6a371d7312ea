"""What a city may charge for an answer, what it may not, and how it may ask for the money. Pure.

Alone responsible for judging an estimate by the `[[fee_rule]]` tables of a city file (docs/city-file.md).
Amounts are USD; an amount of a line is rounded down to the cent, so that rounding never exceeds a rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext as _

from portals.vocabulary import FeeCircumstance, FeeRuleKind, PaymentTime, ProvisionStatus

CENT = Decimal("0.01")
CHARGES = (FeeRuleKind.RATE, FeeRuleKind.FLAT)
KNOWN = (ProvisionStatus.STATED, ProvisionStatus.PARTLY)


@dataclass(frozen=True)
class FeeTerm:
    """One `[[fee_rule]]`. `citation` is a label, `confirm_with` names an office; dates are of the city."""

    key: str
    kind: str
    kinds: tuple[str, ...]
    item: str
    amount: Decimal | None
    per: str
    limit: Decimal | None
    percent: int | None
    when: tuple[str, ...]
    condition: str
    statement: str
    layer: str
    citation: str
    citation_title: str
    status: str
    confirm_with: str
    effective_from: date | None
    effective_to: date | None

    @property
    def is_known(self) -> bool:
        """Whether the cited page says it, at least in part."""
        return self.status in KNOWN

    @property
    def words(self) -> str:
        """The statement with the amount that it speaks of, if it has one, and where it is written."""
        named = ""
        if self.kind == FeeRuleKind.ESTIMATE_NOTICE and self.limit is not None:
            named = f"{self.item} {dollars(self.limit)}. "
        return f"{named}{self.statement} ({self.citation})"


@dataclass(frozen=True)
class Line:
    """One line of an estimate: `quantity` times `rate` (USD) by the rule `key`."""

    key: str
    quantity: Decimal
    rate: Decimal
    note: str = ""

    @property
    def amount(self) -> Decimal:
        return (self.quantity * self.rate).quantize(CENT, ROUND_DOWN)


@dataclass(frozen=True)
class FeeTerms:
    """The fee rules that hold for one case: of its kind, in force on the day of its receipt."""

    terms: tuple[FeeTerm, ...]

    @property
    def charges(self) -> list[FeeTerm]:
        """What may stand in an estimate, if only under a condition."""
        return [term for term in self.terms if term.kind in CHARGES and term.is_known]

    @property
    def forbidden(self) -> list[FeeTerm]:
        return [term for term in self.terms if term.kind == FeeRuleKind.FORBIDDEN]

    def one(self, kind: FeeRuleKind) -> FeeTerm | None:
        """The rule of a kind of which a city has one: deposit, prepayment, waiver, ..."""
        return next((term for term in self.terms if term.kind == kind), None)

    def named(self, key: str) -> FeeTerm | None:
        return next((term for term in self.terms if term.key == key), None)


def in_force(terms: Iterable[FeeTerm], kind: str, on: date) -> FeeTerms:
    """The rules for a submission of `kind` received on `on` (city date)."""
    return FeeTerms(
        tuple(
            term
            for term in terms
            if kind in term.kinds
            and (term.effective_from or date.min) <= on <= (term.effective_to or date.max)
        )
    )


def total_of(lines: Iterable[Line]) -> Decimal:
    """The sum in US dollars, to the cent."""
    return sum((line.amount for line in lines), Decimal(0)).quantize(CENT)


def wrong_lines(
    terms: FeeTerms, lines: Sequence[Line], circumstances: Mapping[str, str]
) -> dict[int, list[str]]:
    """Place of a line -> sentences why it may not be charged, each with the rule; empty where all may.

    `circumstances` are those that staff say hold, each with why.
    """
    found = {place: _wrong_line(terms, line, circumstances) for place, line in enumerate(lines)}
    flat = [
        place
        for place, line in enumerate(lines)
        if (term := terms.named(line.key)) is not None and term.kind == FeeRuleKind.FLAT
    ]
    if flat and len(lines) > 1:
        term = terms.named(lines[flat[0]].key)
        assert term is not None
        found[flat[0]].append(
            _("A flat fee stands instead of single charges, not beside them (%(citation)s).")
            % {"citation": term.citation}
        )
    return {place: sentences for place, sentences in found.items() if sentences}


def _wrong_line(terms: FeeTerms, line: Line, circumstances: Mapping[str, str]) -> list[str]:
    term = terms.named(line.key)
    if term is None or (term.kind not in CHARGES and term.kind != FeeRuleKind.FORBIDDEN):
        return [_("No rule of this city names this charge, so it cannot be asked.")]
    if term.kind == FeeRuleKind.FORBIDDEN:
        return [_("This may not be charged: %(rule)s") % {"rule": term.words}]
    if not term.is_known:
        return [_("Whether this may be charged is not specified on the cited page (%(citation)s).")
                % {"citation": term.citation}]  # fmt: skip
    return [*_wrong_amount(term, line), *_unmet_condition(terms, term, circumstances)]


def _wrong_amount(term: FeeTerm, line: Line) -> list[str]:
    found = []
    if line.quantity <= 0 or line.rate <= 0:
        found.append(_("Quantity and rate must be more than zero."))
    if term.amount is not None and line.rate > term.amount:
        found.append(
            _("At most %(amount)s may be charged here: %(rule)s")
            % {"amount": dollars(term.amount), "rule": term.words}
        )
    if term.kind == FeeRuleKind.FLAT and line.quantity != 1:
        found.append(_("A flat fee is taken once (%(citation)s).") % {"citation": term.citation})
    if term.amount is None and not line.note.strip():
        found.append(
            _(
                "The rule names no amount, only the cost: "
                "say in the note how the rate was found (%(citation)s)."
            )
            % {"citation": term.citation}
        )
    return found


def _unmet_condition(terms: FeeTerms, term: FeeTerm, circumstances: Mapping[str, str]) -> list[str]:
    condition = terms.named(term.condition) if term.condition else None
    if condition is None or any(circumstances.get(word, "").strip() for word in condition.when):
        return []
    wanted = _(" or ").join(str(FeeCircumstance(word).label) for word in condition.when)
    return [
        _("This may be charged only where this holds, and you must say why: %(wanted)s. %(rule)s")
        % {"wanted": wanted, "rule": condition.words}
    ]


def payment_times(terms: FeeTerms, *, stops: bool) -> list[PaymentTime]:
    """When the money may be asked for here. Where telling of a fee stops the clock (`stops`), the office
    waits for the money, so it cannot be left for later."""
    found = []
    prepayment, deposit = terms.one(FeeRuleKind.PREPAYMENT), terms.one(FeeRuleKind.DEPOSIT)
    if prepayment and prepayment.is_known:
        found.append(PaymentTime.ADVANCE)
    if deposit and deposit.is_known:
        found.append(PaymentTime.DEPOSIT)
    return found if stops and found else [*found, PaymentTime.DELIVERY]


def wrong_payment(
    terms: FeeTerms,
    pay: str,
    *,
    total: Decimal,
    deposit: Decimal | None,
    circumstances: Mapping[str, str],
    stops: bool,
) -> str:
    """Why the money may not be asked for in this way, with the rule; "" where it may."""
    if pay == PaymentTime.DEPOSIT:
        return _wrong_deposit(terms.one(FeeRuleKind.DEPOSIT), total, deposit)
    if pay == PaymentTime.ADVANCE:
        return _wrong_prepayment(terms, total, circumstances)
    if pay not in payment_times(terms, stops=stops):
        prepayment = terms.one(FeeRuleKind.PREPAYMENT)
        return _(
            "Here the time limit stands still until the fee is paid, "
            "so it is asked for with the notice: %(rule)s"
        ) % {"rule": prepayment.words if prepayment else ""}
    return ""


def _unknown(term: FeeTerm | None, what: str) -> str:
    """The sentence for what no rule allows; with whom to ask where the file names somebody."""
    if term is not None and term.confirm_with:
        return _("%(what)s: not specified on the cited page. Ask: %(office)s (%(citation)s).") % {
            "what": what,
            "office": term.confirm_with,
            "citation": term.citation,
        }
    return _("%(what)s: no rule of this city allows it.") % {"what": what}


def _wrong_deposit(term: FeeTerm | None, total: Decimal, deposit: Decimal | None) -> str:
    if term is None or not term.is_known:
        return _unknown(term, _("A deposit"))
    if deposit is None or deposit <= 0:
        return _("Say how much the deposit is.")
    highest = highest_deposit(term, total)
    if deposit > highest:
        return _("The deposit may be at most %(percent)d percent, here %(highest)s: %(rule)s") % {
            "percent": term.percent or 100,
            "highest": dollars(highest),
            "rule": term.words,
        }
    return ""


def highest_deposit(term: FeeTerm, total: Decimal) -> Decimal:
    """The highest deposit on a fee of `total` (USD), rounded down to the cent."""
    return (total * (term.percent or 100) / 100).quantize(CENT, ROUND_DOWN)


def _wrong_prepayment(terms: FeeTerms, total: Decimal, circumstances: Mapping[str, str]) -> str:
    term, deposit = terms.one(FeeRuleKind.PREPAYMENT), terms.one(FeeRuleKind.DEPOSIT)
    if term is None and deposit is not None and deposit.is_known:
        return _("Only a deposit may be asked for in advance here: %(rule)s") % {"rule": deposit.words}
    if term is None or not term.is_known:
        return _unknown(term or deposit, _("Payment in advance"))
    if term.limit is None or total > term.limit:
        return ""
    if any(circumstances.get(word, "").strip() for word in term.when):
        return ""
    return _("The estimate is %(total)s. %(rule)s") % {"total": dollars(total), "rule": term.words}


def agreement_wanted(terms: FeeTerms, total: Decimal) -> FeeTerm | None:
    """The rule that wants the requester's confirmation before this much (USD) is charged, or None."""
    term = terms.one(FeeRuleKind.ESTIMATE_NOTICE)
    if term is None or not term.is_known or term.limit is None or total <= term.limit:
        return None
    return term


def dollars(amount: Decimal) -> str:
    """ "$0.15", "$1,250.00": always with cents, as on a bill."""
    return f"${amount:,.2f}"
