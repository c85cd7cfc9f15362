"""Who comes, as a list to be signed at the door (PDF) and as a table (CSV): of meetings and of workshops alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from reportlab.lib.units import mm

from pooling.accounts.tables import Row, as_csv, text
from pooling.invoices.sheet import GREY, INK, LEFT, PAGE_HEIGHT, RIGHT, Sheet

# Where number, name, organisation and signature begin, and where a page ends, in millimetres.
NUMBER, NAME, ORGANISATION, SIGNATURE = LEFT, LEFT + 9, 82.0, 136.0
FOOT, TITLE_TOP, LINE = 277.0, 40.0, 4.6


@dataclass(frozen=True)
class Attendee:
    """A person, or a seat whose person is not named: `name` is empty then, to be written by hand."""

    name: str
    organisation: str
    email: str = ""


@dataclass(frozen=True)
class Attendance:
    """`facts` are label and value, such as when and where."""

    title: str
    facts: list[tuple[str, str]]
    attendees: list[Attendee]


class List(Sheet):
    """A sheet whose lines go on over as many pages as it takes, the head again on each."""

    def __init__(self, attendance: Attendance) -> None:
        title = _("Attendance list: %(title)s") % {"title": attendance.title}
        super().__init__(title=title, author=settings.WAGTAIL_SITE_NAME, language=get_language() or "de")
        self.page = 1
        self.operator([settings.WAGTAIL_SITE_NAME, _("Attendance list")])
        self.top = TITLE_TOP
        for line in self.face.wrapped(attendance.title, (RIGHT - LEFT) * mm, 16, bold=True):
            self.text(LEFT, line, 16, bold=True)
            self.top += 7
        self.top += 2
        self.facts(attendance.facts)
        self.columns()

    def columns(self) -> None:
        self.top += 3
        for left, label in ((NAME, _("Name")), (ORGANISATION, _("Organisation")), (SIGNATURE, _("Signature"))):
            self.text(left, label, 8, ink=GREY)
        self.top += 2.2
        self.rule(strong=True)

    def attendee(self, number: int, attendee: Attendee) -> None:
        """A line with room to sign."""
        names = self.face.wrapped(attendee.name, (ORGANISATION - NAME - 3) * mm, 10)
        organisations = self.face.wrapped(attendee.organisation, (SIGNATURE - ORGANISATION - 3) * mm, 9)
        height = LINE * max(len(names), len(organisations)) + 5
        if self.top + height > FOOT:
            self.turn()
        top = self.top + 5.6
        self.top = top
        self.text(NUMBER, str(number), 9, ink=GREY)
        for left, lines, size, ink in ((NAME, names, 10, INK), (ORGANISATION, organisations, 9, GREY)):
            self.top = top
            for line in lines:
                self.text(left, line, size, ink=ink)
                self.top += LINE
        self.top = top - 5.6 + height
        self.rule()

    def turn(self) -> None:
        self.number_page()
        self.canvas.showPage()
        self.page += 1
        self.top = 20.0
        self.columns()

    def number_page(self) -> None:
        self.top = PAGE_HEIGHT - 10
        self.text(RIGHT, _("Page %(n)d") % {"n": self.page}, 8, ink=GREY, right=True)


def as_pdf(attendance: Attendance) -> bytes:
    """In the active language. The same list gives the same bytes."""
    sheet = List(attendance)
    for number, attendee in enumerate(attendance.attendees, start=1):
        sheet.attendee(number, attendee)
    total = len(attendance.attendees)
    sheet.top += 3
    sheet.note(ngettext("%(n)d person", "%(n)d people", total) % {"n": total})
    sheet.number_page()
    return sheet.finish(None)


def rows_of(attendance: Attendance) -> Iterator[Row]:
    """The table, its headings first."""
    yield [_("Name"), _("Organisation"), _("E-mail address")]
    for attendee in attendance.attendees:
        yield [text(attendee.name), text(attendee.organisation), text(attendee.email)]


def download(attendance: Attendance, *, name: str, kind: str) -> HttpResponse:
    """The list as a file; `kind` is pdf or csv. It holds names, so no cache keeps it."""
    if kind == "pdf":
        response = HttpResponse(as_pdf(attendance), content_type="application/pdf")
    else:
        response = HttpResponse(as_csv(rows_of(attendance)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response
