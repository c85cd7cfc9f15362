"""The home page, plain pages, and the topics that everything is filed under."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.fields import StreamField
from wagtail.models import Page, TranslatableMixin
from wagtail.snippets.models import register_snippet
from wagtail.url_routing import RouteResult
from wagtail_localize.fields import SynchronizedField

from . import languages
from .blocks import BodyBlock, StepsBlock
from .content_page import ContentPage
from .site_blocks import AnnouncementsBlock, FooterBlock, MenuBlock
from .structured import Data, document


class HomePage(ContentPage):
    """The first page of a language. What stands on every page of that language is kept here too."""

    headline = models.CharField(
        _("headline"),
        max_length=120,
        blank=True,
        help_text=_("The large line at the top. Without it the title stands there."),
    )
    lead = models.TextField(
        _("lead"),
        blank=True,
        help_text=_("Two or three sentences below the headline: for whom this is, and what it does."),
    )
    steps = StreamField(
        StepsBlock(),
        blank=True,
        verbose_name=_("steps"),
        help_text=_("How it works. Three steps are easy to remember."),
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))
    tagline = models.CharField(
        _("tagline"), max_length=80, blank=True, help_text=_("Stands beside the portal's name on every page.")
    )
    footer_line = models.CharField(
        _("line at the foot"), max_length=200, blank=True, help_text=_("Stands at the foot of every page.")
    )

    menu = StreamField(
        MenuBlock(),
        blank=True,
        verbose_name=_("menu"),
        help_text=_("Without entries: all pages below this one that are to be shown in menus."),
    )
    footer = StreamField(
        FooterBlock(),
        blank=True,
        verbose_name=_("columns at the foot"),
        help_text=_("Without columns: the pages that are to be shown in the footer."),
    )
    announcements = StreamField(
        AnnouncementsBlock(),
        blank=True,
        verbose_name=_("announcements"),
        help_text=_("Stand above every page of this language, for as long as you say."),
    )

    text_fields = ("headline", "lead", "steps", "body")
    parent_page_types = ["wagtailcore.Page"]
    max_count = 3
    content_panels = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("lead"),
        FieldPanel("steps"),
        FieldPanel("body", help_text=_("Below the workshops and resources. Sections stand side by side.")),
    ]
    every_page_panels = [
        FieldPanel("announcements"),
        FieldPanel("menu"),
        FieldPanel("footer"),
        MultiFieldPanel([FieldPanel("tagline"), FieldPanel("footer_line")], heading=_("Lines")),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Content")),
            ObjectList(every_page_panels, heading=_("On every page")),
            ObjectList(Page.promote_panels, heading=_("Promote")),
            ObjectList(Page.settings_panels, heading=_("Settings")),
        ]
    )

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """As all pages do; `request.home_page` saves those that stand on every page from looking for it again."""
        request.home_page = self  # type: ignore[attr-defined]
        return super().route(request, path_components)

    def is_home(self, *, key: UUID, language: str) -> bool:
        """Whether this is what stands at the top of the pages in `language` of the site whose root has this key."""
        if self.translation_key != key or not self.live or languages.is_foreign_alias(self):
            return False
        return bool(self.locale.language_code == language)

    def structured_data(self) -> Data:
        """Who runs the portal."""
        return document(
            "Organization",
            name=settings.WAGTAIL_SITE_NAME,
            url=languages.absolute("/"),
            description=self.description,
            slogan=self.tagline,
            logo=languages.absolute(static("images/mark.svg")),
            areaServed="CH",
            knowsLanguage=languages.codes(),
        )


class Purpose(models.TextChoices):
    """What the portal itself needs a page for."""

    TERMS = "terms", _("participation terms")
    PRIVACY = "privacy", _("privacy notice")
    ACCESSIBILITY = "accessibility", _("accessibility statement")


class StandardPage(ContentPage):
    """A page of text, for example about us, terms, privacy."""

    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))
    in_footer = models.BooleanField(
        _("show in the footer"),
        default=False,
        help_text=_("For terms, privacy and the like: a link at the foot of every page."),
    )

    purpose = models.CharField(
        _("purpose"),
        max_length=20,
        blank=True,
        choices=Purpose.choices,
        help_text=_("If the portal is to link to this page, for example from the form on which shares are pledged."),
    )

    text_fields = ("body",)
    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("body", help_text=_("A text with three sections or more gets a list of them by itself.")),
    ]
    promote_panels = [*Page.promote_panels, FieldPanel("in_footer"), FieldPanel("purpose")]
    override_translatable_fields = [SynchronizedField("purpose", overridable=False)]

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")


@register_snippet
class Topic(TranslatableMixin, models.Model):
    """What a resource, a workshop or a need is about. One row per language."""

    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(
        _("short name in addresses"),
        max_length=80,
        help_text=_("In lower case, with hyphens, for example data-protection."),
    )

    panels = [
        FieldPanel("name", help_text=_("As readers see it: two or three words.")),
        FieldPanel("slug"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["locale", "slug"], name="topic_slug_is_unique_per_language")]

    def __str__(self) -> str:
        return self.name
