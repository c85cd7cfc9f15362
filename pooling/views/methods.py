"""An organisation's saved payment methods: seen by all its members, changed by its administrators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.models import Organisation
from pooling.actions.errors import NotTheirMethods, PaymentUnderWay, Refused
from pooling.actions.method_looks import ends_too_early
from pooling.actions.methods import usable_methods
from pooling.actions.notices import look_at_setup_page
from pooling.actions.replacement_pages import open_replacement_page
from pooling.actions.replacing import name_method, needs_of, remove_method, replace_method, uses_of
from pooling.method_forms import NameForm, OtherMethodForm, ReplaceForm
from pooling.models import Pledge, PoolState, SavedMethod, SetupPage, SetupState
from pooling.payments.base import OutcomeUnknown, RequestRefused

from .leaving import leads_to_provider


@dataclass(frozen=True)
class Entry:
    """A method with what it is used for."""

    method: SavedMethod
    pledges: list[Pledge]
    is_needed: bool
    ends_early: bool  # for one of the pledges
    form: NameForm


def own_organisation(request: HttpRequest, uuid: UUID) -> Organisation:
    """Raises Http404 for an organisation that the person does not act for."""
    organisation = get_object_or_404(Organisation, uuid=uuid)
    if not organisation.has_member(request.user):
        raise Http404
    return organisation


def own_method(organisation: Organisation, pk: int) -> SavedMethod:
    """Raises Http404 for a method of another organisation, or one that is not kept any more."""
    return get_object_or_404(organisation.methods.filter(released_at=None), pk=pk)


def saved_methods(organisation: Organisation) -> list[SavedMethod]:
    return list(organisation.methods.filter(released_at=None).order_by("-saved_at", "-pk"))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def methods(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """All of them, with their names, which are changed here."""
    organisation = own_organisation(request, uuid)
    if request.method != "POST":
        return show(request, organisation)
    method = own_method(organisation, number(request.POST.get("method", "")))
    form = NameForm(request.POST, method=method)
    if not form.is_valid():
        return show(request, organisation, typed=form, of=method, status=422)
    try:
        name_method(method=method, name=form.cleaned_data["name"], by=request.user)
    except Refused as refusal:
        return show(request, organisation, why=refusal, status=status_of(refusal))
    messages.success(request, _("The name is saved."))
    return redirect("pooling:methods", organisation.uuid)


def number(text: str) -> int:
    """An id that was sent. Raises Http404 for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def status_of(refusal: Refused) -> int:
    return 403 if isinstance(refusal, NotTheirMethods) else 409


