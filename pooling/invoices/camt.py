"""Reads what the bank says of an account: camt.053 and camt.054, schemas .001.04 and .001.08 (ISO 20022, as the Swiss
Payment Standards' Implementation Guidelines "Cash Management" use them).

Only what is booked counts, and only money that came in or was booked back, besides transfers that went out by orders
of ours. The parts of a batch are lines of their own.
A file that is hostile, broken or of something else is refused as a whole, with a sentence.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from pooling.money import MOST_RAPPEN

from .camt_errors import (
    BankFileContradictory,
    BankFileDamaged,
    BankFileForeignCurrency,
    BankFileOfSomethingElse,
    BankFileTooBig,
    BankFileTruncated,
    BankFileWithEntities,
    BankFileWrongEncoding,
)
from .camt_lines import OUR_ID, BankMessage, Line, Sent, Statement, credit_reference, oneline

LARGEST = 20_000_000  # bytes
# What a bank remarks on a slip that it read: anything but zero is a doubt. ?REJECT?1 is about one slip, 5 about a whole
# batch (the codes of the orange slips, which outlived them); PostFinance writes ?ERROR?000 as well.
MARK = re.compile(r"\?(?:REJECT|ERROR)\?([0-9]+)")
NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:(camt\.05[34])\.001\.(04|08)\}Document")
STATEMENTS = {"camt.053": "Stmt", "camt.054": "Ntfctn"}
# What expat says of a file that ends too early: no element found, unclosed token, unclosed CDATA section.
ENDS_EARLY = {3, 5, 20}
UNKNOWN_ENCODING, INCORRECT_ENCODING = 18, 19


def read_bank_file(content: bytes) -> BankMessage:
    """All statements of a file. Raises what camt_errors.py has, each with a sentence."""
    if len(content) > LARGEST:
        raise BankFileTooBig(LARGEST)
    try:
        return Reader().read(content)
    except DefusedXmlException as refusal:
        raise BankFileWithEntities from refusal
    except ParseError as error:
        raise reason_of(error, content) from error
    except (LookupError, UnicodeError, ValueError) as error:  # an encoding that expat asks Python for
        raise BankFileWrongEncoding from error


def reason_of(error: ParseError, content: bytes) -> Exception:
    """Which of our sentences says what the parser found."""
    left_over = undecoded(content)
    if error.code in (UNKNOWN_ENCODING, INCORRECT_ENCODING) or left_over is None:
        return BankFileWrongEncoding()
    if not content.strip() or error.code in ENDS_EARLY or left_over:
        return BankFileTruncated()
    return BankFileDamaged()


def undecoded(content: bytes) -> bytes | None:
    """The part of a letter at which `content` ends, mostly none; None if it isn't what its XML declaration says."""
    declared = re.match(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)", content[:200])
    name = declared[1].decode() if declared else "utf-8"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = "utf-16"
    try:
        decoder = codecs.getincrementaldecoder(name)()
        decoder.decode(content)
    except (LookupError, ValueError):
        return None
    return bytes(decoder.getstate()[0])


