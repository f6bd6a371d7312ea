"""All operations of the API and all schemas: the one table from which everything else is made."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from portals.api.city import CITY_OPERATIONS
from portals.api.operation import Operation
from portals.api.schema import Schema, text
from portals.api.schemas import CITY_SCHEMAS
from requests_app.api.filing import FILING_OPERATIONS
from requests_app.api.own import OWN_OPERATIONS
from requests_app.api.public import PUBLIC_OPERATIONS
from requests_app.api.schemas import CASE_SCHEMAS, PUBLIC_SCHEMAS
from requests_app.api.sent import SENT_SCHEMAS

HOME = "api/v1/"

OPERATIONS: Sequence[Operation] = (
    *CITY_OPERATIONS,
    *PUBLIC_OPERATIONS,
    *FILING_OPERATIONS,
    *OWN_OPERATIONS,
)

SCHEMAS: Mapping[str, Schema] = {**CITY_SCHEMAS, **PUBLIC_SCHEMAS, **CASE_SCHEMAS, **SENT_SCHEMAS}

PATHS: Mapping[str, tuple[str, Schema]] = {
    "city": ("str", text(_("The city, as `cities` calls it."), "kent")),
    "identifier": ("path", text(_("The identifier of the dataset, percent-encoded."), "abcd-1234")),
    "reference": ("str", text(_("The reference of the case."), "KNT-7F3K9QX2M")),
    "file": ("str", text(_("The number of the file, from the case."), "3", pattern="^[0-9]{1,17}$")),
    "answer": ("str", text(_("The number of the answer, from the list."), "12", pattern="^[0-9]{1,17}$")),
}
"""Variable of an address -> how Django reads it, and what it is."""


def by_path() -> dict[str, dict[str, Operation]]:
    """Path -> method -> operation."""
    found: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        found.setdefault(operation.path, {})[operation.method] = operation
    return found
