"""Stripe's webhooks at our door: who is let in, and that what they say is looked up and never believed."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from stripe import WebhookSignature

from pooling.actions.mending import open_payment_page
from pooling.actions.methods import open_setup_page
from pooling.actions.notices import handle_waiting_events
from pooling.actions.pools import cancel_pool
from pooling.actions.settlement import claim_due_charge
from pooling.invariants import breaches
from pooling.models import Attempt, Charge, ChargeState, PledgeState, Refund, RefundState, WebhookEvent
from pooling.payments import provider
from pooling.payments.base import ForgedNotice, Notice
from pooling.webhooks import LARGEST

from . import factories as make
from .stripe_fixtures import EVERY_RETRY, Bank, post_notice, session_of

pytestmark = pytest.mark.django_db


def event(about: dict[str, Any], kind: str = "payment_intent.succeeded", ref: str = "evt_1") -> bytes:
    """The body of a notice as Stripe writes one."""
    return json.dumps({"id": ref, "object": "event", "type": kind, "data": {"object": about}}).encode()


def signature(body: bytes, settings: Any, *, age: int = 0) -> str:
    signed_at = int(time.time()) - age
    return WebhookSignature.generate_signature_header(body.decode(), settings.STRIPE_WEBHOOK_SECRET, signed_at)


def notices() -> list[str]:
    return list(WebhookEvent.objects.order_by("pk").values_list("kind", flat=True))


# who is let in


def test_only_posts_are_taken_and_the_address_has_no_language(bank: Bank, client: Client) -> None:
    assert reverse("stripe_webhook") == "/webhooks/stripe/"
    assert client.get("/webhooks/stripe/").status_code == 405
    assert client.put("/webhooks/stripe/").status_code == 405


def test_a_notice_needs_no_csrf_token(bank: Bank, settings: Any) -> None:
    body = event({"id": "pi_1", "object": "payment_intent"})
    response = post_notice(Client(enforce_csrf_checks=True), body, signature(body, settings))
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")


@pytest.mark.parametrize("mode", ["bad_signature", "old_timestamp", "tampered"])
def test_a_forged_notice_is_refused_in_a_sentence_and_leaves_no_trace(bank: Bank, client: Client, mode: str) -> None:
    bank.control("webhooks", mode=mode, count=100)
    bank.funded()
    statuses = bank.deliver(client)
    assert (set(statuses), len(statuses) > 3, notices()) == ({400}, True, [])


@pytest.mark.parametrize(
    "header",
    ["", "nonsense", "t=,v1=", "t=1,v1=2", "t=9999999999,v1=é", "v1=00", "t=٣,v1=00", ",,,=,"],
)
def test_no_header_opens_the_door_but_a_right_one(bank: Bank, client: Client, header: str) -> None:
    response = post_notice(client, event({"id": "pi_1", "object": "payment_intent"}), header.encode().decode("latin-1"))
    assert (response.status_code, notices()) == (400, [])
    assert "not signed by Stripe" in response.content.decode()


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"text"', b"{}", b"{", b'{"id": "evt_1", "object": "event", "type": "x", "data": 3}']
)
def test_a_signed_body_that_is_no_event_is_refused(bank: Bank, client: Client, settings: Any, body: bytes) -> None:
    assert post_notice(client, body, signature(body, settings)).status_code == 400
    assert notices() == []


def test_a_body_that_is_no_text_is_refused(bank: Bank, client: Client) -> None:
    assert post_notice(client, b"\xff\xfe", "t=1,v1=00").status_code == 400


def test_nothing_is_believed_without_a_secret(bank: Bank, client: Client, settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRET = ""
    body = event({"id": "pi_1", "object": "payment_intent"})
    assert post_notice(client, body, signature(body, settings)).status_code == 400


def test_a_notice_is_good_for_five_minutes(bank: Bank, client: Client, settings: Any) -> None:
    body = event({"id": "pi_1", "object": "payment_intent"})
    assert post_notice(client, body, signature(body, settings, age=302)).status_code == 400
    assert post_notice(client, body, signature(body, settings, age=290)).status_code == 200


@pytest.mark.parametrize("size", [LARGEST + 1, 3 * LARGEST])
def test_a_body_that_is_too_large_is_not_read(bank: Bank, client: Client, size: int) -> None:
    assert post_notice(client, b"x" * size, "t=1,v1=00").status_code == 413


def test_a_length_that_is_no_number_is_no_server_error(bank: Bank, client: Client) -> None:
    headers = {"Stripe-Signature": "t=1,v1=00"}
    url = reverse("stripe_webhook")
    response = client.post(url, data=b"{}", content_type="application/json", headers=headers, CONTENT_LENGTH="many")
    assert response.status_code == 413


# what they are about


@pytest.mark.parametrize(
    ("about", "notice"),
    [
        ({"object": "checkout.session", "id": "cs_1"}, {"page_ref": "cs_1"}),
        ({"object": "payment_intent", "id": "pi_1"}, {"intent_ref": "pi_1"}),
        ({"object": "refund", "id": "re_1"}, {"refund_ref": "re_1"}),
        ({"object": "charge", "id": "ch_1", "payment_intent": "pi_1"}, {"intent_ref": "pi_1"}),
        ({"object": "charge", "id": "ch_1", "payment_intent": None}, {}),
        (
            {"object": "dispute", "id": "du_1", "payment_intent": "pi_1"},
            {"intent_ref": "pi_1", "dispute_ref": "du_1"},
        ),
        ({"object": "setup_intent", "id": "seti_1"}, {}),
        ({"object": "payment_method", "id": "pm_1"}, {"method_ref": "pm_1"}),
        ({"object": "mandate", "id": "mandate_1", "payment_method": "pm_1"}, {"method_ref": "pm_1"}),
        ({"object": "mandate", "id": "mandate_1"}, {}),
    ],
)
def test_what_a_notice_is_about(bank: Bank, settings: Any, about: dict[str, Any], notice: dict[str, str]) -> None:
    body = event(about, "some.type")
    read = provider("stripe").read_notice(body=body, signature=signature(body, settings))
    assert read == Notice("evt_1", "some.type", **notice)


def test_the_sandbox_sends_no_notices() -> None:
    with pytest.raises(ForgedNotice):
        provider("sandbox").read_notice(body=b"", signature="")


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ({"object": "payment_intent", "id": "pi_of_somebody_else"}, "payment_intent.succeeded"),
        ({"object": "checkout.session", "id": "cs_of_somebody_else"}, "checkout.session.completed"),
        ({"object": "refund", "id": "re_of_somebody_else"}, "refund.failed"),
        ({"object": "invoice", "id": "in_1"}, "invoice.paid"),
        ({"object": "unheard_of", "id": "x"}, "something.nobody.knows"),
        ({}, "empty"),
    ],
)
def test_an_unknown_type_or_id_is_received_and_done(
    bank: Bank, client: Client, settings: Any, about: dict[str, Any], kind: str
) -> None:
    body = event(about, kind)
    assert post_notice(client, body, signature(body, settings)).status_code == 200
    assert WebhookEvent.objects.get().handled_at is not None
    assert bank.control("requests") == []


# what they lead to


def test_a_notice_makes_the_pledge_stand_before_the_person_is_back(bank: Bank, client: Client) -> None:
    pledge = bank.held(bank.opened())
    url = open_setup_page(pledge=pledge, language="de", now=bank.now)
    bank.control("checkout", session=session_of(url))
    assert set(bank.deliver(client)) == {200}
    pledge.refresh_from_db()
    assert pledge.state == PledgeState.STANDING
    assert "checkout.session.completed" in notices()
    assert not WebhookEvent.objects.filter(handled_at=None).exists()


def test_a_notice_that_a_page_was_completed_proves_nothing(bank: Bank, client: Client, settings: Any) -> None:
    pledge = bank.held(bank.opened())
    url = open_setup_page(pledge=pledge, language="de", now=bank.now)
    told = {"object": "checkout.session", "id": session_of(url), "status": "complete", "payment_status": "paid"}
    body = event(told, "checkout.session.completed")
    assert post_notice(client, body, signature(body, settings)).status_code == 200
    pledge.refresh_from_db()
    assert pledge.state == PledgeState.PENDING


def mended(bank: Bank) -> Charge:
    """A charge that was declined, and then paid on a page of which nobody came back."""
    bank.funded("asks")
    bank.tick()
    charge = Charge.objects.get()
    url = open_payment_page(charge=charge, language="de", now=bank.now)
    assert url
    bank.pay(url)
    return charge


def test_notices_that_come_twice_and_in_the_wrong_order_are_heard_once(bank: Bank, client: Client) -> None:
    bank.control("webhooks", mode="duplicate", count=1000)
    charge = mended(bank)
    statuses = bank.deliver(client, reverse_order=True)
    assert set(statuses) == {200}
    assert WebhookEvent.objects.count() * 2 == len(statuses)
    charge.refresh_from_db()
    assert (charge.state, charge.captured) == (ChargeState.SUCCEEDED, 30_000)
    assert not list(breaches())


def test_notices_that_come_after_tick_found_out_change_nothing(bank: Bank, client: Client) -> None:
    charge = mended(bank)
    bank.tick(minutes=11)
    charge.refresh_from_db()
    before = (charge.state, charge.captured, charge.pledge.pool.events.count())
    assert set(bank.deliver(client)) == {200}
    charge.refresh_from_db()
    assert (charge.state, charge.captured, charge.pledge.pool.events.count()) == before
    assert not list(breaches())


def test_tick_finds_out_by_itself_when_no_notice_ever_comes(bank: Bank, client: Client) -> None:
    bank.control("webhooks", mode="drop", count=1000)
    charge = mended(bank)
    assert bank.deliver(client) == []
    bank.tick(minutes=11)
    charge.refresh_from_db()
    assert charge.state == ChargeState.SUCCEEDED


def test_a_notice_that_overtakes_the_answer_does_no_harm(bank: Bank, client: Client) -> None:
    bank.funded()
    attempt = claim_due_charge(now=bank.now)
    assert attempt
    provider("stripe").charge(key=attempt.key, parameters=attempt.parameters)  # not recorded yet
    assert set(bank.deliver(client)) == {200}
    bank.tick(minutes=3)
    charge = Charge.objects.get()
    assert (charge.state, charge.captured, bank.ledger()["succeeded"]) == (ChargeState.SUCCEEDED, 30_000, 1)


def test_a_notice_that_a_declined_payment_went_through_after_all_is_recorded(bank: Bank, client: Client) -> None:
    bank.funded("declined")
    bank.tick()
    attempt = Attempt.objects.get()
    assert attempt.charge.pledge.method
    card = attempt.charge.pledge.method.ref
    bank.control("behaviour", payment_method=card, set={"decline": None})
    intents = bank.server.stripe_client().v1.payment_intents  # somebody at Stripe's own dashboard
    intents.confirm(attempt.intent_ref, {"payment_method": card, "off_session": True})
    assert set(bank.deliver(client)) == {200}
    assert Charge.objects.get().state == ChargeState.SUCCEEDED
    assert not list(breaches())


def test_a_notice_that_can_not_be_looked_up_now_is_received_and_left_to_tick(bank: Bank, client: Client) -> None:
    pledge = bank.held(bank.opened())
    url = open_setup_page(pledge=pledge, language="de", now=bank.now)
    bank.control("checkout", session=session_of(url))
    bank.fault("503", "^/v1/checkout/sessions/", method="GET", count=EVERY_RETRY)
    assert set(bank.deliver(client)) == {200}
    waiting = WebhookEvent.objects.get(handled_at=None)
    assert (waiting.kind, waiting.tries) == ("checkout.session.completed", 1)
    assert handle_waiting_events(now=bank.later(minutes=1)) == 1
    pledge.refresh_from_db()
    assert pledge.state == PledgeState.STANDING
    assert handle_waiting_events(now=bank.later(hours=2)) == 0


def test_a_notice_about_what_stripe_does_not_show_any_more_is_done_with(bank: Bank, client: Client) -> None:
    bank.expect_refusals()
    pledge = bank.held(bank.opened())
    url = open_setup_page(pledge=pledge, language="de", now=bank.now)
    bank.control("checkout", session=session_of(url))
    bank.server.wait_for_webhooks()
    received = list(bank.receiver.received)
    bank.server.reset()
    for notice in received:
        assert post_notice(client, notice.body, notice.signature).status_code == 200
    assert handle_waiting_events(now=bank.now + timedelta(days=1)) == 0


def test_a_notice_about_a_refund_makes_us_look_at_it(bank: Bank, client: Client, settings: Any) -> None:
    pool = bank.funded()
    bank.tick()
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=bank.now)
    bank.tick()
    assert set(bank.deliver(client)) == {200}
    refund = Refund.objects.get()
    body = event({"object": "refund", "id": refund.ref, "status": "failed"}, "refund.failed", "evt_late")
    assert post_notice(client, body, signature(body, settings)).status_code == 200
    assert any(refund.ref in request["path"] for request in bank.requests("^/v1/refunds/", "GET"))
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED  # as Stripe says when it is asked, whatever the notice says
    assert not list(breaches())
