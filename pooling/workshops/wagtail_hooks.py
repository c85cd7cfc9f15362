"""Workshops and pools in Wagtail's admin: addresses, menu, buttons, and what publishing and deleting a page brings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from pooling.models import Creditor, Pool, PoolState

from .deletion import give_up_orphans, keys_below, pools_with_pledges
from .models import WorkshopPage
from .pool_list import PoolListView
from .publishing import open_published
from .step_views import StepView
from .views import AttendanceView, CallOffView, DocumentView, MeaningView, PoolView


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern]:
    return [
        path("workshops/pools/", PoolListView.as_view(), name="workshop_pools"),
        path("workshops/pools/results/", PoolListView.as_view(results_only=True), name="workshop_pools_results"),
        path("workshops/<int:page_id>/pool/", PoolView.as_view(), name="workshop_pool"),
        path(
            "workshops/<int:page_id>/pool/attendance.pdf",
            AttendanceView.as_view(),
            {"kind": "pdf"},
            name="workshop_attendance",
        ),
        path(
            "workshops/<int:page_id>/pool/attendance.csv",
            AttendanceView.as_view(),
            {"kind": "csv"},
            name="workshop_attendance_table",
        ),
        path("workshops/<int:page_id>/pool/meaning/", MeaningView.as_view(), name="workshop_pool_meaning"),
        path("workshops/<int:page_id>/pool/call-off/", CallOffView.as_view(), name="workshop_pool_call_off"),
        path(
            "workshops/<int:page_id>/pool/<uuid:uuid>/<slug:kind>.pdf",
            DocumentView.as_view(),
            name="workshop_pool_document",
        ),
        path("workshops/<int:page_id>/pool/step/<slug:slug>/", StepView.as_view(), name="workshop_pool_step"),
    ]


@hooks.register("register_icons")
def register_icons(icons: list[str]) -> list[str]:
    return [*icons, "workshops/icons/shares.svg"]


class AccountViewSet(ModelViewSet):
    """The operator's account, to which organisations pay by invoice. For people who may change it (superusers)."""

    model = Creditor
    icon = "shares"
    add_to_settings_menu = True
    form_fields = ["name", "street", "house_number", "postcode", "town", "country", "iban", "plain_iban", "uid"]
    inspect_view_enabled = False
    copy_view_enabled = False


@hooks.register("register_admin_viewset")
def register_account() -> ModelViewSet:
    return AccountViewSet("creditor")  # not "account": at that address Wagtail shows people their own


class PoolsMenuItem(MenuItem):
    """For people who work on pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(page_permission_policy.user_has_any_permission(request.user, PoolListView.any_permission_required))


@hooks.register("register_admin_menu_item")
def register_menu_item() -> MenuItem:
    return PoolsMenuItem(
        gettext_lazy("Workshops"), reverse("workshop_pools"), name="pools", icon_name="shares", order=150
    )


def financing_button(page: Page, user: Any, view_name: str = "", next_url: str | None = None) -> Iterator[Button]:
    """The way from a workshop's page to its pool."""
    if isinstance(page.specific_deferred, WorkshopPage) and page.permissions_for_user(user).can_edit():
        yield Button(_("Financing"), reverse("workshop_pool", args=[page.pk]), icon_name="shares", priority=12)


hooks.register("register_page_header_buttons", financing_button)
hooks.register("register_page_listing_more_buttons", financing_button)


@hooks.register("after_publish_page")
def tell_what_the_pool_does(request: HttpRequest, page: Page) -> None:
    """Say whether the pool opened with the page, or why it didn't."""
    page = page.specific
    if not isinstance(page, WorkshopPage):
        return
    page.refresh_from_db(fields=["live", "last_published_at"])
    if not page.live:
        return  # it is published later
    button = messages.button(reverse("workshop_pool", args=[page.pk]), _("Financing"))
    reasons = open_published(page=page, by=request.user, now=timezone.now())
    page.__dict__.pop("pool", None)
    pool = page.pool
    if pool is None:
        messages.info(
            request,
            _("This workshop has no pool yet. Write its terms, then publish the page once more."),
            buttons=[button],
        )
    elif pool.state == PoolState.DRAFT:
        sentence = _("The page is published, but its pool stays a draft: %(reasons)s") % {"reasons": " ".join(reasons)}
        messages.warning(request, sentence, buttons=[button])
    elif pool.opened_at and page.last_published_at and pool.opened_at >= page.last_published_at:
        messages.success(
            request,
            _("The pool is open: from now on organisations can pledge, and its terms are frozen."),
            buttons=[button],
        )


@hooks.register("after_unpublish_page")
def tell_that_the_pool_stays(request: HttpRequest, page: Page) -> None:
    """Taking a page from the site doesn't call a workshop off."""
    page = page.specific
    if isinstance(page, WorkshopPage) and page.pool and page.pool.state in Pool.OPEN_STATES:
        button = messages.button(reverse("workshop_pool", args=[page.pk]), _("Financing"))
        messages.warning(
            request,
            _("The pool of this workshop goes on. If the workshop doesn't take place, please call it off."),
            buttons=[button],
        )


@hooks.register("before_delete_page")
def keep_page_with_pledges(request: HttpRequest, page: Page) -> HttpResponse | None:
    """A page whose pool holds pledges stays, and so do its translations and what lies above it."""
    if is_refused(request, [page]):
        return redirect("wagtailadmin_explore", page.get_parent().pk)
    return None


@hooks.register("before_bulk_action")
def keep_pages_with_pledges(
    request: HttpRequest, action_type: str, objects: list[Any], action: Any
) -> HttpResponse | None:
    """The same for several pages at once."""
    pages = [one for one in objects if isinstance(one, Page)]
    if action_type == "delete" and pages and is_refused(request, pages):
        return redirect(action.next_url)
    return None


def is_refused(request: HttpRequest, pages: list[Page]) -> bool:
    """Whether `pages` have to stay, with a message that says why. Remembers whose pools may be given up afterwards."""
    keys = keys_below(pages)
    pools = pools_with_pledges(keys)
    if pools:
        titles = ", ".join(pool.title() for pool in pools)
        messages.error(
            request,
            _(
                "This can't be deleted, because organisations have pledged to %(workshops)s and look up there what "
                "their money is for. If the workshop does not take place, please call it off under “Financing”; "
                "then the page may be unpublished."
            )
            % {"workshops": titles},
        )
        return True
    request.workshop_keys = keys
    return False


@hooks.register("after_delete_page")
def give_up_pools(request: HttpRequest, page: Page) -> None:
    """A pool to which nobody pledged ends with the last page of its workshop."""
    keys = getattr(request, "workshop_keys", set())
    give_up_orphans(keys=keys, reason=_("The page was deleted."), by=request.user, now=timezone.now())


@hooks.register("after_bulk_action")
def give_up_pools_of_pages(request: HttpRequest, action_type: str, objects: list[Any], action: Any) -> None:
    if action_type == "delete":
        give_up_pools(request, None)
