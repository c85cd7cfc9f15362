"""PO files and approval in the translation editor: in place of wagtail-localize's views, which tell less.

And PO files of a whole language, from the overview.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.views.pages.utils import get_valid_next_url_from_request
from wagtail_localize.models import Translation
from wagtail_localize.views.edit_translation import user_can_edit_instance

from home.languages import own_name

from .access import languages_of, may_start
from .actions import approve_machine_texts
from .po_files import (
    LARGEST,
    MOST_BYTES,
    Imported,
    NotImportable,
    export,
    import_po,
    meant,
    name_of,
    read,
    require_same,
    unzipped,
    zipped,
)
from .publishing import edit_url

MOST_REFUSALS = 10  # told one by one


def writable(request: HttpRequest, translation_id: int) -> tuple[Translation, Any]:
    """The translation and its page or snippet. Raises PermissionDenied where this person may not write it."""
    found = Translation.objects.select_related("source", "target_locale")
    translation = get_object_or_404(found, pk=translation_id)
    instance = translation.get_target_instance()
    if not may_write(request.user, translation, instance):
        raise PermissionDenied
    return translation, instance


def may_write(user: Any, translation: Translation, instance: Any) -> bool:
    return bool(user_can_edit_instance(user, instance)) and (
        translation.target_locale.language_code in languages_of(user)
    )


@require_safe
def download(request: HttpRequest, translation_id: int) -> HttpResponse:
    translation, _instance = writable(request, translation_id)
    name = f"{slugify(translation.source.object_repr) or 'text'}-{translation.target_locale.language_code}.po"
    return HttpResponse(
        str(export(translation)),
        content_type="text/x-gettext-translation",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
def upload(request: HttpRequest, translation_id: int) -> HttpResponse:
    translation, instance = writable(request, translation_id)
    try:
        po = read(chosen(request))
        require_same(translation, po)
        outcome = import_po(translation, po, by=request.user)
    except NotImportable as refusal:
        sentence = _("Nothing was imported. %(reason)s") % {"reason": refusal}
        messages.error(request, sentence)
    else:
        (messages.warning if outcome.faulty or outcome.unknown else messages.success)(request, outcome.sentence())
    return redirect(get_valid_next_url_from_request(request) or edit_url(instance))


def chosen(request: HttpRequest) -> bytes:
    """What is in the file that the form was sent with. Raises NotImportable without one."""
    file = request.FILES.get("file")
    if file is None:
        raise NotImportable(_("Please choose a PO file first."))
    data: bytes = file.read(LARGEST + 1)
    return data


@require_POST
def approve(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Somebody has read what the machine wrote."""
    translation, instance = writable(request, translation_id)
    n = approve_machine_texts(translation=translation, by=request.user)
    sentence = ngettext("%(n)d segment is approved.", "%(n)d segments are approved.", n)
    messages.success(request, sentence % {"n": n})
    return redirect(edit_url(instance))


@require_safe
def download_language(request: HttpRequest, language: str) -> HttpResponse:
    """What `language` lacks, as a ZIP of PO files."""
    if not may_start(request.user) or language not in languages_of(request.user):
        raise PermissionDenied
    data, count = zipped(language)
    if not count:
        messages.success(request, _("No segment is missing in this language: %(name)s.") % {"name": own_name(language)})
        return redirect("translations")
    return HttpResponse(
        data,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="up2gether-{language}.zip"'},
    )


@require_POST
def upload_many(request: HttpRequest) -> HttpResponse:
    """PO files of any pages and languages, single or in a ZIP. Each that is refused is named with the reason."""
    if not may_start(request.user):
        raise PermissionDenied
    total, taken, refused = Imported(), 0, []
    for name, data in sent(request, refused):
        try:
            outcome = take(data, by=request.user)
        except NotImportable as refusal:
            refused.append((name, refusal))
        else:
            taken += 1
            total.written += outcome.written
            total.unknown += outcome.unknown
            total.faulty += outcome.faulty
    say_what_came(request, total, taken, refused)
    return redirect("translations")


def sent(request: HttpRequest, refused: list[tuple[str, NotImportable]]) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the PO files that came, those of a ZIP one by one. What can't be opened joins `refused`."""
    files = request.FILES.getlist("files")
    for file in files:
        if PurePath(file.name).suffix.lower() != ".zip":
            yield file.name, file.read(LARGEST + 1)
            continue
        try:
            yield from unzipped(file.read(MOST_BYTES))
        except NotImportable as refusal:
            refused.append((file.name, refusal))


def take(data: bytes, *, by: Any) -> Imported:
    """Import one file into the translation that it names. Raises NotImportable."""
    po = read(data)
    translation = meant(po)
    try:
        instance = translation.get_target_instance()
    except ObjectDoesNotExist as error:
        raise NotImportable(_("The page or entry that the file is of is no longer translated here.")) from error
    if not may_write(by, translation, instance):
        raise NotImportable(_("You may not write in this language: %(name)s.") % {"name": name_of(translation)})
    return import_po(translation, po, by=by)


def say_what_came(request: HttpRequest, total: Imported, taken: int, refused: list[tuple[str, NotImportable]]) -> None:
    if taken:
        files = ngettext("%(n)d file was read.", "%(n)d files were read.", taken) % {"n": taken}
        done = _("Nothing is published by this: what is complete is now “ready to publish”.")
        sentence = f"{files} {total.sentence()} {done}"
        (messages.warning if total.faulty or total.unknown else messages.success)(request, sentence)
    for name, refusal in refused[:MOST_REFUSALS]:
        sentence = _("%(file)s was refused. %(reason)s") % {"file": name, "reason": refusal}
        messages.error(request, sentence)
    if len(refused) > MOST_REFUSALS:
        n = len(refused) - MOST_REFUSALS
        sentence = ngettext("%(n)d more file was refused.", "%(n)d more files were refused.", n)
        messages.error(request, sentence % {"n": n})
    if not taken and not refused:
        messages.error(request, _("Please choose a PO file or a ZIP file first."))


def approve_url(translation: Translation) -> str:
    return reverse("approve_translation", args=[translation.pk])


urlpatterns = [
    # The addresses of wagtail-localize, before its own.
    path("localize/translate/<int:translation_id>/pofile/download/", download),
    path("localize/translate/<int:translation_id>/pofile/upload/", upload),
    path("translations/files/", upload_many, name="translations_upload"),
    path("translations/files/<slug:language>/", download_language, name="translations_download"),
    path("translations/<int:translation_id>/approve/", approve, name="approve_translation"),
]
