"""`/api/v2/pages/`: the public pages as JSON, to read only, through Wagtail's API v2 (docs/api.md).

It gives what a visitor can read, no more: the fields are chosen here, and which pages there are is asked of
home/privacy.py. It has no endpoint for images and documents, because those know nothing of the pages that use them,
and no search, since Wagtail's is slow and the site's own has a page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition
from rest_framework.fields import Field
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from wagtail.api import APIField
from wagtail.api.v2 import filters
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.serializers import PageSerializer
from wagtail.api.v2.utils import BadRequestError
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.models import Page
from wagtail.query import PageQuerySet

from home import languages
from home.content_page import ContentPage
from home.freshness import TOPICS, current_stamps, stamp_key
from home.models import HomePage, StandardPage
from home.privacy import public_pages
from home.templatetags.body_tags import outline
from pooling.workshops.models import WorkshopIndexPage, WorkshopPage, attach_pools
from pooling.workshops.structured import francs
from resources.models import ResourceIndexPage, ResourcePage
from resources.related import workshops_for

from .page_cache import release

MAX_AGE = 60  # seconds for which others may keep an answer without asking
MOST_SKIPPED = 1_000_000


class Computed(Field):
    """A field that is worked out of the page."""

    def __init__(self, compute: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)
        self.compute = compute

    def get_attribute(self, instance: Any) -> Any:
        return instance

    def to_representation(self, value: Any) -> Any:
        return self.compute(value)


def computed(name: str, compute: Callable[[Any], Any]) -> APIField:
    return APIField(name, serializer=Computed(compute))


def names(field: str) -> APIField:
    """The names of the things that a page points to."""
    return computed(field, lambda page: [str(thing) for thing in getattr(page, field).all()])


def html_of(page: ContentPage) -> str:
    """The text as it stands on the page, in the page's language."""
    language = page.locale.language_code
    with translation.override(language):
        return render_to_string("home/_body.html", {"parts": outline(page.body), "LANGUAGE_CODE": language}).strip()


def share_of(page: WorkshopPage) -> dict[str, Any] | None:
    """What a share costs, in francs: at most, and once prices are locked."""
    if page.starts_at is None:
        return None
    pool = page.pool
    return {
        "currency": "CHF",
        "ceiling": francs(pool.ceiling),
        "locked": francs(pool.price_now) if pool.funded_at else None,
        "seats": pool.seats_per_share,
        "standing": pool.standing,
        "threshold": pool.threshold,
        "capacity": pool.capacity,
    }


def attachments_of(page: ResourcePage) -> list[dict[str, Any]]:
    """The documents to take along."""
    values = [bound.value for bound in page.attachments]
    return [
        {
            "title": value["label"] or value["document"].title,
            "url": languages.absolute(value["document"].url),
            "type": value["document"].content_type,
            "size": value["document"].file_size,
        }
        for value in values
        if value["document"]
    ]


def workshops_of(page: ResourcePage) -> list[dict[str, Any]]:
    """The public workshops that the resource names, in its language where they are translated."""
    shown = workshops_for((bound.value for bound in page.workshops), language=page.locale.language_code)
    return [
        {"id": each.pk, "title": each.title, "html_url": languages.absolute(each.get_url() or "")} for each in shown
    ]


HTML = computed("html", html_of)
FIELDS: dict[type[Page], list[str | APIField]] = {
    HomePage: ["headline", "lead", HTML],
    StandardPage: [HTML],
    ResourceIndexPage: ["lead"],
    ResourcePage: [
        *("summary", "format", "level", "reading_minutes", "author", "reviewed_on"),
        names("topics"),
        computed("attachments", attachments_of),
        computed("workshops", workshops_of),
        HTML,
    ],
    WorkshopIndexPage: ["lead"],
    WorkshopPage: [
        "summary",
        "format",
        "venue",
        "audience",
        computed("spoken", lambda page: page.spoken),
        names("topics"),
        names("experts"),
        computed("starts_at", lambda page: page.starts_at),
        computed("state", lambda page: page.pool.state if page.starts_at else None),
        computed("share", share_of),
        HTML,
    ],
}


class PublicPageSerializer(PageSerializer):
    """Addresses go by SITE_URL, like all that we print."""

    detail_url = Computed(lambda page: languages.absolute(reverse("api:pages:detail", args=[page.pk])))
    html_url = Computed(lambda page: languages.absolute(page.get_url() or ""))


