"""What Wagtail asks of us before it serves a document, and translations in its admin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import URLPattern
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.translation import gettext
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page, PageViewRestriction
from wagtail.wagtail_hooks import require_wagtail_login
from wagtail_localize.wagtail_hooks import TranslationsReportMenuItem

from .localising import access, overview, po_views, publishing
from .privacy import pages_using, restrictions_of


@hooks.register("before_serve_document")
def keep_documents_of_private_pages(document: Any, request: HttpRequest) -> HttpResponse | None:
    """A document is as private as the pages that use it: whoever may read one of them may have it.

    One that no page uses is as private as its collection, which Wagtail has looked at.
    """
    pages = pages_using(document)
    if not pages or any(
        all(restriction.accept_request(request) for restriction in restrictions_of(page)) for page in pages
    ):
        return None
    refuse_whoever_is_logged_in(request)
    response: HttpResponse = require_wagtail_login(next=request.get_full_path())
    add_never_cache_headers(response)
    return response


@hooks.register("before_serve_page")
def refuse_page_to_whoever_is_logged_in(page: Page, request: HttpRequest, args: Any, kwargs: Any) -> None:
    if request.user.is_authenticated and not all(
        restriction.accept_request(request)
        for restriction in page.get_view_restrictions()
        if restriction.restriction_type != PageViewRestriction.PASSWORD
    ):
        refuse_whoever_is_logged_in(request)


def refuse_whoever_is_logged_in(request: HttpRequest) -> None:
    """Wagtail sends to the log-in whoever may not read something; those who have logged in would be sent back from
    there at once, and so on for ever. Raises PermissionDenied.
    """
    if request.user.is_authenticated:
        raise PermissionDenied


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern]:
    return overview.urlpatterns


@hooks.register("register_admin_urls", order=-10)
def register_urls_before_those_of_wagtail_localize() -> list[URLPattern]:
    return po_views.urlpatterns


hooks.register("register_admin_menu_item", overview.menu_item)
# Before wagtail-localize's hooks, which publish.
hooks.register("before_edit_page", publishing.refuse_in_editor, order=-10)
hooks.register("before_edit_snippet", publishing.refuse_in_editor, order=-10)
hooks.register("before_bulk_action", access.refuse_in_bulk)


@hooks.register("insert_editor_js")
def lead_to_segments() -> str:
    return format_html(
        '<script src="{}" data-more="{}" defer></script>', static("home/translation_editor.js"), gettext("More actions")
    )


@hooks.register("construct_reports_menu")
def leave_one_overview(request: HttpRequest, items: list[MenuItem]) -> None:
    """Ours says more than the report of wagtail-localize."""
    items[:] = [item for item in items if not isinstance(item, TranslationsReportMenuItem)]
