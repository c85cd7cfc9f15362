"""Once prices are locked, seats may be given to another organisation: payer and refunds stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from members.models import Membership, Role
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.errors import (
    NotAdministrator,
    OfferedTooOften,
    PledgeEnded,
    SeatsNotYet,
    TooFewSeats,
    TooLateForSeats,
)
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.seat_letters import send_seat_letters
from pooling.actions.seats import MOST_A_DAY, forget_seat_addresses, give_seats, take_seats_back
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Pledge, Pool, PoolState, Refund, SeatGift
from pooling.workshops.guests import Guest, guests_of
from tests.members.factories import UserFactory

from . import factories as make
from .approval_steps import main
from .factories import NOW
from .payment_steps import IN_EIGHT_DAYS, one_declined
from .test_views import login, url

pytestmark = pytest.mark.django_db

TYPED = {"number": "1", "name": "Kulturverein Gast", "email": "gast@example.org", "language": "de"}


def paid(**terms: Any) -> Pledge:
    """Two shares with two seats each, of a workshop that takes place; another organisation has one share."""
    pool = make.opened(**terms)
    pledge = make.pledge(pool, shares=2, by=make.organisation(name="Verein Zahlt"), now=terms.get("now", NOW))
    make.pledge(pool, by=make.organisation(name="Stiftung Auch"), now=terms.get("now", NOW))
    collect_due_charges(now=terms.get("now", NOW))
    return Pledge.objects.select_related("pool", "organisation").get(pk=pledge.pk)


def give(pledge: Pledge, **changes: Any) -> SeatGift:
    by = make.administrator(pledge.organisation)
    asked = {"number": 1, "name": "Kulturverein Gast", "email": "gast@example.org", "language": "fr"}
    return give_seats(**{"pledge": pledge, "by": by, "now": NOW, **asked, **changes})


def take_back(gift: SeatGift, **changes: Any) -> SeatGift:
    return take_seats_back(**{"gift": gift, "by": gift.given_by, "now": NOW, **changes})


def test_the_guests_are_told_what_they_get_and_that_it_costs_them_nothing() -> None:
    give(paid(), number=3)
    assert send_seat_letters(now=NOW) == 1
    assert send_seat_letters(now=NOW) == 0
    [letter] = mail.outbox
    text = " ".join(letter.body.split())
    assert letter.to == ["gast@example.org"]
    assert "Verein Zahlt donne à votre organisation (Kulturverein Gast) 3 places" in text
    assert "Vous ne nous devez rien." in text


def test_guests_who_were_told_before_it_was_certain_are_told_once_it_is() -> None:
    pool = make.funded()
    pledge = pool.pledges.select_related("organisation", "pool").first()
    give(pledge, language="de")
    send_seat_letters(now=NOW)
    take_back(give(pledge, name="Nicht mehr", email="andere@example.org"))
    collect_due_charges(now=NOW)
    assert Pool.objects.get().state == PoolState.CONFIRMED
    assert send_seat_letters(now=NOW) == 1
    assert mail.outbox[-1].to == ["gast@example.org"]
    assert mail.outbox[-1].subject.startswith("Der Workshop findet statt")
    assert send_seat_letters(now=NOW) == 0


def test_payer_and_refunds_stay() -> None:
    pledge = paid()
    give(pledge, number=4)
    cancel_pool(pool=pledge.pool, reason="krank", by=make.staff(), now=NOW)
    send_due_refunds(now=NOW)
    assert Refund.objects.get(charge__pledge=pledge).amount == 60_000
    assert not list(breaches())


def test_never_more_seats_than_the_pledge_has() -> None:
    pledge = paid()
    give(pledge, number=3)
    for number in (2, 0):
        with pytest.raises(TooFewSeats):
            give(pledge, number=number)
    give(pledge, number=1)
    with pytest.raises(TooFewSeats) as refusal:
        give(pledge)
    assert "bereits weitergegeben" in str(refusal.value) or refusal.value.left == 0
    assert not list(breaches())


def test_seats_that_were_taken_back_can_be_given_again_and_the_guests_are_told() -> None:
    pledge = paid()
    gift = give(pledge, number=4)
    send_seat_letters(now=NOW)
    take_back(gift)
    take_back(gift)
    give(pledge, number=4, email="andere@example.org")
    send_seat_letters(now=NOW)
    assert [letter.to[0] for letter in mail.outbox] == ["gast@example.org", "gast@example.org", "andere@example.org"]
    assert not list(breaches())


def test_who_was_told_nothing_yet_is_told_nothing_of_taking_back() -> None:
    take_back(give(paid()))
    assert send_seat_letters(now=NOW) == 0


def test_not_before_prices_are_locked_and_not_after_the_start() -> None:
    with pytest.raises(SeatsNotYet):
        give(make.pledge(make.opened()))
    pledge = paid()
    gift = give(pledge)
    with pytest.raises(TooLateForSeats):
        give(pledge, now=pledge.pool.starts_at)
    with pytest.raises(TooLateForSeats):
        take_back(gift, now=pledge.pool.starts_at)


def test_only_administrators_give_and_take() -> None:
    pledge = paid()
    gift = give(pledge)
    with pytest.raises(NotAdministrator):
        give(pledge, by=make.staff())
    with pytest.raises(NotAdministrator):
        take_back(gift, by=make.staff())


def test_so_many_times_a_day_at_most() -> None:
    pledge = paid()
    for _turn in range(MOST_A_DAY):
        take_back(give(pledge))
    with pytest.raises(OfferedTooOften):
        give(pledge)


def test_a_dropped_pledge_has_no_seats_to_give_and_its_guests_lose_theirs() -> None:
    pool = one_declined()
    pledge = Pledge.objects.select_related("organisation").get(pool=pool, charges__state="action_required")
    gift = give(pledge)
    send_seat_letters(now=NOW)
    give_up_overdue_charges(now=IN_EIGHT_DAYS)
    gift.refresh_from_db()
    assert (gift.taken_back_at, gift.letter) == (IN_EIGHT_DAYS, "seats_taken_back")
    with pytest.raises(PledgeEnded):
        give(pledge, now=IN_EIGHT_DAYS)
    assert not list(breaches())


def test_who_has_seats_at_a_workshop_that_is_called_off_is_told() -> None:
    pledge = paid()
    give(pledge, language="de")
    send_seat_letters(now=NOW)
    cancel_pool(pool=pledge.pool, reason="krank", by=make.staff(), now=NOW)
    send_seat_letters(now=NOW)
    assert "ist abgesagt" in " ".join(mail.outbox[-1].body.split())
    with pytest.raises(PledgeEnded):
        give(pledge)


def test_the_address_is_forgotten_once_it_is_needed_no_more(settings: Any) -> None:
    settings.KEEP_DAYS = settings.KEEP_DAYS | {"attendee_addresses": 5}
    pledge = paid()
    give(pledge)
    send_seat_letters(now=NOW)
    assert forget_seat_addresses(now=pledge.pool.starts_at) == 0
    assert forget_seat_addresses(now=pledge.pool.starts_at + timedelta(days=5)) == 1
    assert SeatGift.objects.get().email == ""


def test_seats_whose_address_was_forgotten_end_without_a_letter() -> None:
    """Else whoever drops the pledge, tick say, would stop at a letter to nobody."""
    pool = one_declined()
    pledge = Pledge.objects.select_related("organisation").get(pool=pool, charges__state="action_required")
    gift = give(pledge)
    send_seat_letters(now=NOW)
    late = pool.starts_at + timedelta(days=30)
    assert forget_seat_addresses(now=late) == 1
    give_up_overdue_charges(now=late)
    gift.refresh_from_db()
    assert (gift.taken_back_at, gift.letter) == (late, "")
    assert send_seat_letters(now=late) == 0
    assert not list(breaches())


def test_editors_see_who_comes_with_how_many() -> None:
    pledge = paid()
    give(pledge, number=3)
    take_back(give(pledge, name="Nicht mehr"))
    assert guests_of(Pool.objects.get()) == [
        Guest("Verein Zahlt", 1),
        Guest("Kulturverein Gast", 3, given_by="Verein Zahlt"),
        Guest("Stiftung Auch", 2),
    ]


def test_too_many_seats_given_are_found_and_so_is_a_gift_that_no_event_tells_of() -> None:
    pledge = paid()
    gift = give(pledge, number=4)
    SeatGift.objects.filter(pk=gift.pk).update(number=5)
    assert [breach[:2] for breach in breaches()] == ["3:", "6:"]


def test_the_database_takes_no_letter_without_an_address() -> None:
    gift = give(paid())
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatGift.objects.filter(pk=gift.pk).update(email="")


# On the pages


@pytest.fixture
def pledge() -> Pledge:
    now = timezone.now()
    return paid(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80))


def test_seats_are_given_shown_and_taken_back_on_the_pledges_page(pledge) -> None:
    client = login(make.administrator(pledge.organisation))
    assert "Sie können 4 Plätze weitergeben." in main(client.get(url("seats_give", pledge.uuid)))
    page = client.post(url("seats_give", pledge.uuid), TYPED, follow=True)
    assert "Kulturverein Gast" in main(page)
    assert "Ihre Organisation kann 3 Personen schicken." in main(page)
    gift = SeatGift.objects.get()
    page = client.post(url("seats_take_back", gift.uuid), follow=True)
    assert "Die Plätze gehören wieder Ihnen" in page.content.decode()
    assert SeatGift.objects.get().taken_back_at is not None


def test_what_is_typed_wrong_and_what_is_too_much_gets_a_sentence(pledge) -> None:
    client = login(make.administrator(pledge.organisation))
    assert client.post(url("seats_give", pledge.uuid), {**TYPED, "name": ""}).status_code == 422
    assert client.post(url("seats_give", pledge.uuid), {**TYPED, "number": "5"}).status_code == 409
    assert not SeatGift.objects.exists()


def test_where_no_seat_is_left_the_page_says_so_instead_of_asking_to_whom(pledge) -> None:
    client = login(make.administrator(pledge.organisation))
    client.post(url("seats_give", pledge.uuid), {**TYPED, "number": "4"})
    page = main(client.get(url("seats_give", pledge.uuid)))
    assert "Für jeden Platz dieser Zusage" in page
    assert "<form" not in page


def test_members_may_not_and_strangers_find_nothing(pledge) -> None:
    gift = give(pledge, now=timezone.now())
    member = UserFactory()
    Membership.objects.create(organisation=pledge.organisation, person=member, role=Role.MEMBER)
    stranger = login(make.administrator(make.organisation()))
    assert login(member).post(url("seats_give", pledge.uuid), TYPED).status_code == 403
    assert login(member).post(url("seats_take_back", gift.uuid)).status_code == 403
    assert stranger.get(url("seats_give", pledge.uuid)).status_code == 404
    assert stranger.post(url("seats_take_back", gift.uuid)).status_code == 404
    assert Client().post(url("seats_take_back", gift.uuid)).status_code == 302
    assert SeatGift.objects.get().taken_back_at is None
