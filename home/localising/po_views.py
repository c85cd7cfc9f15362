"""PO files and approval in the translation editor: in place of wagtail-localize's views, which tell less."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
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

from .access import languages_of
from .actions import approve_machine_texts
from .po_files import LARGEST, NotImportable, export, import_po, read, require_same
from .publishing import edit_url


def writable(request: HttpRequest, translation_id: int) -> tuple[Translation, Any]:
    """The translation and its page or snippet. Raises PermissionDenied where this person may not write it."""
    found = Translation.objects.select_related("source", "target_locale")
    translation = get_object_or_404(found, pk=translation_id)
    instance = translation.get_target_instance()
    if not user_can_edit_instance(request.user, instance) or (
        translation.target_locale.language_code not in languages_of(request.user)
    ):
        raise PermissionDenied
    return translation, instance


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


def approve_url(translation: Translation) -> str:
    return reverse("approve_translation", args=[translation.pk])


urlpatterns = [
    # The addresses of wagtail-localize, before its own.
    path("localize/translate/<int:translation_id>/pofile/download/", download),
    path("localize/translate/<int:translation_id>/pofile/upload/", upload),
    path("translations/<int:translation_id>/approve/", approve, name="approve_translation"),
]
