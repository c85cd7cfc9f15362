"""The pages of one's account: what each says, to whom, and the ways through them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import resolve
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext

from members.models import User
from portal.account import urls

from .account import (
    PASSWORD,
    complaints,
    confirm_who,
    in_each_language,
    is_logged_in,
    log_in,
    no_tries_are_counted,
    person,
    switch_on,
    url,
)
from .walk import LANGUAGES, local

__all__ = ["no_tries_are_counted", "person"]

pytestmark = pytest.mark.django_db

# Of each page: its addresses in German, French and Italian, below the language and the account's own.
ADDRESSES = {
    "dashboard": ("", "", ""),
    "account_login": ("anmelden/", "connexion/", "accesso/"),
    "account_logout": ("abmelden/", "deconnexion/", "uscita/"),
    "account_reset_password": ("passwort/vergessen/", "mot-de-passe/oublie/", "password/dimenticata/"),
    "account_details": ("angaben/", "coordonnees/", "generalita/"),
    "own_data": ("daten/", "donnees/", "dati/"),
    "account_erase": ("loeschen/", "supprimer/", "elimina/"),
    "account_change_password": ("passwort/aendern/", "mot-de-passe/changer/", "password/cambia/"),
    "account_email": ("e-mail/", "e-mail/", "e-mail/"),
    "account_request_login_code": ("anmelden/per-e-mail/", "connexion/par-e-mail/", "accesso/per-e-mail/"),
    "usersessions_list": ("sicherheit/anmeldungen/", "securite/connexions/", "sicurezza/accessi/"),
    "mfa_index": ("sicherheit/", "securite/", "sicurezza/"),
    "mfa_activate_totp": ("sicherheit/app/einrichten/", "securite/application/configurer/", "sicurezza/app/configura/"),
    "mfa_add_webauthn": (
        "sicherheit/passkeys/hinzufuegen/",
        "securite/cles-d-acces/ajouter/",
        "sicurezza/passkey/aggiungi/",
    ),
}
FOR_VISITORS = [
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_erased",
    "account_request_login_code",
]
FOR_ANYBODY_LOGGED_IN = [
    "dashboard",
    "account_logout",
    "account_reset_password",
    "account_reauthenticate",
    "account_details",
    "own_data",
    "account_erase",
    "account_email",
    "account_change_password",
    "account_email_verification_sent",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "usersessions_list",
]
WITH_A_SECOND_FACTOR = [
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
]
BY_TESTS_OF_THEIR_OWN = [
    "mfa_authenticate",
    "account_confirm_login_code",
    "account_set_password",
    "mfa_download_recovery_codes",
    "mfa_reauthenticate_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "own_data_file",
    "organisation_naming",
    "account_signup",
]


def pages(person: User) -> Iterator[tuple[str, Client]]:
    """Every page with somebody who may see it."""
    yield from ((name, Client()) for name in FOR_VISITORS)
    client, _page = log_in(person)
    confirm_who(client)
    yield from ((name, client) for name in FOR_ANYBODY_LOGGED_IN)
    switch_on(client)
    yield from ((name, client) for name in WITH_A_SECOND_FACTOR)


def test_every_page_has_a_test() -> None:
    names = {pattern.name for pattern in urls.urlpatterns}
    assert names == {*FOR_VISITORS, *FOR_ANYBODY_LOGGED_IN, *WITH_A_SECOND_FACTOR, *BY_TESTS_OF_THEIR_OWN}


@in_each_language
def test_every_page_has_a_heading_a_way_on_and_the_readers_language(person: User, language: str) -> None:
    found = {}
    for name, client in pages(person):
        cache.clear()
        response = client.get(url(name, language=language))
        found[f"{name}, logged in: {client.session.get('_auth_user_id') is not None}"] = complaints(response, language)
    assert {page: wrong for page, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_is_made_of_words_of_its_language(name: str) -> None:
    for language, account, rest in zip(LANGUAGES, ("konto", "compte", "conto"), ADDRESSES[name], strict=True):
        assert url(name, language=language) == f"/{language}/{account}/{rest}"


@pytest.mark.parametrize("name", [pattern.name for pattern in urls.urlpatterns])
def test_an_address_leads_to_its_page_in_each_language(name: str) -> None:
    for language in LANGUAGES:
        path = url(name, language=language)
        with translation.override(language):
            assert resolve(path).url_name == name


def test_log_in_leads_to_where_somebody_was_going(person: User) -> None:
    client = Client()
    page = client.get(url("mfa_index"), follow=True)
    answer = client.post(page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"], {})
    assert answer.status_code == 200
    assert 'class="error-summary' in answer.content.decode()
    data = {"login": person.email, "password": PASSWORD, "next": url("mfa_index")}
    assert client.post(url("account_login"), data)["Location"] == url("mfa_index")


def test_looking_at_the_log_out_page_logs_nobody_out(person: User) -> None:
    client, _page = log_in(person)
    client.get(url("account_logout"))
    assert is_logged_in(client)
    page = client.post(url("account_logout"), follow=True)
    assert not is_logged_in(client)
    assert 'role="status"' in page.content.decode()
    assert local(page.redirect_chain[-1][0]) == url("account_login")


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_left_empty_is_answered_with_what_to_enter(name: str, language: str) -> None:
    page = Client().post(url(name, language=language), {}).content.decode()
    with translation.override(language):
        assert escape(gettext("This field is required.")) not in page
        wanted = {"account_login": "Please enter your e-mail address."}.get(name, "Please enter the e-mail address.")
        assert gettext(wanted) != wanted
        assert escape(gettext(wanted)) in page
