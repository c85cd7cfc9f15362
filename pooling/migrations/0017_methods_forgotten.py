from typing import Any

from django.db import migrations, models
from django.db.models import F


def released_ones_are_forgotten(apps: Any, schema_editor: Any) -> None:
    """Until now a method was marked as released only once the provider had answered, or the process had died."""
    methods = apps.get_model("pooling", "SavedMethod").objects.filter(released_at__isnull=False)
    methods.update(forgotten_at=F("released_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("pooling", "0016_outside_refunds"),
    ]

    operations = [
        migrations.AddField(
            model_name="savedmethod",
            name="forgotten_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(released_ones_are_forgotten, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="savedmethod",
            constraint=models.CheckConstraint(
                condition=models.Q(("forgotten_at", None), ("released_at__isnull", False), _connector="OR"),
                name="method_forgotten_was_released",
            ),
        ),
    ]
