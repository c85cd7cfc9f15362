"""What importing a file of the bank does to the books: each payment once, by its reference, the rest into the queue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from members.letters.models import Letter
from pooling.actions.backing import balance_of
from pooling.actions.bank_files import Imported, import_bank_file
from pooling.actions.bank_lines import assign_line, dismiss_line
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.errors import LineSettled, NotAssignable
from pooling.actions.paying import pay_by_card
from pooling.actions.pools import cancel_pool
from pooling.invariants import breaches
from pooling.invoices.camt_errors import BankFileOfAnotherAccount, BankFileRefused, NoAccount
from pooling.models import BankFile, BankLine, Charge, ChargeState, Creditor, PoolState, Receipt, Refund

from . import factories as make
from .bank_statements import DAY, OURS, Booked, Paid, booked, statement
from .factories import NOW
from .test_invoices import GIVEN_UP, one_invoiced, reread, the_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def bring(*entries: Booked, now=NOW, **told: object) -> Imported:
    return import_bank_file(content=statement(*entries, **told), by=None, now=now)


def ref_of(charge: Charge) -> str:
    return charge.invoice.reference


def states() -> list[str]:
    return list(BankLine.objects.values_list("state", flat=True))


def test_a_payment_with_its_reference_is_booked_and_confirms_the_pool() -> None:
    pool = one_invoiced()
    imported = bring(booked(30_000, reference=ref_of(the_invoice(pool))))
    charge, line = the_invoice(pool), BankLine.objects.get()
    assert (charge.state, reread(pool).state) == (ChargeState.PAID, PoolState.CONFIRMED)
    assert (imported.added, imported.booked, imported.amount, imported.queued) == (1, 1, 30_000, 0)
    assert (line.state, line.charge, line.receipt) == ("matched", charge, Receipt.objects.get())
    assert (line.receipt.reference, line.receipt.value_date, line.receipt.entered_by) == ("ZKB1", DAY, None)


def test_the_same_file_again_adds_nothing() -> None:
    pool = one_invoiced()
    for turn in range(3):
        imported = bring(booked(10_000, reference=ref_of(the_invoice(pool))))
        assert imported.is_known == (turn > 0)
    assert (BankFile.objects.count(), the_invoice(pool).captured) == (1, 10_000)


def test_a_line_in_a_statement_and_in_a_notification_is_one_line() -> None:
    charge = the_invoice(one_invoiced())
    entry = booked(10_000, reference=ref_of(charge))
    for number, (kind, version) in enumerate([("camt.054", "04"), ("camt.053", "04"), ("camt.053", "08")]):
        imported = bring(entry, kind=kind, version=version, message=f"M{number}")
        assert (imported.added, imported.file.seen) == ((1, 0) if number == 0 else (0, 1))
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("statement_first", [True, False])
def test_a_statement_that_tells_less_than_the_notification_is_the_same_line(statement_first: bool) -> None:
    charge = the_invoice(one_invoiced())
    told = {"content": statement(booked(10_000, reference=ref_of(charge), text="Danke", uetr="u-1"), version="08")}
    bare = {"content": statement(booked(10_000, is_detailed=False), kind="camt.053")}
    for each in (bare, told) if statement_first else (told, bare):
        import_bank_file(**each, by=None, now=NOW)
    assert BankLine.objects.get().receipt == Receipt.objects.get()


def test_the_parts_of_a_batch_that_share_the_banks_reference_are_lines_of_their_own() -> None:
    charge = the_invoice(one_invoiced())
    parts = (Paid(10_000, reference=ref_of(charge)), Paid(10_000, reference=ref_of(charge)), Paid(700))
    imported = bring(Booked(parts, ref="BATCH"))
    assert (imported.added, imported.booked, imported.queued) == (3, 2, 1)
    assert the_invoice(charge.pledge.pool).captured == 20_000
    assert all(receipt.reference.startswith("BATCH/") for receipt in Receipt.objects.all())


@pytest.mark.parametrize("statement_first", [True, False])
def test_the_total_of_a_batch_counts_for_nothing_beside_its_parts(statement_first: bool) -> None:
    charge = the_invoice(one_invoiced())
    parts = (Paid(10_000, reference=ref_of(charge)), Paid(20_000, reference=ref_of(charge)))
    total = lambda: bring(Booked(parts, ref="B", is_detailed=False), kind="camt.053")  # noqa: E731
    told = lambda: bring(Booked(parts, ref="B"))  # noqa: E731
    for each in (total, told) if statement_first else (told, total):
        each()
    assert the_invoice(charge.pledge.pool).captured == 30_000
    assert sorted(states()) == ["covered", "matched", "matched"]


def test_the_parts_of_a_total_that_staff_have_booked_count_for_nothing() -> None:
    charge = the_invoice(one_invoiced())
    parts = (Paid(10_000, reference=ref_of(charge)), Paid(20_000, reference=ref_of(charge)))
    bring(Booked(parts, ref="B", is_detailed=False), kind="camt.053")
    assign_line(line=BankLine.objects.get(), charge=charge, by=make.staff(), now=NOW)
    bring(Booked(parts, ref="B"))
    assert the_invoice(charge.pledge.pool).captured == 30_000
    assert sorted(states()) == ["covered", "covered", "matched"]


def test_two_payments_that_look_alike_are_two_and_stay_two_in_any_number_of_files() -> None:
    charge = the_invoice(one_invoiced())
    twice = [booked(10_000, reference=ref_of(charge), ref="R")] * 2
    bring(*twice)
    bring(*twice, kind="camt.053")
    assert the_invoice(charge.pledge.pool).captured == 20_000


def test_a_bank_that_uses_a_reference_again_tells_of_two_payments() -> None:
    charge = the_invoice(one_invoiced())
    bring(booked(10_000, reference=ref_of(charge), ref="R"))
    bring(booked(10_000, reference=ref_of(charge), ref="R", day=DAY + timedelta(days=1)))
    bring(booked(10_000, reference=ref_of(charge), ref="R", uetr="u-1"), version="08", message="again")
    bring(booked(10_000, reference=ref_of(charge), ref="R", uetr="u-2"), version="08", message="other")
    assert BankLine.objects.filter(uetr="u-1").count() == BankLine.objects.filter(uetr="u-2").count() == 1
    assert (BankLine.objects.count(), the_invoice(charge.pledge.pool).captured) == (3, 30_000)


def test_what_is_too_much_goes_back() -> None:
    charge = the_invoice(one_invoiced())
    bring(booked(35_000, reference=ref_of(charge)))
    assert (Refund.objects.get().amount, Refund.objects.get().state) == (5_000, "due")


@pytest.mark.parametrize("end", ["cancelled", "dropped", "by card"])
def test_a_payment_for_an_invoice_that_is_not_owed_any_more_goes_back(end: str) -> None:
    pool = one_invoiced()
    charge, now = the_invoice(pool), NOW
    if end == "cancelled":
        cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    elif end == "dropped":
        now = GIVEN_UP
        give_up_overdue_charges(now=now)
    else:
        of = charge.pledge.organisation
        pay_by_card(pledge=charge.pledge, method=make.method(of), by=make.administrator(of), now=NOW)
    bring(booked(30_000, reference=ref_of(charge)), now=now)
    assert Refund.objects.get(receipt__isnull=False).amount == 30_000
    assert balance_of(pool).net == (0 if end == "cancelled" else 60_000)


def test_what_staff_have_entered_from_the_same_statement_is_not_booked_again() -> None:
    charge = the_invoice(one_invoiced())
    receipt = make.receipt(charge, 10_000, reference="zkb 1")
    imported = bring(booked(10_000, reference=ref_of(charge)))
    assert (imported.booked, BankLine.objects.get().receipt) == (1, receipt)
    assert the_invoice(charge.pledge.pool).captured == 10_000


def test_what_staff_may_have_entered_with_another_reference_waits_for_them() -> None:
    charge = the_invoice(one_invoiced())
    receipt = make.receipt(charge, 10_000, reference="typed otherwise", now=NOW + timedelta(days=14))
    bring(booked(10_000, reference=ref_of(charge)))
    line = BankLine.objects.get()
    assert (line.state, line.charge) == ("proposed", charge)
    line = assign_line(line=line, charge=charge, same_as=receipt, by=make.staff(), now=NOW)
    assert (line.state, line.receipt, Receipt.objects.count()) == ("matched", receipt, 1)


def test_without_a_reference_amount_and_name_make_a_proposal_and_nothing_is_booked() -> None:
    charge = the_invoice(one_invoiced())
    name = charge.pledge.organisation.name
    bring(
        booked(30_000, debtor=name.upper(), ref="A"),
        booked(30_000, debtor="Anna Muster", ref="B"),
        booked(12_000, debtor="Anna Muster", text=f"Rg. {charge.invoice.number} 1. Rate", ref="C"),
        booked(29_999, debtor=name, ref="D"),
    )
    assert states() == ["proposed", "waiting", "proposed", "waiting"]
    assert not Receipt.objects.exists()
    for line in BankLine.objects.filter(state="proposed"):
        assert line.charge == charge


def test_a_slip_that_the_bank_could_not_read_well_is_only_proposed() -> None:
    charge = the_invoice(one_invoiced())
    bring(booked(30_000, reference=ref_of(charge), more="?REJECT?1"))
    assert (states(), BankLine.objects.get().charge) == (["proposed"], charge)


def test_staff_assign_a_line_once() -> None:
    charge, by = the_invoice(one_invoiced()), make.staff()
    bring(booked(30_000))
    line = assign_line(line=BankLine.objects.get(), charge=charge, by=by, now=NOW)
    assert (line.state, line.decided_by, the_invoice(charge.pledge.pool).state) == ("matched", by, ChargeState.PAID)
    with pytest.raises(LineSettled):
        assign_line(line=line, charge=charge, by=by, now=NOW)
    with pytest.raises(LineSettled):
        dismiss_line(line=line, note="privat", by=by, now=NOW)


def test_a_line_that_is_put_aside_stays_aside_and_may_be_assigned_after_all() -> None:
    charge, by = the_invoice(one_invoiced()), make.staff()
    bring(booked(30_000))
    line = dismiss_line(line=BankLine.objects.get(), note="Mitgliederbeitrag", by=by, now=NOW)
    bring(booked(30_000), kind="camt.053")
    assert states() == ["dismissed"]
    assert assign_line(line=line, charge=charge, by=by, now=NOW).state == "matched"


def test_money_of_ours_that_came_back_is_no_payment() -> None:
    charge, by = the_invoice(one_invoiced()), make.staff()
    bring(booked(30_000, reference=ref_of(charge), is_reversal=True))
    assert states() == ["waiting"]
    with pytest.raises(NotAssignable):
        assign_line(line=BankLine.objects.get(), charge=charge, by=by, now=NOW)


def test_a_file_of_another_account_is_refused_and_changes_nothing() -> None:
    one_invoiced()
    with pytest.raises(BankFileOfAnotherAccount, match="CH5604835012345678009"):
        bring(booked(100), account="CH5604835012345678009")
    assert not BankFile.objects.exists()


def test_of_a_file_with_several_accounts_only_ours_is_read() -> None:
    charge = the_invoice(one_invoiced())
    entry = booked(10_000, reference=ref_of(charge))
    other = ("CH5604835012345678009", (booked(20_000, reference=ref_of(charge)),))
    assert bring(entry, statements=(other,)).added == 1


def test_the_account_of_a_qr_iban_is_named_by_its_plain_iban() -> None:
    charge = the_invoice(one_invoiced())
    Creditor.objects.update(iban="CH4431999123000889012", plain_iban=OURS)
    assert bring(booked(10_000, reference=ref_of(charge))).booked == 1


def test_without_an_account_of_ours_no_file_is_imported() -> None:
    with pytest.raises(NoAccount):
        bring(booked(100))


@pytest.mark.parametrize("at", [200, -200, -20])
def test_a_refused_file_leaves_nothing_behind(at: int) -> None:
    charge = the_invoice(one_invoiced())
    content = statement(booked(100, reference=ref_of(charge)), booked(200, reference=ref_of(charge)))
    with pytest.raises(BankFileRefused):
        import_bank_file(content=content[:at], by=None, now=NOW)
    assert not BankFile.objects.exists()
    assert not Receipt.objects.exists()


def test_the_database_keeps_a_line_from_being_told_twice() -> None:
    the_invoice(one_invoiced())
    bring(booked(100))
    line = BankLine.objects.get()
    line.pk = None
    with pytest.raises(IntegrityError, match="bank_line_is_told_once"), transaction.atomic():
        line.save(force_insert=True)
    with pytest.raises(IntegrityError, match="bank_line_matched_has_its_receipt"), transaction.atomic():
        BankLine.objects.update(state="matched")


def test_each_payment_is_told_by_a_letter_once() -> None:
    charge = the_invoice(one_invoiced())
    for kind in ("camt.054", "camt.053"):
        bring(booked(30_000, reference=ref_of(charge)), kind=kind)
    assert Letter.objects.filter(template="pooling/letters/received.txt").count() == 1


@pytest.mark.parametrize("statement_first", [True, False])
def test_a_part_without_a_reference_is_never_taken_for_one_that_has_it(statement_first: bool) -> None:
    charge = the_invoice(one_invoiced())
    named, nameless = Paid(10_000, reference=ref_of(charge), uetr="u-1"), Paid(10_000, uetr="u-2")
    files = [
        statement(Booked((named, nameless), ref="B"), kind="camt.053"),
        statement(Booked((nameless, named), ref="B"), version="08"),
    ]
    for content in files if statement_first else reversed(files):
        import_bank_file(content=content, by=None, now=NOW)
    assert (the_invoice(charge.pledge.pool).captured, sorted(states())) == (10_000, ["matched", "waiting"])
