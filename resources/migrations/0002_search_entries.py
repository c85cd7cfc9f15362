import django.db.models.deletion
from django.db import migrations, models

TABLE = "resources_searchentry"


def add_vector(apps, schema_editor):
    """PostgreSQL keeps the stems as a vector by itself, the title's with the highest weight."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"ALTER TABLE {TABLE} ADD COLUMN vector tsvector GENERATED ALWAYS AS ("
            "setweight(to_tsvector('simple', title_stems), 'A') || setweight(to_tsvector('simple', stems), 'D')"
            ") STORED"
        )
        schema_editor.execute(f"CREATE INDEX search_by_vector ON {TABLE} USING gin (vector)")


def drop_vector(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP COLUMN vector")


class Migration(migrations.Migration):

    dependencies = [
        ('resources', '0001_initial'),
        ('wagtailcore', '0097_baselogentry_uuid_action_timestamp_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=2)),
                ('kind', models.CharField(choices=[('resource', 'Resources'), ('workshop', 'Workshops'), ('page', 'Pages')], max_length=10)),
                ('summary', models.TextField(blank=True)),
                ('text', models.TextField(blank=True)),
                ('title_stems', models.TextField(blank=True)),
                ('stems', models.TextField(blank=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('page', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='search_entry', to='wagtailcore.page')),
            ],
            options={
                'verbose_name': 'entry of the search',
                'verbose_name_plural': 'entries of the search',
                'indexes': [models.Index(fields=['language', 'kind'], name='search_by_language_and_kind')],
            },
        ),
        migrations.RunPython(add_vector, drop_vector),
    ]
