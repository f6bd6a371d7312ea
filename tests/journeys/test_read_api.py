"""From a request for access to the rows: a key with a limit of its own, used, seen by both sides, lost."""

import datetime as dt
from pathlib import Path

from django.test import Client

from portals import access
from portals.soda.usage import LEDGER
from portals.vocabulary import KeyStatus
from requests_app.models import Submission
from tests.journeys.test_enforcement import holds_a_key
from tests.portals.soda.served import json_of, table_of
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import main_of
from tests.requests_app.staff_pages import signed_in


def test_a_key_from_the_front_desk_reads_rows_up_to_the_limit_that_the_office_granted(
    client: Client, people: dict[str, Staff], settings, time_machine, tmp_path: Path
) -> None:
    time_machine.move_to(FILED, tick=False)
    settings.CIVICDATA_HOME, settings.API_LIMIT = tmp_path, 1
    kent = people["kent"]
    table_of(kent.dataset, tmp_path)
    key, secret = holds_a_key(client, kent)
    rows = f"/resource/{kent.dataset.identifier}.json"
    program = Client(headers={"X-App-Token": secret})
    time_machine.move_to(FILED + dt.timedelta(hours=1), tick=False)

    answers = [program.get(rows) for _call in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3 and len(json_of(answers[0])) == 4
    assert [answer["X-RateLimit-Limit"] for answer in answers] == ["600"] * 3  # what the clerk wrote
    assert [Client().get(rows).status_code for _call in range(2)] == [200, 429]

    LEDGER.write_down()
    case = Submission.objects.get(reference=key.case)
    mine = main_of(client.get(f"/track/{case.reference}/key/"))
    theirs = main_of(signed_in(kent.clerk).get(f"/desk/case/{case.reference}/key/"))
    for page in (mine, theirs):
        assert "Calls an hour 600" in page and "Calls today 3" in page and "Last used" in page

    settings.API_LIMIT = 1_000  # a bad key counts for the address that sends it
    access.set_status(key, KeyStatus.SUSPENDED, now=FILED + dt.timedelta(hours=1))
    refused = program.get(rows, headers={"If-None-Match": answers[0]["ETag"]})
    assert refused.status_code == 403 and "suspended" in json_of(refused)["message"]
