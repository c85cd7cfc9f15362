"""Invoices, credit notes and receipts as PDFs: rendered to pixels, read by libraries that are not ours."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from reportlab.pdfbase import pdfmetrics

from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.paying import pay_by_card
from pooling.actions.pools import cancel_pool
from pooling.invariants import breaches
from pooling.invoices import face as faces
from pooling.invoices.payment_part import HEADINGS
from pooling.invoices.pdf import bill_of, credit_note_pdf, invoice_pdf, receipt_pdf
from pooling.invoices.qr_bill import payload
from pooling.models import Charge, CreditNote, CreditReason, Invoice, Pool
from pooling.money import vat_within

from . import factories as make
from .factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SCALE = 300 / 72  # pixels per point at 300 dpi
QR_IBAN = "CH4431999123000889012"


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards() -> Any:
    yield
    assert not list(breaches())


def one_invoiced(
    *, language: str = "de", shares: int = 2, name: str = "Verein für Kinder – Łódź", **terms: Any
) -> Invoice:
    """A pool whose threshold was reached, and the invoice of the organisation that brought it there."""
    pool = make.opened(**terms)
    make.invoiced(pool, shares=shares, by=make.organisation(language, name=name))
    pool.refresh_from_db()
    if pool.missing:
        make.pledge(pool, shares=pool.missing)
    return Invoice.objects.get(charge__pledge__organisation__name=name)


def again(invoice: Invoice) -> Invoice:
    return Invoice.objects.get(pk=invoice.pk)


def page_of(content: bytes, number: int = 0) -> pypdfium2.PdfPage:
    return pypdfium2.PdfDocument(content)[number]


def text_of(content: bytes) -> str:
    """The text that can be selected on all pages, with single spaces."""
    pages = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    return re.sub(r"\s+", " ", " ".join(pages))


def pixels_of(content: bytes) -> Any:
    return page_of(content).render(scale=SCALE, grayscale=True).to_pil()


def codes_in(pixels: Any) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(pixels)]


def ink_between(pixels: Any, *, left: float, top: float, right: float, bottom: float) -> bool:
    """Whether anything is drawn in a rectangle, in millimetres from the upper left corner of the page."""
    dots = 300 / 25.4
    part = pixels.crop(tuple(round(edge * dots) for edge in (left, top, right, bottom)))
    return bool(part.getextrema()[0] < 128)


@pytest.mark.parametrize("language", ["de", "fr", "it"])
@pytest.mark.parametrize("iban", ["CH9300762011623852957", QR_IBAN])
def test_the_code_on_the_page_says_what_the_bill_says(language: str, iban: str) -> None:
    account = make.account()
    account.iban = iban
    account.save()
    invoice = one_invoiced(language=language)
    content = invoice_pdf(invoice)
    bill = bill_of(invoice)
    assert bill is not None
    assert codes_in(pixels_of(content)) == [payload(bill)]
    text = text_of(content)
    for heading in HEADINGS[language].values():
        assert heading in text or heading == HEADINGS[language]["by_blank"]
    assert invoice.reference_in_groups in text
    assert "CHF 600.00" in text.replace("\xa0", " ")


def test_the_payment_part_has_the_measures_of_the_style_guide() -> None:
    pixels = pixels_of(invoice_pdf(one_invoiced()))
    strip = 297 - 105
    assert ink_between(pixels, left=100, top=strip - 0.3, right=110, bottom=strip + 0.3)  # where it is cut
    assert ink_between(pixels, left=61.7, top=strip + 60, right=62.3, bottom=strip + 70)
    code = {"left": 67, "top": strip + 17, "right": 67 + 46, "bottom": strip + 17 + 46}
    for corner in (
        {"right": 68, "bottom": strip + 18},
        {"left": 112, "bottom": strip + 18},
        {"right": 68, "top": strip + 62},
    ):
        assert ink_between(pixels, **{**code, **corner})
    for quiet in (
        {"left": 63, "right": 66.8},  # the code stands alone: 5 mm around it are empty
        {"left": 113.2, "right": 117.8},
        {"top": strip + 12.2, "bottom": strip + 16.8},
        {"top": strip + 63.2, "bottom": strip + 67.8},
    ):
        assert not ink_between(pixels, **{**code, **quiet})
    cross = {"left": 67 + 19.5, "top": strip + 17 + 19.5}
    middle = {key: value + 3.2 for key, value in cross.items()}
    assert not ink_between(pixels, **middle, right=middle["left"] + 0.6, bottom=middle["top"] + 0.6)
    assert ink_between(
        pixels, left=cross["left"] + 0.7, top=cross["top"] + 0.7, right=cross["left"] + 1.4, bottom=cross["top"] + 1.4
    )
    for margin in ({"left": 0.5, "right": 4.6}, {"left": 205.4, "right": 209.5}):
        assert not ink_between(pixels, top=strip + 6, bottom=296, **margin)
    assert not ink_between(pixels, left=0.5, right=60, top=292.4, bottom=296)


def test_the_same_invoice_is_the_same_file() -> None:
    invoice = one_invoiced()
    assert invoice_pdf(invoice) == invoice_pdf(again(invoice))


def test_an_invoice_says_what_it_said_when_it_was_sent() -> None:
    invoice = one_invoiced()
    before = text_of(invoice_pdf(invoice))
    organisation = invoice.charge.pledge.organisation
    organisation.name, organisation.town, organisation.language = "Ganz neuer Name", "Genf", "fr"
    organisation.save()
    account = make.account()
    account.name, account.iban = "Andere Betreiberin", QR_IBAN
    account.save()
    assert text_of(invoice_pdf(again(invoice))) == before


def test_shares_of_a_split_pool_stand_with_their_exact_prices() -> None:
    pool = make.opened(pricing="split", cost=100_000, ceiling=40_000, capacity=3, closes_at=NOW + 20 * DAY)
    make.invoiced(pool, shares=3)
    text = text_of(invoice_pdf(Invoice.objects.get(charge__pledge__pool=pool)))
    assert "1 Anteil" in text
    assert "2 Anteile" in text
    assert "333.34" in text
    assert "666.66" in text
    assert "1'000.00" in text


@pytest.mark.parametrize(("language", "name"), [("de", "MWST"), ("fr", "TVA"), ("it", "IVA")])
def test_vat_is_extracted_where_the_pool_is_taxed_and_not_named_where_it_is_not(language: str, name: str) -> None:
    account = make.account()
    account.uid = "CHE-109.322.551"
    account.save()
    taxed = text_of(invoice_pdf(one_invoiced(language=language, tax_rate=810)))
    assert f"{name} 8.1 %" in taxed
    assert "44.96" in taxed  # of 600.00
    assert "555.04" in taxed
    assert f"CHE-109.322.551 {name}" in taxed
    exempt = text_of(invoice_pdf(one_invoiced(language=language, name="Ohne")))
    assert name not in exempt
    assert "CHE-" not in exempt


@pytest.mark.parametrize(("gross", "rate", "vat"), [(10_810, 810, 810), (60_000, 810, 4496), (1, 810, 0), (100, 0, 0)])
def test_vat_within_is_rounded_to_the_nearest_rappen(gross: int, rate: int, vat: int) -> None:
    assert vat_within(gross, rate) == vat


def test_a_part_paid_invoice_asks_for_the_rest_and_a_paid_one_for_nothing() -> None:
    invoice = one_invoiced()
    make.receipt(invoice.charge, 15_000)
    invoice = again(invoice)
    [code] = codes_in(pixels_of(invoice_pdf(invoice)))
    assert code.split("\n")[18].strip() == "450.00"
    make.receipt(Charge.objects.get(pk=invoice.charge_id), 45_000)
    content = invoice_pdf(again(invoice))
    assert codes_in(pixels_of(content)) == []
    assert "vollständig bezahlt" in text_of(content)


def test_a_name_that_a_bill_can_not_carry_leaves_the_payer_a_field_to_write_in() -> None:
    invoice = one_invoiced(name="Благотворительность")
    content = invoice_pdf(invoice)
    [code] = codes_in(pixels_of(content))
    assert code.replace("\r", "").split("\n")[20:27] == [""] * 7
    assert HEADINGS["de"]["by_blank"] in text_of(content)


def test_without_an_account_there_is_no_payment_part() -> None:
    invoice = one_invoiced()
    Invoice.objects.filter(pk=invoice.pk).update(payable_to={})
    assert codes_in(pixels_of(invoice_pdf(again(invoice)))) == []


def test_the_longest_names_stay_inside_their_parts() -> None:
    account = make.account()
    account.name, account.street, account.house_number = "W" * 35 + " " + "m" * 34, "Langestrasse " * 5, "123456789a"
    account.town = "Wittenwil ob Oberwangen bei Bern"
    account.save()
    by = make.organisation(name="M" * 70, street="W" * 70, house_number="1" * 16, town="W" * 35)
    pool = make.opened()
    make.invoiced(pool, shares=3, by=by)
    pixels = pixels_of(invoice_pdf(Invoice.objects.get()))
    assert len(codes_in(pixels)) == 1
    strip = 297 - 105
    assert not ink_between(pixels, left=57.2, right=61.5, top=strip + 17, bottom=strip + 80)
    assert not ink_between(pixels, left=205.3, right=209, top=strip + 1, bottom=strip + 104)
    assert not ink_between(pixels, left=6, right=56, top=strip + 66.2, bottom=strip + 67.9)
    assert not ink_between(pixels, left=118, right=205, top=strip + 90.5, bottom=strip + 104)


def test_the_organisations_own_reference_stands_on_its_documents() -> None:
    invoice = one_invoiced()
    invoice.charge.pledge.customer_reference = "Kostenstelle 4711"
    invoice.charge.pledge.save()
    assert "Kostenstelle 4711" in text_of(invoice_pdf(again(invoice)))


def credited(how: str) -> CreditNote:
    """The credit note of an invoice of which a part was paid, or nothing where it changes to a card."""
    invoice = one_invoiced()
    pledge = invoice.charge.pledge
    if how != CreditReason.OTHER_WAY:
        make.receipt(invoice.charge, 15_000)
    if how == CreditReason.CALLED_OFF:
        cancel_pool(pool=pledge.pool, reason="Die Referentin ist krank.", by=make.staff(), now=NOW + DAY)
    elif how == CreditReason.DROPPED:
        give_up_overdue_charges(now=NOW + 38 * DAY)
    else:
        pay_by_card(pledge=pledge, method=make.method(pledge.organisation), now=NOW + DAY)
    return CreditNote.objects.select_related("invoice__charge__pledge").get(invoice=invoice)


@pytest.mark.parametrize("how", CreditReason.values)
def test_an_invoice_that_is_owed_no_more_and_its_credit_note_come_to_nothing(how: str) -> None:
    note = credited(how)
    assert note.amount == note.invoice.charge.amount
    assert note.reason == how
    assert note.number == "2027-00002"
    content = credit_note_pdf(note)
    text = text_of(content)
    assert "Gutschrift 2027-00002" in text
    assert "-600.00" in text
    assert str(note.invoice) in text
    assert codes_in(pixels_of(content)) == []
    void = invoice_pdf(again(note.invoice))
    assert codes_in(pixels_of(void)) == []
    assert "Gutschrift 2027-00002" in text_of(void)


def test_a_paid_invoice_of_a_cancelled_pool_is_credited_too() -> None:
    invoice = one_invoiced()
    make.receipt(invoice.charge, 60_000)
    pool = Pool.objects.get()
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW + DAY)
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW + DAY)
    assert CreditNote.objects.get().invoice == invoice


def test_the_receipt_tells_what_came_and_what_went_back() -> None:
    invoice = one_invoiced()
    make.receipt(invoice.charge, 70_000, reference="ZKB-1")
    text = text_of(receipt_pdf(Charge.objects.get(pk=invoice.charge_id)))
    assert "ZKB-1 700.00" in text
    assert "-100.00" in text
    assert "CHF\xa0600.00 Wir haben" in text or "CHF 600.00 Wir haben" in text


def test_without_the_fonts_the_page_is_set_in_helvetica(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "PLACES", ("/nowhere",))
    faces.face.cache_clear()
    try:
        content = invoice_pdf(one_invoiced())
        assert "Verein für Kinder - Lódz" in text_of(content)
        [code] = codes_in(pixels_of(content))
        assert "Verein für Kinder - Łódź" in code
    finally:
        faces.face.cache_clear()


def test_liberation_sans_is_embedded_where_it_is_installed() -> None:
    name = faces.face().regular
    if name == "Helvetica":
        pytest.skip("fonts-liberation is not installed")
    assert b"LiberationSans" in invoice_pdf(one_invoiced())
    assert pdfmetrics.getFont(name).face.name == b"LiberationSans"
