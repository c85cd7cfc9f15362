"""The pages of workshops and the experts who hold them. What a workshop costs and when it starts is its pool's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, TranslatableMixin
from wagtail.snippets.models import register_snippet
from wagtail_localize.fields import SynchronizedField

from home import languages
from home.blocks import BodyBlock
from home.content_page import ContentManager, ContentPage, ContentQuerySet
from home.freshness import POOLS, depends_on
from home.models import Topic
from home.structured import Data
from home.translations import localised
from pooling.models import Pool, PoolState

from . import spoken, structured
from .order import in_order


@register_snippet
class Expert(TranslatableMixin, models.Model):
    """A person who holds workshops. One row per language; the name is the same in each."""

    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(
        _("role"), max_length=160, blank=True, help_text=_("What the person knows about, in a few words.")
    )
    bio = models.TextField(_("about the person"), blank=True, help_text=_("Two or three sentences."))

    panels = [FieldPanel("name"), FieldPanel("role"), FieldPanel("bio")]
    override_translatable_fields = [SynchronizedField("name", overridable=False)]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Format(models.TextChoices):
    ONSITE = "onsite", _("on site")
    ONLINE = "online", _("online")


class WorkshopQuerySet(ContentQuerySet):
    """`WorkshopPage.objects.live().in_language("fr").with_pools()`."""

    def with_pools(self) -> list[WorkshopPage]:
        """These pages, each with its pool: two queries more, however many pages there are."""
        pages = list(self.select_related("alias_of", "locale"))
        attach_pools(pages)
        return pages


WorkshopManager = ContentManager.from_queryset(WorkshopQuerySet)


def attach_pools(pages: Iterable[WorkshopPage]) -> None:
    """Look up the pools of `pages` at once, so that asking each page for its pool costs nothing."""
    pages = list(pages)
    pools = Pool.objects.filter(page_key__in={page.page_key for page in pages}).prefetch_related("texts")
    by_key = {pool.page_key: pool for pool in pools}
    for page in pages:
        page.pool = by_key.get(page.page_key)


class WorkshopIndexPage(ContentPage):
    """All workshops of a language: those that take pledges first."""

    lead = models.TextField(_("lead"), blank=True, help_text=_("Two or three sentences: how workshops come about."))

    text_fields = ("lead",)
    parent_page_types = ["home.HomePage"]
    subpage_types = ["workshops.WorkshopPage"]
    max_count_per_parent = 1
    content_panels = [*Page.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = _("list of workshops")
        verbose_name_plural = _("lists of workshops")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds `open_workshops`, which take pledges now, `full_workshops`, which lead a waiting list,
        `other_workshops` to come, and `past_workshops`.
        """
        depends_on(POOLS)
        context = super().get_context(request, *args, **kwargs)
        pages = WorkshopPage.objects.child_of(self).live().public().in_language(self.locale.language_code)
        found = in_order(pages.with_pools(), now=timezone.now())
        context |= {
            "open_workshops": found.accepting,
            "full_workshops": found.full,
            "other_workshops": found.to_come,
            "past_workshops": found.past,
        }
        return context


