"""Every page of the demo in three languages: what answers, in which language, and without a word of another one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import translation
from wagtail.models import Page as WagtailPage

from home.content_files.markdown import stable_id
from home.templatetags.home_tags import page_for
from members.letters.models import Letter
from members.models import Membership, Role, User
from pooling import links
from pooling.models import Charge, ChargeState, Pledge, Pool, PoolState
from portal import catalogues, errors
from portal.demo.network import PASSWORD, organisation
from tests.demo_site import demo_for_module, demo_site
from tests.members.factories import UserFactory
from tests.pooling.test_letters import KINDS

from .walk import LANGUAGES, Page, Speech, Walker, local, plain, speech

__all__ = ["demo_for_module", "demo_site"]

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
in_each_language = pytest.mark.parametrize("language", LANGUAGES)


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def administrator(key: str) -> User:
    return organisation(key).administrators()[0]


def somebody(language: str) -> User:
    """Who reads in `language`: logging in leads to one's own language."""
    return administrator({"de": "beispiel", "fr": "exemple", "it": "esempio"}[language])


def pool_of(name: str) -> Pool:
    return Pool.objects.get(page_key=stable_id(f"workshops/{name}"))


@pytest.fixture(scope="module")
def speeches(demo_for_module: None, django_db_blocker: Any) -> dict[str, Speech]:
    with django_db_blocker.unblock():
        return {language: speech(language) for language in LANGUAGES}


@pytest.fixture
def walker(language: str, speeches: dict[str, Speech]) -> Iterator[Walker]:
    """What it has found fails the test at the end, all at once."""
    cache.clear()  # in which allauth counts tries
    walker = Walker(language, speeches[language])
    yield walker
    assert walker.seen > 0
    if walker.found:
        pytest.fail("\n".join(walker.found), pytrace=False)


@in_each_language
def test_every_page_of_the_tree(walker: Walker, language: str) -> None:
    pages = WagtailPage.objects.live().filter(locale__language_code=language, depth__gt=1)
    assert pages.count() > 20, "the demo is not there"
    for page in pages:
        walker.get(Client(), page.get_url())


@in_each_language
def test_the_accessibility_statement_is_at_the_foot_of_every_page_and_says_how_to_reach_us(
    walker: Walker, language: str
) -> None:
    with translation.override(language):
        statement = page_for("accessibility")
    assert statement.startswith(f"/{language}/")
    member = client_of(somebody(language))
    for client, path in [
        (Client(), f"/{language}/"),
        (Client(), walker.url("account_login")),
        (member, walker.url("dashboard")),
        (member, statement),
    ]:
        foot = walker.get(client, path).content.decode().split("<footer", 1)[1]
        assert f'href="{statement}"' in foot
    said = plain(member.get(statement).content.decode())
    assert re.search(r"[\w.]+@up2gether\.example.*3000 Bern.* 10 ", said)


@in_each_language
def test_log_in_and_passwords(walker: Walker, language: str) -> None:
    visitor, person = Client(), somebody(language)
    walker.get(visitor, walker.url("account_login"))
    walker.post(visitor, walker.url("account_login"), {})
    walker.post(visitor, walker.url("account_login"), {"login": person.email, "password": "wrong"})
    walker.post(visitor, walker.url("account_login"), {"login": "no address", "password": "wrong"})
    walker.get(visitor, walker.url("members:join"))
    walker.get(visitor, walker.url("account_reset_password"))
    walker.post(visitor, walker.url("account_reset_password"), {"email": "no address"})
    walker.post(visitor, walker.url("account_reset_password"), {"email": person.email})
    walker.get(visitor, walker.url("account_reset_password_from_key", "x", "x-x"))
    walker.get(visitor, walker.url("account_reset_password_from_key_done"))
    walker.get(visitor, walker.url("account_inactive"))
    walker.post(visitor, walker.url("account_login"), {"login": person.email, "password": PASSWORD})


@in_each_language
def test_a_password_is_set_anew_by_the_link_of_a_letter(walker: Walker, mailoutbox: list[Any]) -> None:
    visitor, person = Client(), somebody(walker.language)  # whose language the letter is in
    visitor.post(walker.url("account_reset_password"), {"email": person.email})
    [letter] = mailoutbox
    walker.found += walker.said.findings(
        {walker.language: plain(f"{letter.subject} ¶ {letter.body}")}, where="the letter with the link"
    )
    place = walker.url("account_reset_password_from_key", "x", "x-x").removesuffix("x-x-x/")
    address = next(word for word in letter.body.split() if place in word)
    form = walker.get(visitor, address, follow=True)
    path = form.redirect_chain[-1][0]
    walker.post(visitor, path, {"password1": "kurz", "password2": "anders"})
    walker.post(visitor, path, {"password1": "ein-anderes-wort-9", "password2": "ein-anderes-wort-9"})


