"""The letters about approvals: to somebody who has never seen the portal, and to the administrators."""

from __future__ import annotations

import re
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import translation

from members.letters.models import Letter
from pooling import links
from pooling.actions.approval_letters import MOST_TRIES, send_approval_letters
from pooling.actions.approvals import Approver, approve, decline, remind_approvers, send_again
from pooling.actions.pledges import expire_overdue_pledges, withdraw_pledge
from pooling.models import Approval

from . import factories as make
from .factories import APPROVER, NOW, asked
from .letter_factories import flat

pytestmark = pytest.mark.django_db

LANGUAGES = ["de", "fr", "it"]
LATER = NOW + timedelta(days=2)


def request_in(language: str, **changes: Any) -> Approval:
    by = make.organisation(language=language, name="Spitex Beispiel")
    approver = Approver("Ruth Kassier", "ruth.kassier@example.org", language)
    return asked(make.opened(), shares=2, by=by, approver=approver, **changes)


def sent() -> Any:
    """The one mail that left."""
    [message] = mail.outbox
    return message


def link_in(message: Any) -> tuple[Any, int]:
    """The approval that a mail's link is about, and the link's number. Two links differ by the second they are made."""
    [link] = re.findall(r"^http\S+/\S+:\S+/$", message.body, re.MULTILINE)
    return links.approval_of(link.rstrip("/").rsplit("/", 1)[1])


def html_of(message: Any) -> str:
    return str(message.alternatives[0].content)


def to_remind(language: str) -> None:
    request_in(language)
    send_approval_letters(now=NOW)
    mail.outbox.clear()
    remind_approvers(now=NOW + timedelta(days=5))
    send_approval_letters(now=NOW + timedelta(days=5))


def to_ask(language: str) -> None:
    request_in(language)
    send_approval_letters(now=NOW)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [to_ask, to_remind])
def test_the_approver_reads_who_asks_for_what_and_what_it_costs_in_their_language(kind: Any, language: str) -> None:
    kind(language)
    message, approval = sent(), Approval.objects.get()
    assert message.to == ["ruth.kassier@example.org"]
    assert message.extra_headers["Content-Language"] == language
    assert f"Workshop {language}" in message.subject
    text = flat(message.body)
    for named in ["Ruth Kassier", "Spitex Beispiel", "CHF\u00a0600.00", "Bern", approval.asked_by.get_full_name()]:
        assert named in text
    assert f'<html lang="{language}">' in html_of(message)
    assert "None" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [to_ask, to_remind])
def test_one_button_leads_to_the_request_in_the_approvers_language(kind: Any, language: str) -> None:
    kind(language)
    [link] = re.findall(r'class="press-text" href="([^"]+)"', html_of(sent()))
    assert link.startswith(f"http://testserver/{language}/")
    assert link in sent().body.splitlines()
    assert links.approval_of(link.rstrip("/").rsplit("/", 1)[1]) == (Approval.objects.get().uuid, 1)


def test_the_approver_is_written_to_once() -> None:
    request_in("de")
    assert send_approval_letters(now=NOW) == 1
    assert send_approval_letters(now=NOW + timedelta(days=1)) == 0
    approval = Approval.objects.get()
    assert (approval.sent_at, approval.letter) == (NOW, "")


def test_sending_again_writes_to_the_new_address_with_a_link_that_is_another() -> None:
    approval = request_in("de")
    send_approval_letters(now=NOW)
    send_again(approval=approval, email="richtig@example.org", by=approval.asked_by, now=LATER)
    assert send_approval_letters(now=LATER) == 1
    first, second = mail.outbox
    assert second.to == ["richtig@example.org"]
    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]
    assert (link_in(first), link_in(second)) == ((approval.uuid, 1), (approval.uuid, 2))


