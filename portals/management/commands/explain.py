"""`manage.py explain deadlines|route`: which dates, which offices, and why. Reads only."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from portals.management.command import PlainCommand, subcommands
from portals.models import City
from portals.questions import NotAnswerable, deadlines_asked, route_asked
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
        try:
            if what == "deadlines":
                document = deadlines_asked(book, kind, options["event"], fee=options["fee"])
                lines = _deadline_lines(document["deadlines"])
            else:
                document = self._route(book, kind, options)
                lines = _route_lines(document)
        except NotAnswerable as error:
            self.fail(f"--{error.part} {error}")
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

    def _route(self, book: Rulebook, kind: str, options: dict[str, Any]) -> dict[str, Any]:
        return route_asked(
            book,
            kind,
            today=book.city_date(timezone.now()),
            on=options["on"],
            dataset=options["dataset"],
            no_dataset=options["no_dataset"],
            flags=options["flag"],
        )


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
