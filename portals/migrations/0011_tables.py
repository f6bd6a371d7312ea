
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portals', '0010_clearance_and_exemptions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Table',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(db_index=True, help_text='Of the file that holds the rows.', max_length=64)),
                ('size', models.PositiveBigIntegerField(help_text='Of that file, in bytes.')),
                ('row_count', models.PositiveBigIntegerField()),
                ('columns', models.JSONField(help_text='Name, type and title of each column, in their order.')),
                ('row_key', models.CharField(blank=True, help_text='The column by which a row is known; blank: its content.', max_length=63)),
                ('loaded_at', models.DateTimeField(help_text='When a file was last loaded, also one without changes.')),
                ('changed_at', models.DateTimeField(help_text='When the rows last changed.')),
                ('source', models.CharField(blank=True, help_text='Name of the file that was loaded.', max_length=255)),
                ('source_sha256', models.CharField(blank=True, editable=False, max_length=64)),
                ('note', models.CharField(blank=True, help_text='Where the rows come from; shown on the page.', max_length=500)),
                ('dataset', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='table', to='portals.dataset')),
            ],
            options={
                'ordering': ['dataset_id'],
            },
        ),
    ]
