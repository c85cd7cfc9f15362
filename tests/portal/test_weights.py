"""No page is heavy: somebody reads it on an old telephone, by a slow line."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.models import Page

from home.templatetags.design import lean
from tests.bench.weights import MOST_HTML
from tests.demo_site import demo_for_module, demo_site

__all__ = ["demo_for_module", "demo_site"]
pytestmark = pytest.mark.django_db


def test_every_page_of_the_demo_weighs_little(demo_for_module: None, db: None) -> None:
    pages = [page for page in Page.objects.live().filter(depth__gte=2) if page.get_url()]
    sizes = {page.get_url(): len(Client().get(page.get_url()).content) for page in pages}
    assert len(sizes) > 50
    assert {url: size for url, size in sizes.items() if size > MOST_HTML} == {}


def test_indentation_goes_and_spaces_between_words_stay() -> None:
    assert lean("<b>a</b>\n      <i>b</i> c  d\n") == "<b>a</b> <i>b</i> c  d\n"
    assert lean("<ul>\n  <li>a <b>b</b> </li>\n  <li><a>c</a> <small>d</small></li>\n</ul>") == (
        "<ul><li>a <b>b</b></li><li><a>c</a> <small>d</small></li></ul>"
    )
