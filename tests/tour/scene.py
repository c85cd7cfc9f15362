"""What the tour shows besides the demo: people and pledges in states that the demo has not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.users.models import UserProfile

from home import languages
from members.letters.models import MOST_TRIES, Letter
from members.models import Membership, Role, User
from pooling import links
from pooling.actions.approvals import Approver, ask_for_approval, decline, send_again
from pooling.actions.asking_more import ask_for_more
from pooling.actions.bank_files import import_bank_file
from pooling.actions.mending import open_payment_page
from pooling.actions.methods import open_setup_page
from pooling.actions.pledges import expire_overdue_pledges, place_pledge, withdraw_pledge
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.seats import give_seats
from pooling.actions.transfers import offer_transfer
from pooling.actions.waiting import join_waiting_list, make_offers
from pooling.models import (
    Approval,
    ApprovalState,
    BankLine,
    Charge,
    ChargeState,
    Creditor,
    Invoice,
    PaysBy,
    Pledge,
    Pool,
    SandboxEntry,
)
from pooling.payments.base import Progress
from pooling.workshops.models import WorkshopPage
from portal.demo.network import PASSWORD, organisation
from portal.demo.pools import Past, act_out, method
from resources.models import ResourceIndexPage, ResourcePage
from tests.browser.people import BACKEND, administrator, pool_of, workshop_list
from tests.home.factories import page
from tests.members.factories import UserFactory
from tests.pooling.bank_statements import booked, statement

from .joining import add_joining
from .meetings import add_meetings
from .network import add_needs
from .own_data import add_sessions
from .passkeys import add_passkeys
from .pools import CALLED_OFF, FULL, QUEUE
from .translating import begin_translation


def local(address: str) -> str:
    """The path of an address of ours."""
    return urlsplit(address).path


@dataclass
class Scene:
    """The demo and more, as somebody who reads `language` meets it. Built once per language, on a fresh demo."""

    language: str
    password: str = PASSWORD  # everybody's
    now: datetime = field(default_factory=timezone.now)
    people: dict[str, User] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)  # of the second factor, by person
    passkey: Authenticator = field(init=False)
    # The ends of links, see joining.py
    unconfirmed: str = ""
    confirmed: str = ""
    invited_new: str = ""
    invited_known: str = ""

    def __post_init__(self) -> None:
        self.add_people()
        self.add_pages()
        self.add_pledges()
        self.add_bank_file()
        self.give_up_letters()
        add_joining(self, person())
        add_needs(self)
        add_sessions(self)
        add_passkeys(self, person())
        add_meetings(self)

    def url(self, name: str, *args: object) -> str:
        with translation.override(self.language):
            return reverse(name, args=args)

    def add_people(self) -> None:
        for key in ("beispiel", "muster", "exemple", "modele", "esempio", "modello"):
            self.people[key] = administrator(key)
        self.people["member"] = User.objects.get(memberships__role=Role.MEMBER)
        self.people["editor"] = User.objects.get(groups__name="Editor")
        self.people["operator"] = User.objects.get(is_superuser=True)
        for key in ("editor", "operator"):
            profile = UserProfile.get_for_user(self.people[key])
            profile.preferred_language = self.language
            profile.save()
        self.people["newcomer"] = person()
        self.people["between"] = between = person()
        for key in ("beispiel", "esempio"):
            Membership.objects.create(organisation=organisation(key), person=between, role=Role.ADMINISTRATOR)
        self.people["guarded"] = guarded = person()
        TOTP.activate(guarded, generate_totp_secret())
        self.codes["guarded"] = RecoveryCodes.activate(guarded).get_unused_codes()[0]
        self.people["guest"] = guest = person()
        guest.set_unusable_password()  # as of somebody who was invited and has not chosen one yet
        guest.save()
        self.people["forgetful"] = forgetful = person()
        new = EmailAddress.objects.create(user=forgetful, email="neu@org.example", verified=False, primary=False)
        self.confirmation = EmailConfirmationHMAC(new).key

    @property
    def reset_link(self) -> str:
        """Where the letter to somebody who forgot their password leads."""
        forgetful = User.objects.get(pk=self.people["forgetful"].pk)
        key = default_token_generator.make_token(forgetful)
        return self.url("account_reset_password_from_key", user_pk_to_url_str(forgetful), key)

    def add_pages(self) -> None:
        parent = workshop_list(self.language)
        texts = {"summary": "Tour", "venue": "Haus Beispiel, Bern"}
        self.without_pool = page("Tour ohne Pool", parent=parent, model=WorkshopPage, **texts)
        self.full = page("Tour ausgebucht", parent=parent, model=WorkshopPage, **texts)
        self.queue = page("Tour Warteliste", parent=parent, model=WorkshopPage, **texts)
        self.called_off = page("Tour abgesagt", parent=parent, model=WorkshopPage, **texts)
        elsewhere = "de" if self.language != "de" else "fr"
        library = ResourceIndexPage.objects.get(locale__language_code=elsewhere)
        only = page("Tour", parent=library, model=ResourcePage, summary="Tour")
        [self.only_elsewhere] = [v.url for v in languages.versions(only) if v.language == self.language]
        self.begun = begin_translation(only, read_in=self.language)

    def add_pledges(self) -> None:
        full = Past("full", FULL, self.full.translation_key, self.now)
        called_off = Past("called off", CALLED_OFF, self.called_off.translation_key, self.now)
        queue = Past("queue", QUEUE, self.queue.translation_key, self.now)
        act_out([full, called_off, queue], now=self.now)
        self.add_queue(queue.pool)
        self.by_twint = self.pledge_of(full.pool, "exemple")
        off = called_off.pool
        cancel_pool(pool=off, reason="Krankheit", by=self.people["operator"], now=self.now)
        send_due_refunds(now=self.now)
        self.refunded = off.pledges.select_related("pool").order_by("pk")[0]

        nearly, early = pool_of("social-media-plan"), pool_of("homepage-brief")
        self.standing = self.pledge_of(nearly, "muster")
        self.pending = self.held(nearly, "esempio")
        self.setup_page = local(open_setup_page(pledge=self.pending, language=self.language, now=self.now))
        finished = local(open_setup_page(pledge=self.held(early, "modello"), language=self.language, now=self.now))
        SandboxEntry.objects.filter(ref=finished.split("/")[-2]).update(state=Progress.SUCCEEDED)
        self.finished_page = finished
        self.seen_by_member = self.pledge_of(early, "beispiel")
        self.withdrawn = withdraw_pledge(
            pledge=self.pledge_of(nearly, "modele"), by=self.people["modele"], now=self.now
        )

        self.offer = offer_transfer(
            pledge=self.standing,
            email="anna@example.org",
            language=self.language,
            by=self.people["muster"],
            now=self.now,
        )
        self.approval = Approval.objects.select_related("pledge").get(state=ApprovalState.ASKED)
        self.approval = self.asked_again(self.approval)
        self.declined = self.refused(early, "muster")
        self.asked = Charge.objects.get(state=ChargeState.ACTION_REQUIRED, pays_by=PaysBy.CARD)
        self.invoiced = self.pledge_of(pool_of("online-counselling-start"), "exemple")
        self.paid = self.pledge_of(pool_of("data-protection-practice"), "esempio")
        self.falling = self.pledge_of(pool_of("accessible-documents"), "muster")
        self.growing = self.pledge_of(pool_of("accessible-documents"), "exemple")
        self.more = ask_for_more(
            pledge=self.growing,
            shares=3,
            by=self.people["exemple"],
            language=self.language,
            approver=Approver("Ruth Beispiel", "ruth@example.org", self.language),
            now=self.now - timedelta(minutes=2),
        )
        self.short = self.pledge_of(pool_of("video-counselling"), "exemple")
        self.dropped = self.pledge_of(pool_of("video-counselling"), "modele")
        self.settled = self.pledge_of(pool_of("process-mapping"), "esempio")
        give_seats(
            pledge=self.paid,
            number=1,
            name="Kulturverein Beispiel",
            email="verein@example.org",
            language=self.language,
            by=self.people["esempio"],
            now=self.now,
        )
        self.lapsed = self.pledge_of(pool_of("newsletter-basics"), "esempio")
        self.unused_method = method(organisation("muster"), "authenticates", at=self.now)
        self.payment_page = local(open_payment_page(charge=self.asked, language=self.language, now=self.now) or "")

    def add_queue(self, pool: Pool) -> None:
        """The last place was held and nobody gave a method; it is offered to the first in line."""
        an_hour_ago = self.now - timedelta(hours=1)
        for key, action in [("esempio", place_pledge), ("exemple", join_waiting_list), ("modello", join_waiting_list)]:
            placing = {"language": self.language} if action is place_pledge else {}
            by = self.people[key]
            shares = 2 if key == "exemple" else 1
            action(pool=pool, organisation=organisation(key), shares=shares, by=by, now=an_hour_ago, **placing)
        expire_overdue_pledges(now=self.now)
        make_offers(now=self.now)
        self.offered, self.waiting = self.pledge_of(pool, "exemple"), self.pledge_of(pool, "modello")

    def add_bank_file(self) -> None:
        """A payment that nobody knows, and one for an invoice that is not owed any more."""
        invoice = Invoice.objects.get(charge__pledge__pool=self.called_off.pool)
        entries = booked(30_000, reference=invoice.reference), booked(12_000, ref="ZKB2", debtor="Anna Muster")
        content = statement(*entries, account=Creditor.objects.all()[0].iban)
        import_bank_file(content=content, by=self.people["operator"], now=self.now)
        self.bank_line = BankLine.objects.queue()[0]

    def give_up_letters(self) -> None:
        """Two that no mail server took."""
        some = list(Letter.objects.order_by("pk").values_list("pk", flat=True)[:2])
        Letter.objects.filter(pk__in=some).update(
            sent_at=None, tries=MOST_TRIES, last_error="550 5.1.1 mailbox unknown"
        )

    def held(self, pool: Pool, key: str) -> Pledge:
        """A pledge that waits for its payment method."""
        return place_pledge(
            pool=pool,
            organisation=organisation(key),
            shares=1,
            by=self.people[key],
            language=self.language,
            now=self.now - timedelta(minutes=1),
        )

    def asked_again(self, approval: Approval) -> Approval:
        """The request with a second link, so that its first one is old."""
        by = administrator("modele")
        return send_again(approval=approval, email=approval.email, by=by, now=self.now - timedelta(minutes=30))

    def refused(self, pool: Pool, key: str) -> Approval:
        """A request that was declined."""
        approver = Approver("Ruth Beispiel", "ruth@example.org", self.language)
        pledge = ask_for_approval(
            pool=pool,
            organisation=organisation(key),
            shares=1,
            by=self.people[key],
            language=self.language,
            approver=approver,
            now=self.now - timedelta(minutes=2),
        )
        return decline(approval=pledge.approvals.get(), link=1, sentence="Zu teuer.", now=self.now)

    def approval_link(self, approval: Approval) -> str:
        return local(links.approval_url(approval, self.language))

    def offer_link(self) -> str:
        return local(links.transfer_url(self.offer, self.language))

    def pledge_of(self, pool: Pool, key: str) -> Pledge:
        return Pledge.objects.get(pool=pool, organisation=organisation(key))

    def mend_link(self, pledge: Pledge) -> str:
        return local(links.mend_url(pledge.charges.get(), self.language))

    def log_in(self, who: str) -> Client:
        """`who` after the log-in form, the second factor of those who have one, and the password once more."""
        person, client = self.people[who], Client(SERVER_NAME="127.0.0.1")
        if not person.has_usable_password():
            client.force_login(person, backend=BACKEND)
            return client
        answer = client.post(self.url("account_login"), {"login": person.email, "password": PASSWORD})
        if who in self.codes:
            answer = client.post(answer["Location"], {"code": self.codes[who]})
        assert answer.status_code == 302, f"{who} can't log in"
        client.post(self.url("account_reauthenticate"), {"password": PASSWORD})
        return client


def person() -> User:
    made: User = UserFactory()
    made.set_password(PASSWORD)
    made.save()
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made
