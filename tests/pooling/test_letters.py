"""What pools write to the organisations that pledged."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from html import unescape
from typing import Any

import polib
import pytest
from django.conf import settings

from members.letters.models import Letter
from pooling.actions import letters
from pooling.models import ChargeState, PledgeState, Pool, PoolState

from .letter_factories import (
    AMOUNT,
    KINDS,
    MEND,
    NOW,
    TITLES,
    cancelled,
    changed,
    charge_of,
    charged,
    failed,
    flat,
    funded,
    pledge_of,
    pledged,
    pool_of,
    refund_of,
    refunded,
    told,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["de", "fr", "it"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_letter_is_written_in_the_organisations_language(kind: Callable[[str], None], language: str) -> None:
    kind(language)
    letter = told()
    assert letter.template == f"pooling/letters/{kind.__name__}.txt"
    assert TITLES[language] in letter.subject
    assert TITLES[language] in flat(letter.text)
    assert TITLES[language] in letter.html
    assert f'<html lang="{language}">' in letter.html
    for version in [letter.subject, letter.text, unescape(re.sub(r"<[^>]*>", " ", letter.html))]:
        assert left_in_english(version, language) == []


def left_in_english(text: str, language: str) -> list[str]:
    """What `text` holds of our messages as the source says them: what has two words or more, between values."""
    words = flat(text)
    return [
        each
        for each in english_phrases(language)
        if each in words and re.search(rf"(?<!\w){re.escape(each)}(?!\w)", words)
    ]


@cache
def english_phrases(language: str) -> set[str]:
    translated = set()
    untranslated = set()
    for entry in polib.pofile(str(settings.BASE_DIR / f"locale/{language}/LC_MESSAGES/django.po")):
        translated.update(phrases(entry.msgstr), *map(phrases, entry.msgstr_plural.values()))
        untranslated.update(phrases(entry.msgid), phrases(entry.msgid_plural))
    return untranslated - translated


def phrases(message: str) -> set[str]:
    return {piece for part in re.split(r"%\(\w+\)[sd]", flat(message)) if " " in (piece := part.strip(" .,:“”"))}


@pytest.mark.parametrize(
    "text", ["Your pledge stands: Atelier", "Organisation now pledges 3 shares\n of the workshop “x”"]
)
def test_english_that_is_left_in_a_letter_is_found(text: str) -> None:
    assert left_in_english(text, "fr")


@pytest.mark.parametrize("kind", KINDS)
def test_each_letter_has_one_button_whose_link_is_in_both_versions(kind: Callable[[str], None]) -> None:
    kind("de")
    letter = told()
    [link] = re.findall(r'class="press-text" href="([^"]+)"', letter.html)
    assert link in letter.text.splitlines()
    assert link.startswith("http://testserver/de/")


@pytest.mark.parametrize("kind", [pledged, changed, funded, charged, failed, cancelled, refunded])
def test_both_versions_name_the_amount(kind: Callable[[str], None]) -> None:
    kind("de")
    assert AMOUNT in told().text
    assert AMOUNT.replace("'", "&#x27;") in told().html


@pytest.mark.parametrize("kind", KINDS)
def test_telling_again_tells_nobody_twice(kind: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for name in [
        name for name in dir(letters) if name.startswith("tell_") and name not in ("tell_each", "tell_funded_of")
    ]:
        original = getattr(letters, name)
        monkeypatch.setattr(
            letters, name, lambda original=original, **facts: counts.extend([original(**facts), original(**facts)])
        )
    kind("de")
    assert counts == [1, 0]


@pytest.mark.parametrize("title", ['<b>fett</b> & "so"', "zwei\nZeilen", "%(n)s {{ n }}"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_title_adds_no_markup(
    kind: Callable[[str], None], title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TITLES, "de", title)
    kind("de")
    assert "<b>" not in told().html
    assert "\n" not in told().subject


def test_a_pledge_below_the_threshold_names_when_it_is_charged_and_can_be_withdrawn() -> None:
    pledged("de")
    text = told().text
    assert "sobald 8 Anteile zugesagt sind" in flat(text)
    assert "längstens bis am 11.\u00a0März 2027, 10:00" in flat(text)
    assert "Fassung 2026-11" in text


@pytest.mark.parametrize("pool", [{"standing": 8}, {"standing": 9, "state": PoolState.FUNDED}])
def test_a_pledge_at_the_threshold_is_told_to_be_binding(pool: dict[str, Any]) -> None:
    letters.tell_pledged(pledge=pledge_of(pool_of(**pool)), now=NOW)
    assert "Ihre Zusage ist deshalb verbindlich" in flat(told().text)
    assert "längstens bis am" not in flat(told().text)


def test_a_second_acceptance_is_confirmed_by_a_letter_of_its_own() -> None:
    pledge = pledge_of(pool_of())
    letters.tell_changed(pledge=pledge, before=1, now=NOW)
    first = pledge.acceptances.get()
    pledge.acceptances.create(
        accepted_by=first.accepted_by, accepted_at=NOW, shares=2, most=250_000, legal_version="2026-11", language="de"
    )
    assert letters.tell_changed(pledge=pledge, before=3, now=NOW) == 1


def test_a_title_that_is_missing_in_the_organisations_language_is_told_in_another() -> None:
    letters.tell_pledged(pledge=pledge_of(pool_of(titles={"de": "Nur deutsch"}), language="it"), now=NOW)
    assert "Nur deutsch" in told().subject


def test_a_failed_payment_links_to_our_own_page() -> None:
    failed("de")
    assert f'href="{MEND}"' in told().html
    assert "bis am 8.\u00a0März 2027, 10:00 frei" in flat(told().text)


def test_a_bank_that_wants_a_confirmation_is_told_apart_from_a_decline() -> None:
    pledge = pledge_of(pool_of(standing=8, state=PoolState.FUNDED))
    charge = charge_of(
        pledge, state=ChargeState.ACTION_REQUIRED, mend_until=NOW + timedelta(days=7), failure="authentication_required"
    )
    letters.tell_failed(charge=charge, mend_url=MEND, now=NOW)
    assert "weil Ihre Bank eine Bestätigung von Ihnen verlangt" in flat(told().text)
    assert "abgelehnt" not in told().text


def test_a_confirmed_workshop_names_a_payment_that_is_still_open() -> None:
    pool = pool_of(standing=8, state=PoolState.CONFIRMED)
    charge_of(pledge_of(pool), state=ChargeState.ACTION_REQUIRED, mend_until=NOW)
    letters.tell_all_confirmed(pool=pool, now=NOW)
    assert f"Ihre eigene Zahlung von {AMOUNT} ist noch offen" in flat(told().text)


def test_a_cancellation_names_what_comes_back_only_to_those_who_paid() -> None:
    pool = pool_of(standing=8, state=PoolState.CANCELLED, ended_at=NOW, cancel_reason="Krank")
    paid, unpaid = pledge_of(pool, name="Eins"), pledge_of(pool, name="Zwei")
    refund_of(charge_of(paid, state=ChargeState.SUCCEEDED))
    charge_of(unpaid, state=ChargeState.VOID)
    assert letters.tell_all_cancelled(pool=pool, now=NOW) == 2
    assert AMOUNT in told(organisation=paid.organisation).text
    assert "CHF" not in told(organisation=unpaid.organisation).text


def test_a_cancellation_tells_of_a_payment_under_way() -> None:
    pool = pool_of(standing=8, state=PoolState.CANCELLED, ended_at=NOW)
    charge_of(pledge_of(pool), state=ChargeState.SENDING)
    letters.tell_all_cancelled(pool=pool, now=NOW)
    assert f"Ihre Zahlung von {AMOUNT} war zu diesem Zeitpunkt unterwegs" in flat(told().text)


def test_a_pool_that_ends_is_told_to_pledges_that_ended_with_it_and_to_no_others() -> None:
    pool = pool_of(state=PoolState.LAPSED, ended_at=NOW)
    standing, held = pledge_of(pool), pledge_of(pool, state=PledgeState.EXPIRED, ended_at=NOW)
    pledge_of(pool, state=PledgeState.EXPIRED, ended_at=NOW - timedelta(days=1))
    pledge_of(pool, state=PledgeState.WITHDRAWN, ended_at=NOW)
    assert letters.tell_all_lapsed(pool=pool, now=NOW) == 2
    assert set(Letter.objects.values_list("organisation", flat=True)) == {
        standing.organisation_id,
        held.organisation_id,
    }


def test_a_pledge_that_comes_after_the_threshold_is_told_that_it_is_charged() -> None:
    pool = pool_of(standing=9, state=PoolState.CONFIRMED)
    pledge = pledge_of(pool)
    charge_of(pledge)
    assert letters.tell_funded(pledge=pledge, now=NOW) == 1
    assert "Der Workshop findet statt" in flat(told().text)


@pytest.mark.parametrize("days", [0, 10])
def test_who_withdrew_is_invited_again_only_while_pledging_is_possible(days: int) -> None:
    pledge = pledge_of(pool_of(), state=PledgeState.WITHDRAWN)
    letters.tell_withdrawn(pledge=pledge, now=NOW + timedelta(days=days))
    assert ("noch einmal zusagen" in flat(told().text)) == (days == 0)


@pytest.mark.parametrize("tell", ["funded", "confirmed", "lapsed", "cancelled"])
def test_telling_many_takes_as_many_statements_as_telling_one(tell: str, django_assert_max_num_queries: Any) -> None:
    state = {"funded": PoolState.FUNDED, "confirmed": PoolState.CONFIRMED}.get(tell, tell)
    pool = pool_of(standing=8, state=state, ended_at=None if state in Pool.FINANCED_STATES else NOW)
    for number in range(8):
        charge_of(pledge_of(pool, shares=1, name=f"Organisation {number}"), state=ChargeState.SUCCEEDED)
    with django_assert_max_num_queries(10):
        assert getattr(letters, f"tell_all_{tell}")(pool=Pool.objects.get(), now=NOW) == 8
