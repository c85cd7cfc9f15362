"""What pools write to the organisations that pledged."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from members.letters.models import Letter
from members.models import Membership, Organisation, Role, User
from pooling.actions import letters
from pooling.models import (
    Attempt,
    AttemptKind,
    AttemptState,
    Charge,
    ChargeState,
    Pledge,
    PledgeState,
    Pool,
    PoolState,
    Refund,
    RefundReason,
    RefundState,
    SavedMethod,
    WorkshopText,
)

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
MEND = "http://testserver/de/zahlen/signiert/"
TITLES = {"de": "Newsletter gestalten", "fr": "Créer une newsletter", "it": "Creare una newsletter"}

pytestmark = pytest.mark.django_db


def pool_of(
    *, standing: int = 3, state: str = PoolState.OPEN, titles: dict[str, str] | None = None, **fields: Any
) -> Pool:
    """Threshold 8, ceiling CHF 1'250.00."""
    terms = {
        "cost": 1_000_000,
        "ceiling": 125_000,
        "capacity": 14,
        "seats_per_share": 2,
        "closes_at": NOW + timedelta(days=10),
        "starts_at": NOW + timedelta(days=60),
        "legal_version": "2026-11",
        "funded_at": NOW if state in Pool.FINANCED_STATES else None,
        "confirmed_at": NOW if state == PoolState.CONFIRMED else None,
    }
    pool = Pool.objects.create(page_key=uuid4(), state=state, standing=standing, **(terms | fields))
    for language, title in (TITLES if titles is None else titles).items():
        WorkshopText.objects.create(pool=pool, language=language, title=title, path=f"/{language}/x/", place="Olten")
    return pool


def pledge_of(
    pool: Pool, *, shares: int = 3, language: str = "de", name: str = "Spitex Beispiel", **fields: Any
) -> Pledge:
    organisation = Organisation.objects.create(
        name=name, legal_form="association", postcode="8000", town="Zürich", canton="ZH", language=language
    )
    person = User.objects.create_user(f"{uuid4()}@example.org", first_name="Anna", last_name="Keller")
    Membership.objects.create(organisation=organisation, person=person, role=Role.ADMINISTRATOR)
    method = SavedMethod.objects.create(
        organisation=organisation,
        provider="sandbox",
        customer_ref="customer",
        ref=str(uuid4()),
        kind="card",
        label="Visa •••• 4242",
        saved_at=NOW,
    )
    state = {"state": PledgeState.STANDING, "stands_since": NOW, "method": method} | fields
    pledge = Pledge.objects.create(
        pool=pool, organisation=organisation, shares=shares, placed_by=person, placed_at=NOW, **state
    )
    pledge.acceptances.create(
        accepted_by=person, accepted_at=NOW, shares=shares, most=pledge.most, legal_version="2026-11", language=language
    )
    return pledge


def charge_of(pledge: Pledge, *, state: str = ChargeState.DUE, **fields: Any) -> Charge:
    amount = pledge.shares * pledge.pool.ceiling
    if state == ChargeState.SUCCEEDED:
        fields = {"captured": amount, "settled_at": NOW} | fields
    return Charge.objects.create(pledge=pledge, amount=amount, state=state, created_at=NOW, **fields)


def refund_of(charge: Charge, **fields: Any) -> Refund:
    attempt = Attempt.objects.create(
        charge=charge,
        number=1,
        kind=AttemptKind.OFF_SESSION,
        provider="sandbox",
        key=str(uuid4()),
        parameters={},
        state=AttemptState.SUCCEEDED,
        captured=charge.amount,
        started_at=NOW,
        next_look_at=NOW,
    )
    made = {"amount": charge.amount, "reason": RefundReason.CANCELLED, "created_at": NOW, "next_look_at": NOW} | fields
    return Refund.objects.create(charge=charge, attempt=attempt, **made)


def told(*, organisation: Organisation | None = None) -> Letter:
    """The one letter that was queued."""
    return Letter.objects.get(**({"organisation": organisation} if organisation else {}))


# One of each kind: what the letter is about, how it is told, and figures that it has to name.


def pledged(language: str) -> None:
    letters.tell_pledged(pledge=pledge_of(pool_of(), language=language), now=NOW)


def changed(language: str) -> None:
    letters.tell_changed(pledge=pledge_of(pool_of(), language=language), before=1, now=NOW)


def withdrawn(language: str) -> None:
    letters.tell_withdrawn(pledge=pledge_of(pool_of(), language=language, state=PledgeState.WITHDRAWN), now=NOW)


def expired(language: str) -> None:
    letters.tell_expired(pledge=pledge_of(pool_of(), language=language, state=PledgeState.EXPIRED), now=NOW)


def funded(language: str) -> None:
    pool = pool_of(standing=8, state=PoolState.FUNDED)
    charge_of(pledge_of(pool, language=language))
    letters.tell_all_funded(pool=pool, now=NOW)


