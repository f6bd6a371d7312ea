"""The cases of a person are indexed in the order in which a desk shows them, whatever their status.

A desk read all cases of its person to sort them. Cases that nobody has claimed, most of them, are not in it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0018_indexes_that_stand_alone")]

    operations = [
        migrations.RemoveIndex(model_name="submission", name="queue_of_a_person"),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                fields=["assigned_to", "urgency", "id"],
                condition=models.Q(assigned_to__isnull=False),
                name="cases_of_a_person",
            ),
        ),
    ]
