"""What we write and what we test with is as ISO 20022 and the Swiss Payment Standards publish it."""

from __future__ import annotations

import re
from datetime import date, datetime
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from pooling.invoices.camt import read_bank_file
from pooling.invoices.pain import Order, Payer, write_orders
from pooling.invoices.references import creditor_reference, qr_reference

from .bank_statements import OURS, Booked, File, Paid, booked
from .published_schemas import assert_as_published, deviations

SCOR, QRR = creditor_reference("2027-00042"), qr_reference("2027-00042")
UETR = "8a562c67-ca16-48ba-b074-65581be6f066"
TWO = (Paid(30_000, reference=QRR, uetr=UETR), Paid(5_000, text="Zürich & Genève", own_ref="P2"))

# Each is written as both kinds of file in both versions.
FILES = {
    "a payment with a QR reference": [booked(30_000, reference=QRR)],
    "a payment with a creditor reference": [booked(30_000, reference=SCOR, end_to_end="E-1")],
    "a payment with its number all over the world": [booked(30_000, uetr=UETR)],
    "words instead of a reference": [booked(30_000, text="Rechnung 2027-00042, danke & <Gruss>")],
    "a reference of the booking": [booked(30_000, ntry_ref=QRR, is_detailed=False)],
    "the parts of a batch": [Booked(TWO, ref="B1")],
    "a batch without its parts": [Booked(TWO, ref="B1", is_detailed=False)],
    "a batch whose parts do not add up": [Booked(TWO, ref="B1", amount=35_001)],
    "a payment that was taken back": [booked(30_000, reference=QRR, direction="DBIT", is_reversal=True)],
    "money of ours that came back": [booked(500, is_reversal=True)],
    "a transfer of ours": [booked(500, direction="DBIT", end_to_end="0f" * 16)],
    "what is not booked yet": [booked(100, status="PDNG"), booked(100, status="INFO")],
    "a slip that was hard to read": [booked(100, reference=QRR, more=("?REJECT?1", "?ERROR?000", "Danke"))],
    "nothing at all": [booked(0)],
    "euros": [booked(100, currency="EUR")],
    "two that look alike": [booked(100, ref=""), booked(100, ref="")],
    "a long name": [booked(100, debtor="Ж" * 140, debtor_iban="")],
    "a quiet day": [],
}


@pytest.mark.parametrize("name", FILES)
def test_the_files_that_we_test_with_are_as_the_schemas_want_them(name: str) -> None:
    for kind in ("camt.053", "camt.054"):
        for version in ("04", "08"):
            others = ((OURS, tuple(FILES[name])),)
            file = File(tuple(FILES[name]), kind=kind, version=version, statements=others)
            assert_as_published(file.text, f"{kind}.001.{version}")


def test_the_schemas_find_what_is_wrong() -> None:
    text = File((booked(100),)).text
    assert deviations(text.replace("<CdtDbtInd>CRDT</CdtDbtInd>", ""), "camt.054.001.04")
    assert deviations(text.replace("camt.054.001.04", "camt.054.001.08"), "camt.054.001.08")


def test_what_a_bank_remarks_on_a_slip_is_no_text_of_the_payer() -> None:
    remarks = [("?REJECT?0", "?ERROR?000", "Danke"), ("?REJECT?5",), ("?ERROR?012 Danke",), ("Wirklich?",)]
    [read] = read_bank_file(File(tuple(booked(100, more=each) for each in remarks)).content).statements
    assert [(line.is_doubtful, line.text) for line in read.lines] == [
        (False, "Danke"),
        (True, ""),
        (True, "Danke"),
        (False, "Wirklich?"),
    ]


# orders


def order(**told: object) -> Order:
    about = {
        "id": "0f" * 16,
        "amount": 12_345,
        "name": "Verein Beispiel",
        "iban": "CH5604835012345678009",
        "street": "Hauptstrasse",
        "house_number": "7a",
        "postcode": "3000",
        "town": "Bern",
        "country": "CH",
        "text": "Rückerstattung, Rechnung 2027-00042",
    }
    return Order(**{**about, **told})


