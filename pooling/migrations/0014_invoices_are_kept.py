"""Invoices keep what they say, those that are owed no more have credit notes, and a pledge has the organisation's own
reference.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.utils.timezone import localtime, now

import members.models.uid
import pooling.models.invoice
import pooling.money

ADDRESS_FIELDS = ("name", "street", "house_number", "postcode", "town", "country")


def address_of(holder):
    return {field: getattr(holder, field) for field in ADDRESS_FIELDS}


def keep_what_they_say(apps, schema_editor):
    """As the organisation, the account and the workshop are today."""
    creditor = apps.get_model("pooling", "Creditor").objects.order_by("pk").first()
    invoices = apps.get_model("pooling", "Invoice").objects.select_related("charge__pledge__organisation")
    for invoice in invoices.order_by("pk"):
        organisation = invoice.charge.pledge.organisation
        texts = {text.language: text.title for text in invoice.charge.pledge.pool.texts.all()}
        order = (organisation.language, "de", "fr", "it")
        invoice.title = next((texts[language] for language in order if language in texts), "Workshop")
        invoice.language = organisation.language
        invoice.billed_to = address_of(organisation)
        invoice.payable_to = {**address_of(creditor), "iban": creditor.iban, "uid": ""} if creditor else {}
        invoice.save(update_fields=["title", "language", "billed_to", "payable_to"])


def credit_what_is_not_owed(apps, schema_editor):
    """So far invoices became void without a note. Their numbers, made of row numbers, may have gaps."""
    moment = now()
    series = apps.get_model("pooling", "NumberSeries").objects
    notes = apps.get_model("pooling", "CreditNote").objects
    for years in series.all():
        years.first = years.last + 1
        years.save(update_fields=["first"])
    for invoice in apps.get_model("pooling", "Invoice").objects.select_related("charge__pledge__pool").order_by("pk"):
        charge = invoice.charge
        if charge.pledge.pool.state == "cancelled":
            reason = "called_off"
        elif charge.state in ("void", "failed"):
            reason = "dropped" if charge.state == "failed" else "other_way"
        else:
            continue
        year, _made = series.get_or_create(year=localtime(moment).year)
        year.last += 1
        year.save(update_fields=["last"])
        notes.create(
            invoice=invoice,
            number=f"{year.year}-{year.last:05d}",
            amount=charge.amount,
            reason=reason,
            issued_at=moment,
        )


def text_field(name, length, **options):
    return migrations.AlterField(
        "creditor",
        name,
        models.CharField(max_length=length, validators=[pooling.models.invoice.validate_bill_text], **options),
    )


class Migration(migrations.Migration):
    dependencies = [("pooling", "0013_invoice_numbers_are_there")]

    operations = [
        migrations.AddField(
            "creditor",
            "country",
            models.CharField(
                choices=[("CH", "Switzerland"), ("LI", "Liechtenstein")],
                default="CH",
                max_length=2,
                verbose_name="country",
            ),
        ),
        migrations.AddField(
            "creditor",
            "uid",
            models.CharField(
                blank=True,
                help_text="Invoices with VAT name it. Leave it empty if the operator is not registered for VAT.",
                max_length=15,
                validators=[members.models.uid.validate_uid],
                verbose_name="UID",
            ),
        ),
        migrations.AddField("invoice", "billed_to", models.JSONField(default=dict), preserve_default=False),
        migrations.AddField(
            "invoice",
            "language",
            models.CharField(
                choices=[("de", "Deutsch"), ("fr", "Français"), ("it", "Italiano")], default="de", max_length=2
            ),
            preserve_default=False,
        ),
        migrations.AddField("invoice", "payable_to", models.JSONField(default=dict)),
        migrations.AddField("invoice", "title", models.CharField(default="", max_length=255), preserve_default=False),
        migrations.AddField("numberseries", "first", models.PositiveIntegerField(default=1)),
        migrations.AddField(
            "pledge",
            "customer_reference",
            models.CharField(blank=True, max_length=70, verbose_name="your reference"),
        ),
        text_field("name", 70, verbose_name="name of the account's holder"),
        text_field("street", 70, verbose_name="street"),
        text_field("house_number", 16, blank=True, verbose_name="house number"),
        text_field("postcode", 16, verbose_name="postcode"),
        text_field("town", 35, verbose_name="town"),
        migrations.AlterField(
            "creditor",
            "iban",
            models.CharField(
                help_text="The plain IBAN, or the QR-IBAN. Invoices that were sent keep the one that they name.",
                max_length=34,
                validators=[pooling.models.invoice.validate_iban],
                verbose_name="IBAN",
            ),
        ),
        migrations.CreateModel(
            "CreditNote",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="invoice number")),
                ("amount", pooling.money.RappenField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("called_off", "The workshop was called off."),
                            ("dropped", "The amount did not arrive in time, and the pledge ended."),
                            ("other_way", "The pledge is paid by card instead."),
                        ],
                        max_length=10,
                    ),
                ),
                ("issued_at", models.DateTimeField()),
                (
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_note",
                        to="pooling.invoice",
                    ),
                ),
            ],
            options={
                "verbose_name": "credit note",
                "verbose_name_plural": "credit notes",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 1), models.Q(("number", ""), _negated=True)),
                        name="credit_note_is_of_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["called_off", "dropped", "other_way"])),
                        name="credit_note_reason_is_known",
                    ),
                ],
            },
        ),
        migrations.RunPython(keep_what_they_say, migrations.RunPython.noop),
        migrations.RunPython(credit_what_is_not_owed, migrations.RunPython.noop),
    ]
