"""The payment part and the receipt at the foot of an A4 page, after the style guide for QR-bills (SIX, 2.3).

Measures are in millimetres from the left and from the top of the strip, which is 210 x 105; sizes of type in points.
"""

from __future__ import annotations

from dataclasses import dataclass

import qrcode
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from pooling.models.invoice import Invoice
from pooling.money import format_francs

from .face import Face
from .qr_bill import Bill, payload

HEIGHT, WIDTH, RECEIPT_WIDTH, MARGIN = 105.0, 210.0, 62.0, 5.0
CODE_AT, CODE_SIZE, CROSS_SIZE = (67.0, 17.0), 46.0, 7.0
INFORMATION_AT, INFORMATION_WIDTH = 118.0, 87.0
INFORMATION_HEIGHT, RECEIPT_INFORMATION_HEIGHT = 85.0, 56.0
AMOUNT_AT, ACCEPTANCE_AT = 68.0, 82.0
CORNER = 0.75  # points

# Style guide, annex "Multilingual headings": given by the standard, so not in the catalogues.
HEADINGS = {
    "de": {
        "payment": "Zahlteil",
        "account": "Konto / Zahlbar an",
        "reference": "Referenz",
        "message": "Zusätzliche Informationen",
        "currency": "Währung",
        "amount": "Betrag",
        "receipt": "Empfangsschein",
        "acceptance": "Annahmestelle",
        "by": "Zahlbar durch",
        "by_blank": "Zahlbar durch (Name/Adresse)",
    },
    "fr": {
        "payment": "Section paiement",
        "account": "Compte / Payable à",
        "reference": "Référence",
        "message": "Informations supplémentaires",
        "currency": "Monnaie",
        "amount": "Montant",
        "receipt": "Récépissé",
        "acceptance": "Point de dépôt",
        "by": "Payable par",
        "by_blank": "Payable par (nom/adresse)",
    },
    "it": {
        "payment": "Sezione pagamento",
        "account": "Conto / Pagabile a",
        "reference": "Riferimento",
        "message": "Informazioni supplementari",
        "currency": "Valuta",
        "amount": "Importo",
        "receipt": "Ricevuta",
        "acceptance": "Punto di accettazione",
        "by": "Pagabile da",
        "by_blank": "Pagabile da (nome/indirizzo)",
    },
}


@dataclass(frozen=True)
class Sizes:
    """Of headings and values, and from one line to the next."""

    heading: float
    value: float
    line: float


IN_RECEIPT = Sizes(heading=6, value=8, line=9)
IN_PAYMENT = Sizes(heading=8, value=10, line=11)
# For names of seventy wide letters: the type may be smaller where there is no room.
SMALL_IN_RECEIPT = Sizes(heading=6, value=7, line=8)
SMALL_IN_PAYMENT = Sizes(heading=7, value=8, line=9)


