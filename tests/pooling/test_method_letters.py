"""Administrators are told when one of them replaces or removes a saved method: what somebody else did is noticed."""

from __future__ import annotations

import pytest

from members.letters.models import Letter
from members.models import Membership, Role
from pooling.actions.methods import release_unused_methods
from pooling.actions.notices import look_at_setup_page
from pooling.actions.replacing import name_method, remove_method, replace_method
from tests.members.factories import UserFactory

from . import factories as make
from .factories import NOW
from .letter_factories import flat
from .test_saved_methods import give, opened_page
from .test_ways_of_paying import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    """With two administrators and a member."""
    made = make.organisation()
    for role in (Role.ADMINISTRATOR, Role.MEMBER):
        Membership.objects.create(organisation=made, person=UserFactory(language="de"), role=role)
    return made


def notices() -> list[Letter]:
    return list(Letter.objects.filter(template="pooling/letters/method_changed.txt").order_by("pk"))


def test_all_administrators_are_told_who_replaced_which_method(organisation) -> None:
    by = make.administrator(organisation)
    pledge, new = make.pledge(make.opened(), by=organisation), make.method(organisation)
    name_method(method=new, name="Neue Karte", by=by)
    new.refresh_from_db()
    replace_method(old=pledge.method, new=new, by=by, now=NOW)
    assert {notice.person for notice in notices()} == set(organisation.administrators())
    text = flat(notices()[0].text)
    assert "Neue Karte" in text
    assert by.email in text
    assert "1 Zusage" in text


def test_replacing_again_or_nothing_tells_nobody(organisation) -> None:
    by = make.administrator(organisation)
    pledge, new = make.pledge(make.opened(), by=organisation), make.method(organisation)
    for _twice in range(2):
        replace_method(old=pledge.method, new=new, by=by, now=NOW)
    assert len(notices()) == 2


def test_a_card_given_on_the_page_is_told_of_once(organisation) -> None:
    pledge = make.pledge(make.opened(), by=organisation)
    page = opened_page(pledge.method, make.administrator(organisation))
    give(page)
    for _twice in range(2):
        look_at_setup_page(page=page, now=NOW)
    assert len(notices()) == 2


def test_one_that_is_removed_is_told_once(organisation) -> None:
    method, by = make.method(organisation), make.administrator(organisation)
    for _twice in range(2):
        remove_method(method=method, by=by, now=NOW)
    assert len(notices()) == 2
    assert "entfernt" in notices()[0].subject


def test_one_that_we_release_because_no_pledge_needs_it_is_told_to_nobody(organisation) -> None:
    make.method(organisation)
    assert release_unused_methods(now=NOW + DAY) == 1
    assert notices() == []
