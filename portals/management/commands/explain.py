"""`manage.py explain deadlines|route`: which dates, which offices, and why. Reads only."""

from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from portals.clocks import ContradictoryEvents, Happening, NotEntered, receipt_day
from portals.clockwork.event_text import read_date, read_event
from portals.explained import deadline_document, route_document
from portals.management.command import PlainCommand, subcommands
from portals.models import City, Dataset
from portals.routes import OfficeRef
from portals.rulebook import Rulebook, rulebook_for
from portals.vocabulary import SubmissionKind


class Command(PlainCommand):
    help = "Show the deadlines that events give, or the offices of a submission, with reasons and citations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = subcommands(parser, "what")
        deadlines = parts.add_parser("deadlines", help="the deadlines that these events give")
        deadlines.add_argument(
            "--event", action="append", default=[], metavar="NAME=ISO[/UNTIL]", help="may stand several times"
        )
        deadlines.add_argument("--fee", metavar="AMOUNT", help="the fee in dollars, where one is known")
        route = parts.add_parser("route", help="offices that act, are informed and come next")
        route.add_argument("--dataset", metavar="ID", help="identifier of a dataset of the city's catalogue")
        route.add_argument(
            "--no-dataset", action="store_true", help="it is about no dataset (default: about one not named)"
        )
        route.add_argument(
            "--flag", action="append", default=[], metavar="NAME", help="may stand several times"
        )
        route.add_argument("--on", metavar="DATE", help="the day of receipt in the city (default: today)")
        for part in (deadlines, route):
            part.add_argument("--city", required=True, metavar="SLUG")
            part.add_argument("--kind", required=True, metavar="KIND")
            part.add_argument("--json", action="store_true", help="one JSON document on stdout")

    def handle(self, *args: Any, what: str, city: str, kind: str, json: bool = False, **options: Any) -> None:
        book = rulebook_for(self._city(city))
        if kind not in SubmissionKind.values:
            self.fail(f"--kind {kind}: unknown kind; known: {', '.join(SubmissionKind.values)}")
        if what == "deadlines":
            found = self._deadlines(book, kind, options["event"], options["fee"])
            document = {"city": book.slug, "kind": kind, "deadlines": found}
            lines = _deadline_lines(found)
        else:
            document = {"city": book.slug, "kind": kind, **self._route(book, kind, options)}
            lines = _route_lines(document)
        if json:
            self.print_json(document)
        else:
            self.stdout.write("\n".join([f"{book.name}: {SubmissionKind(kind).label}", *lines]))

    def _city(self, slug: str) -> City:
        city = City.objects.filter(slug=slug).first()
        if city is None:
            slugs = City.objects.order_by("slug").values_list("slug", flat=True)
            if not slugs:
                self.fail("no city is loaded yet: run manage.py load_city first")
            self.fail(f"--city {slug}: unknown city; known: {', '.join(slugs)}")
        return city

    def _deadlines(
        self, book: Rulebook, kind: str, written: list[str], fee: str | None
    ) -> list[dict[str, Any]]:
        happened = self._happenings(written)
        received_on = receipt_day(happened, book.time_zone)
        if received_on is None:
            self.fail("--event is missing: give at least one, for example --event received=2026-06-04")
        try:
            deadlines = book.deadlines(kind, happened, received_on=received_on, fee=self._fee(fee))
        except (NotEntered, ContradictoryEvents) as error:
            self.fail(f"--event: {error}")
        except OverflowError:
            self.fail("--event: a deadline would lie beyond the year 9999")
        return [deadline_document(deadline) for deadline in deadlines]

    def _happenings(self, written: list[str]) -> list[Happening]:
        try:
            return [read_event(event) for event in written]
        except ValueError as error:
            self.fail(f"--event {error}")

    def _fee(self, written: str | None) -> Decimal | None:
        if written is None:
            return None
        try:
            amount = Decimal(written)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            self.fail(f"--fee {written}: is not an amount in dollars like 25 or 0.10")
        return amount

    def _route(self, book: Rulebook, kind: str, options: dict[str, Any]) -> dict[str, Any]:
        known = [flag.key for flag in book.flags_of(kind)]
        for flag in options["flag"]:
            if flag not in known:
                self.fail(f"--flag {flag}: unknown for {kind} here; known: {', '.join(known) or 'none'}")
        if options["dataset"] and options["no_dataset"]:
            self.fail("--dataset and --no-dataset: only one of them can be given")
        try:
            on = read_date("--on", options["on"]) if options["on"] else book.city_date(timezone.now())
        except ValueError as error:
            self.fail(str(error))
        answer = book.route(
            kind,
            on=on,
            dataset_office=self._publisher(book, options["dataset"]),
            flags=frozenset(options["flag"]),
            dataset=not options["no_dataset"],
        )
        return route_document(answer)

    def _publisher(self, book: Rulebook, identifier: str | None) -> OfficeRef | None:
        if identifier is None:
            return None
        dataset = (
            Dataset.objects.select_related("office")
            .filter(city_id=book.city_id, identifier=identifier)
            .first()
        )
        if dataset is None:
            self.fail(f"--dataset {identifier}: {book.name} has no dataset with this identifier")
        return book.office_ref(dataset.office)


def _deadline_lines(found: list[dict[str, Any]]) -> list[str]:
    if not found:
        return ["No deadline starts with these events."]
    lines = []
    for deadline in found:
        lines += [
            "",
            f"{deadline['milestone']}: {deadline['due_on'] or 'no date'} ({deadline['state']})",
        ]
        lines += [f"  {deadline['citation']} [{deadline['layer']}]"]
        for name in ("acts_on", "extendable_to", "route"):
            lines += [f"  {name}: {deadline[name]}"] if deadline[name] else []
        lines += [f"  - {sentence}" for sentence in deadline["because"]]
    return lines


def _route_lines(document: dict[str, Any]) -> list[str]:
    lines = ["", "Acts:"]
    for part in document["acts"]:
        lines += [f"  {part['relation']}: {_office(part)}", f"    {part['because']}"]
    lines += ["Informed:"] + ([] if document["informed"] else ["  nobody"])
    for part in document["informed"]:
        lines += [f"  {_office(part)}", f"    {part['because']}"]
    lines += ["If nobody acknowledges:"] + ([] if document["escalation"] else ["  no step"])
    for step in document["escalation"]:
        lines += [f"  {step['step']}. after {step['after']}, {step['action']}: {_office(step)}"]
        lines += [f"    {step['because']}"]
    legal = document["legal"]
    return [*lines, f"Legal: {legal['office'] or legal['because']} ({legal['citation']})"]


def _office(part: dict[str, Any]) -> str:
    return f"{part['office'] or 'nobody'} ({part['role']}), {part['citation']} [{part['layer']}]"
