"""The provider on its own: what it asks Stripe, and how it reads the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from pooling.payments import provider
from pooling.payments.base import (
    ChargeRequest,
    ChargeResult,
    CustomerRequest,
    OutcomeUnknown,
    PaymentPageRequest,
    Progress,
    RefundRequest,
    RequestRefused,
    SetupRequest,
)
from pooling.payments.stripe import Stripe, in_order, statement_suffix
from pooling.payments.stripe_answers import method_of, off_session_result, page_result, refund_result, setup_result

from .stripe_fixtures import EVERY_RETRY, Bank

PLEDGE = "0e1d2c3b-0000-4000-8000-000000000001"
BACK = "http://testserver/de/back/"


@pytest.fixture
def stripe(bank: Bank) -> Stripe:
    found = provider("stripe")
    assert isinstance(found, Stripe)
    return found


def customer(stripe: Stripe, number: int = 1) -> str:
    request = CustomerRequest(
        key=f"customer-{number}", organisation=f"org-{number}", name="Verein Beispiel", language="fr"
    )
    return stripe.create_customer(request)


def setup_request(bank: Bank, customer_ref: str) -> SetupRequest:
    return SetupRequest(
        customer_ref=customer_ref,
        organisation="org-1",
        pledge=PLEDGE,
        most=30_000,
        language="it",
        success_url=BACK,
        cancel_url=BACK,
        expires_at=bank.now + timedelta(minutes=31),
    )


def setup_page(stripe: Stripe, bank: Bank, customer_ref: str, key: str = "setup-1") -> str:
    return stripe.open_setup_page(key=key, parameters=stripe.setup_parameters(setup_request(bank, customer_ref))).ref


def saved(stripe: Stripe, bank: Bank, customer_ref: str, given: str = "pm_card_visa") -> str:
    """The id of a card given on a page."""
    page = setup_page(stripe, bank, customer_ref, key=f"setup-{given}")
    bank.control("checkout", session=page, payment_method=given)
    result = stripe.look_at_setup(page)
    assert result.method
    return result.method.ref


def charge_request(customer_ref: str, method_ref: str, **changes: Any) -> ChargeRequest:
    request = {
        "amount": 30_000,
        "customer_ref": customer_ref,
        "method_ref": method_ref,
        "method_kind": "card",
        "pledge": PLEDGE,
        "attempt": f"pledge-{PLEDGE}-attempt-1",
        "description": "Newsletter, die gelesen werden",
    }
    return ChargeRequest(**(request | changes))


def charged(stripe: Stripe, bank: Bank, *, behaviour: dict[str, Any] | None = None) -> ChargeResult:
    """A charge of CHF 300.00 from a saved card that does as `behaviour` says."""
    owner = customer(stripe)
    method = saved(stripe, bank, owner)
    if behaviour:
        bank.control("behaviour", payment_method=method, set=behaviour)
    request = charge_request(owner, method)
    return stripe.charge(key=request.attempt, parameters=stripe.charge_parameters(request))


def page_request(bank: Bank, customer_ref: str, **changes: Any) -> PaymentPageRequest:
    request = {
        "amount": 30_000,
        "customer_ref": customer_ref,
        "pledge": PLEDGE,
        "attempt": f"pledge-{PLEDGE}-attempt-2",
        "description": "Newsletter, die gelesen werden",
        "language": "fr",
        "success_url": BACK,
        "cancel_url": BACK,
        "expires_at": bank.now + timedelta(minutes=31),
    }
    return PaymentPageRequest(**(request | changes))


def payment_page(stripe: Stripe, bank: Bank, **changes: Any) -> str:
    request = page_request(bank, customer(stripe), **changes)
    return stripe.open_payment_page(key=request.attempt, parameters=stripe.payment_page_parameters(request)).ref


def session(bank: Bank, ref: str) -> Any:
    return bank.server.stripe_client().v1.checkout.sessions.retrieve(ref)


# the page for a payment method


def test_a_page_for_a_method_names_its_pledge_on_the_session_and_on_the_intent(stripe: Stripe, bank: Bank) -> None:
    made = session(bank, setup_page(stripe, bank, customer(stripe)))
    intent = bank.server.stripe_client().v1.setup_intents.retrieve(made.setup_intent)
    assert (made.mode, made.currency, made.locale, made.payment_method_types) == ("setup", "chf", "it", ["card"])
    assert made.metadata.to_dict() == intent.metadata.to_dict() == {"pledge": PLEDGE, "organisation": "org-1"}
    assert made.expires_at == int((bank.now + timedelta(minutes=31)).timestamp())


def test_a_page_for_no_single_pledge_names_its_organisation(stripe: Stripe, bank: Bank) -> None:
    request = replace(setup_request(bank, customer(stripe)), pledge="")
    page = stripe.open_setup_page(key="setup-1", parameters=stripe.setup_parameters(request))
    assert session(bank, page.ref).metadata.to_dict() == {"organisation": "org-1"}


def test_twint_is_saved_only_where_that_is_switched_on(stripe: Stripe, bank: Bank, settings: Any) -> None:
    settings.STRIPE_TWINT_SAVING = True
    owner = customer(stripe)
    page = setup_page(stripe, bank, owner)
    assert session(bank, page).payment_method_types == ["card", "twint"]
    bank.control("checkout", session=page, payment_method="pm_twint")
    method = stripe.look_at_setup(page).method
    assert method
    assert (method.kind, method.label, method.expires_on, method.customer_ref) == ("twint", "TWINT", None, owner)
    request = charge_request(owner, method.ref, method_kind="twint")
    assert stripe.charge(key="k", parameters=stripe.charge_parameters(request)).progress == Progress.SUCCEEDED


def test_a_page_that_nobody_finished_has_brought_no_method(stripe: Stripe, bank: Bank) -> None:
    page = setup_page(stripe, bank, customer(stripe))
    assert stripe.look_at_setup(page).progress == Progress.OPEN
    bank.later(minutes=32)
    assert stripe.look_at_setup(page).progress == Progress.FAILED


def test_a_saved_card_is_named_as_people_know_it_and_ends_with_its_month(stripe: Stripe, bank: Bank) -> None:
    owner = customer(stripe)
    page = setup_page(stripe, bank, owner)
    bank.control("checkout", session=page, payment_method="pm_card_mastercard")
    method = stripe.look_at_setup(page).method
    assert method
    assert (method.label, method.kind, method.customer_ref) == ("Mastercard •••• 4444", "card", owner)
    assert method.expires_on == date(2034, 12, 31)


def test_a_closed_page_can_not_be_finished_and_closing_it_again_is_fine(stripe: Stripe, bank: Bank) -> None:
    bank.expect_refusals()
    page = setup_page(stripe, bank, customer(stripe))
    stripe.close_setup_page(page)
    stripe.close_setup_page(page)
    assert stripe.look_at_setup(page).progress == Progress.FAILED
    with pytest.raises(ValueError, match="expired"):
        bank.control("checkout", session=page)


def test_closing_a_page_on_which_a_method_was_given_keeps_the_method(stripe: Stripe, bank: Bank) -> None:
    bank.expect_refusals()
    page = setup_page(stripe, bank, customer(stripe))
    bank.control("checkout", session=page)
    stripe.close_setup_page(page)
    assert stripe.look_at_setup(page).progress == Progress.SUCCEEDED


def test_asking_for_a_page_again_gives_the_same_page(stripe: Stripe, bank: Bank) -> None:
    owner = customer(stripe)
    assert setup_page(stripe, bank, owner) == setup_page(stripe, bank, owner)


def test_a_page_whose_answer_is_lost_for_good_is_refused_so_that_another_is_opened(stripe: Stripe, bank: Bank) -> None:
    owner = customer(stripe)
    bank.fault("500_after_sticky", "^/v1/checkout/sessions$")
    with pytest.raises(RequestRefused, match="answer_lost"):
        setup_page(stripe, bank, owner)
    assert setup_page(stripe, bank, owner, key="setup-2").startswith("cs_")


def test_a_released_method_is_gone_and_releasing_it_again_is_fine(stripe: Stripe, bank: Bank) -> None:
    bank.expect_refusals()
    owner = customer(stripe)
    page = setup_page(stripe, bank, owner)
    bank.control("checkout", session=page)
    method = stripe.look_at_setup(page).method
    assert method
    stripe.release_method(method.ref)
    stripe.release_method(method.ref)
    stripe.release_method("pm_unknown")
    assert stripe.look_at_setup(page).progress == Progress.FAILED
    request = charge_request(owner, method.ref)
    with pytest.raises(RequestRefused):
        stripe.charge(key="k", parameters=stripe.charge_parameters(request))


# customers


def test_an_organisation_is_one_customer(stripe: Stripe, bank: Bank) -> None:
    assert customer(stripe) == customer(stripe)
    assert customer(stripe) != customer(stripe, 2)
    made = bank.server.stripe_client().v1.customers.retrieve(customer(stripe))
    assert (made.name, made.preferred_locales, made.metadata["organisation"]) == ("Verein Beispiel", ["fr"], "org-1")


def test_a_customer_whose_answer_is_lost_for_good_is_made_under_another_key(stripe: Stripe, bank: Bank) -> None:
    bank.fault("500_after_sticky", "^/v1/customers$")
    assert customer(stripe).startswith("cus_")


# charges


def test_a_charge_takes_the_amount_and_names_pledge_and_attempt(stripe: Stripe, bank: Bank) -> None:
    result = charged(stripe, bank)
    assert (result.progress, result.captured, result.failure) == (Progress.SUCCEEDED, 30_000, "")
    intent = bank.server.stripe_client().v1.payment_intents.retrieve(result.intent_ref)
    assert intent.metadata.to_dict() == {"pledge": PLEDGE, "attempt": f"pledge-{PLEDGE}-attempt-1"}
    assert (intent.payment_method_types, intent.statement_descriptor_suffix) == (["card"], "NEWSLETTER")
    assert stripe.look_at_intent(result.intent_ref) == result


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        ({"decline": "generic_decline"}, "generic_decline"),
        ({"decline": "insufficient_funds"}, "insufficient_funds"),
        ({"decline": "expired_card"}, "expired_card"),
        ({"auth": "always"}, "authentication_required"),
    ],
)
def test_every_card_error_is_a_result_with_its_code_and_intent(
    stripe: Stripe, bank: Bank, behaviour: dict[str, str], failure: str
) -> None:
    result = charged(stripe, bank, behaviour=behaviour)
    assert (result.progress, result.captured, result.failure) == (Progress.FAILED, 0, failure)
    assert result.intent_ref.startswith("pi_")
    assert stripe.look_at_intent(result.intent_ref) == result


def test_the_same_key_charges_once_whatever_the_order_of_its_parameters(stripe: Stripe, bank: Bank) -> None:
    owner = customer(stripe)
    request = charge_request(owner, saved(stripe, bank, owner))
    parameters = stripe.charge_parameters(request)
    backwards = dict(reversed(parameters.items()))
    first = stripe.charge(key=request.attempt, parameters=parameters)
    assert stripe.charge(key=request.attempt, parameters=backwards) == first
    one, two = bank.requests()
    assert one["params"] == two["params"]
    assert bank.ledger()["succeeded"] == 1


def test_a_key_with_other_parameters_is_refused(stripe: Stripe, bank: Bank) -> None:
    bank.expect_refusals()
    owner = customer(stripe)
    method = saved(stripe, bank, owner)
    stripe.charge(key="k", parameters=stripe.charge_parameters(charge_request(owner, method)))
    with pytest.raises(RequestRefused, match="idempotency_error"):
        stripe.charge(key="k", parameters=stripe.charge_parameters(charge_request(owner, method, amount=1)))


@pytest.mark.parametrize("kind", ["429", "409", "reset"])
def test_a_charge_without_a_clear_answer_is_unknown(stripe: Stripe, bank: Bank, kind: str) -> None:
    bank.fault(kind, count=EVERY_RETRY, seconds=1)
    with pytest.raises(OutcomeUnknown):
        charged(stripe, bank)


def test_the_package_repeats_a_call_with_its_key_but_never_one_that_was_too_many(stripe: Stripe, bank: Bank) -> None:
    bank.fault("500_after")
    result = charged(stripe, bank)
    assert (result.progress, len(bank.requests()), bank.ledger()["succeeded"]) == (Progress.SUCCEEDED, 2, 1)
    bank.fault("429", "^/v1/payment_intents/", method="GET")
    with pytest.raises(OutcomeUnknown):
        stripe.look_at_intent(result.intent_ref)


def test_a_wrong_key_fails_nothing_and_is_told_to_the_operator(stripe: Stripe, bank: Bank, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "sk_wrong"
    bank.expect_refusals()
    with capture_logs() as logs, pytest.raises(OutcomeUnknown):
        stripe.look_at_intent("pi_1")
    assert [(entry["log_level"], entry["status"]) for entry in logs] == [("error", 401)]
    assert "STRIPE_SECRET_KEY" in logs[0]["event"]


def test_what_stripe_does_not_know_is_refused_with_its_code(stripe: Stripe, bank: Bank) -> None:
    bank.expect_refusals()
    asked: list[Callable[[str], object]] = [
        stripe.look_at_setup,
        stripe.look_at_intent,
        stripe.look_at_payment_page,
        stripe.look_at_refund,
        stripe.close_setup_page,
        stripe.close_payment_page,
    ]
    for look in asked:
        with pytest.raises(RequestRefused, match="resource_missing"):
            look("xx_unknown")


def test_a_key_changed_in_the_settings_is_used_from_then_on(stripe: Stripe, bank: Bank, settings: Any) -> None:
    bank.expect_refusals()
    customer(stripe)
    settings.STRIPE_SECRET_KEY = "sk_live_never"
    with pytest.raises(OutcomeUnknown):
        customer(stripe, 2)
    settings.STRIPE_SECRET_KEY = "rk_test_restricted"
    customer(stripe, 3)


# the books


def test_the_books_show_a_charge_by_its_attempt_page_after_page(
    stripe: Stripe, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pooling.payments.stripe.PAGE_SIZE", 2)
    owner = customer(stripe)
    method = saved(stripe, bank, owner)
    results = {}
    for number in range(1, 6):
        request = charge_request(owner, method, attempt=f"attempt-{number}", amount=30_000 + number)
        results[request.attempt] = stripe.charge(key=request.attempt, parameters=stripe.charge_parameters(request))
    for key, result in results.items():
        assert stripe.find_charge(key=key, parameters={"customer": owner}, since=bank.now) == result
    assert stripe.find_charge(key="attempt-6", parameters={"customer": owner}, since=bank.now) is None
    assert stripe.find_charge(key="attempt-1", parameters={"customer": customer(stripe, 2)}, since=bank.now) is None


def test_the_books_are_read_from_an_hour_before_the_attempt_on(stripe: Stripe, bank: Bank) -> None:
    result = charged(stripe, bank)
    intent = bank.server.stripe_client().v1.payment_intents.retrieve(result.intent_ref)
    wanted = {"key": f"pledge-{PLEDGE}-attempt-1", "parameters": {"customer": intent.customer}}
    assert stripe.find_charge(**wanted, since=bank.now + timedelta(minutes=50)) == result
    assert stripe.find_charge(**wanted, since=bank.now + timedelta(minutes=70)) is None


# payment pages


def test_a_payment_page_asks_for_the_amount_and_names_the_attempt(stripe: Stripe, bank: Bank) -> None:
    page = payment_page(stripe, bank)
    made = session(bank, page)
    assert (made.mode, made.amount_total, made.currency, made.locale) == ("payment", 30_000, "chf", "fr")
    assert stripe.look_at_payment_page(page) == ChargeResult(Progress.OPEN)
    bank.control("checkout", session=page)
    result = stripe.look_at_payment_page(page)
    assert (result.progress, result.captured) == (Progress.SUCCEEDED, 30_000)
    intent = bank.server.stripe_client().v1.payment_intents.retrieve(result.intent_ref)
    assert intent.metadata["attempt"] == f"pledge-{PLEDGE}-attempt-2"


@pytest.mark.parametrize(("amount", "kinds"), [(500_000, ["card", "twint"]), (500_001, ["card"])])
def test_twint_pays_up_to_its_limit(stripe: Stripe, bank: Bank, amount: int, kinds: list[str]) -> None:
    page = payment_page(stripe, bank, amount=amount)
    assert session(bank, page).payment_method_types == kinds


def test_a_card_declined_on_the_page_leaves_it_open_for_another(stripe: Stripe, bank: Bank) -> None:
    bank.expect_refusals()
    page = payment_page(stripe, bank)
    with pytest.raises(ValueError, match="declined"):
        bank.control("checkout", session=page, do="fail")
    declined = stripe.look_at_payment_page(page)
    assert (declined.progress, declined.intent_ref[:3]) == (Progress.OPEN, "pi_")
    bank.control("checkout", session=page)
    assert stripe.look_at_payment_page(page) == ChargeResult(Progress.SUCCEEDED, declined.intent_ref, 30_000)


def test_a_completed_page_counts_only_once_it_is_paid(stripe: Stripe, bank: Bank) -> None:
    page = payment_page(stripe, bank)
    bank.control("checkout", session=page, later=True)
    assert stripe.look_at_payment_page(page).progress == Progress.OPEN
    bank.control("checkout", session=page, do="settle")
    assert stripe.look_at_payment_page(page).captured == 30_000


def test_a_delayed_payment_that_fails_has_failed(stripe: Stripe, bank: Bank) -> None:
    page = payment_page(stripe, bank)
    bank.control("checkout", session=page, later=True)
    bank.control("checkout", session=page, do="settle_fail")
    result = stripe.look_at_payment_page(page)
    assert (result.progress, result.failure) == (Progress.FAILED, "generic_decline")


def test_a_page_that_ran_out_has_failed(stripe: Stripe, bank: Bank) -> None:
    page = payment_page(stripe, bank)
    bank.later(minutes=32)
    assert stripe.look_at_payment_page(page) == ChargeResult(Progress.FAILED, failure="expired")


def test_closing_a_payment_page_says_whether_somebody_was_faster(stripe: Stripe, bank: Bank) -> None:
    bank.expect_refusals()
    page = payment_page(stripe, bank)
    assert stripe.close_payment_page(page) == ChargeResult(Progress.FAILED, failure="expired")
    assert stripe.close_payment_page(page) == ChargeResult(Progress.FAILED, failure="expired")
    paid = payment_page(stripe, bank, attempt="attempt-3")
    bank.control("checkout", session=paid)
    assert stripe.close_payment_page(paid).captured == 30_000


# giving up


def test_a_declined_payment_is_given_up_and_that_twice_is_fine(stripe: Stripe, bank: Bank) -> None:
    declined = charged(stripe, bank, behaviour={"decline": "generic_decline"})
    assert stripe.abandon_intent(declined.intent_ref).failure == "canceled"
    assert stripe.abandon_intent(declined.intent_ref).failure == "canceled"
    assert len(bank.requests("/cancel$")) == 1


def test_a_payment_that_went_through_after_all_is_not_given_up(stripe: Stripe, bank: Bank) -> None:
    result = charged(stripe, bank)
    assert stripe.abandon_intent(result.intent_ref) == result
    assert not bank.requests("/cancel$")


def test_a_payment_that_stripe_does_not_know_can_be_finished_by_nobody(stripe: Stripe, bank: Bank) -> None:
    bank.expect_refusals()
    assert stripe.abandon_intent("pi_unknown").progress == Progress.FAILED


# refunds


def refund_parameters(stripe: Stripe, intent_ref: str, amount: int, refund: str = "refund-1") -> dict[str, Any]:
    return stripe.refund_parameters(RefundRequest(intent_ref=intent_ref, amount=amount, refund=refund, pledge=PLEDGE))


def test_a_refund_sends_part_of_a_payment_back_once(stripe: Stripe, bank: Bank) -> None:
    intent = charged(stripe, bank).intent_ref
    parameters = refund_parameters(stripe, intent, 10_000)
    result = stripe.refund(key="r", parameters=parameters)
    assert (result.progress, result.ref[:3]) == (Progress.SUCCEEDED, "re_")
    assert stripe.refund(key="r", parameters=dict(reversed(parameters.items()))) == result
    assert stripe.look_at_refund(result.ref) == result
    assert bank.ledger()["refunded"] == 10_000


def test_the_books_show_a_refund_by_its_own_id(stripe: Stripe, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pooling.payments.stripe.PAGE_SIZE", 1)
    intent = charged(stripe, bank).intent_ref
    parameters = [refund_parameters(stripe, intent, 100, f"refund-{number}") for number in range(3)]
    results = [stripe.refund(key=f"r{number}", parameters=each) for number, each in enumerate(parameters)]
    assert [stripe.find_refund(parameters=each) for each in parameters] == results
    assert stripe.find_refund(parameters=refund_parameters(stripe, intent, 100, "refund-4")) is None


def test_more_than_was_paid_is_not_refunded(stripe: Stripe, bank: Bank) -> None:
    bank.expect_refusals()
    intent = charged(stripe, bank).intent_ref
    with pytest.raises(RequestRefused):
        stripe.refund(key="r1", parameters=refund_parameters(stripe, intent, 30_001))
    stripe.refund(key="r2", parameters=refund_parameters(stripe, intent, 30_000))
    with pytest.raises(RequestRefused, match="charge_already_refunded"):
        stripe.refund(key="r3", parameters=refund_parameters(stripe, intent, 30_000, "refund-2"))


@pytest.mark.parametrize("kind", ["429", "503"])
def test_a_refund_without_a_clear_answer_is_unknown(stripe: Stripe, bank: Bank, kind: str) -> None:
    intent = charged(stripe, bank).intent_ref
    bank.fault(kind, "^/v1/refunds$", count=EVERY_RETRY, seconds=1)
    with pytest.raises(OutcomeUnknown):
        stripe.refund(key="r", parameters=refund_parameters(stripe, intent, 100))


# answers that the stand-in does not give


@pytest.mark.parametrize(
    ("status", "progress", "failure"),
    [
        ("succeeded", Progress.SUCCEEDED, ""),
        ("pending", Progress.OPEN, ""),
        ("requires_action", Progress.OPEN, ""),
        ("failed", Progress.FAILED, "lost_or_stolen_card"),
        ("canceled", Progress.FAILED, "lost_or_stolen_card"),
    ],
)
def test_what_a_refunds_status_means(status: str, progress: Progress, failure: str) -> None:
    result = refund_result({"id": "re_1", "status": status, "failure_reason": "lost_or_stolen_card"})
    assert (result.progress, result.ref, result.failure) == (progress, "re_1", failure)


@pytest.mark.parametrize(
    ("status", "progress", "failure"),
    [
        ("succeeded", Progress.SUCCEEDED, ""),
        ("processing", Progress.OPEN, ""),
        ("requires_capture", Progress.OPEN, ""),
        ("requires_action", Progress.FAILED, "authentication_required"),
        ("requires_payment_method", Progress.FAILED, "do_not_honor"),
        ("requires_confirmation", Progress.FAILED, "do_not_honor"),
        ("canceled", Progress.FAILED, "canceled"),
    ],
)
def test_what_an_off_session_intents_status_means(status: str, progress: Progress, failure: str) -> None:
    error = {"code": "card_declined", "decline_code": "do_not_honor"}
    intent = {"id": "pi_1", "status": status, "amount_received": 7, "last_payment_error": error}
    captured = 7 if progress == Progress.SUCCEEDED else 0
    assert off_session_result(intent) == ChargeResult(progress, "pi_1", captured, failure)


def test_an_intent_that_was_never_confirmed_says_so() -> None:
    intent = {"id": "pi_1", "status": "requires_confirmation", "last_payment_error": None}
    assert off_session_result(intent).failure == "requires_confirmation"


def test_a_person_at_their_bank_keeps_the_page_open() -> None:
    intent = {"id": "pi_1", "status": "requires_action"}
    page = {"status": "open", "payment_status": "unpaid", "payment_intent": intent}
    assert page_result(page) == ChargeResult(Progress.OPEN, "pi_1")


@pytest.mark.parametrize(
    ("status", "intent", "progress"),
    [
        ("complete", {"status": "processing", "payment_method": None}, Progress.OPEN),
        ("complete", {"status": "requires_payment_method", "payment_method": None}, Progress.FAILED),
        ("complete", "seti_not_expanded", Progress.FAILED),
        ("complete", {"status": "succeeded", "payment_method": {"id": "pm", "customer": None}}, Progress.FAILED),
        ("expired", {"status": "canceled", "payment_method": None}, Progress.FAILED),
    ],
)
def test_a_setup_without_a_usable_method_brings_none(status: str, intent: Any, progress: Progress) -> None:
    result = setup_result({"status": status, "setup_intent": intent})
    assert (result.progress, result.method) == (progress, None)


@pytest.mark.parametrize(
    ("card", "label"),
    [
        ({"brand": "visa", "display_brand": "visa"}, "Visa •••• 1234"),
        ({"brand": "amex", "display_brand": "american_express"}, "American Express •••• 1234"),
        ({"brand": "jcb"}, "JCB •••• 1234"),
        ({"brand": "mastercard", "display_brand": "eftpos_australia"}, "Eftpos Australia •••• 1234"),
    ],
)
def test_how_cards_are_called(card: dict[str, str], label: str) -> None:
    full = {**card, "last4": "1234", "exp_year": 2028, "exp_month": 2}
    method = method_of({"id": "pm_1", "type": "card", "customer": {"id": "cus_1"}, "card": full})
    assert (method.label, method.customer_ref, method.expires_on) == (label, "cus_1", date(2028, 2, 29))


@pytest.mark.parametrize(
    ("title", "suffix"),
    [
        ("Newsletter, die gelesen werden", "NEWSLETTER"),
        ("Öffentlichkeitsarbeit", "OFFENTLICHKE"),
        ("Données: l'essentiel", "DONNEES L ES"),
        ("2026 / 27", ""),
        ("Web", ""),
        ("日本語", ""),
        ("<script>", "SCRIPT"),
    ],
)
def test_the_statement_names_the_workshop_where_that_is_allowed(title: str, suffix: str) -> None:
    assert statement_suffix(title) == suffix


def test_parameters_have_one_order() -> None:
    assert list(in_order({"b": {"d": 1, "c": 2}, "a": [3]}).items()) == [("a", [3]), ("b", {"c": 2, "d": 1})]
