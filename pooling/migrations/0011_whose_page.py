"""A page for a payment method knows whose method it will be."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def name_the_organisations(apps, schema_editor):
    """So far it was whoever takes the pledge over, else its holder."""
    for page in apps.get_model("pooling", "SetupPage").objects.select_related("pledge", "transfer"):
        receiver = page.transfer.receiver_id if page.transfer else None
        page.organisation_id = receiver or page.pledge.organisation_id
        page.save(update_fields=["organisation"])


def check_at_once(apps, schema_editor):
    """PostgreSQL alters no table whose new rows it has still to check."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [("members", "0003_organisation_is_named"), ("pooling", "0010_seats")]

    operations = [
        migrations.AddField(
            "setuppage",
            "organisation",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.organisation",
            ),
        ),
        migrations.RunPython(name_the_organisations, migrations.RunPython.noop),
        migrations.RunPython(check_at_once, migrations.RunPython.noop),
        migrations.AlterField(
            "setuppage",
            "organisation",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
            ),
        ),
        migrations.RemoveConstraint("setuppage", "setup_is_one_live_per_pledge"),
        migrations.AddConstraint(
            "setuppage",
            models.UniqueConstraint(
                fields=["pledge", "organisation"],
                condition=Q(state__in=["opening", "open"], transfer=None),
                name="setup_is_one_live_per_pledge",
            ),
        ),
    ]