@in_each_language
def test_pages_of_ones_own_account(walker: Walker, language: str) -> None:
    person = somebody(language)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client = Client()
    walker.post(client, walker.url("account_login"), {"login": person.email, "password": PASSWORD})
    for name in ("account_change_password", "account_email", "account_logout", "mfa_index", "account_reauthenticate"):
        walker.get(client, walker.url(name))
    walker.post(
        client, walker.url("account_change_password"), {"oldpassword": "wrong", "password1": "a", "password2": "b"}
    )
    walker.post(client, walker.url("account_email"), {"action_add": "", "email": "no address"})
    walker.post(client, walker.url("account_reauthenticate"), {"password": "wrong"})
    walker.post(client, walker.url("account_reauthenticate"), {"password": PASSWORD})
    walker.get(client, walker.url("mfa_activate_totp"))
    walker.post(client, walker.url("mfa_activate_totp"), {"code": "000000"})
    walker.post(client, walker.url("account_logout"), {})


@in_each_language
def test_the_overview_of_everybody_in_the_demo(walker: Walker) -> None:
    for person in [*User.objects.order_by("pk"), UserFactory()]:
        walker.get(client_of(person), walker.url("dashboard"))


@in_each_language
def test_every_pledge_of_the_demo(walker: Walker) -> None:
    pledges = Pledge.objects.select_related("pool", "organisation")
    assert pledges.count() > 18, "the demo is not there"
    for pledge in pledges:
        client = client_of(pledge.organisation.administrators()[0])
        for name in ("pledge", "pledge_change", "pledge_withdraw"):
            walker.get(client, walker.url(f"pooling:{name}", pledge.uuid))


@in_each_language
def test_pledging_and_everything_that_can_go_wrong_with_it(walker: Walker) -> None:
    client, pool = client_of(administrator("esempio")), pool_of("social-media-plan")
    path = walker.url("pooling:pledge_new", pool.uuid)
    data = {"organisation": str(organisation("esempio").uuid), "shares": "1", "method": "new", "accept": "on"}
    walker.get(client, path)
    for wrong in ({}, {"shares": "abc"}, {"shares": "0"}, {"organisation": "x"}, {"method": "123"}, {"accept": ""}):
        walker.post(client, path, {**data, **wrong} if wrong else {}, status=422)
    walker.post(client, path, {**data, "shares": "99"}, status=422)
    figures = client.get(walker.url("pooling:pledge_consent", pool.uuid), {"shares": "3"}).content.decode()
    walker.found += walker.said.findings({walker.language: Page(figures).texts[""]}, where="figures above the button")
    for name in ("data-protection-practice", "newsletter-basics", "online-counselling-start"):
        walker.get(
            client_of(administrator("modello")), walker.url("pooling:pledge_new", pool_of(name).uuid), follow=True
        )
    member = User.objects.get(memberships__role=Role.MEMBER)
    walker.get(client_of(member), path, status=403)

    walker.post(client, path, data)  # the sandbox's page
    [pledge] = Pledge.objects.filter(pool=pool, organisation=organisation("esempio"))
    own = walker.url("pooling:pledge", pledge.uuid)
    walker.get(client, own)
    walker.get(client, walker.url("dashboard"))
    walker.get(client, walker.url("pooling:setup_return", pledge.uuid), follow=True)  # nothing was given
    walker.post(client, path, data)  # there is one already
    page = local(client.post(walker.url("pooling:pledge_setup", pledge.uuid))["Location"])
    walker.get(client, page)
    walker.post(client, page, {"do": "pays"})
    walker.get(client, page)  # not open any more
    walker.get(client, own)
    Membership.objects.create(organisation=organisation("esempio"), person=member, role=Role.MEMBER)
    walker.post(client_of(member), walker.url("pooling:pledge_withdraw", pledge.uuid), {}, status=403)


