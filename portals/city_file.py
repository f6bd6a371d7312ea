"""Brings the tables in line with a checked city file: one transaction, idempotent, the past left as it was.

Sole writer of the tables a city file fills. Rules in force are not edited in substance (docs/city-file.md,
*Versions*): what decides is compared and a difference refused, so that what was loaded before keeps serving.
Offices, members and closed days that staff added by hand are kept.
"""

import dataclasses
import datetime as dt
import hashlib
from typing import Any

from django.db import models, transaction
from django.db.models import F

from portals import setup_log
from portals.business_days import BusinessCalendar
from portals.city_calendar import calendar_of
from portals.city_toml.content import CityFile
from portals.city_toml.entries import ClearanceEntry
from portals.city_toml.reading import Problem
from portals.city_toml.schema import Checked
from portals.city_versions import SUBSTANCE, edits_of_substance, vanished
from portals.models import (
    AppealRoute,
    Citation,
    City,
    Clock,
    ClosedDay,
    ClosedYear,
    DenialRule,
    EmptyRole,
    EscalationStep,
    Exemption,
    FeeRule,
    Flag,
    Measure,
    Office,
    Provision,
    Recount,
    Route,
    Violation,
)
from portals.vocabulary import SetupAct

RULES: tuple[tuple[str, type[models.Model]], ...] = (
    ("provision", Provision),
    ("clock", Clock),
    ("route", Route),
    ("escalation_step", EscalationStep),
    ("appeal_route", AppealRoute),
    ("fee_rule", FeeRule),
    ("denial_rule", DenialRule),
    ("exemption", Exemption),
    ("flag", Flag),
    ("measure", Measure),
    ("violation", Violation),
)
"""Tables of the file that are tables of the database one to one."""
NEVER_CHANGED = ("prefix", "time_zone")
"""Of a loaded city: references already given carry the prefix, dates already counted the time zone."""