def written(*orders: Order, payer: str = "Up2Gether") -> bytes:
    made_at = datetime(2027, 3, 15, 9, 30)  # noqa: DTZ001  # as it is written, without a zone
    return write_orders(
        id="U2G-20270315-093000",
        orders=list(orders),
        payer=Payer(payer, OURS),
        on=date(2027, 3, 15),
        made_at=made_at,
    )


ORDERS = {
    "plain": order(),
    "one Rappen": order(amount=1),
    "a lot": order(amount=999_999_999_999),
    "long": order(name="Ä" * 200, street="B" * 100, house_number="1" * 20, town="C" * 60, text="D" * 300),
    "without a street": order(street="", house_number=""),
    "letters that no bank takes": order(
        name="Дружество", town="Київ", text="\U0001f389 Fest \u0007", street="Łódź\nȘos"
    ),
    "markup": order(name="A & B <GmbH>", text="\"so\" & 'so'"),
    "from abroad": order(country="LI", town="Vaduz", postcode="9490"),
}


@pytest.mark.parametrize("name", ORDERS)
def test_orders_are_as_the_schema_wants_them(name: str) -> None:
    assert_as_published(written(ORDERS[name]), "pain.001.001.09")
    assert_as_published(written(ORDERS[name], order(id="1e" * 16)), "pain.001.001.09")


def texts(root: Element, path: str) -> list[str | None]:
    space = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
    return [each.text for each in root.iterfind(".//" + "/".join(space + step for step in path.split("/")))]


@pytest.mark.parametrize("name", ORDERS)
def test_orders_keep_the_swiss_rules(name: str) -> None:
    """Implementation Guidelines "Credit Transfer" 2.2 of SIX: payment type D, chapters 3.1, 3.11, 3.12 and 4."""
    root = fromstring(written(ORDERS[name], order(id="1e" * 16)))
    assert texts(root, "PmtMtd") == ["TRF"]
    assert texts(root, "LclInstrm/Prtry") + texts(root, "SvcLvl/Cd") + texts(root, "ChqInstr") == []
    assert texts(root, "GrpHdr/NbOfTxs") == ["2"]
    cents = [int((amount or "").replace(".", "")) for amount in texts(root, "Amt/InstdAmt")]
    assert [(sum(cents), min(cents) >= 1)] == [(int(texts(root, "GrpHdr/CtrlSum")[0].replace(".", "")), True)]
    # The debtor's institution by its number: the Swiss schema knows no other name of it than that, a BIC or an LEI.
    assert texts(root, "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId") == ["762"]
    assert texts(root, "DbtrAgt/FinInstnId/ClrSysMmbId/ClrSysId/Cd") == ["CHBCC"]
    assert texts(root, "DbtrAgt/FinInstnId/Othr/Id") == []
    # An address is structured, and never without its town and country.
    assert texts(root, "AdrLine") == []
    assert len(texts(root, "Cdtr/PstlAdr/TwnNm")) == len(texts(root, "Cdtr/PstlAdr/Ctry")) == 2
    for element in root.iter():
        if element.text:
            assert re.fullmatch("[ -~\u00a0-\u017f\u0218-\u021b\u20ac]+", element.text), element.text
    ids = texts(root, "PmtId/EndToEndId") + texts(root, "PmtId/InstrId") + texts(root, "MsgId")
    assert all(re.fullmatch("[A-Za-z0-9+?/:().,' -]{1,35}", each or "") for each in ids)
    assert texts(root, "PmtId/EndToEndId") == ["0f" * 16, "1e" * 16]
    names = texts(root, "Cdtr/Nm") + texts(root, "Dbtr/Nm")
    assert all(1 <= len(each or "") <= 70 for each in names)
    assert all(len(each or "") <= 140 for each in texts(root, "RmtInf/Ustrd"))
