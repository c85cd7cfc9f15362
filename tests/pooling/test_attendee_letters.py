"""What those read whom an organisation has named for a workshop."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from members.letters.direct import MOST_TRIES
from members.models.attending import REMINDED_BEFORE
from pooling.actions.attendee_letters import remind_attendees, send_attendee_letters
from pooling.actions.attendees import forget_workshop_attendees, free_seat, replace_attendee
from pooling.actions.direct_letters import given_up
from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.pools import cancel_pool
from pooling.actions.settlement import collect_due_charges
from pooling.models import Attendee, Pledge
from pooling.personal_data import forget
from portal.unsent_letters import about
from tests.members.factories import UserFactory

from . import factories as make
from .factories import NOW
from .payment_steps import IN_EIGHT_DAYS, one_declined
from .test_attendees import member, named
from .test_seats import paid

pytestmark = pytest.mark.django_db
EVA, BEN = "eva@example.org", "ben@example.org"


def told() -> list[tuple[str, str]]:
    """To whom letters went, and what they are about, since this was asked last."""
    send_attendee_letters(now=NOW)
    sent = [(letter.to[0], letter.subject.partition(":")[0]) for letter in mail.outbox]
    mail.outbox.clear()
    return sent


def heard(pledge: Pledge, name: str = "Eva Beispiel", email: str = EVA) -> Attendee:
    entry = named(pledge, name, email)
    assert told() == [(email, "Sie stehen auf der Liste")]
    entry.refresh_from_db()
    return entry


def test_who_is_named_for_what_takes_place_reads_all_that_one_has_to_know() -> None:
    pledge = paid()
    by = member(pledge)
    named(pledge, email=EVA, by=by)
    named(pledge, "Ohne Adresse")
    assert send_attendee_letters(now=NOW) == 1
    [letter] = mail.outbox
    text = " ".join(letter.body.replace("\u00a0", " ").split())
    begins, kept = "20. Mai 2027, 11:00", ["19. Mai 2028", "19. Juni 2027"]
    for fact in ("Guten Tag Eva Beispiel", "Verein Zahlt", by.get_full_name(), "findet statt", begins, *kept):
        assert fact in text, fact
    assert letter.to == [EVA]
    [(name, content, kind)] = letter.attachments
    assert (name, kind, "DTEND" in content) == ("workshop.ics", "text/calendar", False)
    assert "DTSTART;TZID=Europe/Zurich:20270520T110000\r\n" in content
    assert send_attendee_letters(now=NOW) == 0


def test_before_it_is_certain_nobody_hears_and_then_each_once() -> None:
    pool = make.funded()
    pledge = pool.pledges.select_related("organisation", "pool").first()
    named(pledge, email=EVA)
    entry = named(pledge, "Ben", BEN)
    free_seat(attendee=entry, by=entry.named_by, now=NOW)
    assert told() == []
    collect_due_charges(now=NOW)
    assert told() == [(EVA, "Sie stehen auf der Liste")]
    assert told() == []


def test_who_comes_instead_hears_of_it_and_who_had_heard_too() -> None:
    pledge = paid()
    entry = heard(pledge)
    by = entry.named_by
    other = replace_attendee(attendee=entry, name="Ben", email=BEN, by=by, now=NOW)
    assert told() == [(EVA, "Nicht mehr auf der Liste"), (BEN, "Sie stehen auf der Liste")]
    assert forget_workshop_attendees(now=NOW) == 1
    assert not Attendee.objects.filter(email=EVA).exists()
    assert Attendee.objects.get(pk=entry.pk).name == ""
    other.refresh_from_db()
    free_seat(attendee=other, by=by, now=NOW)
    assert told() == [(BEN, "Nicht mehr auf der Liste")]


def test_who_only_has_another_address_reads_there_what_matters_and_a_corrected_name_writes_nothing() -> None:
    entry = heard(paid())
    by = entry.named_by
    replace_attendee(attendee=entry, name="Eva Muster", email=EVA, by=by, now=NOW)
    assert told() == []
    replace_attendee(attendee=entry, name="Eva Muster", email=BEN, by=by, now=NOW)
    assert told() == [(BEN, "Sie stehen auf der Liste")]


def test_who_was_not_written_to_yet_hears_nothing_of_being_taken_off() -> None:
    pledge = paid()
    entry = named(pledge, email=EVA)
    free_seat(attendee=entry, by=entry.named_by, now=NOW)
    assert told() == []
    assert not Attendee.objects.exists()


def test_a_dropped_pledge_sends_nobody_any_more() -> None:
    pool = one_declined(capacity=4)
    make.pledge(pool, by=make.organisation(name="Kommt nach"), now=NOW)
    collect_due_charges(now=NOW)
    pledge = Pledge.objects.select_related("organisation", "pool").get(pool=pool, charges__state="action_required")
    heard(pledge)
    named(pledge, "Ohne Adresse")
    give_up_overdue_charges(now=IN_EIGHT_DAYS)
    assert not pledge.attendees.coming().exists()
    send_attendee_letters(now=IN_EIGHT_DAYS)
    assert [letter.to for letter in mail.outbox if "auf der Liste" in letter.subject] == [[EVA]]


def test_who_has_heard_is_told_that_it_is_called_off_but_who_reads_it_in_the_letter_about_the_money() -> None:
    pledge = paid()
    binds = make.administrator(pledge.organisation)
    heard(pledge)
    heard(pledge, "Chefin", binds.email)
    named(pledge, "Noch nichts", BEN)
    cancel_pool(pool=pledge.pool, reason="Krank.", by=UserFactory(is_staff=True), now=NOW)
    assert send_attendee_letters(now=NOW) == 1
    assert (mail.outbox[0].to, "Krank." in mail.outbox[0].body) == ([EVA], True)


def test_who_heard_in_time_is_reminded_once_and_who_heard_late_is_not() -> None:
    pledge = paid()
    heard(pledge)
    soon = pledge.pool.starts_at - REMINDED_BEFORE
    assert remind_attendees(now=soon - timedelta(seconds=1)) == 0
    named(pledge, "Ben", BEN, now=soon)
    send_attendee_letters(now=soon)
    assert remind_attendees(now=soon) == 1
    assert remind_attendees(now=soon) == 0
    send_attendee_letters(now=soon)
    assert [letter.to for letter in mail.outbox] == [[BEN], [EVA]]
    assert mail.outbox[-1].subject.startswith("Bald: ")


def test_staff_see_a_letter_that_no_server_takes_and_nobody_is_left_of_whoever_is_erased() -> None:
    pledge = paid()
    entry = named(pledge, email=EVA)
    Attendee.objects.update(tries=MOST_TRIES, last_error="SMTPException")
    assert [about(row)[0] for row in given_up()] == ["Verein Zahlt"]
    forget(UserFactory(email=EVA), now=NOW)
    assert not Attendee.objects.filter(pk=entry.pk).exists()
    assert list(given_up()) == []
