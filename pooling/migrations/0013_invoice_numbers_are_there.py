"""Every invoice has its number and reference. A migration of its own: PostgreSQL alters no table whose new rows it has
still to check.
"""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("pooling", "0012_invoice_numbers")]

    operations = [
        migrations.AlterField("invoice", "number", models.CharField(max_length=20, unique=True, verbose_name="invoice number")),
        migrations.AlterField(
            "invoice", "reference", models.CharField(max_length=27, unique=True, verbose_name="reference")
        ),
        migrations.AddConstraint(
            "invoice",
            models.CheckConstraint(condition=~Q(number="") & ~Q(reference=""), name="invoice_has_its_number"),
        ),
    ]
