from django.db import migrations

from requests_app.preservation import append_only


def ensure(apps, schema_editor):
    append_only.ensure(schema_editor.connection)


class Migration(migrations.Migration):
    """The event log is append-only in the database itself."""

    dependencies = [("requests_app", "0001_initial")]
    operations = [migrations.RunPython(ensure, migrations.RunPython.noop, elidable=False)]
