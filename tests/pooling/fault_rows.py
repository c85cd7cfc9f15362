"""Each call that we make to Stripe, in a life of a pledge that makes it: what goes before, and what follows.

Whoever clicks, clicks again when told that Stripe can't be reached; nobody else lifts a hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.test import override_settings

from pooling.actions.mending import look_at_payment, open_payment_page
from pooling.actions.methods import open_setup_page
from pooling.actions.notices import handle_event, receive_notice
from pooling.actions.pledges import withdraw_pledge
from pooling.actions.pools import cancel_pool
from pooling.models import Charge, ChargeState, Pledge, Pool, Refund
from pooling.payments.base import Notice, OutcomeUnknown, RequestRefused

from . import factories as make
from .stripe_fixtures import EVERY_RETRY, PAYMENTS, REFUNDS, Bank, session_of

Step = Callable[[Bank], object]

CUSTOMERS = "^/v1/customers$"
SESSIONS = "^/v1/checkout/sessions$"
ONE_SESSION = "^/v1/checkout/sessions/[^/]+$"
EXPIRE = "^/v1/checkout/sessions/[^/]+/expire$"
ONE_INTENT = "^/v1/payment_intents/[^/]+$"
CANCEL = "^/v1/payment_intents/[^/]+/cancel$"
ONE_REFUND = "^/v1/refunds/[^/]+$"
ONE_METHOD = "^/v1/payment_methods/[^/]+$"
SETUPS = "^/v1/setup_intents$"
DETACH = "^/v1/payment_methods/[^/]+/detach$"
DISPUTES = "^/v1/disputes$"
ONE_DISPUTE = "^/v1/disputes/[^/]+$"
EVENTS = "^/v1/events$"


def nothing(bank: Bank) -> None:
    """For a row where tick does the rest."""


@dataclass(frozen=True)
class Row:
    """`act` makes the call; `follow` is what people do afterwards. At the end Stripe's books hold `charged` payments,
    of which `returned` went back.
    """

    call: str  # as in the package: v1.{call}(...)
    what: str
    method: str
    path: str
    before: Step
    act: Step
    follow: Step = field(default=nothing)
    charged: int = 1
    returned: int = 0

    def __str__(self) -> str:
        return f"{self.call}-{self.what}".replace(" ", "-")


# what happens before


def held(bank: Bank) -> None:
    bank.held(bank.opened(cost=30_000))


def page_opened(bank: Bank) -> None:
    held(bank)
    open_setup_page(pledge=Pledge.objects.get(), language="de", now=bank.now)


def method_given(bank: Bank) -> None:
    held(bank)
    url = open_setup_page(pledge=Pledge.objects.get(), language="de", now=bank.now)
    bank.control("checkout", session=session_of(url))


def withdrawn(bank: Bank) -> None:
    page_opened(bank)
    withdraw(bank)


def withdraw(bank: Bank) -> None:
    pledge = Pledge.objects.get()
    withdraw_pledge(pledge=pledge, by=make.administrator(pledge.organisation), now=bank.now)
    bank.later(minutes=2)


def method_not_needed(bank: Bank) -> None:
    bank.pledged(bank.opened(), "pm_card_visa")
    withdraw(bank)
    bank.later(hours=1)


def method_renewed(bank: Bank) -> None:
    [pledge] = bank.pledged(bank.opened(), "pm_card_visa")
    assert pledge.method
    bank.control("renew", payment_method=pledge.method.ref, exp_month=2, exp_year=2036)


def twint_given(bank: Bank) -> None:
    with override_settings(STRIPE_TWINT_SAVING=True):
        bank.give_method(bank.held(bank.opened()), "pm_twint")


def funded(bank: Bank) -> None:
    bank.funded()


def answer_lost(bank: Bank) -> None:
    bank.funded()
    bank.fault("reset_after", PAYMENTS, count=EVERY_RETRY)
    bank.tick()
    bank.later(hours=25)


def declined(bank: Bank) -> None:
    bank.funded("declined")
    bank.tick()


def payment_page_opened(bank: Bank) -> str:
    declined(bank)
    url = open_payment_page(charge=Charge.objects.get(), language="de", now=bank.now)
    assert url
    return url


def paid_on_page(bank: Bank) -> None:
    bank.pay(payment_page_opened(bank))


def called_off(bank: Bank) -> None:
    cancel_pool(pool=Pool.objects.get(), reason="Die Expertin ist krank.", by=make.staff(), now=bank.now)


def page_called_off(bank: Bank) -> None:
    payment_page_opened(bank)
    called_off(bank)


def paid_and_called_off(bank: Bank) -> None:
    bank.funded()
    bank.tick()
    called_off(bank)


def refund_answer_lost(bank: Bank) -> None:
    paid_and_called_off(bank)
    bank.fault("reset_after", REFUNDS, count=EVERY_RETRY)
    bank.tick()
    bank.later(hours=25)


def refunded(bank: Bank) -> None:
    paid_and_called_off(bank)
    bank.tick()


def notices_lost(bank: Bank) -> None:
    bank.control("webhooks", mode="drop", count=1_000)
    paid_on_page(bank)
    bank.later(minutes=11)


def disputed(bank: Bank) -> None:
    bank.funded()
    bank.tick()
    bank.control("dispute", intent=Charge.objects.get().attempts.get().intent_ref)


def disputed_and_called_off(bank: Bank) -> None:
    disputed(bank)
    called_off(bank)


# who makes the call


def tick(bank: Bank) -> None:
    bank.tick()


def go_to_page(bank: Bank) -> str:
    return open_setup_page(pledge=Pledge.objects.get(), language="de", now=bank.now)


def come_back(bank: Bank) -> None:
    bank.come_back(Pledge.objects.get())


def follow_link(bank: Bank) -> str | None:
    return open_payment_page(charge=Charge.objects.get(), language="de", now=bank.now)


def come_back_from_payment(bank: Bank) -> None:
    look_at_payment(charge=Charge.objects.get(), now=bank.now)


def notified(bank: Bank, *, kind: str, **about: str) -> None:
    notice = Notice(f"evt_{kind}", kind, **about)
    happened = receive_notice(provider_name="stripe", notice=notice, now=bank.now)
    assert happened
    handle_event(happened=happened, now=bank.now)


def told_of_refund(bank: Bank) -> None:
    notified(bank, kind="refund.updated", refund_ref=Refund.objects.get().ref)


def told_of_method(bank: Bank) -> None:
    method = Pledge.objects.get().method
    assert method
    notified(bank, kind="payment_method.automatically_updated", method_ref=method.ref)


def told_of_refund_of_payment(bank: Bank) -> None:
    notified(bank, kind="charge.refunded", intent_ref=Charge.objects.get().attempts.get().intent_ref)


def dispute_at_stripe(bank: Bank) -> str:
    return bank.server.stripe_client().v1.disputes.list().data[0].id


def told_of_dispute(bank: Bank) -> None:
    notified(bank, kind="charge.dispute.created", dispute_ref=dispute_at_stripe(bank))


# what people do afterwards


def patiently(bank: Bank, click: Callable[[Bank], str | None]) -> str | None:
    """Click every three minutes until it leads somewhere."""
    for _try in range(5):
        try:
            return click(bank)
        except (OutcomeUnknown, RequestRefused):
            bank.tick(minutes=3)
    return click(bank)


def give_method(bank: Bank) -> None:
    url = patiently(bank, go_to_page)
    assert url
    bank.control("checkout", session=session_of(url))


def pay(bank: Bank) -> None:
    url = patiently(bank, follow_link)
    if Charge.objects.get().state == ChargeState.ACTION_REQUIRED:
        assert url
        bank.pay(url)


def win(bank: Bank) -> None:
    """The payer's bank decides that the money was ours."""
    bank.control("dispute", dispute=dispute_at_stripe(bank), status="won")


