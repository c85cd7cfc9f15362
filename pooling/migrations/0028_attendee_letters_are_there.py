from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Lower


class Migration(migrations.Migration):

    dependencies = [("pooling", "0027_attendee_letters")]

    operations = [
        migrations.AlterField(model_name="attendee", name="next_try_at", field=models.DateTimeField()),
        migrations.AddConstraint(
            model_name="attendee",
            constraint=models.CheckConstraint(
                condition=Q(letter="") | ~Q(email=""), name="attendee_letter_has_an_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="attendee",
            constraint=models.CheckConstraint(
                condition=Q(language__in=["de", "fr", "it"]), name="attendee_language_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="attendee",
            constraint=models.UniqueConstraint(
                "pledge", Lower("name"), condition=~Q(name="") & Q(ended_at=None), name="attendee_names_a_person_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="attendee",
            constraint=models.UniqueConstraint(
                "pledge",
                Lower("email"),
                condition=~Q(email="") & Q(ended_at=None),
                name="attendee_has_an_address_once",
            ),
        ),
    ]
