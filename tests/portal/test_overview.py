"""The overview: what needs doing first, what pledges come to, and what comes next. For everybody who logs in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from members.models import Membership, Organisation, OrganisationState, Role, User
from pooling import links
from pooling.actions.pools import cancel_pool, end_pledging
from pooling.actions.settlement import collect_due_charges
from pooling.models import Charge, Pledge, Pool
from portal.account.desk import Sums, entry_of, sums_of
from tests.members.factories import UserFactory
from tests.pooling import factories as make

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def us() -> Organisation:
    return make.organisation()


def pool(**changes: Any) -> Pool:
    now = timezone.now()
    return make.opened(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80), **changes)


def pledged(by: Organisation, *, shares: int = 1, behaviour: str | None = "pays", to: Pool | None = None) -> Pledge:
    return make.pledge(to or pool(), shares=shares, behaviour=behaviour, by=by, now=timezone.now())


def collect() -> None:
    collect_due_charges(now=timezone.now())


def overview(person: User) -> str:
    client = Client()
    client.force_login(person, backend=BACKEND)
    with translation.override("de"):
        response = client.get(reverse("dashboard"))
    assert response.status_code == 200
    return response.content.decode()


def part(page: str, name: str) -> str:
    """The section whose heading has this id; empty if there is none."""
    found = re.search(rf'<section[^>]*aria-labelledby="{name}-title".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def sums(of: Organisation) -> Sums:
    pledges = Pledge.objects.filter(organisation=of).select_related("pool").prefetch_related("charges__refunds")
    return sums_of(entry_of(pledge, now=timezone.now()) for pledge in pledges)


def test_that_nothing_needs_doing_is_said(us: Organisation) -> None:
    pledged(us)
    todo = part(overview(make.administrator(us)), "todo")
    assert "notice-done" in todo
    assert 'class="button' not in todo


def test_a_payment_that_failed_comes_first_with_its_amount_and_the_way_to_pay(us: Organisation) -> None:
    pledged(us, shares=3, behaviour="declines")
    collect()
    page = overview(make.administrator(us))
    assert page.index('id="todo-title"') < page.index('id="pledges-title"')
    assert "CHF 900.00" in part(page, "todo").replace("\N{NO-BREAK SPACE}", " ")
    assert links.mend_url(Charge.objects.get(), "de") in part(page, "todo")


def test_a_missing_payment_method_comes_first(us: Organisation) -> None:
    pledge = pledged(us, behaviour=None)
    assert str(pledge.uuid) in part(overview(make.administrator(us)), "todo")


def test_what_is_promised_becomes_what_is_paid(us: Organisation) -> None:
    of = pool()
    pledged(us, shares=2, to=of)
    assert sums(us) == Sums(owed=60_000, paid=0)
    pledged(make.organisation(), to=of)  # reaches the threshold
    assert sums(us) == Sums(owed=60_000, paid=0)
    collect()
    assert sums(us) == Sums(owed=0, paid=60_000)


def test_money_that_goes_back_is_not_paid(us: Organisation) -> None:
    pledge = pledged(us, shares=3)
    collect()
    cancel_pool(pool=pledge.pool, reason="Krankheit", by=make.staff(), now=timezone.now())
    assert sums(us).paid == 0
    page = overview(make.administrator(us))
    assert part(page, "over").count("CHF 900.00".replace(" ", "\N{NO-BREAK SPACE}")) == 2  # paid, and back
    assert str(pledge.uuid) not in part(page, "pledges")


def test_of_a_pool_that_lapsed_it_is_said_that_nothing_was_charged(us: Organisation) -> None:
    pledge = pledged(us)
    later = pledge.pool.closes_at + timedelta(minutes=1)
    end_pledging(pk=pledge.pool_id, now=later)
    page = overview(make.administrator(us))
    assert "CHF 0.00".replace(" ", "\N{NO-BREAK SPACE}") in part(page, "over")
    assert 'class="empty"' in part(page, "pledges")


def test_each_state_has_its_next_step(us: Organisation) -> None:
    def next_of(pledge: Pledge) -> str:
        pledge.refresh_from_db()
        fresh = Pledge.objects.select_related("pool").get(pk=pledge.pk)
        return entry_of(fresh, now=timezone.now()).comes_next

    waiting, alone = pledged(us, behaviour=None), pledged(us)
    funded = pledged(us, shares=2)
    steps = [next_of(waiting), next_of(alone)]
    other = pledged(make.organisation(), behaviour="declines", to=funded.pool)
    steps.append(next_of(funded))  # its payment is due
    collect()
    steps += [next_of(funded), next_of(other)]
    confirmed = pledged(us, shares=3)
    collect()
    steps.append(next_of(confirmed))
    assert all(steps)
    assert len(set(steps)) == len(steps)
    after = confirmed.pool.starts_at + timedelta(days=1)
    fresh = Pledge.objects.select_related("pool").get(pk=confirmed.pk)
    assert entry_of(fresh, now=after).comes_next not in steps


def test_somebody_of_several_organisations_acts_for_one_and_sees_what_needs_them_at_the_other(us: Organisation) -> None:
    us.name, other = "Anfang", make.organisation()
    us.save()
    person = make.administrator(us)
    Membership.objects.create(organisation=other, person=person, role=Role.ADMINISTRATOR)
    of = pool()
    mine, theirs = pledged(us, to=of), pledged(other, behaviour=None, to=of)
    client = Client()
    client.force_login(person, backend=BACKEND)
    with translation.override("de"):
        url = reverse("dashboard")
    page = client.get(url).content.decode()
    assert "Anfang" in part(page, "own")
    assert str(mine.uuid) in part(page, "pledges")
    assert str(theirs.uuid) not in page
    assert "1 Sache wartet dort auf Sie" in page
    for wanted in (other.uuid, make.organisation().uuid, "x"):  # only the first is theirs to choose
        client.post(url, {"organisation": wanted})
        page = client.get(url).content.decode()
        assert str(theirs.uuid) in part(page, "todo")
        assert str(mine.uuid) not in page
    other.memberships.all().delete()
    assert str(mine.uuid) in client.get(url).content.decode()


def test_others_pledges_are_not_shown(us: Organisation) -> None:
    pledge = pledged(make.organisation())
    assert str(pledge.uuid) not in overview(make.administrator(us))


def test_without_an_organisation_one_learns_how_to_take_part() -> None:
    page = overview(UserFactory())
    with translation.override("de"):
        assert reverse("members:join") in page
    assert not part(page, "todo")


def test_staff_find_the_way_to_the_editing() -> None:
    editor = UserFactory(is_staff=True)
    editor.groups.add(Group.objects.get(name="Editor"))
    page = overview(editor)
    assert reverse("wagtailadmin_home") in part(page, "editing")
    with translation.override("de"):
        assert reverse("members:join") not in page
    assert not part(overview(UserFactory()), "editing")


def test_a_suspended_organisation_is_told(us: Organisation) -> None:
    person = make.administrator(us)
    before = overview(person)
    us.state = OrganisationState.SUSPENDED
    us.save()
    assert overview(person).count("notice-wait") == before.count("notice-wait") + 1


def test_workshops_that_one_has_pledged_to_are_not_offered_again(us: Organisation) -> None:
    assert not part(overview(make.administrator(us)), "pools")
    mine = pledged(us).pool
    assert not part(overview(make.administrator(us)), "pools")
    pledged(make.organisation(), to=pool())
    assert part(overview(make.administrator(us)), "pools").count('<li class="card"') == 1
    assert mine.pk