ROWS = [
    Row("customers.create", "for a first page", "POST", CUSTOMERS, held, go_to_page, give_method),
    Row("checkout.sessions.create", "for a method", "POST", SESSIONS, held, go_to_page, give_method),
    Row("checkout.sessions.retrieve", "with a method", "GET", ONE_SESSION, method_given, come_back),
    Row("checkout.sessions.expire", "for a method", "POST", EXPIRE, withdrawn, tick, charged=0),
    Row("payment_intents.create", "when funded", "POST", PAYMENTS, funded, tick),
    Row("payment_intents.list", "after a lost answer", "GET", PAYMENTS, answer_lost, tick),
    Row("payment_intents.retrieve", "after a decline", "GET", ONE_INTENT, declined, follow_link, pay),
    Row("payment_intents.cancel", "after a decline", "POST", CANCEL, declined, follow_link, pay),
    Row("checkout.sessions.create", "for a payment", "POST", SESSIONS, declined, follow_link, pay),
    Row("checkout.sessions.retrieve", "with a payment", "GET", ONE_SESSION, paid_on_page, come_back_from_payment),
    Row("checkout.sessions.expire", "for a payment", "POST", EXPIRE, page_called_off, tick, charged=0),
    Row("refunds.create", "when called off", "POST", REFUNDS, paid_and_called_off, tick, returned=1),
    Row("refunds.list", "after a lost answer", "GET", REFUNDS, refund_answer_lost, tick, returned=1),
    Row("refunds.list", "after a notice", "GET", REFUNDS, refunded, told_of_refund_of_payment, returned=1),
    Row("refunds.retrieve", "after a notice", "GET", ONE_REFUND, refunded, told_of_refund, returned=1),
    Row("payment_methods.retrieve", "after a notice", "GET", ONE_METHOD, method_renewed, told_of_method, charged=0),
    Row("setup_intents.list", "after a notice", "GET", SETUPS, twint_given, told_of_method, charged=0),
    Row("payment_methods.detach", "when nobody pledges", "POST", DETACH, method_not_needed, tick, charged=0),
    Row("disputes.retrieve", "after a notice", "GET", ONE_DISPUTE, disputed, told_of_dispute, win),
    Row("disputes.list", "behind a refusal", "GET", DISPUTES, disputed_and_called_off, tick, win, returned=1),
    Row("events.list", "when notices were lost", "GET", EVENTS, notices_lost, tick),
]
# What is sent with a key that Stripe forgets after a day, and still owed then.
KEYED = [row for row in ROWS if row.call.endswith("create") and row.act in (tick, follow_link)]
