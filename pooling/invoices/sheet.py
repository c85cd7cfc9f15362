"""A4 pages: where the operator, the addressee, facts, lines and sentences stand. What they say is in pdf.py.

Measures are in millimetres from the left and from the top of the page, sizes of type in points.
"""

from __future__ import annotations

from io import BytesIO

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from .face import face
from .payment_part import HEIGHT as STRIP_HEIGHT
from .payment_part import Strip
from .qr_bill import Bill

PAGE_HEIGHT, LEFT, RIGHT = 297.0, 22.0, 188.0
ADDRESSEE_LEFT, ADDRESSEE_TOP, TITLE_TOP = 122.0, 47.0, 84.0
# Design.md section 7: pine and ink on white, hints in a grey of 7:1.
PINE, INK, GREY, RULE = HexColor("#1F5B4A"), HexColor("#1D2A2E"), HexColor("#55605F"), HexColor("#C9CFCB")
COLUMNS = (22.0, 74.0, 126.0)


class Sheet:
    """One document, filled from top to bottom."""

    def __init__(self, *, title: str, author: str, language: str) -> None:
        self.file = BytesIO()
        # invariant: the same document is the same file, whenever it is asked for.
        self.canvas = Canvas(self.file, pagesize=A4, invariant=1, pageCompression=1, lang=language)
        self.canvas.setTitle(title)
        self.canvas.setAuthor(author)
        self.face = face()
        self.language = language
        self.top = TITLE_TOP
        self.strip: Bill | None = None

    def text(
        self, left: float, text: str, size: float, *, bold: bool = False, ink: Color = INK, right: bool = False
    ) -> None:
        """One line at the current height, from `left` on, or up to it."""
        shown = self.face.shown(text)
        self.canvas.setFont(self.face.bold if bold else self.face.regular, size)
        self.canvas.setFillColor(ink)
        draw = self.canvas.drawRightString if right else self.canvas.drawString
        draw(left * mm, (PAGE_HEIGHT - self.top) * mm, shown)

    def rule(self, *, strong: bool = False) -> None:
        """A line over the whole width, between two lines of text."""
        self.canvas.setStrokeColor(INK if strong else RULE)
        self.canvas.setLineWidth(0.9 if strong else 0.5)
        height = (PAGE_HEIGHT - self.top) * mm
        self.canvas.line(LEFT * mm, height, RIGHT * mm, height)

    def operator(self, lines: list[str]) -> None:
        """Who sends it, at the top."""
        self.top = 20.0
        for number, line in enumerate(lines):
            self.text(LEFT, line, 10 if number == 0 else 9, bold=number == 0, ink=INK if number == 0 else GREY)
            self.top += 4.6

    def addressee(self, lines: list[str]) -> None:
        self.top = ADDRESSEE_TOP
        for line in lines:
            for part in self.face.wrapped(line, (RIGHT - ADDRESSEE_LEFT) * mm, 10):
                self.text(ADDRESSEE_LEFT, part, 10)
                self.top += 4.9

    def title(self, text: str) -> None:
        self.top = TITLE_TOP
        self.text(LEFT, text, 18, bold=True, ink=PINE)
        self.top += 8.5

    def facts(self, facts: list[tuple[str, str]]) -> None:
        """In three columns, each label above its value."""
        for start in range(0, len(facts), len(COLUMNS)):
            row = facts[start : start + len(COLUMNS)]
            width = (COLUMNS[1] - COLUMNS[0] - 4) * mm
            wrapped = [self.face.wrapped(value, width, 10) for _label, value in row]
            for left, (label, _value) in zip(COLUMNS, row, strict=False):
                self.text(left, label, 8, ink=GREY)
            self.top += 4.4
            top = self.top
            for left, lines in zip(COLUMNS, wrapped, strict=False):
                self.top = top
                for line in lines:
                    self.text(left, line, 10)
                    self.top += 4.6
            self.top = top + 4.6 * max(map(len, wrapped)) + 2.6

    def subject(self, text: str, details: str) -> None:
        """What it is about."""
        self.top += 4
        for line in self.face.wrapped(text, (RIGHT - LEFT) * mm, 12, bold=True):
            self.text(LEFT, line, 12, bold=True)
            self.top += 5.6
        for line in self.face.wrapped(details, (RIGHT - LEFT) * mm, 9):
            self.text(LEFT, line, 9, ink=GREY)
            self.top += 4.4
        self.top += 2.6

    def head(self, what: str, each: str, amount: str) -> None:
        """Headings of the lines; amounts stand at the right."""
        self.text(LEFT, what, 8, ink=GREY)
        self.text(COLUMNS[2] + 22, each, 8, ink=GREY, right=True)
        self.text(RIGHT, amount, 8, ink=GREY, right=True)
        self.top += 2.2
        self.rule()
        self.top += 5.2

    def line(self, what: str, amount: str, *, each: str = "", strong: bool = False, quiet: bool = False) -> None:
        size, ink = (9, GREY) if quiet else (10, INK)
        room = (RIGHT - LEFT - 34) * mm
        first, *more = self.face.wrapped(what, room, size, bold=strong)
        self.text(LEFT, first, size, bold=strong, ink=ink)
        self.text(COLUMNS[2] + 22, each, size, ink=ink, right=True)
        self.text(RIGHT, amount, size, bold=strong, ink=ink, right=True)
        self.top += 5.2
        for rest in more:
            self.text(LEFT, rest, size, bold=strong, ink=ink)
            self.top += 5.2

    def total(self, what: str, amount: str) -> None:
        """The sum under a strong rule."""
        self.top -= 2.2
        self.rule(strong=True)
        self.top += 5.4
        self.line(what, amount, strong=True)

    def note(self, text: str, *, strong: bool = False) -> None:
        """A sentence."""
        self.top += 2.4
        for line in self.face.wrapped(text, (RIGHT - LEFT) * mm, 9.5, bold=strong):
            self.text(LEFT, line, 9.5, bold=strong)
            self.top += 4.6

    def finish(self, bill: Bill | None) -> bytes:
        """The file, with a payment part at the foot if there is a bill: on a page of its own for lack of room. Raises
        BillRefused.
        """
        if bill is not None:
            if self.top > PAGE_HEIGHT - STRIP_HEIGHT - 6:
                self.canvas.showPage()
            Strip(self.canvas, self.face, bill, self.language).draw()
        self.canvas.save()
        return self.file.getvalue()
