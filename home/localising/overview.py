"""The overview of translations in Wagtail's admin: what stands how in which language, and the way to act on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.models import Locale, Page

from home.languages import codes, own_name

from .access import languages_of, may_start
from .actions import NotStarted, start_translation
from .states import Cell, Item, Row, State, all_types, rows

PER_PAGE = 50
# What is to be done with a translation, by its state.
TO_DO = {
    State.DRAFT: gettext_lazy("Go on translating"),
    State.READY: gettext_lazy("Publish"),
    State.OUTDATED: gettext_lazy("Update"),
}


@dataclass(frozen=True)
class Shown:
    """A cell as the table shows it."""

    cell: Cell
    state: str
    note: str = ""  # what else there is to know
    url: str = ""  # where one acts
    label: str | Promise = ""  # what one does there
    starts: bool = False  # whether a button begins the translation
    view_url: str = ""  # where visitors read it

    @property
    def language(self) -> str:
        return own_name(self.cell.language)


@dataclass(frozen=True)
class Line:
    row: Row
    url: str
    cells: list[Shown]


@dataclass(frozen=True)
class Asked:
    """What the address asks for. What it names wrongly counts as not asked."""

    language: str
    state: str
    type: str
    title: str

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        def one_of(name: str, known: Iterable[str]) -> str:
            value = request.GET.get(name, "")
            return value if value in known else ""

        return cls(
            one_of("language", codes()),
            one_of("state", State.values),
            one_of("type", [model._meta.label_lower for model in all_types()]),
            request.GET.get("q", "").replace("\0", "")[:200].strip(),
        )

    @property
    def types(self) -> list[type[Model]] | None:
        return [model for model in all_types() if model._meta.label_lower == self.type] if self.type else None

    def fits(self, row: Row) -> bool:
        cells = [row.cells[self.language]] if self.language else list(row.cells.values())
        return (not self.state or any(cell.state == self.state for cell in cells)) and (
            self.title.casefold() in row.title.casefold()
        )


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All pages, topics and experts, by language."""
    if not may_start(request.user):
        raise PermissionDenied
    asked = Asked.of(request)
    every = rows(types=asked.types)
    paginator = Paginator([row for row in every if asked.fits(row)], PER_PAGE)
    page = paginator.get_page(request.GET.get("p"))
    context = {
        "asked": asked,
        "page": page,
        "lines": lines(page.object_list, request),
        "languages": [(code, own_name(code)) for code in codes()],
        "states": [(value, capfirst(label)) for value, label in State.choices],
        "types": sorted((model._meta.label_lower, capfirst(model._meta.verbose_name)) for model in all_types()),
        "sums": sums(every, asked),
        "written": [(code, own_name(code)) for code in codes() if code in languages_of(request.user)],
        "elided_page_range": paginator.get_elided_page_range(page.number),
        "page_title": _("Translations"),
        "header_icon": "wagtail-localize-language",
    }
    return render(request, "home/admin/translations.html", context)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin the translation that a cell's button names, and open it."""
    language = request.POST.get("language", "")
    if not may_start(request.user) or language not in languages_of(request.user):
        raise PermissionDenied
    models = {model._meta.label_lower: model for model in all_types()}
    model = models.get(request.POST.get("type", ""))
    number = request.POST.get("pk", "")
    if model is None or not (number.isascii() and number.isdigit() and len(number) < 19):
        raise PermissionDenied
    source = get_object_or_404(model, pk=int(number))
    locale = get_object_or_404(Locale, language_code=language)
    try:
        made = start_translation(source=source, locale=locale, by=request.user)
    except NotStarted:
        messages.error(
            request,
            _(
                "“%(title)s” could not be prepared for translation. Please open it, save it once more, and mend what "
                "is marked there."
            )
            % {"title": str(source)},
        )
        return redirect("translations")
    return redirect(edit_url(model, made.pk))