class Strip:
    """Draws one bill at the foot of the page."""

    def __init__(self, canvas: Canvas, face: Face, bill: Bill, language: str) -> None:
        self.canvas, self.face, self.bill = canvas, face, bill
        self.headings = HEADINGS[language]
        self.iban = Invoice(payable_to={"iban": bill.iban}).iban
        self.reference = Invoice(reference=bill.reference).reference_in_groups

    def draw(self) -> None:
        """All of it. Raises BillRefused."""
        code = payload(self.bill)
        self.canvas.setFillGray(0)
        self.canvas.setStrokeGray(0)
        self.lines()
        self.receipt()
        self.payment()
        self.code(code)

    def text(self, left: float, top: float, text: str, size: float, *, bold: bool = False) -> None:
        """One line whose letters stand on `top`."""
        self.canvas.setFont(self.face.bold if bold else self.face.regular, size)
        self.canvas.drawString(left * mm, (HEIGHT - top) * mm, text)

    def lines(self) -> None:
        """Where it is cut, each with scissors."""
        self.canvas.saveState()
        self.canvas.setLineWidth(0.5)
        self.canvas.setDash(2, 2)
        self.canvas.line(0, HEIGHT * mm, WIDTH * mm, HEIGHT * mm)
        self.canvas.line(RECEIPT_WIDTH * mm, 0, RECEIPT_WIDTH * mm, HEIGHT * mm)
        self.canvas.restoreState()
        self.scissors(10, 0, turn=0)
        self.scissors(RECEIPT_WIDTH, 10, turn=-90)

    def scissors(self, left: float, top: float, *, turn: float) -> None:
        """Open ones, 5 mm long, lying on a line."""
        canvas = self.canvas
        canvas.saveState()
        canvas.translate(left * mm, (HEIGHT - top) * mm)
        canvas.rotate(turn)
        canvas.setLineWidth(0.6)
        for side in (1, -1):
            canvas.circle(0.75 * mm, side * 0.95 * mm, 0.62 * mm, stroke=1, fill=0)
            blade = canvas.beginPath()
            blade.moveTo(1.25 * mm, side * 0.6 * mm)
            blade.lineTo(2.3 * mm, side * 0.12 * mm)
            blade.lineTo(5.2 * mm, -side * 0.85 * mm)
            blade.curveTo(4.6 * mm, -side * 1.0 * mm, 4.0 * mm, -side * 0.85 * mm, 2.2 * mm, -side * 0.2 * mm)
            blade.lineTo(1.1 * mm, side * 0.42 * mm)
            blade.close()
            canvas.drawPath(blade, stroke=0, fill=1)
        canvas.restoreState()

    def receipt(self) -> None:
        """At the left: what the payer keeps at a counter."""
        names = self.headings
        width = (RECEIPT_WIDTH - 2 * MARGIN) * mm
        self.text(MARGIN, MARGIN + 3.9, names["receipt"], 11, bold=True)
        sizes, room = IN_RECEIPT, RECEIPT_INFORMATION_HEIGHT * mm
        blocks = self.blocks(width, sizes)
        if self.height(blocks, sizes) > room:
            blocks = self.blocks(width, sizes, with_streets=False)  # as the style guide allows for lack of room
        if self.height(blocks, sizes) > room:
            sizes = SMALL_IN_RECEIPT
            blocks = self.blocks(width, sizes, with_streets=False)
        top = self.draw_blocks(MARGIN, 12, blocks, sizes)
        if self.bill.debtor is None:
            self.blank(MARGIN, top + 0.8, 52, 20)
        self.amount(MARGIN, 12, IN_RECEIPT)
        label = names["acceptance"]
        right = RECEIPT_WIDTH - MARGIN - self.face.width(label, 6, bold=True) / mm
        self.text(right, ACCEPTANCE_AT + 2.1, label, 6, bold=True)

    def payment(self) -> None:
        """At the right: what the bank reads."""
        self.text(CODE_AT[0], MARGIN + 3.9, self.headings["payment"], 11, bold=True)
        sizes = IN_PAYMENT
        blocks = self.blocks(INFORMATION_WIDTH * mm, sizes, with_message=True)
        if self.height(blocks, sizes) > INFORMATION_HEIGHT * mm:
            sizes = SMALL_IN_PAYMENT
            blocks = self.blocks(INFORMATION_WIDTH * mm, sizes, with_message=True)
        top = self.draw_blocks(INFORMATION_AT, MARGIN, blocks, sizes)
        if self.bill.debtor is None:
            self.blank(INFORMATION_AT, top + 0.8, 65, 25)
        self.amount(CODE_AT[0], 15, IN_PAYMENT)

    def blocks(
        self, width: float, sizes: Sizes, *, with_message: bool = False, with_streets: bool = True
    ) -> list[tuple[str, list[str]]]:
        """Headings with their lines, in the order of the standard."""
        bill, names = self.bill, self.headings

        def wrapped(lines: list[str]) -> list[str]:
            kept = lines if with_streets or len(lines) < 3 else [lines[0], lines[-1]]
            return [part for line in kept for part in self.face.wrapped(line, width, sizes.value)]

        blocks = [
            (names["account"], [self.iban, *wrapped(bill.creditor.lines)]),
            (names["reference"], [self.reference]),
        ]
        if with_message and bill.message:
            blocks.append((names["message"], wrapped([bill.message])))
        if bill.debtor is None:
            return [*blocks, (names["by_blank"], [])]
        return [*blocks, (names["by"], wrapped(bill.debtor.lines))]

    def height(self, blocks: list[tuple[str, list[str]]], sizes: Sizes) -> float:
        """In points, with a line's distance between blocks."""
        return sum(len(lines) + 2 for _heading, lines in blocks) * sizes.line - sizes.line

    def draw_blocks(self, left: float, top: float, blocks: list[tuple[str, list[str]]], sizes: Sizes) -> float:
        """Returns where they end, in millimetres."""
        step = sizes.line / mm
        for heading, lines in blocks:
            self.text(left, top + step * 0.8, heading, sizes.heading, bold=True)
            for number, line in enumerate(lines, start=1):
                self.text(left, top + step * (number + 0.8), line, sizes.value)
            top += step * (len(lines) + 2)
        return top - step

    def amount(self, left: float, second: float, sizes: Sizes) -> None:
        """Currency and amount; thousands are set apart by a space."""
        names, step = self.headings, sizes.line / mm
        top = AMOUNT_AT + step * 0.8
        self.text(left, top, names["currency"], sizes.heading, bold=True)
        self.text(left + second, top, names["amount"], sizes.heading, bold=True)
        self.text(left, top + step, self.bill.currency, sizes.value)
        figure = format_francs(self.bill.amount).replace("'", " ")
        self.text(left + second, top + step, figure, sizes.value)

    def blank(self, left: float, top: float, width: float, height: float) -> None:
        """Corners of a field in which the payer writes their address."""
        self.canvas.setLineWidth(CORNER)
        for x, to_x in ((left, 3), (left + width, -3)):
            for y, to_y in ((top, 2), (top + height, -2)):
                path = self.canvas.beginPath()
                path.moveTo((x + to_x) * mm, (HEIGHT - y) * mm)
                path.lineTo(x * mm, (HEIGHT - y) * mm)
                path.lineTo(x * mm, (HEIGHT - y - to_y) * mm)
                self.canvas.drawPath(path, stroke=1, fill=0)

    def code(self, text: str) -> None:
        """The code, 46 mm wide with error correction M, and the Swiss cross on it."""
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
        code.add_data(text.encode(), optimize=0)
        code.make(fit=True)
        rows = code.get_matrix()
        size = CODE_SIZE / len(rows)
        left, top = CODE_AT
        path = self.canvas.beginPath()
        for y, row in enumerate(rows):
            x = 0
            while x < len(row):
                length = next((n for n in range(len(row) - x) if not row[x + n]), len(row) - x)
                if length:
                    at = ((left + x * size) * mm, (HEIGHT - top - (y + 1) * size) * mm)
                    path.rect(*at, length * size * mm, size * mm)
                x += max(length, 1)
        self.canvas.drawPath(path, stroke=0, fill=1)
        self.cross(left + (CODE_SIZE - CROSS_SIZE) / 2, top + (CODE_SIZE - CROSS_SIZE) / 2)

    def cross(self, left: float, top: float) -> None:
        """7 mm with its white rim: a white cross on black, whose arms are a sixth longer than wide."""
        self.square(left, top, CROSS_SIZE, CROSS_SIZE, gray=1)
        self.square(left + 0.5, top + 0.5, 6, 6, gray=0)
        wide, long = 1.17, 3.9
        middle = CROSS_SIZE / 2
        self.square(left + middle - long / 2, top + middle - wide / 2, long, wide, gray=1)
        self.square(left + middle - wide / 2, top + middle - long / 2, wide, long, gray=1)
        self.canvas.setFillGray(0)

    def square(self, left: float, top: float, width: float, height: float, *, gray: float) -> None:
        self.canvas.setFillGray(gray)
        self.canvas.rect(left * mm, (HEIGHT - top - height) * mm, width * mm, height * mm, stroke=0, fill=1)