def show(
    request: HttpRequest,
    organisation: Organisation,
    *,
    typed: NameForm | None = None,
    of: SavedMethod | None = None,
    why: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    entries = []
    for method in saved_methods(organisation):
        pledges = uses_of(method).select_related("pool").prefetch_related("pool__texts").order_by("pk")
        form = typed if typed and of == method else NameForm(method=method)
        needs = list(needs_of(method).select_related("pool"))
        early = any(ends_too_early(method, pledge) for pledge in needs if pledge.pool.state == PoolState.OPEN)
        entries.append(Entry(method, list(pledges), bool(needs), early, form))
    context = {
        "organisation": organisation,
        "entries": entries,
        "is_administrator": organisation.is_administered_by(request.user),
        "why": why,
    }
    return render(request, "pooling/methods.html", context, status=status)


@never_cache
@login_required
@leads_to_provider
@require_http_methods(["GET", "HEAD", "POST"])
def method_replace(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Use another method instead, for some pledges or for all."""
    organisation = own_organisation(request, uuid)
    method = own_method(organisation, pk)
    needs, now = needs_of(method).select_related("pool").order_by("pk"), timezone.now()
    wanted = request.GET.get("pledge", "")
    first = [pledge.pk for pledge in needs if str(pledge.uuid) == wanted] or [pledge.pk for pledge in needs]
    form = ReplaceForm(request.POST or None, others=others(method), most=most_of(needs), pledges=needs, first=first)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return show_replace(request, method, form=form, status=status)
    return replace(request, method, form=form, pledges=[pledge.pk for pledge in form.cleaned_data["pledges"]], now=now)


def others(method: SavedMethod) -> list[SavedMethod]:
    """Those that may take its place."""
    return [other for other in usable_methods(method.organisation) if other.pk != method.pk]


def most_of(pledges: Iterable[Pledge]) -> int:
    """The Rappen that one of them can cost at most."""
    return max((pledge.most for pledge in pledges), default=0)


def replace(
    request: HttpRequest,
    method: SavedMethod,
    *,
    form: OtherMethodForm,
    pledges: list[int] | None,
    now: datetime,
) -> HttpResponse:
    """On to the page on which a card is given, or the saved one takes the place at once."""
    other = form.cleaned_data["other"]
    try:
        if other is None:
            url = open_replacement_page(
                method=method, pledges=pledges, by=request.user, language=get_language() or "de", now=now
            )
            return redirect(url)
        replace_method(old=method, new=other, pledges=pledges, by=request.user, now=now)
    except Refused as refusal:
        return show_replace(request, method, form=form, why=refusal, status=status_of(refusal))
    except (OutcomeUnknown, RequestRefused):
        return show_replace(request, method, form=form, trouble=unreachable(), status=503)
    messages.success(request, _("The other payment method is used from now on. Nothing was charged."))
    return redirect("pooling:methods", method.organisation.uuid)


def unreachable() -> str:
    return _("The payment service can't be reached just now. Nothing has changed; please try again in a few minutes.")


def show_replace(
    request: HttpRequest,
    method: SavedMethod,
    *,
    form: OtherMethodForm | None,
    why: Refused | None = None,
    trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page for replacing or removing: the form, or the reason why there is none."""
    context = {
        "organisation": method.organisation,
        "method": method,
        "form": form,
        "removes": not isinstance(form, ReplaceForm),
        "needs": list(needs_of(method).select_related("pool").prefetch_related("pool__texts").order_by("pk")),
        "is_administrator": method.organisation.is_administered_by(request.user),
        "trouble": trouble or (str(why) if why else ""),
    }
    return render(request, "pooling/method_replace.html", context, status=status)


@never_cache
@login_required
@leads_to_provider
@require_http_methods(["GET", "HEAD", "POST"])
def method_remove(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Remove a method; where a pledge needs it, another one has to take its place."""
    organisation = own_organisation(request, uuid)
    method, now = own_method(organisation, pk), timezone.now()
    if needs := list(needs_of(method).select_related("pool")):
        form = OtherMethodForm(request.POST or None, others=others(method), most=most_of(needs))
        if request.method == "POST" and form.is_valid():
            return replace(request, method, form=form, pledges=None, now=now)
        return show_replace(request, method, form=form, status=422 if request.method == "POST" else 200)
    if request.method != "POST":
        return show_replace(request, method, form=None)
    try:
        remove_method(method=method, by=request.user, now=now)
    except Refused as refusal:
        return show_replace(request, method, form=None, why=refusal, status=status_of(refusal))
    messages.success(request, _("The payment method is removed. Nothing was charged."))
    return redirect("pooling:methods", organisation.uuid)


@never_cache
@login_required
@require_safe
def methods_return(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The person comes back from the provider. That proves nothing: the provider is asked."""
    organisation = own_organisation(request, uuid)
    page = SetupPage.objects.filter(organisation=organisation, pledge=None).select_related("replaces").last()
    try:
        if page:
            look_at_setup_page(page=page, now=timezone.now())
            page.refresh_from_db()
    except (OutcomeUnknown, RequestRefused):
        messages.info(
            request, _("We could not ask the payment service yet. This page will show the result in a few minutes.")
        )
        return redirect("pooling:methods", organisation.uuid)
    if page and page.state == SetupState.COMPLETE and page.gave and page.gave.released_at:
        messages.warning(
            request, _("No pledge needed another payment method any more, so it is not kept. Nothing was charged.")
        )
    elif page and page.state == SetupState.COMPLETE:
        messages.success(request, _("Thank you. The pledges use the new payment method now; nothing was charged."))
    elif page and page.state == SetupState.OPEN and page.looked_at:
        tell_open(request, page)
    return redirect("pooling:methods", organisation.uuid)


def tell_open(request: HttpRequest, page: SetupPage) -> None:
    """Nothing was given yet, or what was given has to wait."""
    if page.replaces and needs_of(page.replaces).filter(charges__state="sending").exists():
        messages.info(request, str(PaymentUnderWay()))
    else:
        messages.warning(request, _("No payment method was given, so the old one is used as before."))
