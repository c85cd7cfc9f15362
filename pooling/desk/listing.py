"""A list of the finance desk: what stands on the page and in the spreadsheet is described once, as cells."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import BaseListingView
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from pooling.accounts.tables import text
from pooling.money import format_chf

from .views import PERMISSION


@dataclass(frozen=True)
class Francs:
    """An amount in Rappen that stands in a column of francs."""

    rappen: int


Value = str | int | date | Francs | None


@dataclass(frozen=True)
class Cell:
    """`value` is what the row says: `Francs` for money, so that a spreadsheet can add it up."""

    name: str
    heading: str | Promise
    value: Callable[[Any], Value]
    url: Callable[[Any], str | None] | None = None
    sort_key: str | None = None
    is_figure: bool = False
    is_reference: bool = False  # a name of somebody else's, as long as they like: it breaks anywhere
    is_on_page: bool = True

    def column(self) -> Column:
        told = {"label": self.heading, "accessor": lambda row: shown(self.value(row)), "sort_key": self.sort_key}
        if self.url:
            return TitleColumn(self.name, get_url=self.url, **told)
        classname = "desk-figure" if self.is_figure else "desk-reference" if self.is_reference else None
        return Column(self.name, classname=classname, **told)


def shown(value: Value) -> str:
    """As people read it."""
    if isinstance(value, Francs):
        return format_chf(value.rappen)
    if isinstance(value, datetime):
        return date_format(localtime(value), "SHORT_DATE_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return "–" if value in (None, "") else str(value)


def exported(value: Value) -> Any:
    """As a spreadsheet reads it: numbers that add up, days without a time zone, words that are no formula."""
    if isinstance(value, Francs):
        return Decimal(value.rappen).scaleb(-2)
    if isinstance(value, datetime):
        return localtime(value).replace(tzinfo=None)
    if value is None or isinstance(value, (int, date)):
        return "" if value is None else value
    return text(str(value))


class DeskListView(SpreadsheetExportMixin, BaseListingView):
    """Base of the lists. For people who look after the money."""

    template_name = "desk/list.html"
    results_template_name = "desk/list_results.html"
    paginate_by = 50
    is_searchable = True
    header_icon = "list-ul"
    cells: ClassVar[Sequence[Cell]] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        self.now = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    @property
    def columns(self) -> list[Column]:
        return [cell.column() for cell in self.cells if cell.is_on_page]

    @property
    def list_export(self) -> list[str]:
        return [cell.name for cell in self.cells]

    @property
    def export_headings(self) -> dict[str, str | Promise]:
        return {cell.name: cell.heading for cell in self.cells}

    def to_row_dict(self, item: Any) -> OrderedDict[str, Any]:
        return OrderedDict((cell.name, exported(cell.value(item))) for cell in self.cells)

    def search_queryset(self, queryset: Any) -> Any:
        """Once each, however many of its payments and references hold what is looked for."""
        if not self.is_searching:
            return queryset
        found = super().search_queryset(self.model._default_manager.order_by())
        return queryset.filter(pk__in=found.values("pk"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{**kwargs, **self.more_context()})

    def more_context(self) -> dict[str, Any]:
        """What its template shows besides."""
        return {}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if self.is_export:
            return self.as_spreadsheet(list(context["object_list"]), self.request.GET["export"])
        return super().render_to_response(context, **kwargs)
