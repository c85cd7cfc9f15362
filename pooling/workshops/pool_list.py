"""The list of all pools in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import BaseListingView, PermissionCheckedMixin
from wagtail.permissions import page_permission_policy

from pooling.models import Pool
from pooling.money import format_chf

from .models import WorkshopPage


class PoolFilterSet(WagtailFilterSet):
    class Meta:
        model = Pool
        fields = ["state"]


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


def moment(value: Any) -> str:
    return date_format(localtime(value), "SHORT_DATETIME_FORMAT")


class PoolListView(PermissionCheckedMixin, BaseListingView):
    """All pools, with a filter by state."""

    model = Pool
    page_title = gettext_lazy("Workshops and pools")
    header_icon = "shares"
    index_url_name = "workshop_pools"
    index_results_url_name = "workshop_pools_results"
    permission_policy = page_permission_policy
    any_permission_required = ["add", "change", "publish"]
    filterset_class = PoolFilterSet
    verbose_name_plural = gettext_lazy("pools")
    default_ordering = "-closes_at"
    paginate_by = 50
    columns = [
        TitleColumn("title", label=gettext_lazy("Workshop"), accessor=title_of, get_url=url_of),
        StatusTagColumn(
            "state",
            label=gettext_lazy("State"),
            accessor="state_label",
            sort_key="state",
            primary=lambda pool: pool.state in Pool.OPEN_STATES,
        ),
        Column("shares", label=gettext_lazy("Shares"), accessor=shares_of),
        Column(
            "ceiling",
            label=gettext_lazy("Price of a share"),
            accessor=lambda pool: format_chf(pool.ceiling),
            sort_key="ceiling",
        ),
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

    def get_base_queryset(self) -> QuerySet[Pool]:
        return super().get_base_queryset().prefetch_related("texts")

    def get_table(self, object_list: Any) -> Any:
        pools = list(object_list)
        attach_pages(pools)
        return super().get_table(pools)


def attach_pages(pools: list[Pool]) -> None:
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
