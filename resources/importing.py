"""Imports resources from files: `manage.py import_resources`. Importing again writes only what has changed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.functional import cached_property
from wagtail.documents import get_document_model
from wagtail.models import Page

from home.content_files.markdown import stable_id
from home.content_files.pages import Outcome, is_in_other_hands, source_language_of, write_page
from home.content_files.pictures import with_images
from home.content_files.reading import ContentError
from home.models import Topic
from home.privacy import restrict_to
from members.group import members_group
from pooling.workshops.models import WorkshopPage

from .formats import Format
from .import_files import Attachment, Files, Refusal, ResourceFile, read_files, require_fit
from .models import ResourceIndexPage, ResourcePage

STEPS = 20  # how often it says how far it is

InLanguages = dict[str, ResourceFile]


@dataclass
class Report:
    """What an import did. `written` and `left` are languages by key; `left` are those that a person has changed."""

    keys: list[str]
    refused: list[Refusal]
    written: dict[str, list[str]] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[int, int, int]:
        """How many texts were written, were as they should be, and were left alone."""
        written, left = (sum(map(len, found.values())) for found in (self.written, self.left))
        return written, self.total - written - left - len(self.refused), left

    total: int = 0


def import_resources(folder: Path, *, say: Callable[[str], None] = lambda line: None) -> Report:
    """Brings the library in line with the files of `folder` (docs/importing.md). What there is no file of stays.

    Each text by itself: one that is refused hinders no other, but its translations can't be without it. What a person
    has changed or taken off the site since is left alone. Raises ContentError if there is no folder or no library.
    """
    files = read_files(folder)
    known = Known()
    report = Report(list(files.by_key), files.refused)
    report.total = len(files.refused) + sum(map(len, files.by_key.values()))
    say(f"{report.total} files, {len(files.refused)} can't be read")
    step = max(1, len(files.by_key) // STEPS)
    for number, (key, in_languages) in enumerate(files.by_key.items(), start=1):
        outcome = write_resource(key, in_languages, known, files)
        if outcome is not None:
            report.written.update({key: outcome.written} if outcome.written else {})
            report.left.update({key: outcome.left} if outcome.left else {})
        if number % step == 0 or number == len(files.by_key):
            say(f"{number} of {len(files.by_key)} resources")
    return report


def write_resource(key: str, in_languages: InLanguages, known: Known, files: Files) -> Outcome[ResourcePage] | None:
    """Writes one resource in its languages; notes in `files` what is refused. None if nothing of it can be written."""
    source_language = source_language_of(f"resources/{key}", {code: {} for code in in_languages})
    source = in_languages.get(source_language)
    if source is None:
        for file in in_languages.values():
            files.refuse(file.name, f"it is translated from {source_language}, and there is no file in that language.")
        return None
    fitting: InLanguages = {}
    for language, file in in_languages.items():
        try:
            known.require_place(file)
            require_fit(source, file)
        except ContentError as error:
            files.refuse(file.name, error.reason)
        else:
            fitting[language] = file
    outcome = None
    try:
        if source_language in fitting:
            with transaction.atomic():  # nobody can read a page before it is restricted
                outcome = write_page(
                    ResourcePage,
                    key=f"resources/{key}",
                    parent=known.libraries[source_language],
                    texts={language: {**file.texts, **streams_of(file)} for language, file in fitting.items()},
                    shared=known.shared(source),
                )
                # One file says so for all languages, and no file opens what is restricted.
                if any(file.is_members_only for file in in_languages.values()):
                    restrict_to(outcome.page, members_group())
    except (ContentError, ValidationError) as error:
        fitting.pop(source_language)
        files.refuse(source.name, error.reason if isinstance(error, ContentError) else " ".join(error.messages))
    if outcome is None:
        for file in fitting.values():
            files.refuse(file.name, f"it is translated from {source.name}, which was refused.")
        return None
    for language, misfit in outcome.refused.items():
        files.refuse(fitting[language].name, str(misfit))
    return outcome


def streams_of(file: ResourceFile) -> dict[str, list[dict[str, Any]]]:
    """The text and the attachments as the page keeps them, once pictures and files lie among the images and documents.
    A page that is a person's by now keeps its own.
    """
    page = ResourcePage.objects.filter(
        translation_key=stable_id(f"resources/{file.key}"), locale__language_code=file.language
    ).first()
    if page is not None and is_in_other_hands(page):
        return {"body": page.body.get_prep_value(), "attachments": page.attachments.get_prep_value()}
    return {
        "body": with_images(file.document.body, folder=file.picture_folder),
        "attachments": attachments_of(file, page),
    }


def attachments_of(file: ResourceFile, page: ResourcePage | None) -> list[dict[str, Any]]:
    """The attachments as `page` keeps them, once their files lie among the documents."""
    there = {bound.id: bound.value["document"] for bound in page.attachments} if page else {}
    blocks = []
    for number, attachment in enumerate(file.attachments):
        place = stable_id("resources", file.key, "attachment", number)
        document = ensure_document(attachment, there.get(place))
        blocks.append({"type": "document", "value": {"document": document.pk, "label": attachment.label}, "id": place})
    return blocks


def ensure_document(attachment: Attachment, there: Any) -> Any:
    """The document with the file's content: the one that is `there`, in this place of the page, else a new one. A file
    that has changed takes the place of its former self, so that the old one can be had no more.
    """
    content = attachment.path.read_bytes()
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()  # as Wagtail's Document.file_hash
    if there is not None and there.file_hash == digest and there.title == attachment.label:
        return there
    document = there if there is not None else get_document_model()()
    document.title, document.file_size, document.file_hash = attachment.label, len(content), digest
    document.file = ContentFile(content, attachment.path.name)
    document.save()
    return document


class Known:
    """What the files refer to: the library in its languages, the addresses that are taken, and the topics."""

    @cached_property
    def libraries(self) -> dict[str, ResourceIndexPage]:
        found = ResourceIndexPage.objects.live().filter(alias_of=None).select_related("locale").order_by("pk")
        libraries = {page.locale.language_code: page for page in found.reverse()}
        if not libraries:
            raise ContentError("There is no library yet: make the page that lists the resources first.")
        return libraries

    @cached_property
    def slugs(self) -> dict[tuple[str, str], str]:
        """Whose an address below the library is, by language: the translation key."""
        return {
            (language, slug): str(key)
            for language, library in self.libraries.items()
            for slug, key in Page.objects.child_of(library).values_list("slug", "translation_key")
        }

    def require_place(self, file: ResourceFile) -> None:
        """Raises ContentError where there is no library in the file's language, or its address is another page's."""
        if file.language not in self.libraries:
            raise ContentError(f"there is no library in {file.language} yet: translate and publish that page first.")
        if self.slugs.get((file.language, file.slug), own := stable_id(f"resources/{file.key}")) != own:
            raise ContentError(f"the slug {file.slug} is taken by another page of the library.")

    @cached_property
    def topics(self) -> dict[tuple[str, str], Topic]:
        """Topics in each language by what files may call them: their short name there or elsewhere, or their key."""
        rows = list(Topic.objects.select_related("locale"))
        found: dict[tuple[str, str], Topic] = {}
        slugs = defaultdict(list)
        for row in rows:
            slugs[row.translation_key].append(row.slug)
        for row in rows:
            for name in (*slugs[row.translation_key], str(row.translation_key)):
                found.setdefault((name, row.locale.language_code), row)
        return {**found, **{(row.slug, row.locale.language_code): row for row in rows}}

    def topic(self, name: str, language: str) -> Topic:
        """Raises ContentError."""
        found = self.topics.get((name, language)) or self.topics.get((stable_id(f"topics/{name}"), language))
        if found is None:
            names = sorted({topic.slug for (_name, code), topic in self.topics.items() if code == language})
            raise ContentError(f"the topic {name[:40]} is not known; there are {', '.join(names) or 'none yet'}.")
        return found

    @cached_property
    def workshops(self) -> dict[tuple[str, str], WorkshopPage]:
        """Live workshops by what files may call them: the last part of their address in a language, or their key."""
        found: dict[tuple[str, str], WorkshopPage] = {}
        for page in WorkshopPage.objects.live().filter(alias_of=None).select_related("locale").order_by("pk"):
            found[page.slug, page.locale.language_code] = page
            found.setdefault((str(page.translation_key), ""), page)
        return found

    def workshop(self, name: str, language: str) -> WorkshopPage:
        """Raises ContentError."""
        keys = [(name, language), (name, ""), (stable_id(f"workshops/{name}"), "")]
        found = next((self.workshops[key] for key in keys if key in self.workshops), None)
        if found is None:
            raise ContentError(f"there is no published workshop {name[:40]} in {language}.")
        return found

    def shared(self, source: ResourceFile) -> dict[str, Any]:
        """What is the same in every language. Raises ContentError."""
        front = source.document.front
        topics = [self.topic(name, source.language) for name in front.get("topics", [])]
        workshops = [
            {
                "type": "workshop",
                "value": self.workshop(name, source.language).pk,
                "id": stable_id("resources", source.key, "workshop", name),
            }
            for name in front.get("workshops", [])
        ]
        return {
            "format": front.get("format", Format.GUIDE),
            "level": front.get("level", ""),
            "topics": topics,
            "workshops": workshops,
        }
