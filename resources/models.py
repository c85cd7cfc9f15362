"""The library: texts, checklists, templates and tools that anybody may read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Locale, Page
from wagtail_localize.fields import SynchronizedField

from home import languages, privacy
from home.blocks import BodyBlock
from home.content_page import ContentManager, ContentPage, ContentQuerySet
from home.models import Topic
from home.plain_text import plain_text
from home.privacy import public_pages
from home.structured import Data
from home.translations import localised

from .blocks import AttachmentsBlock, WorkshopsBlock
from .formats import Format, Level
from .listing import Listing
from .readers import ReaderCount, Said
from .related import workshops_for
from .search_entry import SearchEntry
from .structured import article

__all__ = ["Format", "Level", "ReaderCount", "ResourceIndexPage", "ResourcePage", "Said", "SearchEntry"]

WORDS_PER_MINUTE = 200


class ResourceQuerySet(ContentQuerySet):
    """`ResourcePage.objects.live().in_language("fr").about(topics).of_format("guide")`."""

    def about(self, topics: Iterable[Topic]) -> ResourceQuerySet:
        """Resources filed under one of these: a topic's rows in all languages, for they may point to any of them."""
        filed = self.model.topics.through.objects.filter(topic__in=[topic.pk for topic in topics])
        return self.filter(pk__in=filed.values("resourcepage_id"))

    def of_format(self, format: str) -> ResourceQuerySet:
        return self.filter(format=format)

    def of_level(self, level: str) -> ResourceQuerySet:
        return self.filter(level=level)

    def newest_first(self) -> ResourceQuerySet:
        return self.order_by("-first_published_at", "-pk")


ResourceManager = ContentManager.from_queryset(ResourceQuerySet)


