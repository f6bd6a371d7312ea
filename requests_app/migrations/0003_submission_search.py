"""The full-text index of the cases."""

from django.db import migrations

from portals.text_search import create_index, drop_index


def create(apps, schema_editor):
    create_index(schema_editor, "requests_app_submission")


def drop(apps, schema_editor):
    drop_index(schema_editor, "requests_app_submission")


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0002_event_log")]

    operations = [migrations.RunPython(create, drop)]
