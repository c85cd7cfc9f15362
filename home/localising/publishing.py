"""A translation goes live whole or not at all: what is missing is counted, named, and led to.

Every way of publishing ends in `save` or `publish` of the page, so both ask here (home/content_page.py): the editor, a
list's bulk action, workflows, the admin's API, planned publishing, and wagtail-localize itself, which would put the
source's text where a translation is missing. Snippets have no drafts: the translation editor saves them, and asks too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import quote
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.models import Page, TranslatableMixin
from wagtail_localize.fields import get_translatable_fields
from wagtail_localize.models import Translation, TranslationSource

from home.languages import name_in_a_sentence

from .segments import Progress, missing_of, progress_of_all
from .sources import renew_source


class TranslationIncomplete(ValidationError):
    """A translation can't be published yet. `url` leads to the first segment that is missing."""

    def __init__(self, instance: TranslatableMixin, translation: Translation, progress: Progress) -> None:
        self.instance, self.progress = instance, progress
        first = missing_of(translation).first()
        self.url = f"{edit_url(instance)}#segment-{first.pk if first else ''}"
        self.sentence = sentence_for(str(instance), translation.target_locale.language_code, progress)
        super().__init__({NON_FIELD_ERRORS: [self.sentence]})


def edit_url(instance: TranslatableMixin) -> str:
    if isinstance(instance, Page):
        return reverse("wagtailadmin_pages:edit", args=[instance.pk])
    name = f"wagtailsnippets_{instance._meta.app_label}_{instance._meta.model_name}:edit"
    return reverse(name, args=[quote(instance.pk)])


def sentence_for(title: str, language: str, progress: Progress) -> str:
    """What is missing, and that nothing was lost."""
    values = {"title": title, "language": name_in_a_sentence(language)}
    empty, machine = progress.missing - progress.unreviewed, progress.unreviewed
    parts = [_("“%(title)s” was not published in %(language)s.") % values]
    if empty:
        sentence = ngettext("%(n)d segment has no translation yet.", "%(n)d segments have no translation yet.", empty)
        parts.append(sentence % {"n": empty})
    if machine:
        sentence = ngettext(
            "%(n)d segment was translated by a machine and not approved by anybody.",
            "%(n)d segments were translated by a machine and not approved by anybody.",
            machine,
        )
        parts.append(sentence % {"n": machine})
    parts.append(_("What was written is kept."))
    return " ".join(parts)


def translation_to(instance: TranslatableMixin) -> Translation | None:
    """The translation whose outcome `instance` is; none for an original, or what is no longer tied to one."""
    found: Translation | None = (
        Translation.objects.filter(
            source__object_id=instance.translation_key, target_locale=instance.locale_id, enabled=True
        )
        .select_related("target_locale")
        .first()
    )
    return found


def require_complete(instance: TranslatableMixin) -> None:
    """Raises TranslationIncomplete if `instance` is a translation that lacks segments."""
    translation = translation_to(instance)
    if translation is None:
        return
    progress = progress_of_all([translation.pk]).get(translation.pk, Progress())
    if progress.missing:
        raise TranslationIncomplete(instance, translation, progress)


def hold_back(page: Page, update_fields: Iterable[str] | None) -> set[str] | None:
    """Called before `page` is saved, with the fields that are written (all without any). Returns those to be written.

    A live translation that lacks segments is not put on the site and not written over with the source's text: raises
    TranslationIncomplete. A page that stops being an alias of one in another language leaves the site until it is
    translated: it still holds the other language's text.
    """
    fields = None if update_fields is None else set(update_fields)
    if not page.live or page.alias_of_id or not page.pk:
        return fields
    if fields is not None:
        if "alias_of_id" in fields and was_foreign_alias(page):
            page.live = False
            page.has_unpublished_changes = True
            return fields | {"live", "has_unpublished_changes"}
        return fields
    if was_foreign_alias(page):
        page.live = False
        page.has_unpublished_changes = True
        return None
    try:
        require_complete(page)
    except TranslationIncomplete:
        before = type(page)._base_manager.filter(pk=page.pk).first()
        if before is None or goes_live(before, page) or says_something_else(before, page):
            raise
    return None


def was_foreign_alias(page: Page) -> bool:
    return bool(
        Page.objects.filter(pk=page.pk).exclude(alias_of=None).exclude(alias_of__locale=page.locale_id).exists()
    )


def goes_live(before: Page, after: Page) -> bool:
    return not before.live or before.live_revision_id != after.live_revision_id


def says_something_else(before: Page, after: Page) -> bool:
    """Whether a text of theirs differs."""
    return any(
        field.get_value(before) != field.get_value(after)
        for field in get_translatable_fields(type(before))
        if field.is_translated(before) and field.get_field(type(before)).concrete
    )


def refuse(request: HttpRequest, refusal: TranslationIncomplete) -> HttpResponse:
    """Say what is missing, with a way to the first segment, in the translation's editor."""
    say(request, refusal)
    return redirect(edit_url(refusal.instance))


def say(request: HttpRequest, refusal: TranslationIncomplete) -> None:
    button = messages.button(refusal.url, _("Go to the first missing segment"))
    messages.error(request, refusal.sentence, buttons=[button])


def refusals_of(source: TranslationSource) -> list[TranslationIncomplete]:
    """Why the translations of `source`, as it is now, can't all be published."""
    try:
        renew_source(source.get_source_instance())
    except ObjectDoesNotExist:
        return []
    refusals = []
    for translation in source.translations.filter(enabled=True):
        try:
            require_complete(translation.get_target_instance())
        except TranslationIncomplete as refusal:
            refusals.append(refusal)
        except ObjectDoesNotExist:
            continue  # it was deleted since
    return refusals


def refuse_in_editor(request: HttpRequest, instance: Any) -> HttpResponse | None:
    """Receives before_edit_page and before_edit_snippet: the translation editor's own button."""
    if (
        request.method != "POST"
        or request.POST.get("action") != "publish"
        or not isinstance(instance, TranslatableMixin)
    ):
        return None
    try:
        require_complete(instance)
    except TranslationIncomplete as refusal:
        return refuse(request, refusal)
    return None
