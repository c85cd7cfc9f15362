"""What every page of the portal is: one of several translations, served in the source language where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.functional import cached_property
from wagtail.blocks import StreamValue
from wagtail.models import Page, PageManager, PagePermissionTester, PageViewRestriction
from wagtail.query import PageQuerySet
from wagtail.url_routing import RouteResult

from . import languages, privacy
from .kept import kept
from .localising.access import ContentPermissions
from .localising.publishing import hold_back, require_complete
from .plain_text import plain_text
from .sharing import SharedImage, image_of
from .structured import Data


class ContentQuerySet(PageQuerySet):
    """Reads like a sentence: `ResourcePage.objects.live().in_language("fr")`."""

    def in_language(self, language: str) -> ContentQuerySet:
        """Pages written in `language`: no aliases that show another language's text."""
        return self.in_its_language().filter(locale__language_code=language)

    def in_its_language(self) -> ContentQuerySet:
        """Pages written in the language of the place in the tree where they stand: no aliases that show another's text.

        Enough below a page, for the tree below a language's home page is of that language alone: Wagtail moves nothing
        out of it. To ask for the language beside the place would make PostgreSQL, which takes the two for independent,
        expect a third of what there is.
        """
        return self.filter(languages.written_in_its_language())

    def private_q(self) -> Q:
        """What Wagtail's public() and private() go by: translations share their privacy."""
        return privacy.private_q()

    def readable_by(self, reader: Any) -> ContentQuerySet:
        """Pages that a user may read; the public ones for whoever is not logged in."""
        return self.exclude(privacy.private_q(reader))


ContentManager = PageManager.from_queryset(ContentQuerySet)


class ContentPage(Page):
    """A page with the fallback of DESIGN.md section 3. Base of every page type; not a base model of Wagtail's."""

    # What people read of it beside its title: fields of text, rich text or streams. Search and reading time go by it.
    text_fields: ClassVar[tuple[str, ...]] = ()
    open_graph_type: ClassVar[str] = "website"

    objects = ContentManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> Any:
        """As Wagtail does. Raises TranslationIncomplete where a translation would go live with segments missing."""
        fields = hold_back(self, update_fields)
        return super().save(*args, **({} if fields is None else {"update_fields": fields}), **kwargs)

    def publish(self, *args: Any, **kwargs: Any) -> Any:
        """As Wagtail does, now or at a time. Raises TranslationIncomplete where segments are missing."""
        require_complete(self)
        return super().publish(*args, **kwargs)

    @property
    def text(self) -> str:
        """What people read of it beside its title, as plain text."""
        values = [getattr(self, name) for name in self.text_fields]
        return " ".join(
            plain_text(value.get_prep_value() if isinstance(value, StreamValue) else value) for value in values if value
        )

    @property
    def description(self) -> str:
        """What search engines and shared links show below the title: what editors wrote for it, else how it begins."""
        begins = next((getattr(self, name) for name in ("summary", "lead") if getattr(self, name, "")), "")
        return self.search_description or plain_text(begins)

    @cached_property
    def share_image(self) -> SharedImage | None:
        """The first image of the text, for those who share the page's address."""
        return image_of(getattr(self, "body", None) or [])

    def structured_data(self) -> Data | None:
        """What the page is about in the words of schema.org, if there is something to say."""
        return None

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """As Wagtail does; where this language has no such page, the one that has this address in another language."""
        if any("\0" in component for component in path_components):
            raise Http404  # PostgreSQL takes no such text
        if not path_components:
            if languages.is_foreign_alias(self):
                return self.alias_of.specific.route(request, [])
            return super().route(request, path_components)
        child = self.get_children().filter(slug=path_components[0]).select_related("locale").first()
        if child is not None and (child.live or path_components[1:]):
            return self.route_on(request, child, path_components[1:])
        found = languages.find_in_other_language(self, path_components)
        if found is None:
            return super().route(request, path_components)  # ends in a 404
        return _route_to(request, found)

    def route_on(self, request: HttpRequest, child: Page, path_components: list[str]) -> RouteResult:
        """What Wagtail does for a child, which has been found already; so have its parent and its language."""
        child._cached_parent_obj = self  # treebeard's own name for it
        specific = child.specific
        specific.locale = child.locale
        if child.locale_id == self.locale_id:
            self.locale = child.locale
        return specific.route(request, path_components)

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return ContentPermissions(user, self)

    def get_view_restrictions(self) -> QuerySet[PageViewRestriction]:
        """What Wagtail asks before it serves a page: here those of its translations too. Looked up once."""
        return self._restrictions

    @cached_property
    def _restrictions(self) -> QuerySet[PageViewRestriction]:
        return privacy.restrictions_of(self)

    def serve(self, request: HttpRequest, *args: Any, moved_to: str = "", **kwargs: Any) -> HttpResponse:
        if moved_to:
            return redirect(moved_to)
        return super().serve(request, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds `canonical` (an address), `content_language` (a code), `only_in` (a sentence) where not translated."""
        context = super().get_context(request, *args, **kwargs)
        language = self.locale.language_code
        context["content_language"] = language
        context["canonical"] = languages.absolute(self.canonical_url)
        if language != translation.get_language():
            context["only_in"] = languages.ONLY_IN_SENTENCE[language]
        return context

    @property
    def versions(self) -> list[languages.Version]:
        """This page in every language of the site."""
        return self._place[0]

    @property
    def trail(self) -> set[UUID]:
        """The translation keys of the pages from the home page down to this one, itself included."""
        return self._place[1]

    @cached_property
    def _place(self) -> tuple[list[languages.Version], set[UUID]]:
        def find() -> tuple[list[languages.Version], set[UUID]]:
            chain = languages.chain_of(self)
            return languages.versions_at(chain), {page.translation_key for page in chain}

        return kept(f"place:{self.pk}", find) if self.pk else find()

    @property
    def canonical_url(self) -> str:
        """The one address of this text: an alias within a language points to what it shows."""
        return (self.alias_of if self.alias_of_id else self).get_url() or ""


def _route_to(request: HttpRequest, found: Page) -> RouteResult:
    """The way from an address of another language: to the translation if there is one, else to the source page."""
    language = translation.get_language()
    own = languages.translations_of([found]).get((found.translation_key, language))
    shown = (own or languages.source_of(found)).specific
    url = next(version.url for version in shown.versions if version.language == language)
    if url == request.path:
        return RouteResult(shown)
    return RouteResult(shown, kwargs={"moved_to": url})
