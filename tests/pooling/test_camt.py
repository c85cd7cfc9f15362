"""Files of the bank as they are read: both kinds and versions, batches, references in odd places, and bad input."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from pooling.invoices.camt import LARGEST, read_bank_file
from pooling.invoices.camt_errors import (
    BankFileContradictory,
    BankFileDamaged,
    BankFileForeignCurrency,
    BankFileOfSomethingElse,
    BankFileRefused,
    BankFileTooBig,
    BankFileTruncated,
    BankFileWithEntities,
    BankFileWrongEncoding,
)
from pooling.invoices.camt_lines import Line
from pooling.invoices.references import creditor_reference, qr_reference

from .bank_statements import DAY, OURS, Booked, File, Paid, booked, statement

SCOR, QRR = creditor_reference("2027-00042"), qr_reference("2027-00042")


def lines(content: bytes) -> tuple[Line, ...]:
    return read_bank_file(content).statements[0].lines


@pytest.mark.parametrize("kind", ["camt.053", "camt.054"])
@pytest.mark.parametrize("version", ["04", "08"])
def test_both_kinds_and_versions_are_read(kind: str, version: str) -> None:
    told = {"uetr": "8A562C67-CA16-48BA-B074-65581BE6F066", "text": "Danke", "end_to_end": "E-1"}
    content = statement(booked(30_000, reference=SCOR, value_day=date(2027, 3, 16), **told), kind=kind, version=version)
    message = read_bank_file(content)
    assert (message.id, message.kind, message.statements[0].account) == ("MSG-1", kind, OURS)
    [line] = message.statements[0].lines
    assert (line.amount, line.booked_on, line.value_date) == (30_000, DAY, date(2027, 3, 16))
    assert (line.reference, line.text, line.debtor) == (SCOR, "Danke", "Verein Beispiel")
    assert (line.debtor_iban, line.end_to_end_id, line.entry_ref) == ("CH5604835012345678009", "E-1", "ZKB1")
    assert line.uetr == ("8a562c67-ca16-48ba-b074-65581be6f066" if version == "08" else "")


def test_a_batch_is_read_in_its_parts() -> None:
    parts = (Paid(30_000, reference=SCOR), Paid(12_345, debtor="Stiftung Muster"))
    read = lines(statement(Booked(parts, ref="B1")))
    assert [(line.amount, line.entry_ref, line.is_total) for line in read] == [
        (30_000, "B1", False),
        (12_345, "B1", False),
    ]


@pytest.mark.parametrize("entry", [{"is_detailed": False}, {"amount": 40_000}])
def test_a_batch_without_parts_or_with_parts_that_do_not_add_up_is_a_total(entry: dict[str, object]) -> None:
    [line] = lines(statement(Booked((Paid(30_000, reference=SCOR), Paid(5_000)), ref="B1", ntry_ref=QRR, **entry)))
    assert (line.amount, line.is_total, line.reference) == (entry.get("amount", 35_000), True, "")


@pytest.mark.parametrize(
    "told",
    [
        {"reference": QRR},
        {"reference": "RF" + SCOR[2:].lower()},
        {"ntry_ref": QRR, "is_detailed": False},
        {"ntry_ref": SCOR},
        {"end_to_end": QRR},
        {"text": f"Rechnung 2027-00042, {SCOR[:4]} {SCOR[4:8]} {SCOR[8:]}"},
        {"text": f"{QRR[:2]} {QRR[2:7]} {QRR[7:12]} {QRR[12:17]} {QRR[17:22]} {QRR[22:]}"},
    ],
)
def test_a_reference_is_found_wherever_a_bank_writes_it(told: dict[str, object]) -> None:
    [line] = lines(statement(booked(30_000, **told)))
    assert line.reference in (SCOR, QRR)


def test_what_only_looks_like_a_reference_is_text() -> None:
    wrong = QRR[:-1] + str((int(QRR[-1]) + 1) % 10)
    [line] = lines(statement(booked(30_000, reference=wrong)))
    assert (line.reference, line.text) == ("", wrong)


def test_only_booked_money_that_came_in_or_was_taken_back_is_read() -> None:
    entries = [
        booked(100, status="PDNG"),
        booked(200, status="INFO"),
        booked(300, status="RJCT"),
        booked(400, direction="DBIT"),
        booked(0),
        booked(500, direction="DBIT", is_reversal=True),
        booked(600),
    ]
    for version in ("04", "08"):
        [read] = read_bank_file(statement(*entries, version=version)).statements
        assert [(line.amount, line.is_credit, line.is_reversal) for line in read.lines] == [
            (500, False, True),
            (600, True, False),
        ]
        assert read.skipped == 5


def test_a_slip_that_the_bank_could_not_read_well_is_doubtful() -> None:
    [bad, good] = lines(
        statement(booked(100, reference=QRR, more="?REJECT?1"), booked(100, reference=QRR, more="?REJECT?0"))
    )
    assert (bad.is_doubtful, good.is_doubtful) == (True, False)


def test_a_payment_that_came_in_another_currency_counts_as_it_was_booked() -> None:
    [line] = lines(statement(Booked((Paid(31_250, reference=SCOR, currency="EUR"),), amount=30_000)))
    assert line.amount == 30_000


def test_an_entry_in_euro_is_one_line_among_others_and_says_so() -> None:
    euro, francs = lines(statement(booked(100, currency="EUR", ref="E", debtor="Anna"), booked(200, reference=QRR)))
    assert [(line.amount, line.currency, line.debtor) for line in (euro, francs)] == [
        (100, "EUR", "Anna"),
        (200, "CHF", "Verein Beispiel"),
    ]


@pytest.mark.parametrize("rest", [100, 200])
def test_a_batch_with_a_part_in_euro_waits_as_a_whole(rest: int) -> None:
    parts = Paid(100, currency="EUR"), Paid(rest)
    [line] = lines(statement(Booked(parts, ref="B", amount=200)))
    assert (line.amount, line.currency, line.is_total) == (200, "CHF", True)


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "windows-1252", "UTF-16"])
def test_a_file_is_read_in_the_encoding_that_it_names(encoding: str) -> None:
    [line] = lines(File((booked(100, debtor="Associazione Però"),), encoding=encoding).content)
    assert line.debtor == "Associazione Però"


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
GOOD = File((booked(30_000, debtor="Però", reference=SCOR),))
BAD = {
    "entities": (File(GOOD.entries, before=BOMB).content, BankFileWithEntities),
    "an outer entity": (File(GOOD.entries, before=OUTSIDE).content, BankFileWithEntities),
    "a document type": (File(GOOD.entries, before="<!DOCTYPE Document>").content, BankFileWithEntities),
    "wrong encoding": (GOOD.text.encode("ISO-8859-1"), BankFileWrongEncoding),
    "unknown encoding": (GOOD.content.replace(b"UTF-8", b"KLINGON"), BankFileWrongEncoding),
    "an encoding of no text": (GOOD.content.replace(b"UTF-8", b"base64"), BankFileWrongEncoding),
    "UTF-16 that is none": (GOOD.content.replace(b"UTF-8", b"UTF-16"), BankFileWrongEncoding),
    "empty": (b"", BankFileTruncated),
    "truncated": (GOOD.content[:-40], BankFileTruncated),
    "truncated within a letter": (GOOD.content.split("ò".encode())[0] + b"\xc3", BankFileTruncated),
    "malformed": (GOOD.content.replace(b"</Ntry>", b"</Entry>"), BankFileDamaged),
    "something behind the end": (GOOD.content + b"<x/>", BankFileDamaged),
    "no XML": (b"Datum;Betrag\n15.03.2027;300.00\n", BankFileDamaged),
    "a web page": (b"<html><body>Ihre Sitzung ist abgelaufen</body></html>", BankFileOfSomethingElse),
    "camt.052": (GOOD.content.replace(b"camt.054", b"camt.052"), BankFileOfSomethingElse),
    "version 2": (GOOD.content.replace(b"001.04", b"001.02"), BankFileOfSomethingElse),
    "an account in euro": (
        statement(booked(100, currency="EUR")).replace(b"<Ccy>CHF</Ccy>", b"<Ccy>EUR</Ccy>"),
        BankFileForeignCurrency,
    ),
    "parts of a Rappen": (GOOD.content.replace(b"300.00", b"300.005"), BankFileContradictory),
    "negative": (GOOD.content.replace(b"300.00", b"-300.00"), BankFileContradictory),
    "too much": (GOOD.content.replace(b"300.00", b"1e15"), BankFileContradictory),
    "no number": (GOOD.content.replace(b"300.00", b"NaN"), BankFileDamaged),
    "infinite": (GOOD.content.replace(b"300.00", b"Infinity"), BankFileDamaged),
    "no amount": (GOOD.content.replace(b"Amt", b"Xmt"), BankFileDamaged),
    "no direction": (GOOD.content.replace(b"<CdtDbtInd>CRDT</CdtDbtInd><Sts>", b"<Sts>"), BankFileDamaged),
    "no day": (GOOD.content.replace(b"<Dt>2027-03-15</Dt>", b""), BankFileDamaged),
    "no such day": (GOOD.content.replace(b"<Dt>2027-03-15</Dt>", b"<Dt>2027-02-30</Dt>"), BankFileDamaged),
    "no account": (GOOD.content.replace(b"IBAN", b"XBAN"), BankFileDamaged),
    "of 200 MB": (lambda: GOOD.content.replace(b"Per", b" " * 200_000_000 + b"Per"), BankFileTooBig),
    "just too big": (b"x" * (LARGEST + 1), BankFileTooBig),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_a_sentence(name: str) -> None:
    content, error = BAD[name]
    with pytest.raises(BankFileRefused) as refused:
        read_bank_file(content() if callable(content) else content)
    assert type(refused.value) is error
    sentences = []
    for language in ("de", "fr", "it"):
        with translation.override(language):
            sentences.append(str(refused.value))
    assert all(sentence.endswith(".") for sentence in sentences)
