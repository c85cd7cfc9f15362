"""Questions and answers, tables, downloads, videos, related pages: accessible, searchable, translatable."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.documents import get_document_model
from wagtail.models import Locale, PageViewRestriction
from wagtail_localize.models import Translation

from home.table_block import TableBlock
from home.video import embedding_of
from tests.home.factories import page, translation_of

pytestmark = pytest.mark.django_db


def block(kind: str, **value: Any) -> dict[str, Any]:
    return {"type": kind, "id": kind, "value": value}


def item(number: int, value: Any) -> dict[str, Any]:
    return {"type": "item", "id": f"i{number}", "value": value}


def accordion(title: str = "Was kostet es?", text: str = "Wenig") -> dict[str, Any]:
    return block("accordion", entries=[item(0, {"title": title, "text": f"<p>{text}</p>"})])


def table(
    caption: str = "Kosten im Jahr", headings: tuple[str, str] = ("Posten", "Stunden"), cell: str = "<Pflege>"
) -> dict[str, Any]:
    columns = [{"type": kind, "heading": heading} for kind, heading in zip(("text", "number"), headings, strict=True)]
    return block("table", table={"columns": columns, "rows": [{"values": [cell, "60.5"]}], "caption": caption})


def video(url: str = "https://www.youtube.com/watch?v=x", **value: Any) -> dict[str, Any]:
    return block("video", **{"title": "Film", "url": url, "minutes": 5, "text": "Ein Haus", **value})


def related(*pages: Any, title: str = "Dazu passt") -> dict[str, Any]:
    return block("related", title=title, pages=[item(n, each.pk) for n, each in enumerate(pages)])


def shown(*body: dict[str, Any]) -> str:
    made = page("Seite", body=list(body))
    response = Client().get(made.url)
    assert response.status_code == 200
    main = re.search("<article.*</article>", response.content.decode(), re.DOTALL)
    assert main
    return main[0]


def test_an_answer_opens_by_the_browsers_own_means() -> None:
    html = shown(accordion("Was <kostet> es?"))
    assert "<summary>Was &lt;kostet&gt; es?</summary>" in html
    assert "<details>" in html
    assert "<p>Wenig</p>" in html


def test_a_table_has_a_caption_and_headings_of_columns_and_rows() -> None:
    html = shown(table())
    assert "<caption>Kosten im Jahr</caption>" in html
    assert '<th scope="col">Posten</th>' in html
    assert '<th scope="col" class="money">Stunden</th>' in html
    assert '<th scope="row">&lt;Pflege&gt;</th>' in html
    assert '<td class="money">60' in html
    assert 'tabindex="0" role="region" aria-label="Kosten im Jahr"' in html


@pytest.mark.parametrize("lacking", [{"caption": " "}, {"headings": ("Posten", "")}])
def test_a_table_without_caption_or_headings_is_refused(lacking: dict[str, Any]) -> None:
    made = TableBlock()
    made.clean(made.to_python(table()["value"]))
    with pytest.raises(ValidationError):
        made.clean(made.to_python(table(**lacking)["value"]))


def test_downloads_say_type_and_size() -> None:
    document = get_document_model().objects.create(title="Vorlage", file=ContentFile(b"x" * 2048, "vorlage.txt"))
    other = get_document_model().objects.create(title="Andere", file=ContentFile(b"y", "andere.csv"))
    for each in (document, other):
        each.get_file_size()
    values = [{"document": document.pk, "label": ""}, {"document": other.pk, "label": "Mit Namen"}]
    html = shown(block("downloads", title="Vorlagen", documents=[item(n, value) for n, value in enumerate(values)]))
    assert f'href="{document.url}"' in html
    assert "<span>Vorlage</span>" in html
    assert "<span>Mit Namen</span>" in html
    assert re.search(r'<small lang="de">TXT, 2\.0\sKB</small>', html)


def test_a_document_in_a_download_is_as_private_as_its_page() -> None:
    document = get_document_model().objects.create(title="Vorlage", file=ContentFile(b"x", "vorlage.txt"))
    body = [block("downloads", title="Vorlagen", documents=[item(0, {"document": document.pk, "label": ""})])]
    made = page("Intern", body=body)
    assert Client().get(document.url).status_code == 200
    PageViewRestriction.objects.create(page=made, restriction_type=PageViewRestriction.LOGIN)
    assert Client().get(document.url).status_code == 302


@pytest.mark.parametrize(
    ("url", "embedding"),
    [
        ("https://www.youtube.com/watch?v=abcdefghijk&t=10", "https://www.youtube-nocookie.com/embed/abcdefghijk"),
        ("https://m.youtube.com/watch?v=abcdefghijk", "https://www.youtube-nocookie.com/embed/abcdefghijk"),
        ("https://youtu.be/abcdefghijk?si=x", "https://www.youtube-nocookie.com/embed/abcdefghijk"),
        ("https://www.youtube-nocookie.com/embed/abcdefghijk", "https://www.youtube-nocookie.com/embed/abcdefghijk"),
        ("https://vimeo.com/123456", "https://player.vimeo.com/video/123456?dnt=1"),
        ("https://tube.switch.ch/videos/a1b2c3d4", "https://tube.switch.ch/embed/a1b2c3d4"),
        ("https://www.youtube.com/@kanal", ""),
        ("https://www.youtube.com/watch?v=../../evil", ""),
        ("https://vimeo.com/kanal", ""),
        ("https://youtube.com.example.org/watch?v=abcdefghijk", ""),
        ("https://video.example.org/abcdefghijk", ""),
        ("https://[", ""),
        ("", ""),
    ],
)
def test_a_video_can_be_shown_in_the_page_where_its_address_is_understood(url: str, embedding: str) -> None:
    assert embedding_of(url) == embedding


def test_a_video_waits_in_a_template_beside_the_link_and_what_the_other_side_learns() -> None:
    html = shown(video("https://youtu.be/abcdefghijk"))
    assert '<template data-embed="https://www.youtube-nocookie.com/embed/abcdefghijk" data-title="Film">' in html
    assert "Video von YouTube laden" in html
    assert "erfährt dann Ihre Internetadresse" in html
    assert not re.search(r"<(iframe|img|script|video|source|embed|object)\b", html)


def test_frames_are_allowed_from_the_origins_of_videos_only(settings: Any) -> None:
    policy = Client().get("/de/")["Content-Security-Policy"]
    (frames,) = [part.split()[1:] for part in policy.split("; ") if part.startswith("frame-src")]
    assert frames == settings.VIDEO_ORIGINS


def test_a_video_of_an_origin_that_the_operator_took_out_is_a_link(settings: Any) -> None:
    settings.VIDEO_ORIGINS = []
    html = shown(video("https://youtu.be/abcdefghijk"))
    assert "<template" not in html
    assert 'href="https://youtu.be/abcdefghijk"' in html


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://www.youtube.com/watch?v=x", "YouTube"),
        ("https://youtu.be/x", "YouTube"),
        ("https://vimeo.com/1", "Vimeo"),
        ("https://tube.switch.ch/videos/1", "SWITCHtube"),
        ("https://video.example.org/1", "video.example.org"),
    ],
)
def test_a_video_is_a_link_that_says_who_shows_it_and_loads_nothing(url: str, provider: str) -> None:
    html = shown(video(url))
    assert f'<a href="{url}" rel="external noopener noreferrer">' in html
    assert f"Das Video liegt bei {provider}." in html
    assert not re.search(r"<(iframe|img|script|video|source|embed|object)\b", html)


def test_related_pages_are_shown_in_the_readers_language() -> None:
    german, only = page("Leitfaden"), page("Nur deutsch")
    french = translation_of(german, "fr", "Guide")
    made = page("Seite", body=[related(german, only)])
    html = (
        Client()
        .get(translation_of(made, "fr", "Page", body=[related(german, only, title="À lire")]).url)
        .content.decode()
    )
    assert f'<a href="{french.url}" lang="fr" hreflang="fr">Guide</a>' in html
    assert '<a href="/de/nur-deutsch/" lang="de" hreflang="de">Nur deutsch</a> <small lang="fr">(' in html


def test_a_private_page_is_not_named_among_related_ones() -> None:
    private = page("Geheim")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    assert "Dazu passt" not in shown(related(private))


def test_many_related_pages_cost_as_many_queries_as_one() -> None:
    pages = [page(f"Nummer {number}") for number in range(5)]

    def queries(count: int) -> int:
        made = page(f"Mit {count}", body=[related(*pages[:count])])
        with CaptureQueriesContext(connection) as captured:
            Client().get(made.url)
        return len(captured)

    queries(1)
    assert queries(2) == queries(5)


def test_the_search_finds_what_is_read_and_no_choices_or_addresses() -> None:
    made = page("Seite", body=[accordion(), table(), video(), related(page("Andere"))])
    text = made.text
    for word in ("Was kostet es?", "Wenig", "Kosten im Jahr", "Posten", "Film", "Ein Haus", "Dazu passt"):
        assert word in text
    for choice in ("youtube", "number", "accordion"):
        assert choice not in text


def test_all_that_is_read_can_be_translated() -> None:
    other = page("Andere")
    made = page("Seite", body=[accordion(), table(cell="Pflege"), video(), related(other)])
    french = translation_of(
        made,
        "fr",
        "Page",
        body=[
            accordion("Combien ?", "Peu"),
            table("Coûts par an", ("Poste", "Heures"), "Entretien"),
            video(title="Le film", text="Une maison"),
            related(other, title="À lire"),
        ],
    )
    made_of = Translation.objects.get(
        source__object_id=made.translation_key, target_locale=Locale.objects.get(language_code="fr")
    )
    total, done = made_of.get_progress()
    assert total == done == 11
    html = Client().get(french.url).content.decode()
    for word in ("Combien ?", "Peu", "Coûts par an", "Poste", "Heures", "Entretien", "60", "Le film", "Une maison"):
        assert word in html
    assert "Pflege" not in html


def test_all_of_them_are_offered_in_the_editor(admin_client: Client) -> None:
    shown = admin_client.get(f"/admin/pages/{page('Seite', body=[accordion(), table(), video()]).pk}/edit/")
    assert shown.status_code == 200
