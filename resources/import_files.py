"""The files of an import: what each says, and which of them are the same text in several languages.

Everything that can be said about a file by itself, or beside the other files, is said here, before anything is written.
The format: docs/importing.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation

from home.content_files import pictures
from home.content_files.markdown import Document, read_document, require_same_blocks
from home.content_files.reading import ContentError
from home.languages import codes
from home.uploads import require_allowed

from .formats import Format, Level

# The text fields of a resource that a file may hold, and their longest; the first two it must.
TEXTS = {"title": 255, "summary": 200, "slug": 80, "author": 120, "search_description": 300}
REQUIRED = ("title", "summary")
# What is the same in every language: it stands in the file of the source language, and may stand in the others.
SHARED = ("topics", "format", "level", "workshops")
LISTS = {"topics": "[website, data-protection]", "workshops": "[homepage-brief]"}
FIELDS = ("key", *TEXTS, *SHARED, "members_only", "attachments")
MOST_LABEL = 120
ATTACHMENTS = "files"  # the folder beside those of the languages
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class Refusal:
    """A file that was not imported. `name` is its path below the folder."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True)
class Attachment:
    """A file to take along, and what it is called in the language."""

    path: Path
    label: str


@dataclass(frozen=True)
class ResourceFile:
    """One resource in one language."""

    name: str
    language: str
    key: str
    document: Document

    @property
    def texts(self) -> dict[str, Any]:
        front = self.document.front
        return {**{name: front.get(name, "") for name in TEXTS}, "slug": self.slug}

    @property
    def slug(self) -> str:
        return str(self.document.front.get("slug", self.document.path.stem))

    @property
    def picture_folder(self) -> Path:
        return self.document.path.parent.parent / pictures.FOLDER

    @property
    def attachments(self) -> list[Attachment]:
        folder = self.document.path.parent.parent / ATTACHMENTS
        return [Attachment(folder / each["file"], each["label"]) for each in self.document.front.get("attachments", [])]

    @property
    def is_members_only(self) -> bool:
        return bool(self.document.front.get("members_only"))


@dataclass
class Files:
    """The files that can be used, by key and language, and those that can't. Both in the order of the folder."""

    by_key: dict[str, dict[str, ResourceFile]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, name: str, reason: str) -> None:
        self.refused.append(Refusal(name, reason))


def read_files(folder: Path) -> Files:
    """Reads everything in `folder`, which holds a folder per language. Raises ContentError if there is none."""
    if not folder.is_dir():
        raise ContentError("is no folder.", path=folder)
    files = Files()
    slugs: dict[tuple[str, str], str] = {}
    for name, path in everything_in(folder):
        try:
            with translation.override("en"):  # the command's own language, for what forms would say in an editor's
                found = read_file(name, path)
        except ContentError as error:
            files.refuse(name, error.reason)
            continue
        in_languages = files.by_key.setdefault(found.key, {})
        if same := in_languages.get(found.language):
            files.refuse(name, f"the key {found.key} is taken by {same.name}.")
        elif other := slugs.get((found.language, found.slug)):
            files.refuse(name, f"the slug {found.slug} is taken by {other}.")
        else:
            in_languages[found.language] = found
            slugs[found.language, found.slug] = name
    files.by_key = {key: in_languages for key, in_languages in files.by_key.items() if in_languages}
    return files


def everything_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file, and every folder that should not be there, with its name below `folder`. Hidden ones are nobody's."""
    for place in sorted(folder.iterdir()):
        if place.name in (ATTACHMENTS, pictures.FOLDER) and place.is_dir():
            continue  # read where a text names what is in it
        inside = sorted(place.iterdir()) if place.is_dir() and place.name in codes() else [place]
        yield from ((path.relative_to(folder).as_posix(), path) for path in inside if not path.name.startswith("."))