def charged(language: str) -> None:
    pledge = pledge_of(pool_of(standing=8, state=PoolState.FUNDED), language=language)
    letters.tell_charged(charge=charge_of(pledge, state=ChargeState.SUCCEEDED), now=NOW)


def failed(language: str) -> None:
    pledge = pledge_of(pool_of(standing=8, state=PoolState.FUNDED), language=language)
    charge = charge_of(pledge, state=ChargeState.ACTION_REQUIRED, mend_until=NOW + timedelta(days=7))
    letters.tell_failed(charge=charge, mend_url=MEND, now=NOW)


def confirmed(language: str) -> None:
    pool = pool_of(standing=8, state=PoolState.CONFIRMED)
    charge_of(pledge_of(pool, language=language), state=ChargeState.SUCCEEDED)
    letters.tell_all_confirmed(pool=pool, now=NOW)


def lapsed(language: str) -> None:
    pool = pool_of(state=PoolState.LAPSED, ended_at=NOW)
    pledge_of(pool, language=language)
    letters.tell_all_lapsed(pool=pool, now=NOW)


def cancelled(language: str) -> None:
    pool = pool_of(standing=8, state=PoolState.CANCELLED, ended_at=NOW, cancel_reason="Die Referentin ist krank.")
    refund_of(charge_of(pledge_of(pool, language=language), state=ChargeState.SUCCEEDED))
    letters.tell_all_cancelled(pool=pool, now=NOW)


def refunded(language: str) -> None:
    pledge = pledge_of(pool_of(standing=8, state=PoolState.CANCELLED, ended_at=NOW), language=language)
    refund = refund_of(charge_of(pledge, state=ChargeState.SUCCEEDED), state=RefundState.SUCCEEDED, settled_at=NOW)
    letters.tell_refunded(refund=refund, now=NOW)


KINDS = [pledged, changed, withdrawn, expired, funded, charged, failed, confirmed, lapsed, cancelled, refunded]
AMOUNT = "CHF\u00a03'750.00"


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
    assert "as soon as 8 shares stand" in flat(text)
    assert "at the latest until 11. März 2027 10:00" in flat(text)
    assert "version 2026-11" in text


@pytest.mark.parametrize("pool", [{"standing": 8}, {"standing": 9, "state": PoolState.FUNDED}])
def test_a_pledge_at_the_threshold_is_told_to_be_binding(pool: dict[str, Any]) -> None:
    letters.tell_pledged(pledge=pledge_of(pool_of(**pool)), now=NOW)
    assert "binding" in told().text
    assert "at the latest until" not in flat(told().text)


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
    assert "8. März 2027 10:00" in told().text


def test_a_bank_that_wants_a_confirmation_is_told_apart_from_a_decline() -> None:
    pledge = pledge_of(pool_of(standing=8, state=PoolState.FUNDED))
    charge = charge_of(
        pledge, state=ChargeState.ACTION_REQUIRED, mend_until=NOW + timedelta(days=7), failure="authentication_required"
    )
    letters.tell_failed(charge=charge, mend_url=MEND, now=NOW)
    assert "confirm" in told().text
    assert "declined" not in told().text


def test_a_confirmed_workshop_names_a_payment_that_is_still_open() -> None:
    pool = pool_of(standing=8, state=PoolState.CONFIRMED)
    charge_of(pledge_of(pool), state=ChargeState.ACTION_REQUIRED, mend_until=NOW)
    letters.tell_all_confirmed(pool=pool, now=NOW)
    assert f"Your own payment of {AMOUNT} is still open" in flat(told().text)


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
    assert f"Your payment of {AMOUNT} was on its way" in flat(told().text)


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
    assert "The workshop takes place" in told().text


@pytest.mark.parametrize("days", [0, 10])
def test_who_withdrew_is_invited_again_only_while_pledging_is_possible(days: int) -> None:
    pledge = pledge_of(pool_of(), state=PledgeState.WITHDRAWN)
    letters.tell_withdrawn(pledge=pledge, now=NOW + timedelta(days=days))
    assert ("pledge again" in told().text) == (days == 0)


@pytest.mark.parametrize("tell", ["funded", "confirmed", "lapsed", "cancelled"])
def test_telling_many_takes_as_many_statements_as_telling_one(tell: str, django_assert_max_num_queries: Any) -> None:
    state = {"funded": PoolState.FUNDED, "confirmed": PoolState.CONFIRMED}.get(tell, tell)
    pool = pool_of(standing=8, state=state, ended_at=None if state in Pool.FINANCED_STATES else NOW)
    for number in range(8):
        charge_of(pledge_of(pool, shares=1, name=f"Organisation {number}"), state=ChargeState.SUCCEEDED)
    with django_assert_max_num_queries(10):
        assert getattr(letters, f"tell_all_{tell}")(pool=Pool.objects.get(), now=NOW) == 8


def flat(text: str) -> str:
    """The text without its line breaks."""
    return re.sub(r"[ \n]+", " ", text)
