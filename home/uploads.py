"""What may be uploaded in the admin: files that are what their names say, and no bigger than they look.

Wagtail looks at names, sizes and formats of images already; of documents it looks at the name only.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

MOST_UNPACKED = 200_000_000  # bytes in an archive, all of them together
MOST_TIMES = 200  # what packing may gain over the whole archive; text gains 10 to 20
MOST_ENTRIES = 5_000
HEAD = 1024  # bytes that a format is told by
# What has to be inside: the parts that make an archive a document.
PARTS = {
    "docx": ("[Content_Types].xml", "word/document.xml"),
    "xlsx": ("[Content_Types].xml", "xl/workbook.xml"),
    "odt": ("mimetype", "content.xml"),
    "ods": ("mimetype", "content.xml"),
    "zip": (),
}
PROGRAMS = ("vbaproject.bin",)  # macros
TELLS_NOTHING = b"\0"  # no text has it
MARKUP = (b"<!doctype", b"<html", b"<svg", b"<?xml")


TOO_BIG = gettext_lazy("This file is too big (%(file_size)s). At most %(max_filesize)s are allowed.")


class CarefulImageField(WagtailImageField):
    """Wagtail asks how many pixels an image has; where that alone is too much for Pillow, it would end in an error."""

    def check_image_pixel_size(self, f: Any) -> None:
        try:
            super().check_image_pixel_size(f)
        except ValidationError:
            raise
        except Image.DecompressionBombError as error:
            raise ValidationError(too_many_pixels(), code="file_too_many_pixels") from error
        except Exception as error:  # a broken image may fail in any way
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image") from error


def too_many_pixels() -> str:
    return _("This image has far too many pixels. Make it smaller, at most %(most)d million pixels, and try again.") % {
        "most": settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 1_000_000
    }


class ImageForm(BaseImageForm):
    """WAGTAILIMAGES_IMAGE_FORM_BASE."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(field := self.fields.get("file"), WagtailImageField):
            # Wagtail makes the field before it asks for this class.
            field.__class__ = CarefulImageField
            field.error_messages["file_too_large"] = TOO_BIG


class DocumentForm(BaseDocumentForm):
    """WAGTAILDOCS_DOCUMENT_FORM_BASE."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"].error_messages["file_too_large"] = TOO_BIG

    def _post_clean(self) -> None:
        """Of a file that was refused the model would say once more that it has no fitting name."""
        if "file" not in self.errors:
            super()._post_clean()

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data and file:
            require_honest(file.file if hasattr(file, "file") else file, name=file.name)
            file.seek(0)
        return file


def require_honest(file: BinaryIO, *, name: str) -> None:
    """Raises ValidationError unless the file is what its name says, and of reasonable size unpacked, too.

    Endings that are not allowed at all are the model's to refuse (WAGTAILDOCS_EXTENSIONS).
    """
    extension = PurePath(name).suffix.lower().lstrip(".")
    file.seek(0)
    if extension in PARTS:
        require_harmless_archive(file, extension)
    elif extension in LOOKS and not LOOKS[extension](file.read(HEAD)):
        raise another_kind(extension)


def require_allowed(path: Path) -> None:
    """As for what people upload, for a file that lies on the server. Raises ValidationError."""
    extension, size = path.suffix.lower().lstrip("."), path.stat().st_size
    if extension not in settings.WAGTAILDOCS_EXTENSIONS:
        raise ValidationError(_("Files that end in .%(extension)s are not taken.") % {"extension": extension})
    if size > settings.WAGTAILDOCS_MAX_UPLOAD_SIZE:
        limits = {
            "file_size": filesizeformat(size),
            "max_filesize": filesizeformat(settings.WAGTAILDOCS_MAX_UPLOAD_SIZE),
        }
        raise ValidationError(TOO_BIG % limits)
    with path.open("rb") as file:
        require_honest(file, name=path.name)


def require_image(path: Path) -> None:
    """As `require_allowed`, for an image. Raises ValidationError."""
    form_field = CarefulImageField()
    form_field.error_messages["file_too_large"] = TOO_BIG
    with path.open("rb") as file:
        upload = File(file, name=path.name)
        form_field.check_image_file_size(upload)  # before all of it is read
        form_field.clean(upload)


def another_kind(extension: str) -> ValidationError:
    return ValidationError(
        _("This is no .%(extension)s file, whatever its name says. Save it in that format, and try again.")
        % {"extension": extension}
    )


def require_harmless_archive(file: BinaryIO, extension: str) -> None:
    """Looks at the list of contents only: nothing is unpacked."""
    try:
        entries = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise another_kind(extension) from error
    names = {entry.filename for entry in entries}
    if not names.issuperset(PARTS[extension]):
        raise another_kind(extension)
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    overlapping = packed > file.seek(0, io.SEEK_END)  # entries that share their bytes: a bomb that is no bigger inside
    if len(entries) > MOST_ENTRIES or unpacked > min(MOST_UNPACKED, MOST_TIMES * max(packed, 10_000)) or overlapping:
        raise ValidationError(_("This file would unpack to far more than it looks like, so it is not taken."))
    if any(PurePath(name).name.lower() in PROGRAMS for name in names):
        raise ValidationError(_("This file contains macros. Save it without them, and try again."))


def is_text(head: bytes) -> bool:
    return TELLS_NOTHING not in head and not head.lstrip().lower().startswith(
        (b"<!doctype", b"<html", b"<svg", b"<?xml")
    )


LOOKS: dict[str, Callable[[bytes], bool]] = {
    "pdf": lambda head: head.lstrip().startswith(b"%PDF-"),
    "csv": is_text,
    "txt": is_text,
}
