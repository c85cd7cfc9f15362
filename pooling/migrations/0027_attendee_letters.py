from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery

LANGUAGES = [("de", "Deutsch"), ("fr", "Français"), ("it", "Italiano")]


def write_to_them_in_their_organisation_s_language(apps, schema_editor):
    """Who is named already hears nothing of being named, but of what becomes of it."""
    Attendee, Pledge = apps.get_model("pooling", "Attendee"), apps.get_model("pooling", "Pledge")
    language = Pledge.objects.filter(pk=OuterRef("pledge")).values("organisation__language")
    Attendee.objects.update(language=Subquery(language), next_try_at=F("named_at"))


class Migration(migrations.Migration):

    dependencies = [
        ("members", "0006_erased_people"),
        ("pooling", "0026_attendees"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="attendee", name="attendee_names_a_person_once"),
        migrations.RemoveConstraint(model_name="attendee", name="attendee_has_an_address_once"),
        migrations.AddField(
            model_name="attendee",
            name="language",
            field=models.CharField(choices=LANGUAGES, default="de", max_length=2),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="attendee", name="letter", field=models.CharField(blank=True, max_length=20)
        ),
        migrations.AddField(
            model_name="attendee", name="next_try_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="attendee", name="tries", field=models.PositiveSmallIntegerField(default=0)
        ),
        migrations.AddField(model_name="attendee", name="sent_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="attendee", name="last_error", field=models.CharField(blank=True, max_length=500)
        ),
        migrations.AddField(model_name="attendee", name="ended_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="attendee", name="reminded_at", field=models.DateTimeField(null=True)),
        migrations.RunPython(write_to_them_in_their_organisation_s_language, migrations.RunPython.noop),
    ]