def read_file(name: str, path: Path) -> ResourceFile:
    """Raises ContentError."""
    language = path.parent.name if "/" in name else ""
    if not language:
        raise ContentError(f"is in no language's folder: there are {', '.join(codes())}.")
    if path.suffix != ".md":
        raise ContentError("only files whose names end in .md are read.")
    key = path.stem
    folder = path.parent.parent / pictures.FOLDER
    document = read_document(path, key=f"resources/{key}", folder=folder)
    named = document.front.get("key", key)
    if not (isinstance(named, str) and KEY.fullmatch(named)):
        raise ContentError("the key must be of lower-case letters, digits and hyphens, for example new-homepage.")
    if named != key:  # the ids of blocks go by the key, so that languages' files may have names of their own
        document = read_document(path, key=f"resources/{named}", folder=folder)
    require_known_fields(document)
    require_attachments(document)
    return ResourceFile(name, language, named, document)


def require_known_fields(document: Document) -> None:
    """Raises ContentError unless the front matter holds what it must, and nothing else."""
    front = document.front
    if unknown := [name for name in front if name not in FIELDS]:
        raise ContentError(f"the field {unknown[0][:40]} is not known; there are {', '.join(FIELDS)}.")
    for name, longest in TEXTS.items():
        value = front.get(name, "")
        if not isinstance(value, str):
            raise ContentError(f"{name} must be text: put it between quotation marks.")
        if name in REQUIRED and not value.strip():
            raise ContentError(f"{name} is missing.")
        if len(value) > longest:
            raise ContentError(f"{name} has {len(value)} characters, at most {longest} are allowed.")
        if "\n" in value.strip():
            raise ContentError(f"{name} must be one line.")
    slug = front.get("slug", document.path.stem)
    if not SLUG.fullmatch(slug):
        raise ContentError("the slug must be of lower-case letters, digits and hyphens, for example neue-homepage.")
    if "format" in front and front["format"] not in Format.values:
        raise ContentError(f"the format is not known; there are {', '.join(Format.values)}.")
    if "level" in front and front["level"] not in Level.values:
        raise ContentError(f"the level is not known; there are {', '.join(Level.values)}.")
    if not isinstance(front.get("members_only", False), bool):
        raise ContentError("members_only is true or false.")
    for name, example in LISTS.items():
        values = front.get(name, [])
        if not (isinstance(values, list) and all(isinstance(value, str) for value in values)):
            raise ContentError(f"{name} must be a list, for example {example}.")


def require_attachments(document: Document) -> None:
    """Raises ContentError unless each attachment is a file that an editor could upload, with a name for people."""
    attachments = document.front.get("attachments", [])
    if not (isinstance(attachments, list) and all(is_attachment(each) for each in attachments)):
        raise ContentError("attachments is a list, and each entry has a file (a name in the folder files) and a label.")
    for each in attachments:
        path = document.path.parent.parent / ATTACHMENTS / each["file"]
        if path.is_symlink() or not path.is_file():
            raise ContentError(f"there is no file {each['file']} in the folder {ATTACHMENTS}.")
        try:
            require_allowed(path)
        except ValidationError as error:
            raise ContentError(f"the attachment {each['file']} is refused: {' '.join(error.messages)}") from error


def is_attachment(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"file", "label"}
        and all(isinstance(each, str) for each in value.values())
        and bool(pictures.FILE_NAME.fullmatch(value["file"]))
        and 0 < len(value["label"].strip()) <= MOST_LABEL
    )


def require_fit(source: ResourceFile, translated: ResourceFile) -> None:
    """Raises ContentError where a translation is not built like its source, or says something else that is shared."""
    require_same_blocks(source.document, translated.document)
    ours, theirs = len(source.attachments), len(translated.attachments)
    if ours != theirs:
        raise ContentError(f"it has {theirs} attachments, but {source.name} has {ours}.")
    for name in SHARED:
        ours, theirs = source.document.front.get(name), translated.document.front.get(name)
        if theirs is not None and theirs != ours:
            raise ContentError(f"{name} differs from {source.name}; it stands in one of them or is the same in both.")
