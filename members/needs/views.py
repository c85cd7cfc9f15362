"""Needs: a list, one of them, and writing one. Views parse, call one action, answer.

Visitors read what is needed; whose need it is, and what others say to it, only people of organisations that take part
and staff read (docs/decisions/0021).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from allauth.core.ratelimit import consume, respond_429
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.models import Page

from home import languages
from home.freshness import NETWORK, depends_on
from home.models import Topic
from home.privacy import public_pages
from members.actions.errors import Refused
from members.current import current_of
from members.views.directory import heads

from .actions import follow, support, take_back, unfollow, write_need
from .errors import NeedMoved
from .forms import NeedForm, SupportForm, organisations_of
from .listing import Needs, in_language, similar
from .models import LONGEST_TEXT, Need, NeedState

DECIDES = "needs.change_need"


def reader_language() -> str:
    return get_language() or "de"


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """What organisations need, the most wanted first. Each state of the filters has an address."""
    depends_on(NETWORK)
    found = Needs(asked=request.GET, language=reader_language())
    return render(request, "needs/needs.html", {"found": found, **heads(request)})


@require_http_methods(["GET", "HEAD", "POST"])
def need_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One need, and what the reader may do. The address of one that was merged leads to the other one."""
    depends_on(NETWORK)
    found = Need.objects.select_related("organisation", "topic", "merged_into").prefetch_related("translations")
    need = get_object_or_404(found, pk=pk)
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if need.merged_into is not None:
        return redirect("needs:need", need.merged_into.pk)
    mine = list(organisations_of(request.user)) if request.user.is_authenticated else []
    form, status = SupportForm(request=request) if mine else None, 200
    if request.method == "POST":
        if not mine:
            return render(request, "403.html", status=403)
        if not consume(request, action="need", user=request.user):
            return respond_429(request)
        done, form = act(request, need, mine)
        if done is not None:
            return done
        status = 422
    return render(request, "needs/need.html", need_context(request, need, mine) | {"form": form}, status=status)


def need_context(request: HttpRequest, need: Need, mine: list[Any]) -> dict[str, Any]:
    language = reader_language()
    [need] = in_language([need], language)
    supports = list(need.supports.select_related("organisation").order_by("since", "pk"))
    having = {each.organisation_id for each in supports}
    of_topic = need.topic and Topic.objects.filter(
        translation_key=need.topic.translation_key, locale__language_code=language
    )
    return {
        "need": need,
        "support": len(supports),
        "topic": of_topic.first() if of_topic else None,
        "page": page_of(need.page_key, language) if need.page_key else None,
        # Whose need it is, and what they say: for those who take part, and for staff.
        "supports": supports if mine or request.user.has_perm(DECIDES) else [],
        "mine": mine,
        "may_support": any(each.pk not in having for each in mine) and need.state != NeedState.CLOSED,
        "may_take_back": [each for each in mine if each.pk in having and each.pk != need.organisation_id],
        "follows": bool(mine) and need.follows.filter(person=request.user).exists(),
        **heads(request),
    }


def page_of(key: UUID, language: str) -> Page | None:
    """The public page with this translation key, in the reader's language if there is one."""
    pages = public_pages().filter(languages.written_in_its_language(), translation_key=key).select_related("locale")
    by_language = {page.locale.language_code: page for page in pages}
    return by_language.get(language) or next(iter(by_language.values()), None)


def act(request: HttpRequest, need: Need, mine: list[Any]) -> tuple[HttpResponse | None, SupportForm]:
    """What was asked for by a button. Without an answer the form has an error."""
    form = SupportForm(request.POST, request=request)
    by, now = request.user, timezone.now()
    of = next((each for each in mine if str(each.pk) == request.POST.get("take_back")), current_of(request, mine))
    do: Callable[[], object]
    if "take_back" in request.POST:
        do, said = partial(take_back, need=need, organisation=of, by=by), _("Taken back.")
    elif "follow" in request.POST:
        do, said = partial(follow, need=need, organisation=of, by=by), _("We write to you when something changes.")
    elif "unfollow" in request.POST:
        do, said = partial(unfollow, need=need, by=by), _("We no longer write to you about this need.")
    elif form.is_valid():
        meant, sentence = form.organisation_meant, form.cleaned_data["sentence"]
        do = partial(support, need=need, organisation=meant, sentence=sentence, by=by, now=now)
        said = _("Your organisation has this need too. We write to you when something changes.")
    else:
        return None, form
    try:
        do()
    except NeedMoved as refusal:
        messages.warning(request, str(refusal))
        return redirect("needs:need", refusal.into.pk), form
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("needs:need", need.pk), form


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Write a need. Needs that resemble it are shown while writing, and once more before it is kept."""
    if not organisations_of(request.user).exists():
        return render(request, "needs/nobody_yet.html", status=403)
    if "look" in request.POST and request.htmx:
        return render(request, "needs/_similar.html", looking(request) | {"is_fragment": True})
    context: dict[str, Any] = {"most": LONGEST_TEXT}
    if request.method != "POST":
        return render(request, "needs/write.html", context | {"form": NeedForm(request=request)})
    form = NeedForm(request.POST, request=request)
    context["form"] = form
    if not form.is_valid():
        return render(request, "needs/write.html", context, status=422)
    alike = looking(request)
    if alike["similar"] and "seen" not in request.POST:
        return render(request, "needs/write.html", context | alike | {"is_step": True})
    if not consume(request, action="need", user=request.user):
        return respond_429(request)
    data, topic = form.cleaned_data, form.cleaned_data["topic"]
    texts = {name: data[name] for name in ("title", "text", "language")}
    of, topic_key = form.organisation_meant, topic.pk if topic else None
    try:
        made = write_need(organisation=of, topic=topic_key, by=request.user, now=timezone.now(), **texts)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "needs/write.html", context, status=403)
    messages.success(request, _("Your need is written down. We write to you when something changes."))
    return redirect("needs:need", made.pk)


def looking(request: HttpRequest) -> dict[str, Any]:
    """The needs that resemble what was typed so far, and how long that is."""
    title, text = request.POST.get("title", ""), request.POST.get("text", "").replace("\r\n", "\n")
    language = request.POST.get("language", "")
    language = language if language in languages.codes() else reader_language()
    found = similar(title=title[:500], text=text[:LONGEST_TEXT], language=language)
    return {"similar": found, "length": len(text), "most": LONGEST_TEXT}
