"""Where somebody is logged in: the list, ending sessions elsewhere, and the letter about a new device."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from members.actions.invitations import invite
from members.devices import COOKIE, device
from members.models import Role, User
from portal.account.sessions import forget_sessions
from tests.members.factories import UserFactory
from tests.pooling import factories as make

from .account import PASSWORD, complaints, in_each_language, is_logged_in, no_tries_are_counted, person, url

__all__ = ["no_tries_are_counted", "person"]

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


def logged_in(person: User, agent: str = FIREFOX, client: Client | None = None) -> Client:
    client = client or Client(HTTP_USER_AGENT=agent)
    client.post(url("account_login"), {"login": person.email, "password": PASSWORD})
    assert is_logged_in(client)
    return client


def listed(client: Client, language: str = "de") -> str:
    page = client.get(url("usersessions_list", language=language))
    assert complaints(page, language) == []
    return str(page.content.decode())


@in_each_language
def test_each_log_in_is_listed_in_words_that_people_know(person: User, language: str) -> None:
    here, _there = logged_in(person), logged_in(person, SAFARI)
    page = listed(here, language)
    assert device(FIREFOX) in page
    assert device(SAFARI) in page
    assert page.count('name="end"') == 2  # the other one, and all others


def test_one_session_is_ended_and_the_others_go_on(person: User) -> None:
    here, there, third = logged_in(person), logged_in(person, SAFARI), logged_in(person)
    ending = UserSession.objects.get(session_key=there.session.session_key)
    here.post(url("usersessions_list"), {"end": str(ending.pk)})
    assert [is_logged_in(client) for client in (here, there, third)] == [True, False, True]


def test_all_others_are_ended_at_once(person: User) -> None:
    here, there, third = logged_in(person), logged_in(person, SAFARI), logged_in(person)
    here.post(url("usersessions_list"), {"end": "others"})
    assert [is_logged_in(client) for client in (here, there, third)] == [True, False, False]
    assert device(SAFARI) not in listed(here)


def test_nobody_ends_the_session_of_somebody_else_or_their_own(person: User) -> None:
    here, other = logged_in(person), logged_in(UserFactory())
    for client in (other, here):
        wanted = UserSession.objects.get(session_key=client.session.session_key)
        here.post(url("usersessions_list"), {"end": str(wanted.pk)})
        assert is_logged_in(client)


def test_a_session_that_began_before_sessions_were_noted_is_listed(person: User) -> None:
    client = Client(HTTP_USER_AGENT=FIREFOX)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert device(FIREFOX) in listed(client)


def test_no_internet_address_and_nothing_that_the_browser_sent_is_kept(person: User) -> None:
    logged_in(person, f"{FIREFOX} <script>")
    kept = UserSession.objects.get()
    assert (kept.ip, kept.user_agent, kept.data) == ("0.0.0.0", "Firefox, Windows", {})  # noqa: S104


def test_what_is_over_goes(person: User) -> None:
    logged_in(person)
    forget_sessions(now=Session.objects.latest("expire_date").expire_date)
    assert not UserSession.objects.exists()


class TestNewDevice:
    def test_the_first_log_in_ever_is_nobodys_surprise(self, person: User) -> None:
        logged_in(person)
        assert mail.outbox == []

    @in_each_language
    def test_another_browser_is_told_of_in_the_persons_language(self, person: User, language: str) -> None:
        person.language = language
        person.save()
        logged_in(person)
        logged_in(person, SAFARI)
        [letter] = mail.outbox
        assert letter.to == [person.email]
        assert letter.extra_headers["Content-Language"] == language
        assert device(SAFARI) in letter.body
        assert "127.0.0.1" not in letter.body

    def test_the_same_browser_is_not(self, person: User) -> None:
        client = logged_in(person)
        client.post(url("account_logout"))
        logged_in(person, client=client)
        assert mail.outbox == []

    def test_a_browser_that_two_people_share_is_known_to_both(self, person: User) -> None:
        other = UserFactory(last_login=timezone.now())
        client = logged_in(person)
        for each in (other, person, other):
            client.post(url("account_logout"))
            logged_in(each, client=client)
        assert [letter.to for letter in mail.outbox] == [[other.email]]

    def test_a_cookie_of_ones_own_making_makes_no_browser_known(self, person: User) -> None:
        logged_in(person)
        client = Client(HTTP_USER_AGENT=FIREFOX)
        client.cookies[COOKIE] = "WyJ4Il0:1:x"
        logged_in(person, client=client)
        assert len(mail.outbox) == 1

    def test_the_cookie_is_for_the_portal_only(self, person: User) -> None:
        cookie = logged_in(person).cookies[COOKIE]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["secure"] == (settings.SESSION_COOKIE_SECURE or "")
        assert person.email not in cookie.value

    def test_whoever_accepts_an_invitation_is_at_home_in_this_browser(self) -> None:
        own = make.organisation()
        by = make.administrator(own)
        asked = {"email": "nora@org.example", "role": Role.MEMBER, "language": "de", "by": by, "now": timezone.now()}
        token = invite(organisation=own, **asked).new_token()
        client = Client(HTTP_USER_AGENT=FIREFOX)
        typed = {"first_name": "Nora", "last_name": "Neu", "password": PASSWORD, "password1": PASSWORD}
        client.post(url("members:invitation", token), typed)
        assert is_logged_in(client)
        assert UserSession.objects.filter(user__email="nora@org.example").count() == 1
        client.post(url("account_logout"))
        logged_in(User.objects.get(email="nora@org.example"), client=client)
        assert mail.outbox == []