class WorkshopPageForm(WagtailAdminPageForm):
    """Offers the topics and experts of the page's own language only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in {"topics": Topic, "experts": Expert}.items():
            if name in self.fields:
                self.fields[name].queryset = model.objects.filter(locale=self.instance.locale_id)

    def clean(self) -> dict[str, Any]:
        """A draft may still lack its venue; what is published says where it takes place."""
        data = super().clean()
        has_place = data.get("format") != Format.ONSITE or (data.get("venue") or "").strip()
        if "venue" in self.fields and not has_place and not self.is_deferred_validation:
            self.add_error("venue", _("Please say where the workshop takes place."))
        return data


class WorkshopPage(ContentPage):
    """One workshop. Its pool is found by `page_key`: one for all its translations (DESIGN.md section 5)."""

    summary = models.TextField(
        _("summary"),
        validators=[MaxLengthValidator(200)],
        help_text=_("One or two sentences, at most 200 characters. They stand in lists and at the top of the page."),
    )
    experts = ParentalManyToManyField(Expert, blank=True, related_name="workshops", verbose_name=_("experts"))
    format = models.CharField(_("format"), max_length=10, choices=Format.choices, default=Format.ONSITE)
    venue = models.CharField(
        _("venue"), max_length=255, blank=True, help_text=_("House and town. For an online workshop it may stay empty.")
    )
    spoken = spoken.SpokenLanguagesField(
        _("languages spoken"), blank=True, help_text=_("In which languages people can take part.")
    )
    audience = models.CharField(_("for whom"), max_length=300, blank=True, help_text=_("One sentence."))
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))
    topics = ParentalManyToManyField(Topic, blank=True, related_name="workshops", verbose_name=_("topics"))
    brief = models.TextField(
        _("brief for the expert"),
        blank=True,
        help_text=_("What organisations ask for, in their words. It stands on no page; copy it into your letter."),
    )

    text_fields = ("summary", "audience", "venue", "body")
    parent_page_types = ["workshops.WorkshopIndexPage"]
    subpage_types: list[str] = []
    base_form_class = WorkshopPageForm
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        HelpPanel(template="workshops/admin/financing_panel.html", heading=_("Financing")),
        MultiFieldPanel(
            [
                FieldPanel("format", help_text=_("Whether people meet in a room or on the screen.")),
                FieldPanel("venue"),
                FieldPanel("spoken"),
                FieldPanel("audience"),
            ],
            heading=_("How it takes place"),
        ),
        FieldPanel(
            "experts",
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Who leads the workshop. People are kept under “Snippets”, in each language."),
        ),
        FieldPanel("body", help_text=_("What people learn, what they need for it, and what they take home.")),
        FieldPanel(
            "topics",
            widget=forms.CheckboxSelectMultiple,
            help_text=_("They stand at the top, and the search finds the workshop by them. One or two are enough."),
        ),
        FieldPanel("brief", widget=forms.Textarea(attrs={"rows": 12})),
    ]
    # Set once, in the language of the source. full_clean then takes each topic's and expert's translation.
    override_translatable_fields = [
        SynchronizedField(name, overridable=False) for name in ("format", "spoken", "experts", "topics", "brief")
    ]

    objects = WorkshopManager()

    class Meta:
        verbose_name = _("workshop")
        verbose_name_plural = _("workshops")

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        for name in ("topics", "experts"):
            chosen = list(getattr(self, name).all())
            if any(one.locale_id != self.locale_id for one in chosen):
                setattr(self, name, localised(chosen, self.locale))
        super().full_clean(*args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds `index` (the list of workshops) and `index_url`, the page's `experts` and `topics`."""
        depends_on(POOLS)
        context = super().get_context(request, *args, **kwargs)
        index = self.get_parent()
        context.update(
            index=index,
            index_url=languages.address_in(index, translation.get_language()),
            experts=list(self.experts.all()),
            topics=list(self.topics.all()),
        )
        return context

    def structured_data(self) -> Data:
        return structured.workshop(self, now=timezone.now())

    @property
    def page_key(self) -> UUID:
        """What the page's pool is kept under. All translations share it; an alias follows the page that it shows."""
        page: Page = self
        while page.alias_of_id:
            page = page.alias_of
        return page.translation_key

    @cached_property
    def pool(self) -> Pool | None:
        """The pool that finances this workshop, if there is one already."""
        return Pool.objects.filter(page_key=self.page_key).prefetch_related("texts").first()

    @property
    def starts_at(self) -> datetime | None:
        """When it starts, once that was promised: not while the pool is a draft."""
        return self.pool.starts_at if self.pool and self.pool.state != PoolState.DRAFT else None

    @property
    def place(self) -> str:
        """Where it takes place, in the page's language as far as the page says."""
        return self.venue.strip() or str(self.get_format_display())

    @property
    def spoken_names(self) -> list[Any]:
        """The languages spoken, for people to read."""
        return spoken.names(self.spoken)