class Refused(ValueError):
    """A file that may not be loaded. `problems` says why, one by one; nothing was changed."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


@dataclasses.dataclass(frozen=True, slots=True)
class Loaded:
    """What loading did. `changes` counts rows made, altered and removed; `first` says the city is new."""

    city: City
    first: bool
    changes: int


def load(checked: Checked, *, now: dt.datetime) -> Loaded:
    """Bring the tables of one city in line with its file, in one transaction.

    `now` is a UTC moment: a rule is in force by the date it makes in the city. Raises Refused.
    """
    if checked.problems or checked.content.city is None:
        raise Refused(list(checked.problems))
    with transaction.atomic():
        return _Loading(checked.content, checked.written, now).run()


class _Loading:
    """One load. Collects problems on the way and raises them together at the end, which undoes everything."""

    def __init__(self, file: CityFile, written: str, now: dt.datetime) -> None:
        self.file = file
        self.now = now
        self.digest = hashlib.sha256(written.encode()).hexdigest()
        self.problems: list[Problem] = []
        self.changes = 0

    def run(self) -> Loaded:
        self.city, first = self._city()
        before, version = (None if first else calendar_of(self.city)), self.city.version
        self.today = self.city.date_at(self.now)
        self.citations = {row.key: row for row in self.city.citations.all()}
        self._citations()
        self.offices = {row.key: row for row in self.city.offices.all()}
        self._offices()
        self._targets()
        self._closed_days()
        self._empty_roles()
        for table, model in RULES:
            self._rules(table, model)
        self._drop_citations()
        if self.problems:
            raise Refused(self.problems)
        if self.changes or self.city.file_digest != self.digest:
            grown = F("version") + (1 if self.changes and not first else 0)
            City.objects.filter(pk=self.city.pk).update(
                version=grown, file_digest=self.digest, loaded_at=self.now
            )
            self.city.refresh_from_db()
        if self.changes:
            self._write_down(before, version)
        return Loaded(self.city, first, self.changes)

    def _write_down(self, before: BusinessCalendar | None, version: int) -> None:
        """The event of the load; open cases follow other closed days, as when staff change them."""
        after = calendar_of(self.city)
        setup_log.write(
            self.city,
            SetupAct.LOAD,
            "city_file",
            self.city.slug,
            now=self.now,
            by_name="load_city",
            before={} if before is None else {"version": version},
            after={"version": self.city.version, "changes": self.changes, "file": self.digest},
        )
        if before is None:
            return
        added = sorted(after.closed.keys() - before.closed.keys())
        withdrawn = sorted(before.closed.keys() - after.closed.keys())
        if added or withdrawn or after.last_year != before.last_year:
            Recount.objects.create(
                city=self.city,
                what=Recount.What.CLOSED_DAYS,
                first_on=min([*added, *withdrawn, dt.date(before.last_year + 1, 1, 1)]),
                data={
                    "added": [day.isoformat() for day in added],
                    "withdrawn": [day.isoformat() for day in withdrawn],
                    "last_year_before": before.last_year,
                },
                at=self.now,
                by_name="load_city",
                next_at=self.now,
            )

    def _city(self) -> tuple[City, bool]:
        facts = self.file.city
        assert facts is not None
        values = {field.name: getattr(facts, field.name) for field in dataclasses.fields(facts)}
        if City.objects.filter(prefix=facts.prefix).exclude(slug=facts.slug).exists():
            raise Refused([Problem("city.prefix", f'"{facts.prefix}" is the prefix of another city')])
        city = City.objects.select_for_update(no_key=True).filter(slug=facts.slug).first()
        if city is None:
            self.changes += 1
            return City.objects.create(**values), True
        for name in NEVER_CHANGED:
            if getattr(city, name) != values[name]:
                reason = f'is "{values[name]}", but "{getattr(city, name)}" is in use and cannot be changed'
                raise Refused([Problem(f"city.{name}", reason)])
        self._update(city, values)
        return city, False

    def _citations(self) -> None:
        for entry in self.file.citation:
            values = {"key": entry.id, **_plain(entry, "label", "title", "url", "layer", "confidence")}
            self.citations[entry.id] = self._put(Citation, self.citations.get(entry.id), values)

    def _offices(self) -> None:
        for position, entry in enumerate(self.file.office):
            values = {
                "key": entry.id,
                **_plain(entry, "name", "roles", "publishes", "outside", "aliases", "note"),
                "citation": self.citations.get(entry.citation),
                "from_file": True,
                "position": position,
            }
            self.offices[entry.id] = self._put(Office, self.offices.get(entry.id), values)
        here = {entry.id for entry in self.file.office}
        for key, office in self.offices.items():
            if office.from_file and key not in here:
                # Its members, its datasets and its past cases stay with it; the file gives it nothing to do.
                self._update(office, {"from_file": False, "roles": [], "publishes": False})

    def _targets(self) -> None:
        targets = self.file.targets
        values = {
            **_plain(targets, "acknowledge_within", "remind_lead_after", "undo_hours", "unclaimed_after"),
            "targets_citation": self.citations.get(targets.citation),
            "clearances": [self._clearance(entry) for entry in self.file.clearance],
            "paragraphs": {
                field.name: text
                for field in dataclasses.fields(self.file.paragraphs)
                if (text := getattr(self.file.paragraphs, field.name))
            },
        }
        self._update(self.city, values)

    def _clearance(self, entry: ClearanceEntry) -> dict[str, Any]:
        plain = _plain(entry, "kinds", "outcomes", "role", "statement", "layer")
        return {"key": entry.id, **plain, "citation": self.citations[entry.citation].label}

    def _closed_days(self) -> None:
        """A closed day or year without a citation was entered by staff: no file removes or renames it."""
        years = {row.year: row for row in self.city.closed_years.all()}
        days = {row.on: row for row in self.city.closed_days.all()}
        here: set[Any] = set()
        new: list[models.Model] = []
        for entry in self.file.closed_days:
            citation = self.citations[entry.citation]
            values = {**_plain(entry, "year", "complete", "note"), "citation": citation}
            self._put(ClosedYear, years.get(entry.year), values)
            here.add(entry.year)
            for day in entry.days:
                here.add(day.on)
                facts = {"on": day.on, "name": day.name, "citation": citation}
                if day.on in days:
                    self._update(days[day.on], facts)
                else:
                    new.append(ClosedDay(city=self.city, **facts))
        self._add(ClosedDay, new)
        rows: list[tuple[Any, ClosedYear | ClosedDay]] = [*years.items(), *days.items()]
        for key, row in rows:
            if key not in here and row.citation_id is not None:
                self._delete(row)

    def _empty_roles(self) -> None:
        existing = {row.role: row for row in self.city.empty_roles.all()}
        for entry in self.file.empty_role:
            values = {**_plain(entry, "role", "because"), "citation": self.citations.get(entry.citation)}
            self._put(EmptyRole, existing.pop(str(entry.role), None), values)
        for row in existing.values():
            self._delete(row)

    def _rules(self, table: str, model: type[models.Model]) -> None:
        links = [field.name for field in model._meta.fields if field.many_to_one and field.name != "city"]
        rows = model._default_manager.filter(city=self.city).select_related(*links)
        existing: dict[Any, Any] = {_version(row): row for row in rows}
        new: list[models.Model] = []
        for position, entry in enumerate(getattr(self.file, table)):
            row = existing.pop((entry.id, getattr(entry, "effective_from", None)), None)
            values = self._rule_values(model, entry, position)
            if row is None:
                new.append(model(city=self.city, **values))
                continue
            if table in SUBSTANCE:
                path = self.file.path_of(table, entry)
                self.problems.extend(edits_of_substance(table, row, values, path, self.today))
            self._update(row, values)
        self._add(model, new)
        for row in existing.values():
            problem = vanished(table, row, self.today)
            if problem is None:
                self._delete(row)
            else:
                self.problems.append(problem)

    def _rule_values(self, model: type[models.Model], entry: Any, position: int) -> dict[str, Any]:
        values: dict[str, Any] = {"key": entry.id}
        names = {field.name: field for field in model._meta.fields if field.name != "id"}
        if "position" in names:
            values["position"] = position
        for name in [field.name for field in dataclasses.fields(entry) if field.name in names]:
            if name == "citation":
                values[name] = self.citations[entry.citation]
            elif name in ("office", "confirm_with"):
                values[name] = self.offices.get(getattr(entry, name))
            else:
                values.update(_plain(entry, name))
                field = names[name]
                if values[name] is None and isinstance(field, models.CharField):
                    values[name] = ""
        return values

    def _put(self, model: type[models.Model], row: Any, values: dict[str, Any]) -> Any:
        if row is None:
            self.changes += 1
            return model._default_manager.create(city=self.city, **values)
        self._update(row, values)
        return row

    def _add(self, model: type[models.Model], rows: list[models.Model]) -> None:
        """New rows of a table that no other refers to, in one statement."""
        self.changes += len(rows)
        model._default_manager.bulk_create(rows)

    def _update(self, row: models.Model, values: dict[str, Any]) -> None:
        altered = [name for name, value in values.items() if getattr(row, name) != value]
        if altered:
            self.changes += 1
            for name in altered:
                setattr(row, name, values[name])
            row.save(update_fields=altered)

    def _delete(self, row: models.Model) -> None:
        self.changes += 1
        row.delete()

    def _drop_citations(self) -> None:
        """Citations that nothing names any more, rules of other days included."""
        here = {entry.id for entry in self.file.citation}
        gone = [row for key, row in self.citations.items() if key not in here]
        if not gone or self.problems:
            return
        for row in gone:
            try:
                with transaction.atomic():
                    row.delete()
                self.changes += 1
            except models.ProtectedError:
                continue  # an office or closed day that is no longer in the file still names it


def _plain(entry: Any, *names: str) -> dict[str, Any]:
    """Values as the tables keep them: lists instead of tuples, words as plain strings, tables as JSON."""
    return {name: _stored(getattr(entry, name)) for name in names}


def _stored(value: Any) -> Any:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, tuple):
        return [_stored(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = {field.metadata["key"] or field.name: field.name for field in dataclasses.fields(value)}
        return {key: _stored(getattr(value, name)) for key, name in named.items()}
    return value


def _version(row: Any) -> tuple[str, dt.date | None]:
    return row.key, getattr(row, "effective_from", None)
