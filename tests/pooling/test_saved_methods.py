"""Saved methods: named, replaced and removed, and no pledge that has to be paid is ever left without one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from members.models import Membership, Role
from pooling.actions import replacing
from pooling.actions.charges import claim_due_charge
from pooling.actions.errors import MethodNotNeeded, MethodReleased, NotTheirMethods, PaymentUnderWay
from pooling.actions.notices import look_at_setup_page, look_at_setup_pages
from pooling.actions.pledges import withdraw_pledge
from pooling.actions.replacement_pages import open_replacement_page
from pooling.actions.replacing import name_method, remove_method, replace_method
from pooling.actions.settlement import collect_due_charges, follow_up_attempts
from pooling.invariants import breaches
from pooling.models import Attempt, Charge, ChargeState, Pledge, SandboxEntry, SavedMethod, SetupPage
from pooling.payments.base import OutcomeUnknown, Progress
from tests.members.factories import UserFactory

from . import factories as make
from .factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


@pytest.fixture
def organisation():
    return make.organisation()


@pytest.fixture
def by(organisation):
    return make.administrator(organisation)


def pledged(organisation, method: SavedMethod, **terms) -> Pledge:
    """A pledge of one share that stands and is paid with `method`."""
    pledge = make.pledge(make.opened(**terms), by=organisation)
    replace_method(old=pledge.method, new=method, by=make.administrator(organisation), now=NOW)
    pledge.refresh_from_db()
    assert pledge.method == method
    return pledge


def give(page: SetupPage, behaviour: str = "pays") -> None:
    """The person gives a card on the page."""
    entry = SandboxEntry.objects.get(ref=page.ref)
    entry.state, entry.data = Progress.SUCCEEDED, {**entry.data, "behaviour": behaviour}
    entry.save()


def opened_page(method: SavedMethod, by, now=NOW, **only) -> SetupPage:
    url = open_replacement_page(method=method, by=by, language="de", now=now, **only)
    return SetupPage.objects.get(url=url)


def reread(row):
    return type(row).objects.get(pk=row.pk)


# naming


def test_an_organisation_names_its_method(organisation, by) -> None:
    method = name_method(method=make.method(organisation), name="Vereinskarte", by=by)
    assert str(reread(method)) == "Vereinskarte (Sandbox)"


def test_only_administrators_change_anything(organisation, by) -> None:
    method, other = make.method(organisation), make.method(organisation)
    pledged(organisation, method)
    member = UserFactory()
    Membership.objects.create(organisation=organisation, person=member, role=Role.MEMBER)
    with pytest.raises(NotTheirMethods):
        name_method(method=method, name="Meine", by=member)
    with pytest.raises(NotTheirMethods):
        replace_method(old=method, new=other, by=member, now=NOW)
    with pytest.raises(NotTheirMethods):
        remove_method(method=other, by=member, now=NOW)
    with pytest.raises(NotTheirMethods):
        open_replacement_page(method=method, by=member, language="de", now=NOW)


# with another one that is saved


def test_all_pledges_use_the_other_method_and_the_old_one_is_released(organisation, by) -> None:
    old, new = make.method(organisation), make.method(organisation)
    pledges = [pledged(organisation, old), pledged(organisation, old)]
    assert replace_method(old=old, new=new, by=by, now=NOW) == 2
    assert [reread(pledge).method for pledge in pledges] == [new, new]
    assert (reread(old).released_at, reread(new).released_at) == (NOW, None)


def test_chosen_pledges_change_and_the_others_keep_the_old_method(organisation, by) -> None:
    old, new = make.method(organisation), make.method(organisation)
    one, two = pledged(organisation, old), pledged(organisation, old)
    assert replace_method(old=old, new=new, pledges=[one.pk], by=by, now=NOW) == 1
    assert (reread(one).method, reread(two).method, reread(old).released_at) == (new, old, None)


def test_a_method_of_another_organisation_takes_no_place(organisation, by) -> None:
    pledge = pledged(organisation, old := make.method(organisation))
    with pytest.raises(MethodReleased):
        replace_method(old=old, new=make.method(make.organisation()), by=by, now=NOW)
    assert reread(pledge).method == old


def test_a_released_method_takes_no_place(organisation, by) -> None:
    pledge = pledged(organisation, old := make.method(organisation))
    remove_method(method=(gone := make.method(organisation)), by=by, now=NOW)
    with pytest.raises(MethodReleased):
        replace_method(old=old, new=gone, by=by, now=NOW)
    assert reread(pledge).method == old


def test_the_other_method_is_charged_once_prices_are_locked(organisation, by) -> None:
    old, new = make.method(organisation, "declines"), make.method(organisation)
    pledge = pledged(organisation, old, cost=60_000)
    replace_method(old=old, new=new, by=by, now=NOW)
    make.pledge(pledge.pool)
    collect_due_charges(now=NOW)
    assert set(Charge.objects.values_list("state", flat=True)) == {ChargeState.SUCCEEDED}


def test_nothing_changes_while_the_method_is_being_charged(organisation, by) -> None:
    old, new = make.method(organisation), make.method(organisation)
    pledge = pledged(organisation, old, cost=60_000)
    make.pledge(pledge.pool)
    claim_due_charge(now=NOW)
    with pytest.raises(PaymentUnderWay):
        replace_method(old=old, new=new, by=by, now=NOW)
    assert (reread(pledge).method, reread(old).released_at) == (old, None)


# on a page


def test_a_card_given_on_the_page_takes_the_place_of_the_old_one(organisation, by) -> None:
    old = make.method(organisation)
    pledge = pledged(organisation, old)
    page = opened_page(old, by)
    give(page)
    look_at_setup_page(page=page, now=NOW)
    new = reread(pledge).method
    assert new != old
    assert (reread(old).released_at, new.released_at, page.state) == (NOW, None, "complete")


def test_only_the_chosen_pledges_use_the_card_given_on_the_page(organisation, by) -> None:
    old = make.method(organisation)
    one, two = pledged(organisation, old), pledged(organisation, old)
    page = opened_page(old, by, pledges=[two.pk])
    give(page)
    look_at_setup_page(page=page, now=NOW)
    assert reread(one).method == old
    assert reread(two).method != old
    assert reread(old).released_at is None


def test_hearing_of_the_page_twice_changes_nothing_more(organisation, by) -> None:
    old = make.method(organisation)
    pledge = pledged(organisation, old)
    page = opened_page(old, by)
    give(page)
    stale = reread(page)  # as another process read it
    look_at_setup_page(page=page, now=NOW)
    look_at_setup_page(page=stale, now=NOW + timedelta(minutes=1))
    assert SavedMethod.objects.filter(released_at=None).count() == 1
    assert reread(pledge).method.released_at is None
    assert pledge.events.filter(kind="method_replaced").count() == 2  # the first one by pledged()


def test_asking_again_for_the_same_gives_the_same_page(organisation, by) -> None:
    old = make.method(organisation)
    pledged(organisation, old)
    assert opened_page(old, by) == opened_page(old, by, now=NOW + timedelta(minutes=5))


def test_a_page_for_something_else_closes_the_one_before(organisation, by) -> None:
    old = make.method(organisation)
    one, _two = pledged(organisation, old), pledged(organisation, old)
    first = opened_page(old, by)
    second = opened_page(old, by, pledges=[one.pk])
    assert first != second
    assert reread(first).state == "expired"
    assert SandboxEntry.objects.get(ref=first.ref).state == Progress.FAILED


def test_a_card_given_just_before_another_page_is_asked_for_counts(organisation, by) -> None:
    old = make.method(organisation)
    one, _two = pledged(organisation, old), pledged(organisation, old)
    first = opened_page(old, by)
    give(first)
    with pytest.raises(MethodReleased):  # nothing needs the old one any more
        opened_page(old, by, pledges=[one.pk])
    assert reread(one).method != old


def test_a_card_that_comes_when_no_pledge_needs_it_any_more_is_released(organisation, by) -> None:
    old = make.method(organisation)
    pledge = pledged(organisation, old)
    page = opened_page(old, by)
    withdraw_pledge(pledge=pledge, by=by, now=NOW)
    give(page)
    look_at_setup_page(page=page, now=NOW)
    assert SavedMethod.objects.filter(released_at=None).count() == 0
    assert reread(page).state == "complete"


def test_a_card_that_comes_after_another_took_the_place_is_released(organisation, by) -> None:
    old, new = make.method(organisation), make.method(organisation)
    pledge = pledged(organisation, old)
    page = opened_page(old, by)
    replace_method(old=old, new=new, by=by, now=NOW)
    give(page)
    look_at_setup_page(page=page, now=NOW)
    assert reread(pledge).method == new
    assert list(SavedMethod.objects.filter(released_at=None)) == [new]


def test_a_page_that_nobody_needs_any_more_is_closed(organisation, by) -> None:
    old = make.method(organisation)
    pledge = pledged(organisation, old)
    page = opened_page(old, by)
    withdraw_pledge(pledge=pledge, by=by, now=NOW)
    look_at_setup_pages(now=NOW + timedelta(minutes=2))
    assert SandboxEntry.objects.get(ref=page.ref).state == Progress.FAILED
    assert reread(page).state == "expired"


def test_a_card_that_comes_during_a_charge_waits_for_its_end(organisation, by) -> None:
    old = make.method(organisation, "declines")
    pledge = pledged(organisation, old, cost=60_000)
    page = opened_page(old, by)
    make.pledge(pledge.pool)
    attempt = claim_due_charge(now=NOW)
    give(page)
    look_at_setup_page(page=page, now=NOW)
    assert (reread(pledge).method, reread(page).state) == (old, "open")
    follow_up_attempts(now=attempt.next_look_at)
    look_at_setup_pages(now=NOW + timedelta(minutes=10))
    assert reread(pledge).method != old
    assert (reread(page).state, Attempt.objects.get(pk=attempt.pk).state) == ("complete", "failed")


def test_a_process_that_died_half_way_is_finished_by_the_next_look(organisation, by, monkeypatch) -> None:
    old = make.method(organisation)
    pledge = pledged(organisation, old)
    page = opened_page(old, by)
    give(page)
    with monkeypatch.context() as broken:
        broken.setattr(replacing, "mark_unneeded", lambda **_details: unknown())
        with pytest.raises(OutcomeUnknown):
            look_at_setup_page(page=page, now=NOW)
    assert (reread(old).released_at, reread(page).state) == (None, "open")
    look_at_setup_pages(now=NOW + timedelta(minutes=2))
    assert reread(old).released_at is not None
    assert reread(pledge).method.released_at is None


def unknown() -> None:
    raise OutcomeUnknown("timeout")


def test_no_page_is_opened_where_no_pledge_needs_the_method(organisation, by) -> None:
    with pytest.raises(MethodNotNeeded):
        open_replacement_page(method=make.method(organisation), by=by, language="de", now=NOW)
