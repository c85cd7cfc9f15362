"""Figures for everybody: the public cost sheet of a pool, and the money of a pledge step by step. Reads only."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from home.freshness import POOLS, depends_on
from pooling.accounts import cost_sheet, tables
from pooling.accounts.cost_sheet import CostSheet
from pooling.accounts.explain import explanation_of
from pooling.accounts.formulas import cost_figures, money_figures, payout_figures, share_figures
from pooling.accounts.tables import cost_sheet_rows, explanation_rows
from pooling.models import Pool

from .documents import documents_of
from .reading import readable_pledge


def sheet_of(uuid: UUID) -> CostSheet:
    """The cost sheet of a pool that was opened. Raises Http404 for a draft. The page is as old as the pool's rows."""
    pool = get_object_or_404(Pool.objects.public().exclude(opened_at=None).prefetch_related("texts"), uuid=uuid)
    now = timezone.now()
    depends_on(POOLS, until=pool.next_turn(now=now))
    return cost_sheet(pool, now=now)


def as_file(rows: tables.Rows, *, name: str) -> HttpResponse:
    """A table to be saved, named after what it is about."""
    response = HttpResponse(tables.as_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(name)}.csv"'
    return response


@require_safe
def pool_cost_sheet(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """All figures of a pool, for everybody."""
    sheet = sheet_of(uuid)
    return render(
        request,
        "pooling/cost_sheet.html",
        {
            "sheet": sheet,
            "pool": sheet.pool,
            "cost": cost_figures(sheet),
            "shares": share_figures(sheet),
            "money": money_figures(sheet),
            "payouts": payout_figures(sheet),
            "columns": tables.cost_sheet_columns(),
        },
    )


@require_safe
def pool_cost_sheet_csv(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same for a spreadsheet."""
    sheet = sheet_of(uuid)
    return as_file(cost_sheet_rows(sheet), name=sheet.pool.title())


@never_cache
@login_required
@require_safe
def pledge_money(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Each step of a pledge with what it meant for the money, to be read, checked and printed."""
    pledge, is_own = readable_pledge(request.user, uuid)
    return render(
        request,
        "pooling/pledge_money.html",
        {
            "pledge": pledge,
            "pool": pledge.pool,
            "is_own": is_own,
            "explanation": explanation_of(pledge),
            "documents": documents_of(pledge),
            "as_of": timezone.now(),
            "columns": tables.explanation_columns(),
        },
    )


@never_cache
@login_required
@require_safe
def pledge_money_csv(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same for a spreadsheet."""
    pledge, _is_own = readable_pledge(request.user, uuid)
    return as_file(explanation_rows(explanation_of(pledge)), name=f"{pledge.pool.title()} {str(pledge.uuid)[:8]}")
