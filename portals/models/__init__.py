"""The city's tables. Everything here comes from a city file, a catalogue, or the city's own staff."""

from portals.models.access import ApiKey, DatasetTakedown, KeyUse
from portals.models.city import City, ClosedDay, ClosedYear
from portals.models.dataset import CatalogRun, Dataset, Distribution, Field
from portals.models.office import Absence, EmptyRole, Member, Office, User
from portals.models.rule import (
    AppealRoute,
    Citation,
    Clock,
    DenialRule,
    EscalationStep,
    Exemption,
    FeeRule,
    Flag,
    Measure,
    Provision,
    Route,
    Violation,
)
from portals.models.setup import Confirmation, OfficeTarget, Recount, SetupEvent
from portals.models.table import Table

__all__ = [
    "Absence",
    "ApiKey",
    "AppealRoute",
    "CatalogRun",
    "Citation",
    "City",
    "Clock",
    "ClosedDay",
    "ClosedYear",
    "Confirmation",
    "Dataset",
    "DatasetTakedown",
    "DenialRule",
    "Distribution",
    "EmptyRole",
    "EscalationStep",
    "Exemption",
    "FeeRule",
    "Field",
    "Flag",
    "KeyUse",
    "Measure",
    "Member",
    "Office",
    "OfficeTarget",
    "Provision",
    "Recount",
    "Route",
    "SetupEvent",
    "Table",
    "User",
    "Violation",
]
