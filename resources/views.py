"""The search's page: a form that is sent by GET, so that each state has an address."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from home import languages
from home.models import Topic
from home.privacy import pages_hidden_from

from .formats import Format, Level
from .search import MOST_CHARACTERS, Wanted, hits_elsewhere, kinds, search
from .search_entry import Kind


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """What was found, with its filters. A filter that there is not is ignored, a page that there is not is the last.

    Text that no database takes is left out, and very long text is cut; the page says so.
    """
    language = translation.get_language() or "de"
    text = " ".join(request.GET.get("q", "").replace("\0", " ").split())
    topics = list(Topic.objects.filter(locale__language_code=language))
    wanted = Wanted(
        text=text,
        language=language,
        kind=known(request.GET.get("kind"), Kind.values),
        topic=next((topic for topic in topics if topic.slug == request.GET.get("topic")), None),
        format=known(request.GET.get("format"), Format.values),
        level=known(request.GET.get("level"), Level.values),
    )
    hidden = pages_hidden_from(request.user)
    results = search(wanted, hidden=hidden, page=request.GET.get("page", "1")) if text else None
    chosen = {"q": text[:MOST_CHARACTERS], "kind": wanted.kind, "format": wanted.format, "level": wanted.level}
    chosen["topic"] = wanted.topic.slug if wanted.topic else ""
    context = {
        "text": chosen["q"],
        "wanted": wanted,
        "results": results,
        "kinds": kinds(results.counts) if results else [],
        "topics": topics,
        "formats": Format.choices,
        "levels": Level.choices,
        "is_narrowed": bool(wanted.kind or wanted.topic or wanted.format or wanted.level),
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "most": MOST_CHARACTERS,
    }
    if text and not (results and results.total):
        found = hits_elsewhere(text, language=language, hidden=hidden, languages=languages.codes())
        context["elsewhere"] = [
            {"code": code, "name": languages.own_name(code), "n": n, "url": address(code, chosen["q"])}
            for code, n in found.items()
        ]
    return render(request, "resources/search.html", context)


def known(value: str | None, values: list[str]) -> str:
    return value if value in values else ""


def address(language: str, text: str) -> str:
    """The search for `text` in another language."""
    with translation.override(language):
        return f"{reverse('resources:search')}?{urlencode({'q': text})}"
