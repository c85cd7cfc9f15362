"""The stand-in for Stripe behaves as the payment code is told that Stripe does."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import stripe

from tests.stripe_server.api import find  # importing the API registers its operations
from tests.stripe_server.client import StripeServer
from tests.stripe_server.config import TEST_SIGNING
from tests.stripe_server.receiver import WebhookReceiver
from tests.stripe_server.routes import ROUTES
from tests.stripe_server.schema import RESOURCES, nullable

DAY = 86400


@pytest.fixture(scope="session")
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as listening:
        yield listening


@pytest.fixture(scope="session")
def running(receiver: WebhookReceiver) -> Iterator[StripeServer]:
    with StripeServer(webhook_url=receiver.url, webhook_retry_delay=0.05) as server:
        yield server


@pytest.fixture
def server(running: StripeServer, receiver: WebhookReceiver) -> StripeServer:
    running.reset(webhook_url=receiver.url, webhook_secret=running.webhook_secret)
    receiver.clear()
    return running


@pytest.fixture
def client(server: StripeServer) -> stripe.StripeClient:
    return server.stripe_client()


@pytest.fixture
def customer(client: stripe.StripeClient) -> str:
    return client.v1.customers.create({"email": "kasse@verein.example"}).id


@pytest.fixture
def save(server: StripeServer, client: stripe.StripeClient, customer: str) -> Callable[..., str]:
    """Save a payment method through Checkout; returns its id."""

    def save(name: str = "pm_card_visa") -> str:
        session = client.v1.checkout.sessions.create(setup_session(customer))
        server.control("checkout", session=session.id, payment_method=name)
        intent = client.v1.setup_intents.retrieve(str(session.setup_intent))
        return str(intent.payment_method)

    return save


@pytest.fixture
def charge(client: stripe.StripeClient, customer: str) -> Callable[..., stripe.PaymentIntent]:
    """Charge a payment method off-session, as the portal does when a pool is funded."""

    def charge(method: str, key: str | None = None, **params: Any) -> stripe.PaymentIntent:
        options: Any = {"idempotency_key": key or str(uuid4())}
        return client.v1.payment_intents.create(off_session_payment(customer, method, **params), options)

    return charge


def setup_session(customer: str, **params: Any) -> Any:
    return {
        "mode": "setup",
        "currency": "chf",
        "customer": customer,
        "success_url": "https://portal.example/thanks/{CHECKOUT_SESSION_ID}",
        "metadata": {"pledge": "p1"},
        "setup_intent_data": {"metadata": {"pledge": "p1"}},
        **params,
    }


def payment_session(customer: str, amount: int = 12_000, **params: Any) -> Any:
    price = {"currency": "chf", "unit_amount": amount, "product_data": {"name": "Workshop"}}
    return {
        "mode": "payment",
        "customer": customer,
        "line_items": [{"quantity": 1, "price_data": price}],
        "success_url": "https://portal.example/thanks/",
        "payment_intent_data": {"metadata": {"pledge": "p1"}},
        **params,
    }


def off_session_payment(customer: str, method: str, **params: Any) -> Any:
    return {
        "amount": 12_000,
        "currency": "chf",
        "customer": customer,
        "payment_method": method,
        "confirm": True,
        "off_session": True,
        "allowed_payment_method_types": ["card"],
        "metadata": {"pledge": "p1", "attempt": "1"},
        **params,
    }


def events(receiver: WebhookReceiver, client: stripe.StripeClient, secret: str = TEST_SIGNING) -> list[stripe.Event]:
    """What has arrived, each verified as the portal verifies it."""
    return [client.construct_event(one.body, one.signature, secret) for one in receiver.received]


def types(receiver: WebhookReceiver, client: stripe.StripeClient) -> list[str]:
    return [event.type for event in events(receiver, client)]


# What is accepted


def test_every_operation_finds_its_parameter_type() -> None:
    assert len(ROUTES) >= 44
    for route in ROUTES:
        assert "expand" in route.shape.fields or route.method == "DELETE", route.path


def test_search_is_not_taken_for_an_intent() -> None:
    route, ids = find("GET", "/v1/payment_intents/search")
    assert (route.params, ids) == ("PaymentIntentSearchParams", {})


def test_every_resource_starts_with_its_nullable_fields() -> None:
    assert {"last_payment_error", "latest_charge", "next_action"} <= set(nullable("payment_intent"))
    assert "amount" not in nullable("payment_intent")
    assert all(nullable(kind) for kind in RESOURCES)


def test_payment_method_types_is_refused(client: stripe.StripeClient, customer: str) -> None:
    creations: list[Callable[[Any], Any]] = [
        client.v1.payment_intents.create,
        client.v1.setup_intents.create,
        client.v1.checkout.sessions.create,
    ]
    bodies = [
        {"amount": 1000, "currency": "chf", "payment_method_types": ["card"]},
        {"payment_method_types": ["card"]},
        setup_session(customer, payment_method_types=["card"]),
    ]
    for create, body in zip(creations, bodies, strict=True):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            create(body)
        assert refused.value.http_status == 400
        assert refused.value.code == "payment_method_types_no_longer_supported"


@pytest.mark.parametrize(
    ("wrong", "param", "code"),
    [
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"shipping": {"name": "A", "address": {}, "colour": "red"}}, "shipping[colour]", "parameter_unknown"),
        ({"shipping": {"name": "A"}}, "shipping[address]", "parameter_missing"),
        ({"amount": "12.50"}, "amount", "parameter_invalid_integer"),
        ({"confirm": "yes"}, "confirm", None),
        ({"capture_method": "later"}, "capture_method", None),
        ({"expand": "customer"}, "expand", None),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]", None),
        ({"description": "d" * 1001}, "description", None),
        ({"return_url": ""}, "return_url", "parameter_invalid_empty"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(
    client: stripe.StripeClient, server: StripeServer, wrong: Any, param: str, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create({"amount": 1000, "currency": "chf", **wrong})
    assert (refused.value.http_status, refused.value.param, refused.value.code) == (400, param, code)
    assert len(server.control("violations")) == 1


def test_a_required_parameter_is_missed(client: stripe.StripeClient) -> None:
    without_currency: Any = {"amount": 1000}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(without_currency)
    assert (refused.value.param, refused.value.code) == ("currency", "parameter_missing")


def test_metadata_is_merged_and_cleared(client: stripe.StripeClient, customer: str) -> None:
    client.v1.customers.update(customer, {"metadata": {"a": "1", "b": "2"}})
    merged = client.v1.customers.update(customer, {"metadata": {"a": "", "c": "3"}})
    assert merged.to_dict()["metadata"] == {"b": "2", "c": "3"}
    assert client.v1.customers.update(customer, {"metadata": ""}).to_dict()["metadata"] == {}


def test_a_live_key_is_refused(server: StripeServer) -> None:
    with pytest.raises(stripe.AuthenticationError):
        server.stripe_client("sk_" + "live_123").v1.customers.list()


def test_another_api_version_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.list({}, {"stripe_version": "2020-08-27"})


# Saving and charging


def test_checkout_saves_a_method(client: stripe.StripeClient, save: Callable[..., str], customer: str) -> None:
    method = save()
    assert [saved.id for saved in client.v1.customers.payment_methods.list(customer).data] == [method]
    session = client.v1.checkout.sessions.list({"customer": customer}).data[0]
    assert (session.status, session.payment_status) == ("complete", "no_payment_required")


def test_the_checkout_page_saves_a_method(server: StripeServer, client: stripe.StripeClient, customer: str) -> None:
    session = client.v1.checkout.sessions.create(setup_session(customer))
    path = str(session.url).removeprefix(server.base)
    status, page = server.request("GET", path)
    assert status == 200
    assert "Save a payment method" in page
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.request("POST", path, "do=fail", **form)[0] == 200
    assert server.request("POST", path, "do=pay&pm=pm_twint", **form)[0] == 303
    assert client.v1.customers.payment_methods.list(customer).data[0].type == "twint"


def test_a_checkout_payment_is_paid(server: StripeServer, client: stripe.StripeClient, customer: str) -> None:
    session = client.v1.checkout.sessions.create(payment_session(customer))
    server.control("checkout", session=session.id)
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent", "line_items"]}).to_dict()
    assert paid["payment_status"] == "paid"
    assert paid["payment_intent"]["amount_received"] == 12_000
    assert paid["line_items"]["data"][0]["description"] == "Workshop"


def test_the_checkout_page_is_paid_with_twint(server: StripeServer, client: stripe.StripeClient, customer: str) -> None:
    session = client.v1.checkout.sessions.create(payment_session(customer))
    path = str(session.url).removeprefix(server.base)
    assert "Pay with TWINT" in server.request("GET", path)[1]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.request("POST", path, "do=twint&pm=pm_card_visa", **form)[0] == 303
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]}).to_dict()
    assert paid["payment_intent"]["latest_charge"]["payment_method_details"]["type"] == "twint"


@pytest.mark.parametrize(("do", "outcome"), [("settle", "succeeded"), ("settle_fail", "failed")])
def test_a_delayed_payment_is_settled_later(
    server: StripeServer,
    client: stripe.StripeClient,
    receiver: WebhookReceiver,
    customer: str,
    do: str,
    outcome: str,
) -> None:
    session = client.v1.checkout.sessions.create(payment_session(customer))
    assert server.control("checkout", session=session.id, later=True)["payment_status"] == "unpaid"
    settled = server.control("checkout", session=session.id, do=do)
    assert settled["payment_status"] == ("paid" if outcome == "succeeded" else "unpaid")
    server.wait_for_webhooks()
    assert types(receiver, client)[-1] == f"checkout.session.async_payment_{outcome}"


def test_a_session_expires_with_the_clock(server: StripeServer, client: stripe.StripeClient, customer: str) -> None:
    session = client.v1.checkout.sessions.create(setup_session(customer, expires_at=int(time.time()) + 1800))
    server.control("clock", advance=1801)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    with pytest.raises(ValueError, match="is expired"):
        server.control("checkout", session=session.id)


def test_an_off_session_charge_succeeds(
    server: StripeServer, save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    assert charge(save()).status == "succeeded"
    ledger = server.control("charges", by="pledge")
    assert ledger["groups"] == {"p1": {"charges": 1, "captured": 12_000, "refunded": 0}}
    assert ledger["more_than_one_charge"] == []


def test_twint_needs_a_mandate_off_session(
    save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="no mandate"):
        charge("pm_twint", allowed_payment_method_types=["twint"])
    saved = save("pm_twint")
    assert charge(saved, allowed_payment_method_types=["twint"]).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="5,000"):
        charge(saved, amount=500_001, allowed_payment_method_types=["twint"])


def test_a_declined_card_answers_402(
    client: stripe.StripeClient, save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    with pytest.raises(stripe.CardError) as declined:
        charge(save("pm_card_chargeCustomerFail"))
    error = declined.value
    assert (error.http_status, error.code) == (402, "card_declined")
    intent = client.v1.payment_intents.retrieve(error.json_body["error"]["payment_intent"]["id"])
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.decline_code == "generic_decline"


def test_a_card_that_asks_its_holder_declines_off_session(
    save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    with pytest.raises(stripe.CardError) as declined:
        charge(save("pm_card_authenticationRequired"))
    assert (declined.value.http_status, declined.value.code) == (402, "authentication_required")


def test_a_holder_passes_the_banks_challenge(server: StripeServer, client: stripe.StripeClient, customer: str) -> None:
    params = off_session_payment(
        customer, "pm_card_authenticationRequired", off_session=False, return_url="https://portal.example/back/"
    )
    intent = client.v1.payment_intents.create(params)
    assert intent.status == "requires_action"
    assert server.control("authenticate", intent=intent.id)["status"] == "succeeded"


def test_a_saved_card_turns_bad(
    server: StripeServer, save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    method = save()
    server.control("behaviour", payment_method=method, set={"decline": "insufficient_funds"})
    with pytest.raises(stripe.CardError, match="insufficient funds"):
        charge(method)


def test_a_cancelled_intent_cannot_be_confirmed(client: stripe.StripeClient, customer: str) -> None:
    intent = client.v1.payment_intents.create({"amount": 1000, "currency": "chf", "customer": customer})
    assert client.v1.payment_intents.cancel(intent.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert refused.value.code == "payment_intent_unexpected_state"


def test_refunds_are_partial_until_nothing_is_left(
    server: StripeServer,
    client: stripe.StripeClient,
    save: Callable[..., str],
    charge: Callable[..., stripe.PaymentIntent],
) -> None:
    intent = charge(save())
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 2000, "metadata": {"refund": "r1"}})
    client.v1.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_already_refunded"
    assert server.control("charges")["refunded"] == 12_000
    found = client.v1.charges.retrieve(str(intent.latest_charge), {"expand": ["refunds"]}).to_dict()
    assert [refund["amount"] for refund in found["refunds"]["data"]] == [10_000, 2000]


def test_twint_is_refundable_for_180_days(
    server: StripeServer,
    client: stripe.StripeClient,
    save: Callable[..., str],
    charge: Callable[..., stripe.PaymentIntent],
) -> None:
    intent = charge(save("pm_twint"), allowed_payment_method_types=["twint"])
    server.control("clock", advance=180 * DAY)
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    server.control("clock", advance=DAY)
    with pytest.raises(stripe.InvalidRequestError, match="within 180 days"):
        client.v1.refunds.create({"payment_intent": intent.id})


def test_lists_come_in_pages_and_by_time(client: stripe.StripeClient, server: StripeServer, customer: str) -> None:
    for number in range(3):
        client.v1.payment_intents.create({"amount": 1000 + number, "currency": "chf", "customer": customer})
    page = client.v1.payment_intents.list({"customer": customer, "limit": 2})
    assert [intent.amount for intent in page.data] == [1002, 1001]
    assert [intent.amount for intent in page.auto_paging_iter()] == [1002, 1001, 1000]
    now = server.control("clock", advance=100)["now"]
    assert client.v1.payment_intents.list({"created": {"gte": now - 50}}).data == []


def test_search_lags(client: stripe.StripeClient, server: StripeServer) -> None:
    client.v1.payment_intents.create({"amount": 1000, "currency": "chf", "metadata": {"pledge": "p9"}})
    query: Any = {"query": "metadata['pledge']:'p9'"}
    assert len(client.v1.payment_intents.search(query).data) == 1
    server.control("config", search_lag=60)
    assert client.v1.payment_intents.search(query).data == []


# Idempotency keys


def test_the_same_key_answers_again(
    server: StripeServer, save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    method = save()
    first, second = charge(method, "pledge-1-attempt-1"), charge(method, "pledge-1-attempt-1")
    assert first.id == second.id
    assert server.control("requests")[-1]["replayed"]
    assert server.control("charges")["succeeded"] == 1


def test_a_decline_is_answered_again(
    server: StripeServer, save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    method = save("pm_card_chargeCustomerFail")
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            charge(method, "k1")
    assert server.control("charges")["failed"] == 1


def test_the_same_key_with_other_parameters_is_refused(
    save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    method = save()
    charge(method, "k1")
    with pytest.raises(stripe.IdempotencyError) as refused:
        charge(method, "k1", amount=13_000)
    assert refused.value.http_status == 400


def test_a_refused_request_leaves_its_key_free(
    save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    method = save()
    with pytest.raises(stripe.InvalidRequestError):
        charge(method, "k1", amount=1)
    assert charge(method, "k1").status == "succeeded"


def test_a_key_is_forgotten_after_a_day(
    server: StripeServer, save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    method = save()
    first = charge(method, "k1")
    server.control("clock", advance=DAY - 60)
    assert charge(method, "k1").id == first.id
    server.control("clock", advance=120)
    assert charge(method, "k1").id != first.id
    assert server.control("charges")["more_than_one_charge"] == ["p1"]


# Faults


@pytest.mark.parametrize(
    ("kind", "error", "charged"),
    [
        ("429", stripe.RateLimitError, 0),
        ("409", stripe.APIError, 0),
        ("500", stripe.APIError, 0),
        ("503", stripe.APIError, 0),
        ("reset", stripe.APIConnectionError, 0),
        ("timeout", stripe.APIConnectionError, 0),
        ("reset_after", stripe.APIConnectionError, 1),
        ("timeout_after", stripe.APIConnectionError, 1),
        ("500_after", stripe.APIError, 1),
    ],
)
def test_the_same_key_charges_once_after_a_fault(
    server: StripeServer,
    save: Callable[..., str],
    charge: Callable[..., stripe.PaymentIntent],
    kind: str,
    error: type[stripe.StripeError],
    charged: int,
) -> None:
    method = save()
    server.control("faults", kind=kind, seconds=0.1, match="payment_intents")
    with pytest.raises(error) as failed:
        charge(method, "k1")
    assert failed.value.http_status == (int(kind[:3]) if kind[0].isdigit() else None)
    assert server.control("charges")["succeeded"] == charged
    assert charge(method, "k1").status == "succeeded"
    assert server.control("charges")["succeeded"] == 1


def test_a_kept_500_stays_although_it_charged(
    server: StripeServer, save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    method = save()
    server.control("faults", kind="500_after_sticky", match="payment_intents")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            charge(method, "k1")
    assert server.control("charges")["succeeded"] == 1


def test_a_slow_request_keeps_its_key_busy(
    server: StripeServer, save: Callable[..., str], charge: Callable[..., stripe.PaymentIntent]
) -> None:
    method = save()
    server.control("faults", kind="slow", seconds=0.5, match="payment_intents")
    answers: list[stripe.PaymentIntent] = []
    slow = threading.Thread(target=lambda: answers.append(charge(method, "k1")))
    slow.start()
    while slow.is_alive() and not server.control("charges")["succeeded"]:
        time.sleep(0.01)
    with pytest.raises(stripe.APIError) as busy:
        charge(method, "k1")
    assert busy.value.http_status == 409
    assert busy.value.json_body["error"]["code"] == "idempotency_key_in_use"
    slow.join()
    assert answers[0].id == charge(method, "k1").id


def test_faults_count_skip_and_match(server: StripeServer, client: stripe.StripeClient) -> None:
    server.control("faults", kind="500", count=2, skip=1, match="customers$", method="GET")
    client.v1.customers.create({})
    client.v1.customers.list()
    client.v1.refunds.list()
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client.v1.customers.list()
    client.v1.customers.list()
    assert server.control("faults", clear=True) == []
    with pytest.raises(ValueError, match="unknown kind"):
        server.control("faults", kind="earthquake")


def test_too_many_requests_in_a_second_answer_429(server: StripeServer, client: stripe.StripeClient) -> None:
    server.control("config", rate_limit=2)
    client.v1.customers.list()
    client.v1.customers.list()
    with pytest.raises(stripe.RateLimitError):
        client.v1.customers.list()


# Webhooks


def test_events_arrive_signed_and_in_order(
    server: StripeServer,
    client: stripe.StripeClient,
    receiver: WebhookReceiver,
    save: Callable[..., str],
    charge: Callable[..., stripe.PaymentIntent],
) -> None:
    charge(save(), "k1")
    server.wait_for_webhooks()
    received = events(receiver, client)
    assert [event.type for event in received] == [
        "customer.created",
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
        "checkout.session.completed",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert received[-1].to_dict()["request"]["idempotency_key"] == "k1"
    listed = client.v1.events.list({"type": "payment_intent.*"})
    assert [event.type for event in listed.data] == ["payment_intent.succeeded", "payment_intent.created"]


def test_duplicate_sends_an_event_twice(
    server: StripeServer, client: stripe.StripeClient, receiver: WebhookReceiver
) -> None:
    server.control("webhooks", mode="duplicate")
    client.v1.customers.create({})
    server.wait_for_webhooks()
    first, second = events(receiver, client)
    assert first.id == second.id


def test_delay_sends_an_event_late(
    server: StripeServer, client: stripe.StripeClient, receiver: WebhookReceiver
) -> None:
    server.control("webhooks", mode="delay", seconds=0.3, types=["customer.created"])
    customer = client.v1.customers.create({})
    client.v1.customers.update(customer.id, {"name": "Verein"})
    server.wait_for_webhooks()
    assert types(receiver, client) == ["customer.updated", "customer.created"]


def test_drop_sends_nothing_until_resent(
    server: StripeServer, client: stripe.StripeClient, receiver: WebhookReceiver
) -> None:
    server.control("webhooks", mode="drop")
    client.v1.customers.create({})
    server.wait_for_webhooks()
    assert receiver.received == []
    assert [delivery["status"] for delivery in server.control("deliveries")] == ["dropped"]
    undelivered = client.v1.events.list({"delivery_success": False}).data
    assert [event.type for event in undelivered] == ["customer.created"]
    server.control("webhooks", resend=undelivered[0].id)
    server.wait_for_webhooks()
    assert types(receiver, client) == ["customer.created"]
    assert client.v1.events.list({"delivery_success": False}).data == []


def test_hold_keeps_events_until_released(
    server: StripeServer, client: stripe.StripeClient, receiver: WebhookReceiver
) -> None:
    assert server.control("webhooks", mode="hold", count=2)["held"] == 0
    customer = client.v1.customers.create({})
    client.v1.customers.update(customer.id, {"name": "Verein"})
    server.wait_for_webhooks()
    assert receiver.received == []
    assert server.control("webhooks", release=True, reverse=False) == {"released": 2}
    server.wait_for_webhooks()
    assert types(receiver, client) == ["customer.created", "customer.updated"]


def test_reorder_sends_the_newest_first(
    server: StripeServer, client: stripe.StripeClient, receiver: WebhookReceiver
) -> None:
    server.control("webhooks", mode="reorder", count=2)
    customer = client.v1.customers.create({})
    client.v1.customers.update(customer.id, {"name": "Verein"})
    server.wait_for_webhooks()
    assert types(receiver, client) == ["customer.updated", "customer.created"]


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("bad_signature", "No signatures found"),
        ("old_timestamp", "outside the tolerance zone"),
        ("tampered", "No signatures found"),
    ],
)
def test_a_spoiled_event_fails_verification(
    server: StripeServer, client: stripe.StripeClient, receiver: WebhookReceiver, mode: str, message: str
) -> None:
    server.control("webhooks", mode=mode)
    client.v1.customers.create({})
    server.wait_for_webhooks()
    assert json.loads(receiver.received[0].body)["livemode"] is (mode == "tampered")
    with pytest.raises(stripe.SignatureVerificationError, match=message):
        events(receiver, client)


def test_a_refused_event_is_sent_again(
    server: StripeServer, client: stripe.StripeClient, receiver: WebhookReceiver
) -> None:
    receiver.refusals = 2
    client.v1.customers.create({})
    server.wait_for_webhooks()
    assert [delivery["status"] for delivery in server.control("deliveries")] == [500, 500, 200]
    assert len({event.id for event in events(receiver, client)}) == 1


def test_an_endpoint_made_through_the_api_has_its_own_secret(
    server: StripeServer, client: stripe.StripeClient, receiver: WebhookReceiver
) -> None:
    server.reset(webhook_url="", webhook_secret="")
    made = client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["customer.created"]})
    assert "secret" not in client.v1.webhook_endpoints.retrieve(made.id).to_dict()
    client.v1.customers.create({})
    server.wait_for_webhooks()
    assert [event.type for event in events(receiver, client, str(made.secret))] == ["customer.created"]
    with pytest.raises(stripe.InvalidRequestError, match="loopback"):
        client.v1.webhook_endpoints.create({"url": "https://portal.example/", "enabled_events": ["*"]})


def test_help_names_every_control(server: StripeServer) -> None:
    status, text = server.request("GET", "/_ctl/help")
    assert status == 200
    assert set(json.loads(text)) == {
        "authenticate",
        "behaviour",
        "charges",
        "checkout",
        "clock",
        "config",
        "deliveries",
        "dispute",
        "faults",
        "help",
        "idle",
        "mandate",
        "renew",
        "requests",
        "reset",
        "violations",
        "webhooks",
    }
    assert server.request("GET", "/_ctl/nothing")[0] == 404
