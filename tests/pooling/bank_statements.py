"""Files of a bank as its published schemas want them: camt.053 and camt.054, versions 4 and 8."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Any

OURS = "CH9300762011623852957"
DAY = date(2027, 3, 15)


@dataclass(frozen=True)
class Paid:
    """One payment: `amount` Rappen, and what the bank says of it."""

    amount: int
    reference: str = ""
    text: str = ""
    debtor: str = "Verein Beispiel"
    debtor_iban: str = "CH5604835012345678009"
    end_to_end: str = "NOTPROVIDED"
    uetr: str = ""
    own_ref: str = ""
    currency: str = "CHF"
    more: tuple[str, ...] | str = ()  # AddtlRmtInf


@dataclass(frozen=True)
class Booked:
    """One entry of a statement: a payment, or the parts of a batch."""

    parts: tuple[Paid, ...]
    ref: str = ""
    ntry_ref: str = ""
    status: str = "BOOK"
    direction: str = "CRDT"
    is_reversal: bool = False
    is_detailed: bool = True
    is_batch: bool | None = None
    amount: int | None = None
    currency: str = "CHF"
    day: date = DAY
    value_day: date | None = None

    @property
    def total(self) -> int:
        return sum(part.amount for part in self.parts) if self.amount is None else self.amount


def francs(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


@dataclass(frozen=True)
class File:
    entries: tuple[Booked, ...]
    kind: str = "camt.054"
    version: str = "04"
    account: str = OURS
    message: str = "MSG-1"
    encoding: str = "UTF-8"
    before: str = ""  # of the root, such as a document type
    statements: tuple[tuple[str, tuple[Booked, ...]], ...] = field(default=())  # of more accounts

    @property
    def text(self) -> str:
        root, part = {"camt.053": ("BkToCstmrStmt", "Stmt"), "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}[self.kind]
        told = [(self.account, self.entries), *self.statements]
        inner = "".join(self.statement(part, account, entries) for account, entries in told)
        space = f"urn:iso:std:iso:20022:tech:xsd:{self.kind}.001.{self.version}"
        head = f"<GrpHdr><MsgId>{self.message}</MsgId><CreDtTm>2027-03-15T22:00:00</CreDtTm></GrpHdr>"
        xml = f'<?xml version="1.0" encoding="{self.encoding}"?>'
        return f'{xml}{self.before}<Document xmlns="{space}"><{root}>{head}{inner}</{root}></Document>'

    @property
    def content(self) -> bytes:
        return self.text.encode(self.encoding)

    def statement(self, part: str, account: str, entries: tuple[Booked, ...]) -> str:
        inner = "".join(self.entry(entry) for entry in entries)
        balance = "".join(map(self.balance, ("OPBD", "CLBD"))) if self.kind == "camt.053" else ""
        about = f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>CHF</Ccy></Acct>"
        made = "<CreDtTm>2027-03-15T22:00:00</CreDtTm>"
        return f"<{part}><Id>S-{self.message}</Id>{made}{about}{balance}{inner}</{part}>"

    def balance(self, code: str) -> str:
        kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        return f'<Bal>{kind}<Amt Ccy="CHF">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{DAY}</Dt></Dt></Bal>'

    def entry(self, entry: Booked) -> str:
        status = f"<Sts>{entry.status}</Sts>" if self.version == "04" else f"<Sts><Cd>{entry.status}</Cd></Sts>"
        number = len(entry.parts)
        is_batch = number > 1 if entry.is_batch is None else entry.is_batch
        batch = f"<Btch><NbOfTxs>{number}</NbOfTxs></Btch>" if is_batch else ""
        details = "".join(self.detail(part, entry.direction) for part in entry.parts) if entry.is_detailed else ""
        family = "RCDT" if entry.direction == "CRDT" else "ICDT"
        return (
            "<Ntry>"
            + (f"<NtryRef>{entry.ntry_ref}</NtryRef>" if entry.ntry_ref else "")
            + f'<Amt Ccy="{entry.currency}">{francs(entry.total)}</Amt><CdtDbtInd>{entry.direction}</CdtDbtInd>'
            + ("<RvslInd>true</RvslInd>" if entry.is_reversal else "")
            + status
            + f"<BookgDt><Dt>{entry.day}</Dt></BookgDt><ValDt><Dt>{entry.value_day or entry.day}</Dt></ValDt>"
            + (f"<AcctSvcrRef>{entry.ref}</AcctSvcrRef>" if entry.ref else "")
            + f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
            + (f"<NtryDtls>{batch}{details}</NtryDtls>" if batch or details else "")
            + "</Ntry>"
        )

    def detail(self, part: Paid, direction: str) -> str:
        refs = f"<AcctSvcrRef>{part.own_ref}</AcctSvcrRef>" if part.own_ref else ""
        refs += f"<EndToEndId>{part.end_to_end}</EndToEndId>"
        refs += f"<UETR>{part.uetr}</UETR>" if part.uetr and self.version == "08" else ""
        name = f"<Nm>{escape(part.debtor)}</Nm>"
        debtor = f"<Dbtr>{name}</Dbtr>" if self.version == "04" else f"<Dbtr><Pty>{name}</Pty></Dbtr>"
        account = f"<DbtrAcct><Id><IBAN>{part.debtor_iban}</IBAN></Id></DbtrAcct>" if part.debtor_iban else ""
        structured = ""
        if part.reference:
            code = "<Prtry>QRR</Prtry>" if part.reference[:1].isdigit() else "<Cd>SCOR</Cd>"
            kind = f"<Tp><CdOrPrtry>{code}</CdOrPrtry></Tp>"
            structured = f"<CdtrRefInf>{kind}<Ref>{part.reference}</Ref></CdtrRefInf>"
        remarks = (part.more,) if isinstance(part.more, str) else part.more
        structured += "".join(f"<AddtlRmtInf>{remark}</AddtlRmtInf>" for remark in remarks)
        text = f"<Ustrd>{escape(part.text)}</Ustrd>" if part.text else ""
        about = text + (f"<Strd>{structured}</Strd>" if structured else "")
        return (
            f'<TxDtls><Refs>{refs}</Refs><Amt Ccy="{part.currency}">{francs(part.amount)}</Amt>'
            f"<CdtDbtInd>{direction}</CdtDbtInd><RltdPties>{debtor}{account}</RltdPties>"
            + (f"<RmtInf>{about}</RmtInf>" if about else "")
            + "</TxDtls>"
        )


def booked(amount: int, *, ref: str = "ZKB1", **told: Any) -> Booked:
    """An entry of one payment; what is no field of an entry is one of the payment."""
    of_entry = {name: told.pop(name) for name in list(told) if name in Booked.__dataclass_fields__}
    return Booked((Paid(amount, **told),), ref=ref, **of_entry)


def statement(*entries: Booked, **told: Any) -> bytes:
    return File(entries, **told).content
