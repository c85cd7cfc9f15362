"""Writes orders to the bank: pain.001.001.09, as the Implementation Guidelines "Credit Transfer" of SIX
want it (payment type D, a domestic transfer in francs without a reference).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import normalize
from xml.etree.ElementTree import Element, SubElement, tostring

from pooling.models.invoice import as_bill_text, compact, is_permitted
from pooling.money import format_francs

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


@dataclass(frozen=True)
class Order:
    """One transfer of `amount` Rappen. `id` comes back on the statement (EndToEndId, at most 35 characters)."""

    id: str
    amount: int
    name: str
    iban: str
    street: str
    house_number: str
    postcode: str
    town: str
    country: str
    text: str


@dataclass(frozen=True)
class Payer:
    """Whose account is debited; by a plain IBAN."""

    name: str
    iban: str


def write_orders(*, id: str, orders: list[Order], payer: Payer, on: date, made_at: datetime) -> bytes:
    """A file with one batch. The same `id` tells the bank that it is the same file (its check for doubles)."""
    document = Element("Document", xmlns=NAMESPACE)
    root = SubElement(document, "CstmrCdtTrfInitn")
    total = francs(sum(order.amount for order in orders))
    head = SubElement(root, "GrpHdr")
    put(head, "MsgId", id)
    put(head, "CreDtTm", made_at.strftime("%Y-%m-%dT%H:%M:%S"))
    put(head, "NbOfTxs", str(len(orders)))
    put(head, "CtrlSum", total)
    put(head, "InitgPty/Nm", permitted(payer.name, 70))
    batch = SubElement(root, "PmtInf")
    put(batch, "PmtInfId", id)
    put(batch, "PmtMtd", "TRF")
    put(batch, "BtchBookg", "false")
    put(batch, "ReqdExctnDt/Dt", on.isoformat())
    put(batch, "Dbtr/Nm", permitted(payer.name, 70))
    put(batch, "DbtrAcct/Id/IBAN", payer.iban)
    bank = SubElement(SubElement(SubElement(batch, "DbtrAgt"), "FinInstnId"), "ClrSysMmbId")
    put(bank, "ClrSysId/Cd", "CHBCC")
    put(bank, "MmbId", bank_of(payer.iban))
    for order in orders:
        batch.append(transfer(order))
    return tostring(document, encoding="UTF-8", xml_declaration=True)


def transfer(order: Order) -> Element:
    """One CdtTrfTxInf."""
    made = Element("CdtTrfTxInf")
    ids = SubElement(made, "PmtId")
    put(ids, "InstrId", order.id)
    put(ids, "EndToEndId", order.id)
    amount = put(made, "Amt/InstdAmt", francs(order.amount))
    amount.set("Ccy", "CHF")
    person = SubElement(made, "Cdtr")
    put(person, "Nm", permitted(order.name, 70))
    address = SubElement(person, "PstlAdr")
    for name, text, longest in (
        ("StrtNm", order.street, 70),
        ("BldgNb", order.house_number, 16),
        ("PstCd", order.postcode, 16),
        ("TwnNm", order.town, 35),
        ("Ctry", order.country, 2),
    ):
        if text:
            put(address, name, permitted(text, longest))
    put(made, "CdtrAcct/Id/IBAN", order.iban)
    put(made, "RmtInf/Ustrd", permitted(order.text, 140))
    return made


def permitted(text: str, longest: int) -> str:
    """`text` with the characters that the Implementation Guidelines permit, at most `longest` of them: those of a
    QR-bill. A letter with an accent that they lack loses it, any other becomes a dot, as banks would make of it.
    """
    plain = ("".join(map(nearest, as_bill_text(text)))).strip()
    return plain[:longest].strip() or "."


def nearest(character: str) -> str:
    if is_permitted(character):
        return character
    return "".join(filter(is_permitted, normalize("NFKD", character))) or "."


def bank_of(iban: str) -> str:
    """The institution (IID) that keeps the account: it stands in the IBAN, and the debtor's agent has to be named."""
    return compact(iban)[4:9].lstrip("0")


def put(parent: Element, path: str, text: str) -> Element:
    """Write `text` into new elements below `parent`."""
    for name in path.split("/"):
        parent = SubElement(parent, name)
    parent.text = text
    return parent


def francs(amount: int) -> str:
    """12345 Rappen -> "123.45"."""
    return format_francs(amount).replace("'", "")
