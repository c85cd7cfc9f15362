"""`import_bank_file` and `check_money --bank`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from pooling.accounts.bank_books import differences_to_bank
from pooling.models import BankLine, ChargeState, Receipt

from . import factories as make
from .bank_statements import DAY, Booked, Paid, booked, statement
from .factories import NOW
from .test_bank_files import bring, ref_of
from .test_bank_reversals import came, went
from .test_invoices import one_invoiced, the_invoice

pytestmark = pytest.mark.django_db


def test_the_command_imports_each_file_and_says_what_it_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pool = one_invoiced()
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_bytes(statement(booked(30_000, reference=ref_of(the_invoice(pool)))))
    bad.write_bytes(b"<html></html>")
    with pytest.raises(SystemExit):
        call_command("import_bank_file", bad, good, tmp_path / "missing.xml")
    told = capsys.readouterr()
    assert "1 new, 0 known, 0 skipped; 1 booked (CHF\u00a0300.00), 0 taken back; 0 paid back; 0 wait" in told.out
    assert "bad.xml: Das ist keine camt.053-" in told.err
    assert "missing.xml" in told.err
    assert the_invoice(pool).state == ChargeState.PAID
    call_command("import_bank_file", good)
    assert "nothing added" in capsys.readouterr().out


def test_books_that_the_bank_confirms_have_no_differences(capsys: pytest.CaptureFixture[str]) -> None:
    charge = the_invoice(one_invoiced())
    make.receipt(charge, 5_000, reference="long ago")
    make.receipt(charge, 1_000, reference="ZKB1", now=NOW + timedelta(days=14))
    parts = (Paid(10_000, reference=ref_of(charge)), Paid(700))
    bring(booked(1_000, reference=ref_of(charge)), Booked(parts, ref="B"), came(charge), went(charge))
    bring(Booked(parts, ref="B", is_detailed=False), kind="camt.053")
    assert list(differences_to_bank()) == []
    call_command("check_money", "--bank")
    assert "1 lines of it wait" in capsys.readouterr().out


def test_a_payment_that_the_bank_does_not_know_is_a_difference() -> None:
    charge = the_invoice(one_invoiced())
    make.receipt(charge, 5_000, reference="typed", now=NOW + timedelta(days=14))
    bring(booked(100), booked(100, day=DAY + timedelta(days=1)))
    [line] = differences_to_bank()
    assert line == "bank: payment TYPED of 5000 was entered by hand, and no imported file tells of it"
    with pytest.raises(SystemExit):
        call_command("check_money", "--bank")


def test_a_line_that_was_booked_with_another_amount_is_a_difference() -> None:
    bring(came(the_invoice(one_invoiced())))
    BankLine.objects.update(amount=29_999)
    assert [line.endswith("was booked as IN of 30000") for line in differences_to_bank()] == [True]


def test_parts_that_do_not_make_up_their_total_are_a_difference() -> None:
    charge = the_invoice(one_invoiced())
    parts = (Paid(10_000, reference=ref_of(charge)), Paid(700))
    bring(Booked(parts, ref="B"))
    bring(Booked(parts, ref="B", is_detailed=False), kind="camt.053")
    BankLine.objects.filter(amount=700).update(amount=701)
    assert [line.endswith("sum to 10701") for line in differences_to_bank()] == [True]
    assert Receipt.objects.count() == 1
