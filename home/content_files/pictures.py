"""Pictures in a content file: `![What it shows](pictures/name.jpg)` in a line of its own, without words a decoration.

While a file is read, a picture is known by its name only; `with_images` puts the images of the CMS in its place.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.images import ImageFile
from wagtail.images import get_image_model

from home.uploads import require_image

from .containers import Misplaced

FOLDER = "pictures"  # beside those of the languages
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
LINE = re.compile(r"!\[([^\[\]]*)\]\(([^()\s]*)\)\s*")
HOW = f"a picture is written ![what it shows]({FOLDER}/name.jpg), in a line of its own."


def picture(alt: str, target: str, *, folder: Path) -> dict[str, Any]:
    """The block's value, with the file's name in place of the image. Raises Misplaced."""
    below, _slash, name = target.rpartition("/")
    if below != FOLDER or not FILE_NAME.fullmatch(name):
        raise Misplaced(f"a picture lies in the folder {FOLDER}, and its name has letters, digits and hyphens.")
    path = folder / name
    if folder.is_symlink() or path.is_symlink() or not path.is_file():
        raise Misplaced(f"there is no file {name} in the folder {FOLDER}.")
    try:
        require_image(path)
    except ValidationError as error:
        raise Misplaced(f"the picture {name} is refused: {' '.join(error.messages)}") from error
    words = " ".join(alt.split())
    return {"image": name, "decorative": not words, "alt_text": words}


def kind_of(value: dict[str, Any]) -> str:
    """What must be the same in every language. A translation may show another picture, but not where it only decorates:
    there are no words to translate then, and wagtail-localize would forget that it decorates.
    """
    return f"decorative {value['image']}" if value.get("decorative") else ""


def with_images(blocks: Iterable[dict[str, Any]], *, folder: Path) -> list[dict[str, Any]]:
    """The blocks as a page keeps them, once their pictures are among the images."""
    return [
        {**block, "value": {**block["value"], "image": ensure_image(folder / block["value"]["image"]).pk}}
        if block["type"] == "image"
        else block
        for block in blocks
    ]


def ensure_image(path: Path) -> Any:
    """The image with the file's content: one that is there already, whoever uploaded it, else a new one."""
    content = path.read_bytes()
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()  # as Wagtail's Image.file_hash
    images = get_image_model().objects
    found = images.filter(file_hash=digest).order_by("pk").first()
    if found is not None:
        return found
    with path.open("rb") as file:
        return images.create(
            title=path.stem, file=ImageFile(file, name=path.name), file_size=len(content), file_hash=digest
        )
