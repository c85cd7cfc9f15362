"""Every letter in every state, in three languages, light and dark, beside its plain text. Development only."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from .letter_samples import GROUPS, LANGUAGES, SAMPLES, Sample

# How a mail program asks for the dark colours, and how a preview has them always or never.
DARK_IF_WANTED = "@media (prefers-color-scheme: dark)"
SCHEMES = {"light": "@media not all", "dark": "@media all"}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All letters with their subjects, by what they are about."""
    rows = {group: [row(sample) for sample in SAMPLES if sample.group == group] for group in GROUPS}
    return render(request, "portal/design_letters.html", {"groups": rows, "languages": LANGUAGES})


def row(sample: Sample) -> tuple[Sample, list[tuple[str, str, str]]]:
    """A sample with its language, address and subject in each language."""
    return sample, [(language, address(sample, language), sample.document(language).subject) for language in LANGUAGES]


def address(sample: Sample, language: str) -> str:
    with translation.override(language):
        return reverse("design_letter", args=[sample.name])


@require_safe
@csp_replace({"frame-src": [SELF]})
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One letter in the language of the address: as mail programs show it, and its text."""
    sample = find(name)
    written = sample.write(translation.get_language())
    others = [(language, address(sample, language)) for language in LANGUAGES]
    context = {"sample": sample, "written": written, "others": others, "schemes": list(SCHEMES)}
    return render(request, "portal/design_letter.html", context)


@require_safe
@csp_update({"style-src": [UNSAFE_INLINE]})
def as_html(request: HttpRequest, name: str, scheme: str) -> HttpResponse:
    """The HTML version alone, in one colour scheme. Its styles are inline, which public pages never allow."""
    if scheme not in SCHEMES:
        raise Http404
    html = find(name).write(translation.get_language()).html
    return HttpResponse(html.replace(DARK_IF_WANTED, SCHEMES[scheme]))


def find(name: str) -> Sample:
    """The sample called `name`. Raises Http404."""
    for sample in SAMPLES:
        if sample.name == name:
            return sample
    raise Http404


urlpatterns = [
    path("", index, name="design_letters"),
    path("<slug:name>/", letter, name="design_letter"),
    path("<slug:name>/<slug:scheme>/", as_html, name="design_letter_html"),
]
