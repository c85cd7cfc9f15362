"""The list of all pools in Wagtail's admin, and the same as a spreadsheet."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import BaseListingView, PermissionCheckedMixin
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.permissions import page_permission_policy

from pooling.accounts.tables import text
from pooling.invariants import summed
from pooling.models import Charge, Pool
from pooling.money import format_chf

from .models import WorkshopPage


class PoolFilterSet(WagtailFilterSet):
    closes_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("Closing time"), widget=DateRangePickerWidget)

    class Meta:
        model = Pool
        fields = ["state", "pricing", "closes_at"]


def title_of(pool: Pool) -> str:
    """The title of the workshop's page as editors know it, else what the pool was told."""
    return str(pool.page.get_admin_display_title()) if pool.page else pool.title()


def url_of(pool: Pool) -> str | None:
    return reverse("workshop_pool", args=[pool.page.pk]) if pool.page else None


def shares_of(pool: Pool) -> str:
    return _("%(standing)d of %(threshold)d needed, at most %(capacity)d") % {
        "standing": pool.standing,
        "threshold": pool.threshold,
        "capacity": pool.capacity,
    }


def moment(value: datetime) -> str:
    return date_format(localtime(value), "SHORT_DATETIME_FORMAT")


def in_francs(rappen: int) -> Decimal:
    """A number that a spreadsheet can add up."""
    return Decimal(rappen).scaleb(-2)


def on_the_clock(value: datetime) -> datetime:
    """As Swiss clocks showed it: spreadsheets know no time zones."""
    return localtime(value).replace(tzinfo=None)


class PoolListView(SpreadsheetExportMixin, PermissionCheckedMixin, BaseListingView):
    """The pools of all pages that one may edit, with what they have collected and what is still due."""

    model = Pool
    page_title = gettext_lazy("Workshops and pools")
    header_icon = "shares"
    index_url_name = "workshop_pools"
    index_results_url_name = "workshop_pools_results"
    results_template_name = "workshops/admin/pools_results.html"
    permission_policy = page_permission_policy
    any_permission_required = ["add", "change", "publish"]
    filterset_class = PoolFilterSet
    verbose_name_plural = gettext_lazy("pools")
    default_ordering = "-closes_at"
    paginate_by = 50
    export_filename = "workshops"
    columns = [
        TitleColumn("title", label=gettext_lazy("Workshop"), accessor=title_of, get_url=url_of),
        StatusTagColumn(
            "state",
            label=gettext_lazy("State"),
            accessor="state_label",
            sort_key="state",
            primary=lambda pool: pool.state in Pool.OPEN_STATES,
        ),
        Column("shares", label=gettext_lazy("Shares"), accessor=shares_of, sort_key="standing"),
        Column(
            "collected",
            label=gettext_lazy("Collected"),
            accessor=lambda pool: format_chf(pool.collected),
            sort_key="collected",
        ),
        Column("due", label=gettext_lazy("Still due"), accessor=lambda pool: format_chf(pool.due), sort_key="due"),
        Column(
            "closes_at",
            label=gettext_lazy("Closing time"),
            accessor=lambda pool: moment(pool.closes_at),
            sort_key="closes_at",
        ),
        Column(
            "starts_at",
            label=gettext_lazy("Start of the workshop"),
            accessor=lambda pool: moment(pool.starts_at),
            sort_key="starts_at",
        ),
    ]
    export_headings = {
        "title": gettext_lazy("Workshop"),
        "state": gettext_lazy("State"),
        "pricing": gettext_lazy("Pricing"),
        "standing": gettext_lazy("Shares that stand"),
        "threshold": gettext_lazy("Threshold"),
        "capacity": gettext_lazy("Shares at most"),
        "ceiling": gettext_lazy("Ceiling per share"),
        "to_raise": gettext_lazy("To be raised"),
        "collected": gettext_lazy("Collected"),
        "due": gettext_lazy("Still due"),
        "closes_at": gettext_lazy("Closing time"),
        "starts_at": gettext_lazy("Start of the workshop"),
    }
    list_export = list(export_headings)

    def get_base_queryset(self) -> QuerySet[Pool]:
        charges = Charge.objects.all()
        open_charges = Charge.objects.open().annotate(left=F("amount") - F("captured"))
        pools: QuerySet[Pool] = super().get_base_queryset()
        return (
            pools.filter(may_be_seen_by(self.request.user))
            .annotate(
                collected=summed(charges, "captured", "pledge__pool"), due=summed(open_charges, "left", "pledge__pool")
            )
            .prefetch_related("texts")
        )

    def get_table(self, object_list: Any) -> Any:
        pools = list(object_list)
        attach_pages(pools)
        return super().get_table(pools)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if self.is_export:
            pools = list(context["object_list"])
            attach_pages(pools)
            return self.as_spreadsheet(pools, self.request.GET["export"])
        return super().render_to_response(context, **kwargs)

    def to_row_dict(self, item: Pool) -> OrderedDict[str, Any]:
        row = {
            "title": text(title_of(item)),
            "state": item.state_label,
            "pricing": item.get_pricing_display(),
            "standing": item.standing,
            "threshold": item.threshold,
            "capacity": item.capacity,
            "ceiling": in_francs(item.ceiling),
            "to_raise": in_francs(item.to_raise),
            "collected": in_francs(item.collected),
            "due": in_francs(item.due),
            "closes_at": on_the_clock(item.closes_at),
            "starts_at": on_the_clock(item.starts_at),
        }
        return OrderedDict((name, row[name]) for name in self.list_export)


def may_be_seen_by(person: Any) -> Q:
    """Pools whose financing `person` may look at: they may edit the page, or there is none any more."""
    editable = page_permission_policy.instances_user_has_permission_for(person, "change")
    keys = WorkshopPage.objects.filter(pk__in=editable.values("pk")).values("translation_key")
    return Q(page_key__in=keys) | ~Q(page_key__in=WorkshopPage.objects.values("translation_key"))


def attach_pages(pools: Iterable[Pool]) -> None:
    """Give each pool its `page`: in the editor's language if there is one, else the one that was first. One query."""
    pages = WorkshopPage.objects.filter(
        translation_key__in=[pool.page_key for pool in pools], alias_of=None
    ).select_related("locale")
    language = get_language()
    chosen: dict[Any, WorkshopPage] = {}
    for page in sorted(pages, key=lambda page: (page.locale.language_code == language, -page.pk)):
        chosen[page.translation_key] = page
    for pool in pools:
        pool.page = chosen.get(pool.page_key)
