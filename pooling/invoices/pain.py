"""Writes orders to the bank: pain.001.001.09, as the Implementation Guidelines "Credit Transfer" of SIX
want it (payment type D, a domestic transfer in francs without a reference).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

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
    put(head, "InitgPty/Nm", payer.name[:70])
    batch = SubElement(root, "PmtInf")
    put(batch, "PmtInfId", id)
    put(batch, "PmtMtd", "TRF")
    put(batch, "BtchBookg", "false")
    put(batch, "ReqdExctnDt/Dt", on.isoformat())
    put(batch, "Dbtr/Nm", payer.name[:70])
    put(batch, "DbtrAcct/Id/IBAN", payer.iban)
    put(batch, "DbtrAgt/FinInstnId/Othr/Id", "NOTPROVIDED")
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
    put(person, "Nm", order.name[:70])
    address = SubElement(person, "PstlAdr")
    for name, text in (
        ("StrtNm", order.street),
        ("BldgNb", order.house_number),
        ("PstCd", order.postcode),
        ("TwnNm", order.town),
        ("Ctry", order.country),
    ):
        if text:
            put(address, name, text)
    put(made, "CdtrAcct/Id/IBAN", order.iban)
    put(made, "RmtInf/Ustrd", order.text[:140])
    return made


def put(parent: Element, path: str, text: str) -> Element:
    """Write `text` into new elements below `parent`."""
    for name in path.split("/"):
        parent = SubElement(parent, name)
    parent.text = text
    return parent


def francs(amount: int) -> str:
    """12345 Rappen -> "123.45"."""
    return format_francs(amount).replace("'", "")
