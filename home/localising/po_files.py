"""Translations as PO files: out, and in again. What is refused says why; nothing is half imported.

A text that a machine wrote and nobody approved is marked "fuzzy", as PO files know it. What comes back without the mark
counts as approved by whoever translated the file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import polib
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from home.languages import name_in_a_sentence

from .segments import is_approved

HEADER = "X-WagtailLocalize-TranslationID"
TOOL = "PO File"
LARGEST = 5 * 1024 * 1024  # bytes of one PO file
MOST_FILES = 5000
MOST_BYTES = 100 * 1024 * 1024  # of all files of a ZIP together


class NotImportable(Exception):
    """Says in a sentence why a file is refused. Nothing of it was written."""


@dataclass
class Imported:
    """What came of a file, in segments."""

    written: int = 0
    unchanged: int = 0
    unknown: int = 0  # of a text that the original no longer has
    faulty: int = 0  # written, and with a mistake (a tag or a link) that the editor shows

    def sentence(self) -> str:
        parts = [
            ngettext("%(n)d segment was imported.", "%(n)d segments were imported.", self.written) % {"n": self.written}
        ]
        if self.faulty:
            sentence = ngettext(
                "%(n)d of them has a mistake, for example a missing tag, and is marked in the editor.",
                "%(n)d of them have a mistake, for example a missing tag, and are marked in the editor.",
                self.faulty,
            )
            parts.append(sentence % {"n": self.faulty})
        if self.unknown:
            sentence = ngettext(
                "%(n)d was left out, because the original no longer says this.",
                "%(n)d were left out, because the original no longer says this.",
                self.unknown,
            )
            parts.append(sentence % {"n": self.unknown})
        return " ".join(parts)


def export(translation: Translation, *, only_missing: bool = False) -> polib.POFile:
    """The segments of `translation` in the order of the page, with what is translated already."""
    po = polib.POFile(wrapwidth=200)
    po.metadata = {
        "POT-Creation-Date": timezone.now().strftime("%Y-%m-%d %H:%M%z"),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Language": translation.target_locale.language_code,
        HEADER: str(translation.uuid),
    }
    texts = texts_of(translation)
    seen = set()
    for segment in segments_of(translation):
        key = (segment.context_id, segment.string_id)
        text = texts.get(key)
        if key in seen or (only_missing and text is not None and is_approved(text)):
            continue
        seen.add(key)
        entry = polib.POEntry(
            msgctxt=segment.context.path, msgid=segment.string.data, msgstr="" if text is None else text.data
        )
        if text is not None and not is_approved(text):
            entry.flags.append("fuzzy")
        po.append(entry)
    return po


def read(data: bytes) -> polib.POFile:
    """Raises NotImportable where `data` is no PO file that was exported here."""
    if len(data) > LARGEST:
        raise NotImportable(_("The file is larger than 5 MB. Please import the pages one by one."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotImportable(_("The file is not in UTF-8. Please save it as a PO file in UTF-8.")) from error
    if "\n" not in text.strip() or "\0" in text:  # polib takes a single line for the name of a file
        raise NotImportable(_("This is no PO file."))
    try:
        po = polib.pofile(text.replace("\r\n", "\n"))
    except (OSError, ValueError, IndexError, KeyError, AttributeError) as error:
        # polib raises OSError with the line for whatever it can't read.
        line = "".join(character for character in str(error).rsplit("line", 1)[-1] if character.isdigit())
        if line:
            raise NotImportable(
                _("The PO file can't be read: please look at line %(line)s.") % {"line": line}
            ) from error
        raise NotImportable(_("This is no PO file.")) from error
    if not po.metadata.get(HEADER):
        raise NotImportable(
            _("The file does not say which translation it is of. Please use a file that was downloaded here.")
        )
    return po


def meant(po: polib.POFile, *, language: str = "") -> Translation:
    """The translation that a file is of, which has to be into `language` if one is given. Raises NotImportable."""
    translations = Translation.objects.select_related("source", "target_locale")
    try:
        found: Translation | None = translations.filter(uuid=UUID(po.metadata[HEADER]), enabled=True).first()
    except ValueError as error:
        raise NotImportable(_("The file names a translation that never was here.")) from error
    if found is None:
        raise NotImportable(_("The page or entry that the file is of is no longer translated here."))
    if language and found.target_locale.language_code != language:
        raise NotImportable(_("The file is the translation into %(other)s.") % {"other": name_of(found)})
    return found


def require_same(translation: Translation, po: polib.POFile) -> None:
    """Raises NotImportable if `po` is of another page or language than `translation`."""
    found = meant(po)
    if found.pk == translation.pk:
        return
    if found.source_id == translation.source_id:
        raise NotImportable(
            _("The file is the translation into %(other)s. Here it is %(language)s.")
            % {"other": name_of(found), "language": name_of(translation)}
        )
    raise NotImportable(
        _("The file is of “%(other)s” in %(language)s. Please open that and import it there.")
        % {"other": found.source.object_repr, "language": name_of(found)}
    )


def name_of(translation: Translation) -> str:
    return name_in_a_sentence(translation.target_locale.language_code)


@transaction.atomic
def import_po(translation: Translation, po: polib.POFile, *, by: Any) -> Imported:
    """Write what `po` translates. Empty, fuzzy and obsolete entries are left out: nobody has finished them."""
    outcome = Imported()
    places = {(segment.context.path, segment.string.data): segment for segment in segments_of(translation)}
    texts = texts_of(translation)
    for entry in po:
        if entry.obsolete or not entry.msgstr.strip() or "fuzzy" in entry.flags:
            continue
        segment = places.get((entry.msgctxt or "", entry.msgid))
        if segment is None:
            outcome.unknown += 1
            continue
        text = texts.get((segment.context_id, segment.string_id))
        if text is not None and text.data == entry.msgstr and is_approved(text):
            outcome.unchanged += 1
            continue
        text = text or StringTranslation(
            translation_of=segment.string, context=segment.context, locale=translation.target_locale
        )
        text.data, text.tool_name, text.last_translated_by = entry.msgstr, TOOL, by
        text.translation_type = StringTranslation.TRANSLATION_TYPE_MANUAL
        text.has_error, text.field_error = False, ""
        text.save()  # finds mistakes by itself
        outcome.written += 1
        outcome.faulty += text.has_error
    return outcome


def segments_of(translation: Translation) -> Iterable[StringSegment]:
    return (
        StringSegment.objects.filter(source=translation.source_id).select_related("context", "string").order_by("order")
    )


def texts_of(translation: Translation) -> dict[tuple[int, int], StringTranslation]:
    found = StringTranslation.objects.filter(
        locale=translation.target_locale_id, context__object_id=translation.source.object_id
    ).select_related("translation_of")
    return {(text.context_id, text.translation_of_id): text for text in found}


def zipped(language: str) -> tuple[bytes, int]:
    """A ZIP with a PO file for each translation into `language` that lacks segments, and how many there are."""
    translations = (
        Translation.objects.filter(target_locale__language_code=language, enabled=True)
        .select_related("source", "target_locale")
        .order_by("source__specific_content_type", "pk")
    )
    packed, count = io.BytesIO(), 0
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for translation in translations:
            po = export(translation, only_missing=True)
            if len(po):
                name = slugify(translation.source.object_repr)[:60] or "text"
                archive.writestr(f"{name}-{language}-{translation.pk}.po", str(po))
                count += 1
    return packed.getvalue(), count


def unzipped(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the PO files of a ZIP. Raises NotImportable for what is none, or too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [info for info in archive.infolist() if PurePosixPath(info.filename).suffix == ".po"]
            if len(files) > MOST_FILES or sum(info.file_size for info in files) > MOST_BYTES:
                raise NotImportable(_("The ZIP file holds too much. Please import it in parts."))
            for info in files:
                with archive.open(info) as file:
                    yield info.filename, file.read(LARGEST + 1)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise NotImportable(_("The ZIP file can't be read.")) from error
