"""The full-text index of the catalogue."""

from django.db import migrations

from portals.text_search import create_index, drop_index


def create(apps, schema_editor):
    create_index(schema_editor, "portals_dataset")


def drop(apps, schema_editor):
    drop_index(schema_editor, "portals_dataset")


class Migration(migrations.Migration):
    dependencies = [("portals", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
