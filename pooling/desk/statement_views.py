"""Statements of pools in Wagtail's admin: all pools with their money, and everything about one."""

from __future__ import annotations

import django_filters
from django.contrib.auth.decorators import permission_required
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from pooling.accounts.formulas import cost_figures, money_figures, payout_figures, share_figures
from pooling.accounts.journal_tables import in_francs
from pooling.accounts.statement import statement_of, statement_rows
from pooling.invariants import summed
from pooling.models import Charge, Pool, Refund

from .listing import Cell, DeskListView, Francs
from .spreadsheets import download
from .views import PERMISSION


class PoolFilterSet(WagtailFilterSet):
    starts_at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Start of the workshop"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Pool
        fields = ["state"]


class StatementListView(DeskListView):
    """All published pools, each with the way to its statement."""

    model = Pool
    page_title = gettext_lazy("Statements")
    index_url_name, index_results_url_name = "desk_statements", "desk_statements_results"
    filterset_class = PoolFilterSet
    search_fields = ["texts__title"]
    verbose_name_plural = gettext_lazy("pools")
    default_ordering = "-starts_at"
    export_filename = "pools"
    cells = (
        Cell(
            "title",
            gettext_lazy("Workshop"),
            lambda pool: pool.title(),
            url=lambda pool: reverse("desk_statement", args=[pool.pk]),
        ),
        Cell("state", gettext_lazy("State"), lambda pool: pool.state_label, sort_key="state"),
        Cell("to_raise", gettext_lazy("To be raised"), lambda pool: Francs(pool.to_raise), is_figure=True),
        Cell("received", gettext_lazy("Received"), lambda pool: Francs(pool.received), is_figure=True),
        Cell("due", gettext_lazy("Still due"), lambda pool: Francs(pool.due), is_figure=True),
        Cell("going_back", gettext_lazy("To be paid back"), lambda pool: Francs(pool.going_back), is_figure=True),
        Cell("starts_at", gettext_lazy("Start of the workshop"), lambda pool: pool.starts_at, sort_key="starts_at"),
        Cell("id", gettext_lazy("Pool"), lambda pool: str(pool.uuid), is_on_page=False),
    )

    def get_base_queryset(self) -> QuerySet[Pool]:
        still_open = Charge.objects.open().annotate(left=F("amount") - F("captured"))
        pools = Pool.objects.public().annotate(
            received=summed(Charge.objects.all(), "captured", "pledge__pool"),
            due=summed(still_open, "left", "pledge__pool"),
            going_back=summed(Refund.objects.counted_as_due(), "amount", "charge__pledge__pool"),
        )
        return pools.prefetch_related("texts")


@permission_required(PERMISSION, raise_exception=True)
@require_safe
def statement_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Every amount of one pool. With `export` as a file."""
    pool = get_object_or_404(Pool.objects.public(), pk=pk)
    statement = statement_of(pool, now=timezone.now())
    export = request.GET.get("export")
    if export in ("csv", "xlsx"):
        return download(statement_rows(statement), name=f"statement-{pool.uuid}", kind=export)
    sheet = statement.sheet
    context = {
        "statement": statement,
        "pool": pool,
        "sections": [
            (_("Terms"), [*cost_figures(sheet), *share_figures(sheet)]),
            (_("Locked prices"), statement.locked_figures),
        ],
        "outcome": [
            (_("Where the money is"), [*money_figures(sheet), *payout_figures(sheet)]),
            (_("Net and balance"), statement.net_figures),
        ],
        "rate": in_francs(pool.tax_rate) if pool.tax_rate is not None else None,
        "page_title": _("Statement"),
        "page_subtitle": pool.title(),
        "header_icon": "shares",
    }
    return render(request, "desk/statement.html", context)
