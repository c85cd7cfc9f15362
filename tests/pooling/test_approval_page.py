"""The approver's page: it needs no log-in, looking decides nothing, and it says what is so."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone

from members.models import Organisation
from pooling import links
from pooling.actions.approvals import Approver, approve, decline, send_again
from pooling.actions.errors import PoolClosed
from pooling.actions.pledges import expire_overdue_pledges, withdraw_pledge
from pooling.actions.pools import cancel_pool
from pooling.models import Approval, ApprovalState, PaysBy, PledgeState, Pool, PoolState

from . import factories as make
from .approval_steps import fresh_request as fresh
from .approval_steps import main, path_of
from .factories import asked
from .test_views import login, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> Pool:
    now = timezone.now()
    return make.opened(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80))


@pytest.fixture
def organisation() -> Organisation:
    return make.organisation(name="Spitex Beispiel")


@pytest.fixture
def client(organisation: Organisation) -> Client:
    return login(make.administrator(organisation))


@pytest.fixture
def request_(pool: Pool, organisation: Organisation) -> Approval:
    """A request that is open, asked for a moment ago."""
    return asked(pool, shares=2, by=organisation, now=timezone.now() - timedelta(hours=1))


@pytest.mark.parametrize("language", ["de", "fr", "it"])
def test_the_page_needs_no_log_in_says_what_it_is_about_and_looking_decides_nothing(request_, language) -> None:
    visitor = Client()
    for method in (visitor.get, visitor.head):
        response = method(path_of(request_, language))
        assert response.status_code == 200
    page = main(visitor.get(path_of(request_, language)))
    for named in ["Spitex Beispiel", "CHF\u00a0600.00", f"Workshop {language}", "Bern", 'value="approve"']:
        assert named in page
    assert (fresh(request_).state, fresh(request_).pledge.state) == (ApprovalState.ASKED, PledgeState.PENDING)


def test_the_page_is_never_kept_and_never_found_by_search_engines(request_) -> None:
    response = Client().get(path_of(request_))
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert response["Referrer-Policy"] == "same-origin"


def test_approving_says_so_and_the_administrator_gives_the_method(request_, client) -> None:
    path = path_of(request_)
    response = Client().post(path, {"do": "approve"}, follow=True)
    assert response.redirect_chain == [(path, 302)]
    assert "notice-done" in main(response)
    assert "<form" not in main(response)
    pledge = fresh(request_).pledge
    assert pledge.awaits_approval is False
    leads = client.post(url("pledge_setup", pledge.uuid))
    client.post(leads["Location"], {"do": "pays"})
    client.get(url("setup_return", pledge.uuid))
    pledge.refresh_from_db()
    assert pledge.state == PledgeState.STANDING


def test_approving_twice_gets_the_same_answer(request_) -> None:
    visitor = Client()
    for _turn in range(2):
        assert visitor.post(path_of(request_), {"do": "approve"}).status_code == 302
    assert fresh(request_).pledge.events.filter(kind="approval_given").count() == 1


def test_declining_takes_a_sentence_of_at_most_500_characters(request_) -> None:
    visitor = Client()
    too_long = visitor.post(path_of(request_), {"do": "decline", "sentence": "x" * 501})
    assert (too_long.status_code, fresh(request_).state) == (422, ApprovalState.ASKED)
    assert 'role="alert"' in main(too_long)
    assert visitor.post(path_of(request_), {"do": "decline", "sentence": "Zu teuer."}).status_code == 302
    assert (fresh(request_).state, fresh(request_).answer) == (ApprovalState.DECLINED, "Zu teuer.")


def test_a_post_that_says_neither_yes_nor_no_decides_nothing(request_) -> None:
    assert Client().post(path_of(request_)).status_code == 400
    assert Client().post(path_of(request_), {"do": "x"}).status_code == 400
    assert fresh(request_).state == ApprovalState.ASKED


def test_deciding_needs_the_forms_token(request_) -> None:
    assert Client(enforce_csrf_checks=True).post(path_of(request_), {"do": "approve"}).status_code == 403
    assert fresh(request_).state == ApprovalState.ASKED


def is_over(approval: Approval, said: str, *, choices: tuple[str, ...] = ("approve", "decline")) -> None:
    """The page says what is so, takes nothing, and answers 409 to whoever tries."""
    path = path_of(approval)
    before = fresh(approval).state
    page = Client().get(path)
    assert (page.status_code, page.context["state"]) == (200, said)
    assert 'role="status"' in main(page)
    assert "<form" not in main(page)
    for choice in choices:
        assert Client().post(path, {"do": choice}).status_code == 409
    assert fresh(approval).state == before


def test_a_used_link_takes_no_other_answer(request_) -> None:
    approve(approval=request_, link=1, now=timezone.now())
    is_over(request_, "approved", choices=("decline",))


def test_a_declined_request_can_not_be_approved(request_) -> None:
    decline(approval=request_, link=1, sentence="", now=timezone.now())
    is_over(request_, "declined", choices=("approve",))


def test_a_withdrawn_request_takes_nothing(request_) -> None:
    withdraw_pledge(pledge=request_.pledge, by=request_.asked_by, now=timezone.now())
    is_over(request_, "withdrawn")


@pytest.mark.parametrize("tick_was_there", [True, False])
def test_an_expired_request_takes_nothing(request_, tick_was_there) -> None:
    with time_machine.travel(request_.expires_at + timedelta(seconds=1), tick=False):
        if tick_was_there:
            expire_overdue_pledges(now=timezone.now())
        is_over(request_, "expired")


def test_a_request_whose_workshop_was_called_off_takes_nothing(request_) -> None:
    cancel_pool(pool=request_.pledge.pool, reason="krank", by=make.staff(), now=timezone.now())
    is_over(request_, "pool_ended")


def test_a_refusal_for_another_reason_is_said_on_the_page(request_, monkeypatch) -> None:
    def refuse(**_request: object) -> None:
        raise PoolClosed

    monkeypatch.setattr("pooling.views.approvals.approve", refuse)
    response = Client().post(path_of(request_), {"do": "approve"})
    assert (response.status_code, 'role="alert"' in main(response)) == (409, True)
    assert fresh(request_).state == ApprovalState.ASKED


def test_an_older_link_points_to_the_newer_letter(request_) -> None:
    send_again(approval=request_, email=request_.email, by=request_.asked_by, now=timezone.now())
    is_over(request_, "replaced")
    assert Client().post(path_of(fresh(request_)), {"do": "approve"}).status_code == 302


def test_a_full_pool_is_no_hindrance_as_the_places_were_held(request_) -> None:
    make.pledge(request_.pledge.pool, shares=4, now=timezone.now())
    assert Client().post(path_of(request_), {"do": "approve"}).status_code == 302


def test_once_the_threshold_is_reached_the_page_says_that_it_is_charged_at_once(pool, organisation) -> None:
    approval = asked(pool, by=organisation, now=timezone.now())
    make.pledge(pool, shares=3, now=timezone.now())
    assert fresh(approval).pledge.pool.state == PoolState.FUNDED
    assert Client().get(path_of(approval)).context["charged_at_once"] is True


@pytest.mark.parametrize(
    "token",
    [
        "forged:token",
        "x",
        signing.dumps(["no uuid", 1], salt=links.APPROVAL),
        signing.dumps("one", salt=links.APPROVAL),
        signing.dumps(5, salt=links.APPROVAL),
    ],
    ids=["forged", "a letter", "no uuid", "a word", "a number"],  # a token holds the time: no name for a test
)
def test_a_forged_link_is_not_found(token) -> None:
    assert Client().get(url("approval", token)).status_code == 404
    assert Client().post(url("approval", token), {"do": "approve"}).status_code == 404


def test_a_link_for_a_payment_decides_nothing(request_) -> None:
    token = signing.dumps([str(request_.uuid), 1], salt=links.MEND)
    assert Client().post(url("approval", token), {"do": "approve"}).status_code == 404


def test_what_an_approver_writes_is_shown_as_text(request_, client) -> None:
    decline(approval=request_, link=1, sentence="<b>nein</b>", now=timezone.now())
    page = main(client.get(url("pledge", request_.pledge.uuid)))
    assert "&lt;b&gt;nein" in page
    assert "<b>nein" not in page


def test_the_approver_reads_the_page_in_the_language_of_their_link(pool) -> None:
    approval = asked(pool, approver=Approver("Ruth", "ruth@example.org", "it"), now=timezone.now())
    response = Client(headers={"accept-language": "de"}).get(path_of(approval, "it"))
    assert '<html lang="it"' in response.content.decode()


def test_who_decides_about_a_pledge_by_invoice_reads_when_it_is_payable_and_that_no_method_is_missing(pool) -> None:
    make.account()
    request = asked(pool, pays_by=PaysBy.INVOICE, now=timezone.now())
    page = main(Client().get(path_of(request, "de")))
    assert "Gegen Rechnung. Sie kommt in diesem Moment und ist innert 30 Tagen zahlbar." in page
    assert "Die Zusage zählt dann sofort." in page
    assert "Zahlungsmittel" not in page
