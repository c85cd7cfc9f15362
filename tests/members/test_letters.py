"""Queueing, writing and sending letters."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from members.letters.actions import LEASE, Draft, claim_letter, queue_letter, queue_letters, send_letters
from members.letters.models import MOST_TRIES, Letter
from members.letters.tick import STEPS
from members.models import Membership, Organisation, Role, User

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
URL = "https://up2gether.example/de/zusagen/1/"
SAMPLE = """{% extends "letters/letter.txt" %}{% load i18n letter %}
{% block subject %}{% blocktranslate %}News of {{ title }}{% endblocktranslate %}{% endblock %}
{% block body %}
What happened to {{ title }}.

{% fact _("Organisation") %}{{ organisation }}{% endfact %}
{% fact _("Amount") %}{{ amount }}{% endfact %}
{% fact _("Charged on") %}{{ when|date:"j. F Y, H:i" }}{% endfact %}

{% button url %}See your pledge{% endbutton %}
{% endblock %}"""
CONTEXT = {
    "title": "Newsletter",
    "amount": "CHF 1'250.00",
    "when": datetime(2027, 3, 5, 23, 30, tzinfo=UTC),
    "url": URL,
}


@pytest.fixture(autouse=True)
def sample(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "sample.txt").write_text(SAMPLE)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]


def organisation(name: str = "Spitex Beispiel", *, language: str = "de", administrators: int = 1) -> Organisation:
    made = Organisation.objects.create(
        name=name, legal_form="association", postcode="8000", town="Zürich", canton="ZH", language=language
    )
    for number in range(administrators):
        join(made, f"{made.pk}-{number}@example.org")
    return made


def join(to: Organisation, email: str, *, role: str = Role.ADMINISTRATOR, **fields: Any) -> User:
    person = User.objects.create_user(email, first_name="Anna", last_name="Keller", **fields)
    Membership.objects.create(organisation=to, person=person, role=role)
    return person


def queue(to: Organisation, *, key: str = "event-1", context: dict[str, Any] | None = None) -> int:
    return queue_letter(key=key, template="sample.txt", organisation=to, context=context or CONTEXT, now=NOW)


# Queueing


@pytest.mark.django_db
def test_each_active_administrator_gets_one_letter() -> None:
    to = organisation(administrators=2)
    join(to, "member@example.org", role=Role.MEMBER)
    join(to, "gone@example.org", is_active=False)
    assert queue(to) == 2
    assert {letter.person for letter in Letter.objects.all()} == set(to.administrators())


@pytest.mark.django_db
def test_hearing_of_the_same_event_again_changes_nothing() -> None:
    to = organisation()
    queue(to)
    assert queue(to, context={**CONTEXT, "title": "Another title"}) == 0
    assert "Newsletter" in Letter.objects.get().subject


@pytest.mark.django_db
def test_a_later_administrator_is_told_when_the_event_is_heard_again() -> None:
    to = organisation()
    queue(to)
    later = join(to, "later@example.org")
    assert queue(to) == 1
    assert Letter.objects.get(person=later)


@pytest.mark.django_db
def test_an_organisation_without_administrators_gets_no_letter() -> None:
    assert queue(organisation(administrators=0)) == 0


@pytest.mark.django_db
def test_a_letter_is_written_in_its_organisations_language_and_in_swiss_time() -> None:
    queue(organisation(language="fr"))
    letter = Letter.objects.get()
    assert letter.language == "fr"
    assert 'lang="fr"' in letter.html
    assert "6. mars 2027, 00:30" in letter.text


@pytest.mark.django_db
def test_one_person_gets_a_letter_for_each_of_two_organisations() -> None:
    first, second = organisation("Eins"), organisation("Zwei", administrators=0)
    Membership.objects.create(organisation=second, person=first.administrators().get(), role=Role.ADMINISTRATOR)
    drafts = [Draft(f"lapsed-{each.pk}", each, CONTEXT) for each in (first, second)]
    assert queue_letters(template="sample.txt", drafts=drafts, now=NOW) == 2


@pytest.mark.django_db
def test_many_organisations_take_as_many_statements_as_one(django_assert_num_queries: Any) -> None:
    organisations = [organisation(f"Organisation {number}", administrators=2) for number in range(10)]
    drafts = [Draft(f"lapsed-{each.pk}", each, CONTEXT) for each in organisations]
    with django_assert_num_queries(3):  # administrators, letters already there, insert
        assert queue_letters(template="sample.txt", drafts=drafts, now=NOW) == 20


# Sending


@pytest.mark.django_db
def test_a_sent_letter_carries_both_versions_and_says_that_it_is_automatic() -> None:
    to = organisation()
    queue(to)
    assert send_letters(now=NOW) == 1
    letter, [message] = Letter.objects.get(), mail.outbox
    assert letter.sent_at == NOW
    assert message.to == [to.administrators().get().email]
    sent = message.message()
    assert sent.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in sent.get_payload()] == ["text/plain", "text/html"]
    assert sent["Auto-Submitted"] == "auto-generated"
    assert str(letter.uuid) in sent["Message-ID"]


@pytest.mark.django_db
def test_both_versions_hold_the_figures_and_the_link() -> None:
    queue(organisation())
    letter = Letter.objects.get()
    assert "CHF 1'250.00" in letter.text
    assert f"\n{URL}\n" in letter.text
    assert "CHF 1&#x27;250.00" in letter.html
    assert f'href="{URL}"' in letter.html


@pytest.mark.django_db
def test_a_letter_is_sent_once() -> None:
    queue(organisation())
    assert [send_letters(now=NOW), send_letters(now=NOW + timedelta(days=1))] == [1, 0]
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_person_who_can_no_longer_log_in_gets_no_letter() -> None:
    to = organisation()
    queue(to)
    User.objects.update(is_active=False)
    assert send_letters(now=NOW) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("error", [SMTPException("no"), OSError("reset"), ValueError("header")])
def test_a_refused_letter_waits_twice_as_long_each_time(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    queue(organisation())
    monkeypatch.setattr(EmailBackend, "send_messages", raising(error))
    now, pauses = NOW, []
    for _try in range(12):
        assert send_letters(now=now) == 0
        letter = Letter.objects.get()
        pauses.append(letter.next_try_at - now)
        now = letter.next_try_at
    assert pauses[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert pauses[-1] == timedelta(hours=12)
    assert letter.last_error == f"{type(error).__name__}: {error}"


@pytest.mark.django_db
def test_a_letter_is_not_tried_before_its_pause_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    queue(organisation())
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", raising(SMTPException("no")))
        send_letters(now=NOW)
    assert send_letters(now=NOW + timedelta(seconds=59)) == 0
    assert send_letters(now=NOW + timedelta(seconds=60)) == 1
    assert Letter.objects.get().last_error == ""


@pytest.mark.django_db
def test_one_refused_address_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    to = organisation(administrators=3)
    queue(to)
    refused = to.administrators()[1].email
    original = EmailBackend.send_messages

    def send(self: EmailBackend, messages: list[Any]) -> int:
        if messages[0].to == [refused]:
            raise SMTPRecipientsRefused({refused: (550, b"unknown")})
        return original(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    assert send_letters(now=NOW) == 2
    assert Letter.objects.unsent().get().person.email == refused


@pytest.mark.django_db
def test_a_mail_server_that_is_away_is_asked_once_per_run(monkeypatch: pytest.MonkeyPatch) -> None:
    queue(organisation(administrators=3))
    monkeypatch.setattr(EmailBackend, "open", raising(ConnectionRefusedError("away")))
    assert send_letters(now=NOW) == 0
    assert sorted(Letter.objects.values_list("tries", flat=True)) == [0, 0, 1]


@pytest.mark.django_db
def test_a_letter_is_given_up_after_days_of_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    queue(organisation())
    Letter.objects.update(tries=MOST_TRIES - 1)
    monkeypatch.setattr(EmailBackend, "send_messages", raising(SMTPException("no")))
    send_letters(now=NOW)
    monkeypatch.undo()
    assert send_letters(now=NOW + timedelta(days=9)) == 0
    assert Letter.objects.given_up().get().last_error == "SMTPException: no"


@pytest.mark.django_db
def test_a_letter_whose_sender_died_is_sent_again_under_the_same_id(monkeypatch: pytest.MonkeyPatch) -> None:
    queue(organisation())
    with monkeypatch.context() as patch:
        patch.setattr(Letter, "save", raising(KeyboardInterrupt))  # killed between sending and recording
        claimed = Letter.objects.get()
        Letter.objects.update(tries=1, next_try_at=NOW + LEASE)
        patch.setattr("members.letters.actions.claim_letter", lambda now: claimed)
        with pytest.raises(KeyboardInterrupt):
            send_letters(now=NOW)
    assert send_letters(now=NOW + LEASE - timedelta(seconds=1)) == 0
    assert send_letters(now=NOW + LEASE) == 1
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1
    assert len(mail.outbox) == 2


@pytest.mark.django_db
def test_a_claimed_letter_is_not_claimed_again_before_its_lease_is_over() -> None:
    queue(organisation())
    assert claim_letter(now=NOW) is not None
    assert claim_letter(now=NOW) is None


@pytest.mark.django_db(transaction=True)
def test_two_senders_in_parallel_send_each_letter_once() -> None:
    if not connection.features.has_select_for_update_skip_locked:
        pytest.skip("needs a database with SKIP LOCKED")
    queue(organisation(administrators=12))
    sent: list[int] = []
    start = threading.Barrier(3)

    def work() -> None:
        try:
            start.wait()
            sent.append(send_letters(now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 12
    assert len(mail.outbox) == 12
    assert len({message.to[0] for message in mail.outbox}) == 12


def test_tick_sends_letters() -> None:
    assert send_letters in STEPS


def raising(error: BaseException | type[BaseException]) -> Any:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    return fail