class PublicPages(PagesAPIViewSet):
    """Live public pages, each in its own language; what an alias in another language shows is left out."""

    renderer_classes = [JSONRenderer]
    authentication_classes: ClassVar[list[Any]] = []
    permission_classes: ClassVar[list[Any]] = []
    base_serializer_class = PublicPageSerializer
    filter_backends = [
        filters.FieldsFilter,
        filters.ChildOfFilter,
        filters.AncestorOfFilter,
        filters.DescendantOfFilter,
        filters.OrderingFilter,
        filters.TranslationOfFilter,
        filters.LocaleFilter,
    ]
    known_query_parameters = frozenset(
        {"limit", "offset", "fields", "order", "type", "child_of", "ancestor_of", "descendant_of"}
        | {"translation_of", "locale"}
    )
    meta_fields = [
        *("type", "detail_url", "html_url", "slug", "locale", "translation_key"),
        *("search_description", "first_published_at", "last_published_at", "parent"),
    ]
    listing_default_fields = [
        *("id", "title", "type", "detail_url", "html_url", "slug", "locale", "translation_key", "first_published_at"),
    ]
    detail_only_fields = ["parent", "html", "attachments", "workshops"]  # each would cost queries in a list

    @classmethod
    def get_body_fields(cls, model: type[Page]) -> list[APIField]:
        return cls._convert_api_fields([*cls.body_fields, *FIELDS.get(model, [])])

    @classmethod
    def get_detail_default_fields(cls, model: type[Page]) -> list[str]:
        return cls.get_available_fields(model)

    @classmethod
    def get_listing_default_fields(cls, model: type[Page]) -> list[str]:
        return cls.listing_default_fields[:]

    def get_base_queryset(self) -> PageQuerySet:
        return public_pages().filter(languages.written_in_its_language(), depth__gte=2).select_related("locale")

    def get_queryset(self) -> PageQuerySet:
        return super().get_queryset().select_related("locale").order_by("pk")

    def check_query_parameters(self, queryset: PageQuerySet) -> None:
        for value in self.request.GET.values():
            if "\0" in value:
                raise BadRequestError("a parameter holds a character that no text has")
        super().check_query_parameters(queryset)
        offset = self.request.GET.get("offset", "0")
        if offset.isdecimal() and int(offset[:20]) > MOST_SKIPPED:
            raise BadRequestError(f"offset cannot be higher than {MOST_SKIPPED}")

    def paginate_queryset(self, queryset: PageQuerySet) -> list[Page]:
        """The pages with all that their fields will ask for: as many queries for one as for twenty."""
        related = {ResourcePage: ["topics"], WorkshopPage: ["topics", "experts"]}.get(queryset.model, [])
        pages = list(super().paginate_queryset(queryset.prefetch_related(*related)))
        if queryset.model is WorkshopPage:
            attach_pools(pages)
        return pages

    def handle_exception(self, exc: Exception) -> Response:
        """A value that a field does not take is the asker's mistake; Wagtail's filters leave some to the database."""
        if isinstance(exc, ValidationError):
            exc = BadRequestError(" ".join(exc.messages))
        return super().handle_exception(exc)

    @classmethod
    def get_urlpatterns(cls) -> list[Any]:
        """Without `find`: addresses of pages have a language, of which Wagtail's own finder knows nothing."""
        return [each for each in super().get_urlpatterns() if each.name != "find"]


def stamp_of(request: HttpRequest, *args: Any, **kwargs: Any) -> str:
    """An ETag that changes with anything that an answer is made from: editors' content, pools, the release."""
    stamps = current_stamps(cache.get_many([stamp_key(topic) for topic in TOPICS]))
    made_from = "|".join([release(), request.get_full_path(), *(stamps[topic] for topic in TOPICS)])
    return f'W/"{hashlib.sha256(made_from.encode()).hexdigest()[:24]}"'


def open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Others may keep the answer for a minute, then ask whether it still holds; any site's script may read it."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = condition(etag_func=stamp_of)(view)(request, *args, **kwargs)
        patch_cache_control(response, public=True, max_age=MAX_AGE)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return opened


class Router(WagtailAPIRouter):
    def wrap_view(self, func: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return open_to_all(super().wrap_view(func))


router = Router("api")
router.register_endpoint("pages", PublicPages)
