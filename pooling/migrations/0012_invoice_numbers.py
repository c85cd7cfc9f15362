"""Invoices have a stored number without gaps, and the reference by which the bank names them."""

from django.db import migrations, models
from django.utils.timezone import localtime


def creditor_reference(number):
    """ISO 11649, as pooling.invoices.references makes it: so far every account had a plain IBAN."""
    digits = number.replace("-", "")
    text = "".join(str(int(letter, 36)) for letter in f"{digits}RF00")
    return f"RF{98 - int(text) % 97:02d}{digits}"


def number_the_invoices(apps, schema_editor):
    """Each keeps the number that it was sent with; the series of its year goes on behind it."""
    last = {}
    for invoice in apps.get_model("pooling", "Invoice").objects.order_by("pk"):
        year = localtime(invoice.issued_at).year
        invoice.number = f"{year}-{invoice.pk:05d}"
        invoice.reference = creditor_reference(invoice.number)
        invoice.save(update_fields=["number", "reference"])
        last[year] = invoice.pk
    series = apps.get_model("pooling", "NumberSeries").objects
    for year, number in last.items():
        series.create(year=year, last=number)


class Migration(migrations.Migration):
    dependencies = [("pooling", "0011_whose_page")]

    operations = [
        migrations.CreateModel(
            "NumberSeries",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(unique=True)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "series of numbers",
                "verbose_name_plural": "series of numbers",
                "ordering": ["year"],
            },
        ),
        migrations.AddField(
            "invoice", "number", models.CharField(max_length=20, null=True, unique=True, verbose_name="invoice number")
        ),
        migrations.AddField(
            "invoice", "reference", models.CharField(max_length=27, null=True, unique=True, verbose_name="reference")
        ),
        migrations.RunPython(number_the_invoices, migrations.RunPython.noop),
    ]