def sums(every: list[Row], asked: Asked) -> list[dict[str, Any]]:
    """How much there is to do in each language: links to what they count."""
    found = []
    for code in codes():
        counts = Counter(row.cells[code].state for row in every)
        links = [
            {"label": label_of(state, counts[state]), "url": "?" + urlencode(query(asked, language=code, state=state))}
            for state in (State.OUTDATED, State.READY, State.DRAFT, State.NONE)
            if counts[state]
        ]
        found.append({"code": code, "language": own_name(code), "links": links})
    return found


def query(asked: Asked, **changed: str) -> dict[str, str]:
    values = {"type": asked.type, "q": asked.title} | changed
    return {name: str(value) for name, value in values.items() if value}


def label_of(state: State, n: int) -> str:
    sentences = {
        State.OUTDATED: ngettext("%(n)d outdated", "%(n)d outdated", n),
        State.READY: ngettext("%(n)d ready to publish", "%(n)d ready to publish", n),
        State.DRAFT: ngettext("%(n)d draft", "%(n)d drafts", n),
        State.NONE: ngettext("%(n)d not translated", "%(n)d not translated", n),
    }
    return sentences[state] % {"n": n}


def lines(found: Iterable[Row], request: HttpRequest) -> list[Line]:
    """The rows as this person may act on them. One query for the addresses, one for the rights."""
    found = list(found)
    writes = languages_of(request.user)
    live = [cell.item.pk for row in found for cell in row.cells.values() if is_live_page(cell.item)]
    addresses = {page.pk: page.get_url(request) or "" for page in Page.objects.filter(pk__in=live)}
    return [
        Line(
            row,
            edit_url(row.source.model, row.source.pk) if row.source.language in writes else "",
            [shown(cell, may_write=cell.language in writes, addresses=addresses) for cell in row.cells.values()],
        )
        for row in found
    ]


def is_live_page(item: Item | None) -> bool:
    return item is not None and item.live and issubclass(item.model, Page)


def shown(cell: Cell, *, may_write: bool, addresses: dict[int, str]) -> Shown:
    """A cell with the way to the place where one acts, if this person may."""
    state, note = words(cell)
    if cell.item is None:
        return Shown(cell, state, starts=may_write)
    to_edit = edit_url(cell.item.model, cell.item.pk) if may_write else ""
    return Shown(
        cell,
        state,
        note,
        url=to_edit,
        label="" if not to_edit else _("Edit") if cell.is_source else TO_DO.get(cell.state, _("Edit")),
        view_url=addresses.get(cell.item.pk, "") if is_live_page(cell.item) else "",
    )


def words(cell: Cell) -> tuple[str, str]:
    """The state of a cell, and what else there is to know."""
    missing, machine = cell.progress.missing, cell.progress.unreviewed
    if cell.is_source:
        return (_("Original, live") if cell.item.live else _("Original, draft")), ""
    note = ""
    if machine:
        sentence = ngettext(
            "%(n)d segment of a machine is not approved", "%(n)d segments of a machine are not approved", machine
        )
        note = sentence % {"n": machine}
    if cell.state == State.OUTDATED:
        return ngettext("Outdated by %(n)d segment", "Outdated by %(n)d segments", missing) % {"n": missing}, note
    if cell.state == State.DRAFT and missing:
        return ngettext("Draft, %(n)d segment missing", "Draft, %(n)d segments missing", missing) % {"n": missing}, note
    if cell.state == State.READY:
        return (_("Live, changes not published") if cell.item.live else _("Draft, complete")), note
    return capfirst(cell.state.label), "" if cell.item is None or cell.progress.total else _("not tied to the original")


def edit_url(model: type[Model], pk: Any) -> str:
    if issubclass(model, Page):
        return reverse("wagtailadmin_pages:edit", args=[pk])
    return reverse(f"wagtailsnippets_{model._meta.app_label}_{model._meta.model_name}:edit", args=[quote(pk)])


class TranslationsMenuItem(MenuItem):
    """For people who translate."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_start(request.user)


def menu_item() -> MenuItem:
    return TranslationsMenuItem(
        gettext_lazy("Translations"),
        reverse("translations"),
        name="translations",
        icon_name="wagtail-localize-language",
        order=140,
    )


urlpatterns = [
    path("translations/", overview, name="translations"),
    path("translations/start/", start, name="start_translation"),
]