class Reader:
    """Goes through a file entry by entry, so that a large one needs little memory."""

    def __init__(self) -> None:
        self.kind = self.prefix = self.message = self.account = self.currency = self.statement = ""
        self.lines: list[Line] = []
        self.skipped = 0
        self.sent: list[Sent] = []
        self.statements: list[Statement] = []

    def read(self, content: bytes) -> BankMessage:
        path: list[Element] = []
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                self.begin(element, is_root=not path)
                path.append(element)
            else:
                path.pop()
                self.end(element, depth=len(path), parent=path[-1] if path else None)
        if not self.kind:
            raise BankFileOfSomethingElse
        return BankMessage(self.message, self.kind, tuple(self.statements))

    def begin(self, element: Element, *, is_root: bool) -> None:
        if is_root:
            match = NAMESPACE.fullmatch(element.tag)
            if match is None:
                raise BankFileOfSomethingElse
            self.kind, self.prefix = match[1], element.tag.removesuffix("Document")
        elif element.tag == self.prefix + STATEMENTS[self.kind]:
            self.account, self.currency, self.statement = "", "", ""
            self.lines, self.skipped, self.sent = [], 0, []

    def end(self, element: Element, *, depth: int, parent: Element | None) -> None:
        """Document / message / statement / entry: depths 0, 1, 2 and 3."""
        name = element.tag.removeprefix(self.prefix)
        if depth == 2 and name == "GrpHdr":
            self.message = self.text(element, "MsgId")
        elif depth == 3 and name == "Acct":
            self.account = self.text(element, "Id/IBAN") or self.text(element, "Id/Othr/Id")
            self.currency = self.text(element, "Ccy")
        elif depth == 3 and name == "Id":
            self.statement = oneline(element.text or "")
        elif depth == 3 and name == "Ntry":
            self.enter(element)
            if parent is not None:
                parent.clear()  # all that was read of the statement so far
        elif depth == 2 and name == STATEMENTS[self.kind]:
            if not self.account:
                raise BankFileDamaged
            account = "".join(self.account.split()).upper()
            told = tuple(self.lines), self.skipped, tuple(self.sent)
            self.statements.append(Statement(self.statement, account, *told))

    def text(self, element: Element, path: str) -> str:
        """What stands at `path`, in one line; empty if nothing does."""
        found = self.find(element, path)
        return oneline(found.text or "") if found is not None else ""

    def find(self, element: Element, path: str) -> Element | None:
        return element.find("/".join(self.prefix + step for step in path.split("/")))

    def all(self, element: Element, path: str) -> list[Element]:
        return element.findall("/".join(self.prefix + step for step in path.split("/")))

    def first(self, element: Element, *paths: str) -> str:
        return next((text for path in paths if (text := self.text(element, path))), "")

    def enter(self, entry: Element) -> None:
        """One booking, in its parts if the bank tells them."""
        status = self.first(entry, "Sts/Cd", "Sts/Prtry", "Sts")
        amount, currency = self.amount(entry)
        is_credit = self.direction(entry)
        is_reversal = self.text(entry, "RvslInd") in ("true", "1")
        if status != "BOOK" or amount == 0 or (not is_credit and not is_reversal):
            self.skipped += 1
            if status == "BOOK" and amount and currency == "CHF":
                self.sent.extend(self.sent_by(entry, amount))
            return
        booked_on = self.day(entry, "BookgDt") or self.day(entry, "ValDt")
        if booked_on is None:
            raise BankFileDamaged
        whole = Line(
            amount=amount,
            booked_on=booked_on,
            value_date=self.day(entry, "ValDt") or booked_on,
            is_credit=is_credit,
            is_reversal=is_reversal,
            currency=currency,
            entry_ref=self.text(entry, "AcctSvcrRef"),
            reference=credit_reference(self.text(entry, "NtryRef")),
            text=self.text(entry, "AddtlNtryInf"),
        )
        self.lines.extend(self.parts(entry, whole))

    def parts(self, entry: Element, whole: Line) -> Iterator[Line]:
        """The payments of a booking: itself, or the parts of a batch. Parts that do not add up are not trusted, nor are
        those in another currency than the booking.
        """
        details = self.all(entry, "NtryDtls/TxDtls")
        number = self.text(entry, "NtryDtls/Btch/NbOfTxs")
        is_batch = number.isdecimal() and int(number) > 1
        if not details:
            reference = "" if is_batch else whole.reference
            yield replace(whole, reference=reference, is_total=not reference)
            return
        if len(details) == 1 and not is_batch:
            yield self.part(details[0], whole, amount=whole.amount)
            return
        amounts = [self.part_amount(detail, whole.currency) for detail in details]
        if sum(amounts) != whole.amount or 0 in amounts:
            yield replace(whole, reference="", is_total=True)
            return
        yield from (self.part(detail, whole, amount=each) for detail, each in zip(details, amounts, strict=True))

    def sent_by(self, entry: Element, amount: int) -> Iterator[Sent]:
        """The transfers of a debit that are called as our orders are; other debits are none of our business."""
        details = self.all(entry, "NtryDtls/TxDtls")
        for detail in details:
            names = (self.text(detail, f"Refs/{name}") for name in ("EndToEndId", "InstrId"))
            id = next((name.lower() for name in names if OUR_ID.fullmatch(name)), "")
            booked_on = self.day(entry, "BookgDt") or self.day(entry, "ValDt")
            if not id or booked_on is None:
                continue
            is_part = len(details) > 1
            own = self.part_amount(detail, "CHF") if is_part else amount
            if own:
                yield Sent(id, own, booked_on, self.text(entry, "AcctSvcrRef"), is_part)

    def part(self, detail: Element, whole: Line, *, amount: int) -> Line:
        end_to_end = self.text(detail, "Refs/EndToEndId")
        texts = [oneline(found.text or "") for found in self.all(detail, "RmtInf/Ustrd")]
        more = [oneline(found.text or "") for found in self.all(detail, "RmtInf/Strd/AddtlRmtInf")]
        marks = [mark for text in more for mark in MARK.finditer(text)]
        said = [left for text in more if (left := oneline(MARK.sub("", text)))]
        named = [oneline(found.text or "") for found in self.all(detail, "RmtInf/Strd/CdtrRefInf/Ref")]
        structured = next((found for text in named if (found := credit_reference(text))), "")
        # Some banks write it elsewhere. What does not keep its check digits is text.
        elsewhere = [*texts, end_to_end, self.text(detail, "Refs/InstrId"), whole.reference]
        found = structured or next((found for text in elsewhere if (found := credit_reference(text))), "")
        person = "RltdPties/Dbtr/Pty/Nm", "RltdPties/Dbtr/Nm", "RltdPties/UltmtDbtr/Pty/Nm", "RltdPties/UltmtDbtr/Nm"
        return replace(
            whole,
            amount=amount,
            own_ref=self.text(detail, "Refs/AcctSvcrRef"),
            uetr=self.text(detail, "Refs/UETR").lower(),
            end_to_end_id="" if end_to_end.upper() == "NOTPROVIDED" else end_to_end,
            reference=found,
            text=" ".join([*texts, *said, *(() if structured else named)])[:500] or whole.text,
            debtor=self.first(detail, *person),
            debtor_iban="".join(self.text(detail, "RltdPties/DbtrAcct/Id/IBAN").split()).upper(),
            is_doubtful=any(int(mark[1]) for mark in marks),
        )

    def part_amount(self, detail: Element, currency: str) -> int:
        """Of a part, in the currency of its booking: as it is booked, or as the bank changed it. 0 if it isn't told."""
        for path in ("Amt", "AmtDtls/TxAmt/Amt"):
            found = self.find(detail, path)
            if found is not None and found.get("Ccy") == currency:
                return rappen(found.text or "")
        if self.find(detail, "Amt") is None and self.find(detail, "AmtDtls/TxAmt/Amt") is None:
            raise BankFileContradictory
        return 0

    def amount(self, entry: Element) -> tuple[int, str]:
        """Of a booking, with its currency. One in another currency than francs is refused with the whole file where all
        of the account is: it is not the one that invoices are payable to.
        """
        found = self.find(entry, "Amt")
        if found is None:
            raise BankFileDamaged
        currency = found.get("Ccy", "")
        if len(currency) != 3 or (currency != "CHF" and self.currency not in ("", "CHF")):
            raise BankFileForeignCurrency
        return rappen(found.text or ""), currency

    def direction(self, entry: Element) -> bool:
        """Whether money came in."""
        direction = self.text(entry, "CdtDbtInd")
        if direction not in ("CRDT", "DBIT"):
            raise BankFileDamaged
        return direction == "CRDT"

    def day(self, entry: Element, name: str) -> date | None:
        written = self.first(entry, f"{name}/Dt", f"{name}/DtTm")
        if not written:
            return None
        try:
            return date.fromisoformat(written[:10]) if "T" not in written else datetime.fromisoformat(written).date()
        except ValueError as error:
            raise BankFileDamaged from error


def rappen(written: str) -> int:
    """Francs as the standard writes them ("300.00", "300"), in Rappen."""
    try:
        amount = Decimal(written.strip()) * 100
        whole = int(amount)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise BankFileDamaged from error
    if whole != amount or not 0 <= whole <= MOST_RAPPEN:
        raise BankFileContradictory
    return whole
