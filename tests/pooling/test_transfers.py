"""A pledge passes to another organisation before prices lock: the same pledge, a new holder."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from members.letters.models import Letter
from members.models import Organisation, OrganisationState
from pooling.actions.errors import (
    AlreadyOffered,
    AlreadyPledged,
    MethodGone,
    NoInvoices,
    NotAdministrator,
    OfferedTooOften,
    OrganisationSuspended,
    OwnPledge,
    PledgeEnded,
    PricesLocked,
    Refused,
    TransferOver,
    TransferTaken,
)
from pooling.actions.methods import open_setup_page, release_unused_methods
from pooling.actions.notices import look_at_setup_pages
from pooling.actions.pledges import change_pledge, withdraw_pledge
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.actions.transfer_letters import send_transfer_letters
from pooling.actions.transfers import (
    MOST_A_DAY,
    accept_transfer,
    complete_transfer,
    decline_transfer,
    expire_transfers,
    offer_transfer,
    take_transfer_back,
)
from pooling.invariants import breaches
from pooling.models import (
    TRANSFER_LIFE,
    Charge,
    ChargeState,
    PaysBy,
    Pledge,
    PledgeState,
    Pool,
    PoolState,
    SandboxEntry,
    SavedMethod,
    Slot,
    Transfer,
    TransferState,
)
from pooling.payments.base import Progress
from pooling.workshops.timeline import timeline_of

from . import factories as make
from .approval_steps import LATER, fresh, yes
from .factories import NOW, asked, asked_for_more

pytestmark = pytest.mark.django_db

AFTER_THE_HOLD = NOW + timedelta(hours=1)


@pytest.fixture
def pool() -> Pool:
    """Threshold 3, capacity 6."""
    return make.opened()


@pytest.fixture
def pledge(pool: Pool) -> Pledge:
    return make.pledge(pool, shares=2, by=make.organisation(name="Verein Gibt"))


@pytest.fixture
def receiver() -> Organisation:
    return make.organisation(name="Stiftung Nimmt", language="fr")


def offer(pledge: Pledge, **changes: Any) -> Transfer:
    by = make.administrator(pledge.organisation)
    asked = {"pledge": pledge, "email": "anna@example.org", "language": "it", "by": by, "now": NOW}
    return offer_transfer(**{**asked, **changes})


def accept(transfer: Transfer, receiver: Organisation, **changes: Any) -> Transfer:
    by = make.administrator(receiver)
    asked = {"transfer": transfer, "organisation": receiver, "by": by, "language": "fr", "now": NOW}
    return accept_transfer(**{**asked, **changes})


def now_in_the_books(transfer: Transfer) -> tuple[Transfer, Pledge]:
    assert not list(breaches())
    transfer = Transfer.objects.select_related("pledge__organisation", "pledge__pool", "giver").get(pk=transfer.pk)
    return transfer, transfer.pledge


def letters(organisation: Organisation) -> list[str]:
    names = Letter.objects.filter(organisation=organisation).order_by("pk").values_list("template", flat=True)
    return [name.rpartition("/")[2].removesuffix(".txt") for name in names]


def test_an_offer_changes_nothing_for_the_pledge(pool, pledge) -> None:
    transfer, pledge = now_in_the_books(offer(pledge))
    assert (transfer.state, transfer.expires_at) == (TransferState.OFFERED, NOW + TRANSFER_LIFE)
    assert (pledge.organisation.name, pledge.state) == ("Verein Gibt", PledgeState.STANDING)


def test_with_a_saved_method_the_same_pledge_gets_its_new_holder_at_once(pool, pledge, receiver) -> None:
    slots = list(pledge.slots.values_list("pk", flat=True))
    saved = make.method(receiver)
    transfer, after = now_in_the_books(accept(offer(pledge), receiver, method=saved))
    assert (transfer.state, transfer.email) == (TransferState.DONE, "")
    assert (after.pk, after.organisation, after.method) == (pledge.pk, receiver, saved)
    assert (after.placed_by, after.placed_at) == (make.administrator(receiver), pledge.placed_at)
    assert list(after.slots.values_list("pk", flat=True)) == slots
    pool.refresh_from_db()
    assert (pool.state, pool.held, pool.standing) == (PoolState.OPEN, 0, 2)


def test_the_new_holder_is_the_one_that_is_charged(pool, pledge, receiver) -> None:
    accept(offer(pledge), receiver, method=make.method(receiver))
    make.pledge(pool)
    charge = Charge.objects.get(pledge=pledge)
    assert (charge.amount, charge.pledge.organisation) == (60_000, receiver)
    assert not list(breaches())


def test_a_new_holder_may_pay_by_invoice(pool, pledge, receiver) -> None:
    with pytest.raises(NoInvoices):
        accept(offer(pledge), receiver, pays_by=PaysBy.INVOICE)
    make.account()
    transfer, after = now_in_the_books(accept(pledge.transfers.get(), receiver, pays_by=PaysBy.INVOICE))
    assert (transfer.state, after.organisation, after.method) == (TransferState.DONE, receiver, None)
    make.pledge(pool)
    charge = Charge.objects.get(pledge=pledge)
    assert (charge.state, charge.pledge.organisation) == (ChargeState.ISSUED, receiver)
    assert not list(breaches())


def test_the_new_holder_has_a_consent_of_its_own(pledge, receiver) -> None:
    accept(offer(pledge), receiver, method=make.method(receiver))
    [own] = pledge.acceptances.filter(is_former=False)
    assert (own.accepted_by, own.shares, own.most) == (make.administrator(receiver), 2, 60_000)
    assert (own.language, own.accepted_at) == ("fr", NOW)
    assert pledge.acceptances.filter(is_former=True).count() == 1


def test_without_a_saved_method_the_giver_stays_bound_until_one_is_given(pool, pledge, receiver) -> None:
    transfer, pledge = now_in_the_books(accept(offer(pledge), receiver))
    assert (transfer.state, pledge.organisation.name) == (TransferState.ACCEPTED, "Verein Gibt")
    url = open_setup_page(pledge=pledge, transfer=transfer, language="fr", now=NOW)
    assert open_setup_page(pledge=pledge, transfer=transfer, language="fr", now=NOW) == url
    entry = SandboxEntry.objects.filter(ref=url.rstrip("/").rsplit("/", 1)[1])
    entry.update(state=Progress.SUCCEEDED, data={**entry.get().data, "behaviour": "pays"})
    look_at_setup_pages(now=NOW + timedelta(minutes=2))
    transfer, pledge = now_in_the_books(transfer)
    assert (transfer.state, pledge.organisation, pledge.method.organisation) == (TransferState.DONE, receiver, receiver)


def test_a_method_that_comes_after_the_offer_ended_is_not_kept(pool, pledge, receiver) -> None:
    transfer = accept(offer(pledge), receiver)
    url = open_setup_page(pledge=pledge, transfer=transfer, language="fr", now=NOW)
    take_transfer_back(transfer=transfer, by=transfer.offered_by, now=NOW)
    entry = SandboxEntry.objects.filter(ref=url.rstrip("/").rsplit("/", 1)[1])
    entry.update(state=Progress.SUCCEEDED, data={**entry.get().data, "behaviour": "pays"})
    look_at_setup_pages(now=NOW + timedelta(minutes=2))
    assert now_in_the_books(transfer)[1].organisation.name == "Verein Gibt"
    assert SavedMethod.objects.get(organisation=receiver).released_at is not None


def test_the_givers_method_is_released_and_the_receivers_is_kept(pledge, receiver) -> None:
    before = pledge.method
    accept(offer(pledge), receiver, method=make.method(receiver))
    assert release_unused_methods(now=AFTER_THE_HOLD) == 1
    before.refresh_from_db()
    assert before.released_at is not None
    assert SavedMethod.objects.get(organisation=receiver).released_at is None


def test_a_method_that_another_pledge_uses_is_kept(pledge, receiver) -> None:
    by = pledge.organisation
    other = make.pledge(make.opened(), by=by)
    Pledge.objects.filter(pk=other.pk).update(method=pledge.method)
    accept(offer(pledge), receiver, method=make.method(receiver))
    release_unused_methods(now=AFTER_THE_HOLD)
    pledge.method.refresh_from_db()
    assert pledge.method.released_at is None


def test_approval_is_not_carried_over_and_binds_the_new_holder_to_nothing(receiver) -> None:
    pool, by = make.opened(cost=180_000), make.organisation()
    pledge = fresh(yes(asked(pool, shares=2, by=by, method=make.method(by))))[1]
    more = asked_for_more(pledge, shares=3, now=LATER)
    transfer = accept(offer(pledge, now=LATER), receiver, method=make.method(receiver), now=LATER)
    assert fresh(more)[0].state == "withdrawn"
    pledge = now_in_the_books(transfer)[1]
    change_pledge(pledge=pledge, shares=4, by=make.administrator(receiver), language="fr", now=LATER)
    assert now_in_the_books(transfer)[1].shares == 4


def test_the_giver_may_pledge_anew_and_the_receiver_may_pass_it_on(pool, pledge, receiver) -> None:
    giver = pledge.organisation
    transfer = accept(offer(pledge), receiver, method=make.method(receiver))
    back = offer(now_in_the_books(transfer)[1])
    pledge = now_in_the_books(accept(back, giver, method=make.method(giver)))[1]
    assert pledge.organisation == giver
    assert make.pledge(make.opened(), by=receiver).state == PledgeState.STANDING


def test_letters_tell_both_who_is_bound_now(pledge, receiver) -> None:
    giver = pledge.organisation
    accept(offer(pledge), receiver, method=make.method(receiver))
    assert letters(giver)[-1] == "transfer_done"
    assert letters(receiver) == ["transfer_received"]
    told = " ".join(Letter.objects.get(organisation=receiver).text.split())
    assert "Verein Gibt" in told
    assert "CHF\u00a0600.00" in told or "CHF 600.00" in told


def test_the_offer_goes_to_the_address_in_its_language_and_the_address_is_forgotten(pledge, receiver) -> None:
    transfer = offer(pledge)
    assert send_transfer_letters(now=NOW) == 1
    assert send_transfer_letters(now=NOW) == 0
    [letter] = mail.outbox
    assert letter.to == ["anna@example.org"]
    assert "Le viene offerto un impegno: Workshop it" in letter.subject
    assert "/it/offerta/" in letter.body
    decline_transfer(transfer=transfer, now=NOW)
    assert not Transfer.objects.exclude(email="").exists()


def test_an_address_that_belongs_to_a_member_gets_the_same_answer_as_any_other(pool, receiver) -> None:
    """Nobody learns from an offer who has an account."""
    known = offer(make.pledge(pool), email=make.administrator(receiver).email)
    unknown = offer(make.pledge(pool, by=make.organisation()), email="niemand@example.org")
    assert (known.state, known.letter) == (unknown.state, unknown.letter)
    assert letters(receiver) == []


def ends() -> dict[str, Any]:
    by = attrgetter("offered_by")
    return {
        "taken back": (lambda t: take_transfer_back(transfer=t, by=by(t), now=NOW), TransferState.TAKEN_BACK),
        "not taken over": (lambda t: expire_transfers(now=t.expires_at), TransferState.EXPIRED),
        "withdrawn": (lambda t: withdraw_pledge(pledge=t.pledge, by=by(t), now=NOW), TransferState.TAKEN_BACK),
        "another number": (
            lambda t: change_pledge(pledge=t.pledge, shares=1, by=by(t), language="de", now=NOW),
            TransferState.TAKEN_BACK,
        ),
        "prices locked": (lambda t: make.pledge(t.pledge.pool), TransferState.EXPIRED),
        "lapsed": (lambda t: end_overdue_pledging(now=t.pledge.pool.closes_at), TransferState.EXPIRED),
        "called off": (
            lambda t: cancel_pool(pool=t.pledge.pool, reason="krank", by=make.staff(), now=NOW),
            TransferState.EXPIRED,
        ),
    }


@pytest.mark.parametrize("way", ends())
@pytest.mark.parametrize("accepted", [False, True])
def test_after_each_end_the_pledge_is_the_givers_and_nobody_takes_it_over(way, accepted, pledge, receiver) -> None:
    transfer = offer(pledge)
    if accepted:
        accept(transfer, receiver)
    end, state = ends()[way]
    end(transfer)
    transfer, pledge = now_in_the_books(transfer)
    assert (transfer.state, transfer.email) == (state, "")
    assert pledge.organisation == transfer.giver
    saved = make.method(receiver)
    with pytest.raises(TransferOver):
        accept(transfer, receiver, method=saved)
    with pytest.raises(TransferOver):
        complete_transfer(transfer=transfer, method=saved, now=NOW)
    assert ("transfer_off" in letters(receiver)) == accepted


@pytest.mark.parametrize(
    ("way", "says"),
    [("not taken over", "Niemand hat sie rechtzeitig übernommen."), ("prices locked", "Die Preise standen fest")],
)
def test_the_giver_is_told_that_the_pledge_is_still_its_own(way: str, says: str, pledge) -> None:
    ends()[way][0](offer(pledge))
    letter = Letter.objects.get(template="pooling/letters/transfer_ended.txt")
    assert says in " ".join(letter.text.split())


def test_declining_ends_the_offer_and_tells_the_giver(pledge, receiver) -> None:
    transfer = offer(pledge)
    decline_transfer(transfer=transfer, now=NOW)
    decline_transfer(transfer=transfer, now=NOW)
    assert now_in_the_books(transfer)[0].state == TransferState.DECLINED
    assert letters(pledge.organisation).count("transfer_ended") == 1


def test_once_accepted_only_that_organisation_goes_on(pledge, receiver) -> None:
    transfer, other = accept(offer(pledge), receiver), make.organisation()
    with pytest.raises(TransferTaken):
        accept(transfer, other, method=make.method(other))
    with pytest.raises(TransferTaken):
        decline_transfer(transfer=transfer, now=NOW)
    assert accept(transfer, receiver, method=make.method(receiver)).state == TransferState.DONE


def test_accepting_twice_is_an_answer(pledge, receiver) -> None:
    transfer, saved = offer(pledge), make.method(receiver)
    accept(transfer, receiver, method=saved)
    assert accept(transfer, receiver, method=saved).state == TransferState.DONE
    assert pledge.events.filter(kind="pledge_transferred").count() == 1


def test_who_may_not_take_it_over_is_refused_and_nothing_changes(pool, pledge, receiver) -> None:
    transfer = offer(pledge)
    suspended = make.organisation(state=OrganisationState.SUSPENDED)
    taking_part = make.pledge(make.opened(), behaviour=None).organisation
    make.pledge(pool, behaviour=None, by=taking_part)
    gone = make.method(receiver)
    SavedMethod.objects.filter(pk=gone.pk).update(released_at=NOW)
    refusals: list[tuple[type[Refused], dict[str, Any]]] = [
        (NotAdministrator, {"organisation": receiver, "by": make.staff()}),
        (OrganisationSuspended, {"organisation": suspended, "by": make.administrator(suspended)}),
        (OwnPledge, {"organisation": pledge.organisation, "by": make.administrator(pledge.organisation)}),
        (AlreadyPledged, {"organisation": taking_part, "by": make.administrator(taking_part)}),
        (MethodGone, {"method": gone}),
    ]
    for refusal, changes in refusals:
        with pytest.raises(refusal), transaction.atomic():
            accept(transfer, receiver, **changes)
        assert now_in_the_books(transfer)[0].state == TransferState.OFFERED


def test_an_organisation_that_pledged_or_was_suspended_meanwhile_does_not_get_it(pool, pledge, receiver) -> None:
    transfer = accept(offer(pledge), receiver)
    Organisation.objects.filter(pk=receiver.pk).update(state=OrganisationState.SUSPENDED)
    with pytest.raises(OrganisationSuspended):
        complete_transfer(transfer=transfer, method=make.method(receiver), now=NOW)
    Organisation.objects.filter(pk=receiver.pk).update(state=OrganisationState.ACTIVE)
    receiver.refresh_from_db()
    make.pledge(pool, behaviour=None, by=receiver)
    with pytest.raises(AlreadyPledged):
        complete_transfer(transfer=transfer, method=make.method(receiver), now=NOW)


def test_only_a_standing_pledge_before_the_lock_is_offered_and_once_at_a_time(pool, pledge) -> None:
    offer(pledge)
    with pytest.raises(AlreadyOffered):
        offer(pledge)
    pending = make.pledge(pool, behaviour=None)
    with pytest.raises(PledgeEnded):
        offer(pending)
    with pytest.raises(NotAdministrator):
        offer(pledge, by=make.staff())
    make.pledge(pool)
    with pytest.raises(PricesLocked):
        offer(pledge)


def test_so_many_offers_a_day_at_most(pledge) -> None:
    for _turn in range(MOST_A_DAY):
        transfer = offer(pledge)
        take_transfer_back(transfer=transfer, by=transfer.offered_by, now=NOW)
    with pytest.raises(OfferedTooOften):
        offer(pledge)


def test_the_offer_ends_with_the_pool_at_the_latest(pool) -> None:
    late = pool.closes_at - timedelta(days=2)
    transfer = offer(make.pledge(pool, now=late), now=late)
    assert transfer.expires_at == pool.closes_at


def test_the_editors_history_names_who_held_the_pledge_then(pool, pledge, receiver) -> None:
    accept(offer(pledge), receiver, method=make.method(receiver))
    make.pledge(pool, shares=1)
    sentences = [str(happening.sentence) for happening in timeline_of(pool)]
    [passed_on] = [each for each in sentences if "Stiftung Nimmt" in each and "Verein Gibt" in each]
    stood = [each for each in sentences if "Verein Gibt" in each]
    assert len(stood) == 5  # held, standing, offered, accepted, passed on
    assert passed_on in stood
    assert any("Stiftung Nimmt" in each and "Verein Gibt" not in each for each in sentences)  # what it owes


def test_events_hold_ids_and_no_names(pledge, receiver) -> None:
    transfer = accept(offer(pledge), receiver, method=make.method(receiver))
    happened = pledge.events.get(kind="pledge_transferred")
    assert happened.figures == {
        "shares": 2,
        "holder": receiver.pk,
        "holder_before": transfer.giver_id,
        "transfer": transfer.pk,
    }


def test_a_holder_that_no_event_tells_of_is_found(pledge, receiver) -> None:
    accept(offer(pledge), receiver, method=make.method(receiver))
    Pledge.objects.filter(pk=pledge.pk).update(organisation=make.organisation())
    assert [breach[:2] for breach in breaches()] == ["6:"]


def test_the_database_takes_one_live_offer_per_pledge_and_none_to_oneself(pledge, receiver) -> None:
    transfer = offer(pledge)
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.filter(pk=transfer.pk).update(receiver=pledge.organisation)
    transfer.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        transfer.save(force_insert=True)
    assert Slot.objects.count() == 2


def test_who_held_the_pledge_can_do_nothing_with_it_any_more(pledge, receiver) -> None:
    """Also with a row that was read before it passed on, as by a click that waited for the lock."""
    by = make.administrator(pledge.organisation)
    before = Pledge.objects.select_related("organisation", "pool").get(pk=pledge.pk)
    accept(offer(pledge), receiver, method=make.method(receiver))
    with pytest.raises(NotAdministrator):
        withdraw_pledge(pledge=before, by=by, now=NOW)
    with pytest.raises(NotAdministrator):
        change_pledge(pledge=before, shares=1, by=by, language="de", now=NOW)
    with pytest.raises(NotAdministrator):
        offer_transfer(pledge=before, email="x@example.org", language="de", by=by, now=NOW)
