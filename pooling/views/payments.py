"""Mending a payment by our own link, which needs no account; and the sandbox's pages."""

from __future__ import annotations

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pooling import links
from pooling.actions.mending import look_at_payment, open_payment_page
from pooling.models import TWINT_MOST, Charge, ChargeState, SandboxEntry
from pooling.payments.base import OutcomeUnknown, Progress, RequestRefused
from pooling.payments.sandbox import BEHAVIOURS

from .leaving import leads_to_provider


def charge_from(token: str) -> Charge:
    """The charge of a mend link. Raises Http404 for a forged link."""
    try:
        uuid = links.charge_of(token)
    except (BadSignature, ValueError) as forged:
        raise Http404 from forged
    return get_object_or_404(
        Charge.objects.select_related("pledge__pool", "pledge__organisation").prefetch_related("pledge__pool__texts"),
        uuid=uuid,
    )


def show(request: HttpRequest, charge: Charge, *, trouble: str = "", status: int = 200) -> HttpResponse:
    context = {"charge": charge, "pledge": charge.pledge, "pool": charge.pledge.pool, "trouble": trouble}
    context["twint_most"] = TWINT_MOST
    context["can_pay"] = charge.can_be_mended(now=timezone.now())
    context["given_up"] = charge.state == ChargeState.FAILED or charge.is_overdue(now=timezone.now())
    return render(request, "pooling/mend.html", context, status=status)


@never_cache
@leads_to_provider
@require_http_methods(["GET", "HEAD", "POST"])
def mend(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing (mail programs open links); the button opens the payment page."""
    charge = charge_from(token)
    if request.method != "POST" or not charge.can_be_mended(now=timezone.now()):
        return show(request, charge)
    try:
        url = open_payment_page(charge=charge, language=get_language() or "de", now=timezone.now())
    except (OutcomeUnknown, RequestRefused):
        return show(
            request,
            charge,
            trouble=_(
                "The payment service can't be reached just now. Nothing was charged and nothing is lost; please try "
                "again in a few minutes."
            ),
            status=503,
        )
    return redirect(url) if url else redirect("pooling:mend", token)


@never_cache
@leads_to_provider
@require_safe
def mend_return(request: HttpRequest, token: str) -> HttpResponse:
    """The person comes back from the payment page. That proves nothing: the provider is asked."""
    charge = look_at_payment(charge=charge_from(token), now=timezone.now())
    return show(request, charge)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sandbox(request: HttpRequest, ref: str) -> HttpResponse:
    """The sandbox's own page, in the place of a provider's: give a method, or pay. No money moves."""
    entry = get_object_or_404(SandboxEntry, ref=ref, kind__in=["setup", "page"])
    if request.method != "POST":
        return render(
            request,
            "pooling/sandbox.html",
            {"entry": entry, "is_open": entry.state == Progress.OPEN, "behaviours": BEHAVIOURS},
        )
    choice = request.POST.get("do", "")
    if choice == "leave" or entry.state != Progress.OPEN:
        return redirect(entry.data["cancel_url"])
    if entry.kind == "setup" and choice in BEHAVIOURS:
        finish(entry, data={**entry.data, "behaviour": choice})
        return redirect(entry.data["success_url"])
    if entry.kind == "page" and choice == "pays":
        finish(entry, data=entry.data)
        return redirect(entry.data["success_url"])
    trouble = _("The sandbox declined this payment, as you asked it to. No money has moved. You can try again.")
    return render(
        request,
        "pooling/sandbox.html",
        {"entry": entry, "is_open": True, "behaviours": BEHAVIOURS, "trouble": trouble},
        status=402,
    )


def finish(entry: SandboxEntry, *, data: dict[str, object]) -> None:
    """What the person chose, once: a second click finds the page finished."""
    SandboxEntry.objects.filter(pk=entry.pk, state=Progress.OPEN).update(state=Progress.SUCCEEDED, data=data)