@pytest.mark.parametrize("end", ["approved", "declined", "withdrawn", "over"])
def test_who_need_not_decide_any_more_is_not_written_to(end: str) -> None:
    approval = request_in("de")
    now = LATER
    if end == "approved":
        approve(approval=approval, link=1, now=LATER)
    elif end == "declined":
        decline(approval=approval, link=1, sentence="", now=LATER)
    elif end == "withdrawn":
        withdraw_pledge(pledge=approval.pledge, by=approval.asked_by, now=LATER)
    else:
        now = approval.expires_at
    assert send_approval_letters(now=now) == 0
    assert mail.outbox == []


def test_a_refused_address_is_tried_again_later_and_said_without_the_servers_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request_in("de")

    def refuse(_self: EmailBackend, _messages: Any) -> int:
        raise SMTPRecipientsRefused({"ruth.kassier@example.org": (550, b"no such user")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert send_approval_letters(now=NOW) == 0
    approval = Approval.objects.get()
    assert (approval.tries, approval.last_error, approval.sent_at) == (1, "SMTPRecipientsRefused", None)
    assert NOW < approval.next_try_at < NOW + timedelta(minutes=2)
    monkeypatch.undo()
    assert send_approval_letters(now=approval.next_try_at) == 1
    assert Approval.objects.get().last_error == ""


def test_a_request_sent_again_while_its_letter_leaves_is_still_written(monkeypatch: pytest.MonkeyPatch) -> None:
    approval = request_in("de")

    def meanwhile(_self: EmailBackend, messages: Any) -> int:
        monkeypatch.undo()
        send_again(approval=approval, email="richtig@example.org", by=approval.asked_by, now=LATER)
        return len(messages)

    monkeypatch.setattr(EmailBackend, "send_messages", meanwhile)
    assert send_approval_letters(now=LATER) == 2
    assert sent().to == ["richtig@example.org"]
    assert link_in(sent()) == (approval.uuid, 2)


def test_an_address_that_no_server_takes_is_given_up() -> None:
    request_in("de")
    Approval.objects.update(tries=MOST_TRIES)
    assert send_approval_letters(now=NOW) == 0


def test_a_name_can_not_break_out_of_the_letter() -> None:
    approver = Approver("<b>Ruth</b>\r\nBcc: x@example.org", "ruth@example.org", "de")
    asked(make.opened(), approver=approver)
    send_approval_letters(now=NOW)
    assert "<b>Ruth" not in html_of(sent())
    assert "\nBcc:" not in sent().body


def given(approval: Approval) -> str:
    approve(approval=approval, link=1, now=LATER)
    return "approval_given"


def declined(approval: Approval) -> str:
    decline(approval=approval, link=1, sentence="Budget erschöpft.", now=LATER)
    return "approval_declined"


def expired(approval: Approval) -> str:
    expire_overdue_pledges(now=approval.expires_at)
    return "approval_expired"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("happens", [given, declined, expired])
def test_administrators_are_told_in_their_language_without_the_approvers_name(happens: Any, language: str) -> None:
    template = happens(request_in(language))
    letter = Letter.objects.get(template=f"pooling/letters/{template}.txt")
    assert f"Workshop {language}" in letter.subject
    assert f'<html lang="{language}">' in letter.html
    assert len(re.findall(r'class="press-text"', letter.html)) == 1
    assert ("Budget erschöpft." in letter.text) == (template == "approval_declined")
    for secret in [APPROVER.name, APPROVER.email]:
        assert secret not in letter.text


def test_with_a_saved_method_the_letter_asks_for_nothing() -> None:
    by = make.organisation()
    approve(approval=asked(make.opened(), by=by, method=make.method(by)), link=1, now=LATER)
    kinds = set(Letter.objects.values_list("template", flat=True))
    assert kinds == {"pooling/letters/approval_given.txt", "pooling/letters/pledged.txt"}
    [links_back] = re.findall(
        r'class="press-text" href="[^"]+"[^>]*>([^<]+)<', Letter.objects.get(template__contains="approval_given").html
    )
    with translation.override("de"):
        assert links_back == translation.gettext("See your pledge")
