"""The site's three languages, so that a new database has them. Wagtail itself makes only the one of LANGUAGE_CODE."""

from django.db import migrations

LANGUAGES = ["de", "fr", "it"]


def make_locales(apps, schema_editor):
    Locale = apps.get_model("wagtailcore", "Locale")
    for code in LANGUAGES:
        Locale.objects.get_or_create(language_code=code)


def delete_unused_locales(apps, schema_editor):
    """German is Wagtail's own; the others go unless pages are written in them."""
    Locale = apps.get_model("wagtailcore", "Locale")
    Page = apps.get_model("wagtailcore", "Page")
    Locale.objects.filter(language_code__in=LANGUAGES[1:]).exclude(pk__in=Page.objects.values("locale")).delete()


class Migration(migrations.Migration):
    dependencies = [("home", "0001_initial")]
    operations = [migrations.RunPython(make_locales, delete_unused_locales)]
