"""The database itself refuses to change or delete an event. Written out per vendor, since Django has no word for it."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER pooling_poolevent_no_update BEFORE UPDATE ON pooling_poolevent
       BEGIN SELECT RAISE(ABORT, 'pool events are append-only'); END""",
    """CREATE TRIGGER pooling_poolevent_no_delete BEFORE DELETE ON pooling_poolevent
       BEGIN SELECT RAISE(ABORT, 'pool events are append-only'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION pooling_poolevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'pool events are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER pooling_poolevent_append_only BEFORE UPDATE OR DELETE ON pooling_poolevent
       FOR EACH ROW EXECUTE FUNCTION pooling_poolevent_refuse()""",
]
SQLITE_BACK = ["DROP TRIGGER pooling_poolevent_no_update", "DROP TRIGGER pooling_poolevent_no_delete"]
POSTGRESQL_BACK = ["DROP TRIGGER pooling_poolevent_append_only ON pooling_poolevent", "DROP FUNCTION pooling_poolevent_refuse()"]


def run(schema_editor, sqlite, postgresql):
    for statement in {"sqlite": sqlite, "postgresql": postgresql}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def forwards(apps, schema_editor):
    run(schema_editor, SQLITE, POSTGRESQL)


def backwards(apps, schema_editor):
    run(schema_editor, SQLITE_BACK, POSTGRESQL_BACK)


class Migration(migrations.Migration):
    dependencies = [("pooling", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