@in_each_language
def test_changing_and_withdrawing(walker: Walker) -> None:
    client, pool = client_of(administrator("modello")), pool_of("social-media-plan")
    pledge = Pledge.objects.get(pool=pool, organisation=organisation("modello"))
    change = walker.url("pooling:pledge_change", pledge.uuid)
    walker.post(client, change, {}, status=422)
    walker.post(client, change, {"shares": "abc", "accept": "on"}, status=422)
    walker.post(client, change, {"shares": "99", "accept": "on"}, status=422)
    walker.post(client, change, {"shares": "1", "accept": "on"})
    for _ in ("once", "and again"):
        walker.post(client, walker.url("pooling:pledge_withdraw", pledge.uuid), {})
    walker.get(client, walker.url("dashboard"))
    late = Pledge.objects.filter(pool__state=PoolState.CONFIRMED).first()
    walker.post(
        client_of(late.organisation.administrators()[0]),
        walker.url("pooling:pledge_withdraw", late.uuid),
        {},
        status=409,
    )


@in_each_language
def test_mending_a_payment(walker: Walker, language: str) -> None:
    asked = Charge.objects.get(state=ChargeState.ACTION_REQUIRED)
    paid = Charge.objects.filter(state=ChargeState.SUCCEEDED).first()
    visitor = Client()
    walker.get(visitor, links.mend_url(paid, language))
    mend = local(links.mend_url(asked, language))
    walker.get(visitor, mend)
    page = local(visitor.post(mend)["Location"])
    walker.get(visitor, page)
    walker.post(visitor, page, {"do": "declines"}, status=402)
    walker.get(visitor, links.mend_return_url(asked, language))
    walker.post(visitor, page, {"do": "pays"})
    walker.get(visitor, mend)
    walker.get(visitor, walker.url("pooling:mend", "forged"), status=404)


@in_each_language
def test_error_pages(walker: Walker, language: str) -> None:
    walker.get(Client(), f"/{language}/x/", status=404)
    walker.look(Client(enforce_csrf_checks=True).post(walker.url("account_login")), where="without a token", status=403)
    request = RequestFactory().get(f"/{language}/x/")
    for view, status in ((errors.bad_request, 400), (errors.permission_denied, 403), (errors.server_error, 500)):
        walker.look(view(request), where=view.__name__, status=status)
    walker.look(errors.page(request, "503.html", 503), where="no database", status=503)


@in_each_language
def test_letters_of_the_demo(walker: Walker, language: str) -> None:
    for letter in Letter.objects.filter(organisation__language=language):
        assert letter.language == language
        read(letter, walker)


@in_each_language
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_letter(kind: Callable[[str], None], walker: Walker, language: str) -> None:
    before = set(Letter.objects.values_list("pk", flat=True))
    kind(language)
    [letter] = Letter.objects.exclude(pk__in=before)
    read(letter, walker)


def read(letter: Letter, walker: Walker) -> None:
    walker.seen += 1
    said = f"{letter.subject} ¶ {letter.text}"
    page = Page(letter.html)
    assert page.lang == walker.language
    walker.found += walker.said.findings({walker.language: plain(said)}, where=f"{letter.template}, text")
    walker.found += walker.said.findings(page.texts, where=f"{letter.template}, HTML")


def test_no_message_is_empty_or_fuzzy() -> None:
    assert catalogues.problems() == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("<p>La Svizzera è bella.</p>", ""),
        ("<p>Sie haben <b>noch nichts</b> zugesagt, Elena.</p>", "de: Sie haben noch nichts zugesagt"),
        ('<p lang="de">Sie haben noch nichts zugesagt.</p>', "marked as de"),
        ('<a lang="de">Deutsch</a>', ""),
        ("<p>Sie haben</p><p>noch nichts zugesagt</p>", ""),
        ("<p>Log in</p>", "English: Log in"),
        ("<p>blog inverso</p>", ""),
        ('<img alt="Log in">', "English: Log in"),
        ("<script>Log in</script>", ""),
        ("<p>Nothing but the word</p>", "en word"),
        ("<p>Ihr Geld</p>", "de word"),
    ],
)
def test_text_in_another_language_is_found(text: str, finding: str) -> None:
    said = Speech("it", "", {"Sie haben noch nichts zugesagt": "de"}, ["Log in"])
    found = said.findings(Page(f'<html lang="it"><body>{text}</body></html>').texts, where="page")
    assert [finding in line for line in found] == ([True] if finding else [])
