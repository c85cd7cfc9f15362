"""The stand-in's disputes: what Stripe says of them, and what it refuses meanwhile."""

import pytest
import stripe

from tests.stripe_server.client import StripeServer
from tests.stripe_server.receiver import WebhookReceiver

from .test_stripe_server import client, customer, receiver, running, save, server

__all__ = ["client", "customer", "receiver", "running", "save", "server"]


@pytest.fixture
def paid(client: stripe.StripeClient) -> str:
    made = client.v1.payment_intents.create(
        {
            "amount": 30_000,
            "currency": "chf",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "return_url": "https://a.example",
        }
    )
    return made.id


def refund(client: stripe.StripeClient, intent: str) -> str:
    return client.v1.refunds.create({"payment_intent": intent, "amount": 1_000}).status or ""


def test_a_dispute_withdraws_its_amount_and_says_until_when_to_answer(
    server: StripeServer, client: stripe.StripeClient, paid: str
) -> None:
    ref = server.control("dispute", intent=paid, amount=12_000, reason="duplicate")["id"]
    dispute = client.v1.disputes.retrieve(ref)
    assert (dispute.status, dispute.amount, dispute.reason, dispute.payment_intent) == (
        "needs_response",
        12_000,
        "duplicate",
        paid,
    )
    assert [moved.amount for moved in dispute.balance_transactions] == [-12_000]
    assert dispute.evidence_details.due_by > dispute.created
    assert client.v1.charges.list({"payment_intent": paid}).data[0].disputed
    assert [each.id for each in client.v1.disputes.list({"payment_intent": paid})] == [ref]


@pytest.mark.parametrize(
    ("status", "is_refundable"),
    [("needs_response", False), ("under_review", False), ("lost", False), ("won", True), ("warning_closed", True)],
)
def test_what_a_bank_holds_or_took_is_not_refunded(
    server: StripeServer, client: stripe.StripeClient, paid: str, status: str, *, is_refundable: bool
) -> None:
    first = "warning_needs_response" if status == "warning_closed" else "needs_response"
    ref = server.control("dispute", intent=paid, status=first)["id"]
    server.control("dispute", dispute=ref, status=status)
    if is_refundable:
        assert refund(client, paid) == "succeeded"
        return
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refund(client, paid)
    assert refused.value.code == "charge_disputed"


def test_a_dispute_that_was_won_gives_its_amount_back(
    server: StripeServer, client: stripe.StripeClient, paid: str
) -> None:
    ref = server.control("dispute", intent=paid)["id"]
    server.control("dispute", dispute=ref, status="won")
    assert [moved.amount for moved in client.v1.disputes.retrieve(ref).balance_transactions] == [-30_000, 30_000]


def test_evidence_puts_it_under_review_and_closing_loses_it(
    server: StripeServer, client: stripe.StripeClient, paid: str
) -> None:
    ref = server.control("dispute", intent=paid)["id"]
    answered = client.v1.disputes.update(ref, {"evidence": {"uncategorized_text": "Kurs besucht"}, "submit": True})
    assert answered.status == "under_review"
    assert client.v1.disputes.close(ref).status == "lost"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.disputes.close(ref)


def test_each_step_is_told_by_its_event(
    server: StripeServer, client: stripe.StripeClient, receiver: WebhookReceiver, paid: str
) -> None:
    ref = server.control("dispute", intent=paid, status="warning_needs_response")["id"]
    for status in ("needs_response", "under_review", "lost"):
        server.control("dispute", dispute=ref, status=status)
    events = [event for event in client.v1.events.list({"limit": 100}) if event.type.startswith("charge.dispute.")]
    assert [event.type.removeprefix("charge.dispute.") for event in reversed(events)] == [
        "created",
        "updated",
        "funds_withdrawn",
        "updated",
        "closed",
    ]
