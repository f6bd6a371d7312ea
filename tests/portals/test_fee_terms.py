"""What may be charged and how it may be asked for, by the files that ship and by Riverbend's."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.city_toml.schema import check_file, check_text
from portals.fee_terms import (
    FeeTerm,
    FeeTerms,
    Line,
    agreement_wanted,
    highest_deposit,
    in_force,
    payment_times,
    total_of,
    wrong_lines,
    wrong_payment,
)
from portals.vocabulary import PaymentTime, SubmissionKind
from tests.portals.loading import NOW, RIVERBEND, SHIPPED, riverbend

TODAY = dt.date(2026, 6, 1)
NAMES = [*(path.stem for path in SHIPPED), "riverbend"]


def terms_of(slug: str, kind: str = "records_request", on: dt.date = TODAY) -> FeeTerms:
    """The fee rules as the file itself has them."""
    (path,) = (path for path in [*SHIPPED, RIVERBEND] if path.stem == slug)
    content = check_file(path, NOW.date()).content
    labels = {row.id: row for row in content.citation}
    offices = {row.id: row.name for row in content.office}
    made = (
        FeeTerm(
            key=row.id,
            kind=str(row.kind or ""),
            kinds=row.kinds,
            item=row.item,
            amount=row.amount,
            per=row.per,
            limit=row.limit,
            percent=row.percent,
            when=row.when,
            condition=row.condition,
            statement=row.statement,
            layer=row.layer,
            citation=labels[row.citation].label,
            citation_title=labels[row.citation].title,
            status=row.status,
            confirm_with=offices.get(row.confirm_with, ""),
            effective_from=row.effective_from,
            effective_to=row.effective_to,
        )
        for row in content.fee_rule
    )
    return in_force(made, kind, on)


def line(key: str, quantity: str = "1", rate: str = "0.10", note: str = "As told") -> Line:
    return Line(key, Decimal(quantity), Decimal(rate), note)


def refusal(slug: str, *lines: Line, **circumstances: str) -> str:
    found = wrong_lines(terms_of(slug), lines, circumstances)
    return " ".join(sentence for sentences in found.values() for sentence in sentences)


FORBIDDEN = [
    ("kent", "no-inspection-fee", "RCW 42.56.120(1)"),
    ("bakersfield", "inspection", "7922.530"),
    ("kansas-city", "attorney-time", "Missouri Supreme Court"),
    ("oklahoma-city", "no-search-fee", "24A.5"),
    ("riverbend", "reading", "RB 10-4"),
]


@pytest.mark.parametrize(("slug", "key", "citation"), FORBIDDEN)
def test_what_the_law_forbids_is_refused_with_its_citation(slug: str, key: str, citation: str) -> None:
    said = refusal(slug, line(key))
    assert "may not be charged" in said and citation in said


HIGHEST = [
    ("kansas-city", "paper-copies", "0.10", "610.026"),
    ("kent", "default-photocopy", "0.15", "42.56.120(2)"),
    ("kent", "default-scan", "0.10", "42.56.120(2)"),
    ("kent", "default-electronic-files", "0.05", "42.56.120(2)"),
    ("kent", "default-transmission", "0.10", "42.56.120(2)"),
    ("kent", "default-flat-fee", "2.00", "42.56.120(2)"),
    ("oklahoma-city", "paper-copies", "0.25", "24A.5(4)"),
    ("oklahoma-city", "certified-copies", "1.00", "24A.5(4)"),
    ("oklahoma-city", "city-discs", "4.00", "60-2-1"),
    ("riverbend", "copies", "0.10", "RB 10-4"),
]


@pytest.mark.parametrize(("slug", "key", "highest", "citation"), HIGHEST)
def test_a_rate_may_reach_the_amount_of_the_rule_and_not_a_cent_more(
    slug: str, key: str, highest: str, citation: str
) -> None:
    assert refusal(slug, line(key, rate=highest)) == ""
    said = refusal(slug, line(key, rate=str(Decimal(highest) + Decimal("0.01"))))
    assert f"${highest}" in said and citation in said


@pytest.mark.parametrize("slug", NAMES)
def test_what_no_rule_names_is_never_charged(slug: str) -> None:
    assert "No rule of this city names this charge" in refusal(slug, line("convenience"))
    undecided = [term.key for term in terms_of(slug).terms if term.kind in ("", "deposit", "waiver")]
    for key in undecided:
        assert "No rule of this city names this charge" in refusal(slug, line(key))


@pytest.mark.parametrize(
    ("slug", "key"), [("portland", "actual-cost"), ("kansas-city", "staff-time"), ("bakersfield", "copies")]
)
def test_where_the_rule_names_only_the_cost_the_rate_is_explained(slug: str, key: str) -> None:
    assert refusal(slug, line(key, rate="31.50", note="Clerk's hourly pay")) == ""
    assert "how the rate was found" in refusal(slug, line(key, rate="31.50", note=" "))


@pytest.mark.parametrize(("quantity", "rate"), [("0", "0.10"), ("-1", "0.10"), ("1", "0"), ("1", "-0.10")])
def test_nothing_and_less_are_no_charge(quantity: str, rate: str) -> None:
    assert "more than zero" in refusal("kent", line("default-photocopy", quantity, rate))


def test_oklahoma_city_charges_a_search_only_for_business_or_disruption() -> None:
    search = line("city-search", "3", "4.00")
    said = refusal("oklahoma-city", search)
    assert "51 O.S. § 24A.5" in said and "nothing but business" in said
    assert refusal("oklahoma-city", search, commercial=" ") != ""
    assert refusal("oklahoma-city", search, arrears="Owes $12") != ""
    assert refusal("oklahoma-city", search, commercial="Sells lists of addresses") == ""
    assert refusal("oklahoma-city", search, disruption="40,000 files") == ""


def test_a_flat_fee_stands_alone_and_once() -> None:
    flat = line("default-flat-fee", rate="2.00")
    assert refusal("kent", flat) == ""
    assert "instead of single charges" in refusal("kent", flat, line("default-scan"))
    assert "taken once" in refusal("kent", line("default-flat-fee", "2", "2.00"))


@given(
    quantity=st.decimals("0.01", "99999", places=2),
    rate=st.decimals("0.01", "999", places=2),
)
def test_an_amount_is_never_more_than_quantity_times_rate(quantity: Decimal, rate: Decimal) -> None:
    one = Line("x", quantity, rate)
    assert 0 <= quantity * rate - one.amount < Decimal("0.01")
    assert total_of([one, one]) == 2 * one.amount


PAY = [
    ("kansas-city", "advance", "", ""),
    ("kansas-city", "delivery", "", ""),
    ("kansas-city", "deposit", "1", "no rule of this city allows it"),
    ("kent", "deposit", "10.00", ""),
    ("kent", "deposit", "10.01", "at most 10 percent, here $10.00"),
    ("kent", "deposit", "", "Say how much"),
    ("kent", "delivery", "", ""),
    ("kent", "advance", "", "RCW 42.56.120(4)"),
    ("oklahoma-city", "advance", "", ""),
    ("oklahoma-city", "delivery", "", ""),
    ("portland", "advance", "", ""),
    ("portland", "delivery", "", "ORS 192.329(3)"),
    ("portland", "deposit", "1", "no rule of this city allows it"),
    ("bakersfield", "delivery", "", ""),
    ("bakersfield", "deposit", "1", "Ask: City Clerk"),
    ("bakersfield", "advance", "", "Ask: City Clerk"),
    ("riverbend", "deposit", "50.00", ""),
    ("riverbend", "deposit", "50.01", "RB 10-4"),
]


@pytest.mark.parametrize(("slug", "pay", "deposit", "said"), PAY)
def test_the_money_is_asked_for_only_as_the_city_may_ask(
    slug: str, pay: str, deposit: str, said: str
) -> None:
    found = wrong_payment(
        terms_of(slug),
        pay,
        total=Decimal(100),
        deposit=Decimal(deposit) if deposit else None,
        circumstances={},
        stops=slug == "portland",
    )
    assert said in found if said else found == ""


def advance(total: str, **circumstances: str) -> str:
    terms = terms_of("oklahoma-city")
    return wrong_payment(
        terms, "advance", total=Decimal(total), deposit=None, circumstances=circumstances, stops=False
    )


def test_oklahoma_city_asks_in_advance_only_above_75_dollars_or_where_fees_are_owed() -> None:
    assert advance("75.01") == ""
    assert "more than $75" in advance("75.00") and "24A.5" in advance("75.00")
    assert advance("10", arrears="$12 of April are unpaid") == ""
    assert advance("10", commercial="Sells lists") != ""


def test_a_rule_of_a_new_law_binds_only_what_came_since() -> None:
    before = terms_of("kansas-city", on=dt.date(2025, 8, 27))
    assert PaymentTime.ADVANCE not in payment_times(before, stops=False)
    assert PaymentTime.ADVANCE in payment_times(terms_of("kansas-city"), stops=False)


def test_portland_wants_a_confirmation_above_25_dollars() -> None:
    terms = terms_of("portland")
    assert agreement_wanted(terms, Decimal("25.00")) is None
    wanted = agreement_wanted(terms, Decimal("25.01"))
    assert wanted is not None and wanted.citation == "ORS 192.324(4)(c)"
    assert agreement_wanted(terms_of("kent"), Decimal(900)) is None


def test_a_deposit_is_rounded_in_favour_of_the_requester() -> None:
    deposit = next(term for term in terms_of("kent").terms if term.kind == "deposit")
    assert highest_deposit(deposit, Decimal("10.55")) == Decimal("1.05")


CHARGED = {
    "kansas-city": {"records_request", "dataset_request"},
    "kent": {"records_request"},
    "oklahoma-city": {"records_request"},
    "portland": {"records_request"},
    "bakersfield": {"records_request"},
    "riverbend": {"records_request"},
}


@pytest.mark.parametrize("slug", NAMES)
def test_only_kinds_of_which_the_rules_speak_are_charged(slug: str) -> None:
    charged = {kind for kind in SubmissionKind.values if terms_of(slug, kind).charges}
    assert charged == CHARGED[slug]


WRONG = [
    ('kind = "rate"', 'kind = "tariff"', "fee_rule[copies].kind: unknown word"),
    ('kind = "rate"', 'kind = "rate"\nlimit = 5', "fee_rule[copies].limit: stands only with kind"),
    ('kind = "rate"', 'kind = "rate"\nwhen = ["arrears"]', "fee_rule[copies].when: stands only with kind"),
    ('kind = "rate"', 'kind = "rate"\ncondition = "none"', 'there is no fee_rule "none"'),
    ('kind = "rate"', 'kind = "rate"\ncondition = "reading"', "is not of kind condition"),
    ('kind = "rate"', 'kind = "condition"', "fee_rule[copies].when: is missing"),
    ('kind = "rate"', 'kind = "estimate_notice"', "fee_rule[copies].limit: is missing"),
    ('kind = "rate"', 'kind = "forbidden"', "fee_rule[copies].amount: must be 0 or absent"),
    ('kind = "rate"', 'kind = "prepayment"\nwhen = ["commercial"]', "knows only arrears"),
    ('kind = "rate"', 'kind = "deposit"', '"copies" is already the deposit rule for records_request'),
    ('kind = "rate"', 'kind = "rate"\nkinds = ["tea"]', "fee_rule[copies].kinds[0]: unknown word"),
    ('item = "reading"\n', "", "fee_rule[reading].item: is missing"),
    ("percent = 50", "percent = 101", "must be a whole number from 1 to 100"),
]


@pytest.mark.parametrize(("old", "new", "reason"), WRONG)
def test_a_fee_rule_by_which_nobody_could_decide_is_refused(old: str, new: str, reason: str) -> None:
    lines = check_text(riverbend((old, new)), "city.toml", NOW.date()).problem_lines()
    assert any(reason in told for told in lines), lines
