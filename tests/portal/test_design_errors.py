"""Error pages: they need nothing that may be gone, and say what to do."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from portal import errors

# No test here asks for the database: pytest-django refuses every query.
PAGES = {
    400: lambda request: errors.bad_request(request, ValueError()),
    403: lambda request: errors.permission_denied(request, PermissionDenied()),
    404: lambda request: errors.page_not_found(request, Http404()),
    429: errors.too_many_requests,
    500: errors.server_error,
}


@pytest.mark.parametrize("language", ["de", "fr", "it"])
@pytest.mark.parametrize("status", PAGES)
def test_an_error_page_speaks_the_language_of_its_address_without_the_database(status: int, language: str) -> None:
    response = PAGES[status](RequestFactory().get(f"/{language}/somewhere/"))
    html = response.content.decode()
    assert response.status_code == status
    assert f'<html lang="{language}">' in html
    for other in ("de", "fr", "it"):
        assert f'href="/{other}/"' in html
    assert html.count("<h1>") == 1
    assert "<script" not in html


@pytest.mark.parametrize("language", ["de", "fr", "it"])
@pytest.mark.parametrize(("status", "name"), [(403, "dashboard"), (500, "dashboard"), (429, "account_login")])
def test_an_error_page_leads_to_where_one_can_look(status: int, name: str, language: str) -> None:
    html = PAGES[status](RequestFactory().get(f"/{language}/somewhere/")).content.decode()
    with translation.override(language):
        assert f'href="{reverse(name)}"' in html  # written by hand there, so that no list of addresses is needed


@pytest.mark.parametrize("language", ["de", "fr", "it"])
def test_a_refused_form_has_a_page_of_its_own(language: str) -> None:
    response = errors.csrf_failure(RequestFactory().post(f"/{language}/account/login/"))
    assert response.status_code == 403
    assert f'<html lang="{language}">' in response.content.decode()


def lose_the_database() -> None:
    raise OperationalError("gone")


def test_without_a_database_the_page_asks_to_come_back() -> None:
    try:
        lose_the_database()
    except OperationalError:
        response = errors.server_error(RequestFactory().get("/it/"))
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert '<html lang="it">' in response.content.decode()


@pytest.mark.parametrize("template", ["500.html", "503.html"])
def test_pages_for_our_own_failures_say_that_nothing_was_paid(template: str) -> None:
    with translation.override(None):
        assert "No payment was made by this page" in render_to_string(template, {"language": "de"})