class ResourcePageForm(WagtailAdminPageForm):
    """Offers the topics of the page's own language only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "topics" in self.fields:
            self.fields["topics"].queryset = Topic.objects.filter(locale=self.instance.locale_id)


class ResourceIndexPage(ContentPage):
    """The library's first page: lists what lies below it, by topic and format."""

    lead = models.TextField(_("lead"), blank=True, help_text=_("Two sentences: what is to be found here."))

    text_fields = ("lead",)
    parent_page_types = ["home.HomePage"]
    subpage_types = ["resources.ResourcePage"]
    max_count_per_parent = 1
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = _("library of resources")
        verbose_name_plural = _("libraries of resources")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds `listing` (resources/listing.py): what is shown of the resources below, and what can be chosen; and
        `for_members`, the ids of those shown that not everybody may read.
        """
        context = super().get_context(request, *args, **kwargs)
        below = ResourcePage.objects.child_of(self).live().in_its_language()
        listing = Listing(
            below.readable_by(request.user),
            key=f"{self.pk}:{privacy.view_of(request.user)}",
            locale=self.locale,
            asked=request.GET.dict(),
        )
        context |= {"listing": listing, "for_members": for_members(listing.page, request.user)}
        return context


def for_members(pages: Iterable[Page], reader: Any) -> set[int]:
    """The ids of the pages, all of which `reader` may read, that not everybody may. No query without a log-in."""
    if not reader.is_authenticated:
        return set()
    ids = {page.pk for page in pages}
    return ids - set(public_pages().filter(pk__in=ids).values_list("pk", flat=True))


def not_in_the_future(day: date) -> None:
    """A review that has not taken place yet is none."""
    if day > timezone.localdate():
        raise ValidationError(_("This day has not come yet."), code="reviewed_in_future")


class ResourcePage(ContentPage):
    """One text of the library."""

    summary = models.TextField(
        _("summary"),
        validators=[MaxLengthValidator(200)],
        help_text=_("One or two sentences, at most 200 characters. They stand in lists and at the top of the page."),
    )
    topics = ParentalManyToManyField(Topic, blank=True, related_name="resources", verbose_name=_("topics"))
    format = models.CharField(_("format"), max_length=20, choices=Format.choices, default=Format.GUIDE)
    level = models.CharField(
        _("level"),
        max_length=20,
        blank=True,
        choices=Level.choices,
        help_text=_("What readers should know before. Leave it empty if the text is for everybody."),
    )
    author = models.CharField(
        _("author"), max_length=120, blank=True, help_text=_("Who answers for the text: a role or a team.")
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))
    reading_minutes = models.PositiveSmallIntegerField(_("reading time in minutes"), default=1, editable=False)
    reviewed_on = models.DateField(
        _("last reviewed on"),
        null=True,
        blank=True,
        validators=[not_in_the_future],
        help_text=_("When somebody last made sure that all of it is still right. Readers see it."),
    )

    attachments = StreamField(
        AttachmentsBlock(),
        blank=True,
        verbose_name=_("attachments"),
        help_text=_(
            "Templates, forms and the like, below the text. A document is as private as the pages that use it."
        ),
    )
    workshops = StreamField(
        WorkshopsBlock(),
        blank=True,
        verbose_name=_("related workshops"),
        help_text=_("Each is shown in the reader's language where it is translated, with its date and state."),
    )

    text_fields = ("summary", "body", "attachments", "author")
    open_graph_type = "article"
    parent_page_types = ["resources.ResourceIndexPage"]
    subpage_types: list[str] = []
    base_form_class = ResourcePageForm
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("body", help_text=_("A text with three sections or more gets a list of them by itself.")),
        FieldPanel("attachments"),
        FieldPanel("workshops"),
        MultiFieldPanel(
            [
                FieldPanel(
                    "topics",
                    widget=forms.CheckboxSelectMultiple,
                    help_text=_("Readers narrow the list down by them. One or two are enough."),
                ),
                FieldPanel(
                    "format", help_text=_("What readers get: something to read, to tick off, to fill in or to watch.")
                ),
                FieldPanel("level"),
                FieldPanel("author"),
                FieldPanel("reviewed_on"),
            ],
            heading=_("How it is filed"),
        ),
        HelpPanel(template="resources/admin/members_only.html", heading=_("Who may read it")),
    ]
    # wagtail-localize leaves many-to-many fields out unless it is told; full_clean then takes each topic's translation.
    # Workshops are chosen once, and shown in the reader's language.
    # Each translation says itself when it was last reviewed, else what its source says.
    override_translatable_fields = [
        SynchronizedField("topics", overridable=False),
        SynchronizedField("workshops", overridable=False),
        SynchronizedField("reviewed_on"),
    ]

    objects = ResourceManager()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds `index` (the library), `index_url`, `documents`, and in the reader's language `topics`, `workshops` and
        up to three `related` resources; `is_for_members` where not everybody may read this one, and `for_members`, the
        ids of those related likewise.
        """
        context = super().get_context(request, *args, **kwargs)
        language = translation.get_language()
        index = self.get_parent()
        topics = list(self.topics.all())
        if self.locale.language_code != language:
            topics = localised(topics, Locale.get_active())
        others = (
            ResourcePage.objects.live()
            .readable_by(request.user)
            .in_language(language)
            .exclude(translation_key=self.translation_key)
        )
        keys = [topic.translation_key for topic in topics]
        related = list(others.filter(topics__translation_key__in=keys).distinct().newest_first()[:3]) if keys else []
        context.update(
            index=index,
            index_url=languages.address_in(index, language),
            topics=topics,
            documents=[bound.value for bound in self.attachments if bound.value["document"]],
            workshops=workshops_for((bound.value for bound in self.workshops), language=language),
            related=related,
            is_for_members=request.user.is_authenticated and bool(self.get_view_restrictions()),
            for_members=for_members(related, request.user) if related else set(),
        )
        return context

    def structured_data(self) -> Data:
        return article(self)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        topics = list(self.topics.all())
        if any(topic.locale_id != self.locale_id for topic in topics):
            self.topics = localised(topics, self.locale)
        self.reading_minutes = minutes_to_read(plain_text(self.body.get_prep_value()))
        super().full_clean(*args, **kwargs)


def minutes_to_read(text: str) -> int:
    """How long a plain text takes to read, in whole minutes, at least 1."""
    return max(1, math.ceil(len(text.split()) / WORDS_PER_MINUTE))
