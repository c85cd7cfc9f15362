"""Images are made smaller when a page is published, never in a visitor's request."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from wagtail.images import get_image_model
from wagtail.images.models import Rendition
from wagtail.images.tests.utils import get_test_image_file

from home.renditions import SHARED, WIDTHS
from tests.home.factories import page, translation_of

pytestmark = pytest.mark.django_db


def image(width: int = 2000) -> Any:
    return get_image_model().objects.create(title="x", file=get_test_image_file(size=(width, width // 2)))


def body(*images: Any, alt: str = "Ein Haus", decorative: bool = False) -> list[dict[str, Any]]:
    values = [{"image": each.pk, "alt_text": alt, "decorative": decorative} for each in images]
    return [{"type": "image", "id": f"i{number}", "value": value} for number, value in enumerate(values)]


def published(*images: Any, title: str = "Bild", **details: Any) -> Any:
    with TestCase.captureOnCommitCallbacks(execute=True):
        return page(title, body=body(*images, **details))


def specs(of: Any) -> set[str]:
    return set(Rendition.objects.filter(image=of).values_list("filter_spec", flat=True))


def element(made: Any) -> str:
    found = re.search("<img [^>]+>", Client().get(made.url).content.decode())
    assert found
    return found[0]


def test_publishing_makes_all_sizes_and_a_visit_makes_none() -> None:
    made = published(shown := image())
    assert specs(shown) == {*WIDTHS, SHARED}
    before = list(Rendition.objects.order_by("pk").values())
    element(made)
    assert list(Rendition.objects.order_by("pk").values()) == before


def test_an_image_comes_in_sizes_with_its_measures_and_is_loaded_when_it_is_near() -> None:
    html = element(published(image()))
    assert re.search(r'srcset="/media/\S+ 480w, /media/\S+ 960w, /media/\S+ 1440w" sizes="', html)
    assert 'width="960" height="480" alt="Ein Haus"' in html
    assert 'loading="lazy"' in html


def test_a_small_image_is_not_offered_twice() -> None:
    html = element(published(image(width=640)))
    assert re.search(r'srcset="/media/\S+ 480w, /media/\S+ 640w"', html)
    assert "srcset" not in element(published(image(width=200), title="Klein"))


def test_a_decorative_image_has_nothing_to_say() -> None:
    assert 'alt=""' in element(published(image(), alt="", decorative=True))


def test_a_missing_size_is_not_made_while_a_visitor_waits() -> None:
    made = published(shown := image())
    Rendition.objects.filter(image=shown).exclude(filter_spec=WIDTHS[0]).delete()
    assert 'width="480"' in element(made)
    Rendition.objects.all().delete()
    html = element(made)
    assert f'src="{shown.file.url}" width="2000" height="1000"' in html
    assert "og:image" not in Client().get(made.url).content.decode()
    assert not Rendition.objects.exists()


def test_what_is_missing_is_made_by_a_command(capsys: Any) -> None:
    made = published(shown := image())
    Rendition.objects.all().delete()
    call_command("make_renditions")
    assert specs(shown) == {*WIDTHS, SHARED}
    assert f"{made.url}: 1" in capsys.readouterr().out


def test_a_new_file_gets_its_sizes_at_once() -> None:
    made = published(shown := image())
    with TestCase.captureOnCommitCallbacks(execute=True):
        shown.file = get_test_image_file(filename="neu.png", size=(1600, 1600))
        shown.width = shown.height = 1600
        shown.renditions.all().delete()
        shown.save()
    assert specs(shown) == {*WIDTHS, SHARED}
    assert 'width="960" height="960"' in element(made)


def test_a_published_translation_has_its_own_images_made() -> None:
    german = published(image())
    other = image()
    with TestCase.captureOnCommitCallbacks(execute=True):
        french = translation_of(german, "fr", "Image", body=body(other, alt="Une maison"))
    assert 'alt="Une maison"' in element(french)


def test_a_broken_file_does_not_keep_a_page_from_being_published() -> None:
    broken = image()
    broken.file.storage.delete(broken.file.name)
    made = published(broken)
    assert Client().get(made.url).status_code == 200
    assert not Rendition.objects.exists()


def test_many_images_cost_as_many_queries_as_one() -> None:
    def queries(title: str, *images: Any) -> int:
        made = published(*images, title=title)
        with CaptureQueriesContext(connection) as captured:
            Client().get(made.url)
        return len(captured)

    queries("Zuerst", image())
    assert queries("Eines", image()) == queries("Vier", *(image() for _ in range(4)))
