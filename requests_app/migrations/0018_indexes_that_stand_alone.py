"""Foreign keys of the busy tables lose the index of their own.

Each stands first in an index that the table has anyway, or is read only when an office or a person is deleted.
The clock and every form write these tables; nobody is slower without.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

COVERED = {
    "attachment": ["by", "submission"],
    "deadline": ["submission"],
    "escalation": ["deadline", "office"],
    "event": ["by", "submission"],
    "involvement": ["office", "submission"],
    "message": ["by", "submission"],
    "notice": ["city", "submission", "user"],
    "referral": ["by", "from_office", "to_office"],
    "submission": ["assigned_to", "city", "climbs_from", "dataset", "entered_by", "office"],
}


def _fields(apps):
    for name, fields in COVERED.items():
        model = apps.get_model("requests_app", name)
        for field in fields:
            yield model, model._meta.get_field(field)


def drop_indexes(apps, schema_editor):
    """By hand: on SQLite Django would copy each table, and the triggers that guard the log would be gone."""
    for model, field in _fields(apps):
        declared = {index.name for index in model._meta.indexes}
        for index in schema_editor._constraint_names(
            model, [field.column], index=True, unique=False, exclude=declared
        ):
            schema_editor.execute(schema_editor._delete_index_sql(model, index))


def create_indexes(apps, schema_editor):
    for model, field in _fields(apps):
        schema_editor.execute(schema_editor._create_index_sql(model, fields=[field]))


class Migration(migrations.Migration):
    dependencies = [
        ("portals", "0014_dataset_by_identifier"),
        ("requests_app", "0017_api_channel_and_public_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_indexes, create_indexes)],
            state_operations=[
                migrations.AlterField(
                    model_name="attachment",
                    name="by",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="attachment",
                    name="submission",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="requests_app.submission",
                    ),
                ),
                migrations.AlterField(
                    model_name="deadline",
                    name="submission",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deadlines",
                        to="requests_app.submission",
                    ),
                ),
                migrations.AlterField(
                    model_name="escalation",
                    name="deadline",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="escalations",
                        to="requests_app.deadline",
                    ),
                ),
                migrations.AlterField(
                    model_name="escalation",
                    name="office",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portals.office",
                    ),
                ),
                migrations.AlterField(
                    model_name="event",
                    name="by",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="event",
                    name="submission",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="requests_app.submission",
                    ),
                ),
                migrations.AlterField(
                    model_name="involvement",
                    name="office",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="involvements",
                        to="portals.office",
                    ),
                ),
                migrations.AlterField(
                    model_name="involvement",
                    name="submission",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="involvements",
                        to="requests_app.submission",
                    ),
                ),
                migrations.AlterField(
                    model_name="message",
                    name="by",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="message",
                    name="submission",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="requests_app.submission",
                    ),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="city",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="portals.city",
                    ),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="submission",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="requests_app.submission",
                    ),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="user",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="referral",
                    name="by",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="referral",
                    name="from_office",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portals.office",
                    ),
                ),
                migrations.AlterField(
                    model_name="referral",
                    name="to_office",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portals.office",
                    ),
                ),
                migrations.AlterField(
                    model_name="submission",
                    name="assigned_to",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="assigned",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="submission",
                    name="city",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="portals.city",
                    ),
                ),
                migrations.AlterField(
                    model_name="submission",
                    name="climbs_from",
                    field=models.ForeignKey(
                        db_index=False,
                        help_text="The office that led when the ladder began; a referral by the clock does not change it.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portals.office",
                    ),
                ),
                migrations.AlterField(
                    model_name="submission",
                    name="dataset",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="portals.dataset",
                    ),
                ),
                migrations.AlterField(
                    model_name="submission",
                    name="entered_by",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="submission",
                    name="office",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="led_submissions",
                        to="portals.office",
                    ),
                ),
            ],
        ),
    ]
