"""One's own account in the browser: in by a code from a letter, the name corrected, everything read, out for good."""

from __future__ import annotations

import json
import re
from pathlib import Path

from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page, expect

from members.models import Membership, Role, User
from portal.demo.network import PASSWORD, organisation
from tests.members.factories import UserFactory

LANGUAGE = "fr"


def address(name: str) -> str:
    with translation.override(LANGUAGE):
        return reverse(name)


def colleague() -> User:
    person: User = UserFactory(language=LANGUAGE, email="colette@org.example", first_name="Colette")
    person.set_password(PASSWORD)
    person.save()
    Membership.objects.create(organisation=organisation("exemple"), person=person, role=Role.ADMINISTRATOR)
    return person


def send(page: Page) -> None:
    page.locator("main form.form button[type=submit]").click()


def test_in_by_a_code_and_out_for_good(quiet_page: Page, site: str) -> None:
    page, person = quiet_page, colleague()
    cache.clear()
    page.goto(site + address("account_login"))
    page.locator(f"main a[href='{address('account_request_login_code')}']").click()
    page.locator("[name=email]").fill(person.email)
    send(page)
    page.wait_for_url(f"**{address('account_confirm_login_code')}")
    found = re.search(r"\b\d{4}-\d{4}\b", str(mail.outbox[-1].body))
    assert found
    page.locator("[name=code]").fill(found[0])
    send(page)
    page.wait_for_url(f"**{address('dashboard')}")

    page.locator(f".tabs a[href='{address('account_details')}']").click()
    page.locator("[name=last_name]").fill("Corrigée")
    send(page)
    expect(page.get_by_role("status")).to_be_visible()

    page.locator(f".tabs a[href='{address('own_data')}']").click()
    expect(page.locator("main")).to_contain_text("Corrigée")
    with page.expect_download() as download:
        page.locator(f"main a[href='{address('own_data_file')}']").click()
    assert json.loads(Path(download.value.path()).read_text())["account"]["last name"] == "Corrigée"

    page.locator(f"main a[href='{address('account_erase')}']").click()
    page.locator("[name=password]").fill(PASSWORD)  # who deletes something is asked who they are
    send(page)
    page.locator("[name=sure]").check()
    send(page)
    page.wait_for_url(f"**{address('account_erased')}")
    assert mail.outbox[-1].to == ["colette@org.example"]
    person.refresh_from_db()
    assert person.erased_at
    page.goto(site + address("dashboard"))
    expect(page.locator("[name=login]")).to_be_visible()
