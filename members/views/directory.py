"""The directory: a list, a page of each organisation, a message to it, and its own say. Views parse, call one action,
answer.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.core.ratelimit import consume, respond_429
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from home import languages, structured
from home.freshness import NETWORK, depends_on
from home.models import Topic
from members.actions.directory import set_entry, write_to
from members.actions.errors import NotListed
from members.directory import MOST_CHARACTERS, Directory, organisation_data
from members.directory_forms import ContactForm, EntryForm
from members.models import DirectoryEntry, Organisation


def heads(request: HttpRequest) -> dict[str, Any]:
    """What the head of a page says of its address, whichever filters it was asked with."""
    return {
        "canonical": languages.absolute(request.path),
        "links": languages.alternates(languages.versions_of(request.path)),
    }


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Organisations that agreed to be listed. Each state has an address."""
    depends_on(NETWORK)
    found = Directory(asked=request.GET, language=get_language() or "de")
    context = {"found": found, "most": MOST_CHARACTERS, **heads(request)}
    return render(request, "members/directory.html", context)


def shown_entry(slug: str) -> DirectoryEntry:
    """Raises Http404 for one that is not listed, or suspended."""
    depends_on(NETWORK)
    return get_object_or_404(DirectoryEntry.objects.shown(), slug=slug)


@require_safe
def entry(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation, as far as it wants to be known."""
    found, language = shown_entry(slug), get_language() or "de"
    about, about_language = found.sentence(language)
    heading = heads(request)
    keys = found.topics.values("translation_key")
    context = {
        "entry": found,
        "organisation": found.organisation,
        "about": about,
        "about_language": about_language,
        "topics": Topic.objects.filter(translation_key__in=keys, locale__language_code=language),
        "data": structured.script(organisation_data(found, about=about, url=heading["canonical"])),
        **heading,
    }
    return render(request, "members/directory_entry.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, slug: str) -> HttpResponse:
    """Write to an organisation. The answer is the same whoever acts for it: it says of no address that it exists."""
    found = shown_entry(slug)
    context: dict[str, Any] = {"entry": found, "organisation": found.organisation}
    if request.method != "POST":
        person = request.user
        known = {"name": person.get_full_name(), "email": person.email} if person.is_authenticated else {}
        return render(request, "members/contact.html", context | {"form": ContactForm(initial=known)})
    form = ContactForm(request.POST)
    if not form.is_valid():
        return render(request, "members/contact.html", context | {"form": form}, status=422)
    if form.is_by_a_machine:
        return redirect("members:contact_sent", slug)  # it learns nothing
    if not consume(request, action="contact", key=slug):
        return respond_429(request)
    name, message = form.cleaned_data["name"], form.cleaned_data["message"]
    try:
        write_to(entry=found, name=name, message=message, reply_to=form.reply_to, now=timezone.now())
    except NotListed as refusal:
        raise Http404(str(refusal)) from refusal
    return redirect("members:contact_sent", slug)


@never_cache
@require_safe
def contact_sent(request: HttpRequest, slug: str) -> HttpResponse:
    """What comes next."""
    found = shown_entry(slug)
    return render(request, "members/contact_sent.html", {"entry": found, "organisation": found.organisation})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_entry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What an organisation shows of itself. Of one that the person does not bind: 404."""
    mine = Organisation.objects.administered_by(request.user).select_related("entry")
    organisation = get_object_or_404(mine, uuid=uuid)
    current = getattr(organisation, "entry", None)
    form, status = EntryForm(entry=current), 200
    if request.method == "POST":
        form = EntryForm(request.POST, entry=current)
        if form.is_valid():
            made = set_entry(
                organisation=organisation,
                is_listed=form.cleaned_data["is_listed"],
                about=form.about,
                topics=[topic.pk for topic in form.cleaned_data["topics"]],
                by=request.user,
            )
            if made.is_listed:
                messages.success(request, _("Your organisation is in the directory as you see it here."))
                return redirect("members:directory_entry", made.slug) if organisation.is_active else to_overview()
            messages.success(request, _("Your organisation is not in the directory. What you wrote is kept."))
            return to_overview()
        status = 422
    context = {"organisation": organisation, "entry": current, "form": form}
    return render(request, "members/own_entry.html", context, status=status)


def to_overview() -> HttpResponse:
    return redirect("dashboard")
