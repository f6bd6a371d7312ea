"""What stands in the database itself is whole again after each migrate."""

import pytest
from django.core.management import call_command
from django.db import connection

TRIGGERS = [
    ("portals_dataset_fts_insert", "portals_dataset"),
    ("requests_app_submission_fts_insert", "requests_app_submission"),
]


@pytest.mark.django_db
@pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="only SQLite drops triggers when it rebuilds a table"
)
@pytest.mark.parametrize(("trigger", "table"), TRIGGERS)
def test_a_lost_search_trigger_is_put_back_by_migrate(trigger: str, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {trigger}")
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = %s AND tbl_name = %s", [trigger, table]
        )
        assert cursor.fetchone()[0] == 1
