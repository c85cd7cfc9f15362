"""A person about whom the portal keeps something in every room, by actions wherever there are some."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from wagtail.admin.models import EditingSession, FormState
from wagtail.log_actions import log
from wagtail.models import Comment, Page, PageSubscription
from wagtail.users.models import UserProfile

from members.actions.applications import apply, approve, confirm
from members.actions.directory import set_entry, write_to
from members.actions.invitations import accept, accept_with_new_account, invite
from members.actions.people import end_membership
from members.letters.actions import send_letters
from members.meetings.actions import register
from members.models import Application, ApplicationState, Invitation, Membership, Organisation, Role, User
from members.needs.actions import follow, support, write_need
from members.needs.deciding import close, open_again
from members.notices.actions import choose
from members.notices.kinds import Kind, Pace
from members.notices.paces import paces_of
from members.tick import STEPS
from pooling.actions.approvals import Approver
from pooling.actions.approvals import approve as approve_pledge
from pooling.actions.attendees import name_attendee
from pooling.actions.pledges import place_pledge
from pooling.actions.seats import give_seats
from pooling.actions.settlement import collect_due_charges
from pooling.actions.transfers import offer_transfer
from pooling.models import PaysBy, Pledge
from portal.briefing import brief_staff
from tests.members.factories import OrganisationFactory, UserFactory
from tests.members.meeting_steps import planned
from tests.pooling import factories as make
from tests.pooling.factories import NOW
from tests.portal.passkeys import keep_passkey

FIRST, LAST, EMAIL = "Philomena", "Zurbuchen-O'Neill", "philomena.zurbuchen@neubeginn.example"
OLD_EMAIL = "philomena.frueher@neubeginn.example"
NAME = f"{FIRST} {LAST}"
TRACES = ("philomena", "zurbuchen", "neill")  # nobody and nothing else is called so
DETAILS: dict[str, Any] = {
    **{"name": "Verein Neubeginn", "legal_form": "association", "uid": "", "street": "Musterweg", "house_number": "2"},
    **{"postcode": "3000", "town": "Bern", "country": "CH", "canton": "BE", "language": "de", "website": ""},
    **{"size": "1-5", "first_name": FIRST, "last_name": LAST},
}


def applied(email: str, *, now: datetime = NOW, **changes: Any) -> Application:
    """An application whose address is confirmed."""
    details = {**DETAILS, "why": f"Ich, {NAME}, möchte eine neue Homepage.", **changes}
    application = apply(details=details, topics=[], email=email, now=now)
    return confirm(token=application.new_token(), now=now)


def joined() -> User:
    """She applied for her organisation, was let in and made her account; then she got another address."""
    approve(application=applied(OLD_EMAIL), by=make.staff(), now=NOW)
    invitation = Invitation.objects.get(email=OLD_EMAIL)
    membership = accept_with_new_account(
        token=invitation.new_token(),
        first_name=FIRST,
        last_name=LAST,
        password="a long password",
        language="de",
        now=NOW,
    )
    person = membership.person
    person.email = EMAIL
    person.save()
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    EmailAddress.objects.create(user=person, email="philomena@neu.example", verified=False, primary=False)
    return person


def with_everything() -> User:
    """Everything below, about one person."""
    person = joined()
    own = person.organisations.get()
    in_the_network(person, own)
    about_money(person, own)
    to_log_in_with(person)
    as_staff(person)
    return person


def in_the_network(person: User, own: Organisation) -> None:
    other = OrganisationFactory()
    Membership.objects.create(organisation=own, person=UserFactory(), role=Role.ADMINISTRATOR)
    applied(EMAIL, name="Noch ein Verein")
    apply(details={**DETAILS, "why": "Bitte.", "name": "Dritter Verein"}, topics=[], email=EMAIL, now=NOW)
    declined = applied(EMAIL, name="Vierter Verein")
    declined.state, declined.reason, declined.decided_at = ApplicationState.DECLINED, f"Wie mit {NAME} besprochen", NOW
    declined.save()
    boss = UserFactory()
    Membership.objects.create(organisation=other, person=boss, role=Role.ADMINISTRATOR)
    asked = {"organisation": other, "role": Role.MEMBER, "language": "de", "by": boss, "now": NOW}
    accept(token=invite(email=EMAIL, **asked).new_token(), by=person, now=NOW)
    end_membership(membership=other.memberships.get(person=person), by=person, now=NOW)
    invite(email=EMAIL, **asked)
    invite(organisation=own, email="jemand@org.example", role=Role.MEMBER, language="fr", by=person, now=NOW)
    entry = set_entry(organisation=own, is_listed=True, about={"de": f"Fragen an {NAME}"}, topics=[], by=person)
    write_to(entry=entry, name=NAME, message=f"Grüsse, {NAME}, {EMAIL}", reply_to=EMAIL, now=NOW)
    text = f"Worauf müssen wir achten? Fragen Sie {NAME}, {EMAIL}."
    write_need(organisation=own, title="Eine Homepage", text=text, language="de", topic=None, by=person, now=NOW)
    of_boss = write_need(
        organisation=other, title="Fotos", text="Gute Fotos", language="de", topic=None, by=boss, now=NOW
    )
    choose(person=person, paces=paces_of(person) | {Kind.NEEDS: Pace.WEEKLY}, topics=[], now=NOW)
    follow(need=of_boss, organisation=own, by=person)
    close(need=of_boss, reason=f"Bitte fragen Sie {NAME}.", now=NOW)
    open_again(need=of_boss, now=NOW)
    meeting = planned(capacity=9)
    register(meeting=meeting, organisation=own, name=NAME, email=EMAIL, by=person, now=NOW)
    register(meeting=meeting, organisation=own, name="Jemand", email="", by=person, now=NOW)
    register(meeting=meeting, organisation=other, name=f"Frau {NAME}", email="", by=boss, now=NOW)
    support(need=of_boss, organisation=own, sentence=f"Wir auch. {NAME}", by=person, now=NOW)


def about_money(person: User, own: Organisation) -> None:
    """A card that was charged, an invoice, a pledge that she approved for others, one she is still asked about."""
    pool, by_invoice, open_pool = make.opened(), make.opened(), make.opened(capacity=12)
    make.account()
    common = {"organisation": own, "shares": 3, "by": person, "language": "de", "now": NOW}
    charged = place_pledge(pool=pool, method=make.method(own), **common)
    place_pledge(pool=by_invoice, pays_by=PaysBy.INVOICE, **common)
    collect_due_charges(now=NOW)
    give_seats(
        pledge=Pledge.objects.get(pk=charged.pk), number=1, name=NAME, email=EMAIL, language="de", by=person, now=NOW
    )
    for name, email in ((NAME, EMAIL), ("Jemand", "")):
        name_attendee(pledge=Pledge.objects.get(pk=charged.pk), name=name, email=email, by=person, now=NOW)
    approver = Approver(name=NAME, email=EMAIL, language="de")
    asked = make.asked(open_pool, approver=approver, pays_by=PaysBy.INVOICE)
    approve_pledge(approval=asked, link=asked.link, now=NOW + timedelta(hours=1))
    make.asked(open_pool, approver=approver)
    offered = make.pledge(open_pool, by=own)
    Pledge.objects.filter(pk=offered.pk).update(customer_reference=f"z. H. {NAME}")
    offer_transfer(pledge=offered, email=EMAIL, language="de", by=person, now=NOW)
    for step in STEPS:
        step(now=NOW)
    send_letters(now=NOW)
    write_to(entry=own.entry, name=NAME, message=f"Noch einmal, {NAME}", reply_to=EMAIL, now=NOW)  # not sent yet


def to_log_in_with(person: User) -> None:
    Client(HTTP_USER_AGENT="Firefox/130.0 Windows").post(
        "/de/konto/anmelden/", {"login": EMAIL, "password": "a long password"}
    )
    visitor = Client()
    visitor.get("/de/konto/anmelden/")
    session = visitor.session
    session["account_login"] = {"email": EMAIL}
    session.save()
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    keep_passkey(person, f"Telefon von {NAME}")


def as_staff(person: User) -> None:
    """She wrote for the portal as well."""
    person.groups.add(Group.objects.get(name="Editor"))
    profile = UserProfile.get_for_user(person)
    profile.avatar.save("philomena.png", ContentFile(b"a picture"))
    page = Page.objects.get(depth=1)
    page.owner = person
    page.save()
    log(person, "wagtail.edit", user=UserFactory())
    log(page, "wagtail.edit", user=person, data={"why": f"von {NAME}"})
    Comment.objects.create(page=page, user=person, text=f"Gruss {NAME}", contentpath="title")
    PageSubscription.objects.create(page=page, user=person, comment_notifications=True)
    EditingSession.objects.create(user=person, content_object=page, last_seen_at=NOW)
    FormState.objects.create(user=person, data={"by": NAME}, content_object=page, last_updated_at=NOW)
    brief_staff(now=NOW)


def dump() -> Iterator[tuple[str, str]]:
    """Every value of every column of every table as text, with the column's name; sessions as what they hold."""
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # names of tables
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield from ((f"{table}.{name}", str(value)) for name, value in zip(names, row, strict=True))
    for session in Session.objects.all():
        yield "session", str(session.get_decoded())


def traces() -> list[str]:
    """Where in the database something names her."""
    return sorted({column for column, text in dump() if any(trace in text.lower() for trace in TRACES)})
