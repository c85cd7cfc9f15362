"""Who acts for an organisation, and how more come in. Views parse, call one action, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.core.ratelimit import consume, respond_429
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.accounts import settle_in
from members.actions.errors import LinkEnded, OnlyAdministrators, Refused
from members.actions.invitations import (
    accept,
    accept_with_new_account,
    account_of,
    invitation_of,
    invite,
    invite_again,
    take_invitation_back,
)
from members.actions.people import change_role, end_membership
from members.current import choose
from members.forms import InviteForm, NewAccountForm
from members.models import Invitation, Membership, Organisation, Role

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def own_organisation(request: HttpRequest, uuid: UUID) -> Organisation:
    """Raises Http404 for one that the person does not act for."""
    return get_object_or_404(Organisation, uuid=uuid, memberships__person=request.user)


def may_write_to(email: str, request: HttpRequest) -> bool:
    """Counts an invitation: so many of one person, and so many to one mailbox, whoever sends them."""
    return consume(request, action="invite", user=request.user, key=email.strip().lower())


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Who acts for the organisation; administrators invite more."""
    organisation = own_organisation(request, uuid)
    form, status = InviteForm(), 200
    if request.method == "POST":
        form = InviteForm(request.POST)
        if not form.is_valid():
            status = 422
        elif not may_write_to(form.cleaned_data["email"], request):
            return respond_429(request)
        else:
            try:
                invite(organisation=organisation, by=request.user, now=timezone.now(), **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = 403 if isinstance(refusal, OnlyAdministrators) else 409
            else:
                sentence = _("A letter with the invitation goes to %(email)s within minutes.")
                messages.success(request, sentence % {"email": form.cleaned_data["email"]})
                return redirect("members:people", uuid)
    context = {
        "organisation": organisation,
        "memberships": organisation.memberships.select_related("person").order_by("role", "person__last_name", "pk"),
        "invitations": organisation.invitations.open().order_by("pk"),
        "is_administrator": organisation.is_administered_by(request.user),
        "now": timezone.now(),
        "form": form,
    }
    return render(request, "members/people.html", context, status=status)


def answer(request: HttpRequest, uuid: UUID, do: Any, sentence: str) -> HttpResponse:
    """Call `do`, and say on the page how it went."""
    try:
        do()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)
    return redirect("members:people", uuid)


@never_cache
@login_required
@require_POST
def invitation_change(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Send an open invitation again, or take it back."""
    invitation = get_object_or_404(Invitation, pk=pk, organisation=own_organisation(request, uuid))
    by, now = request.user, timezone.now()
    if "again" in request.POST:
        if not may_write_to(invitation.email, request):
            return respond_429(request)
        done = _("The invitation is sent once more within minutes. The link of the earlier letter ends with it.")
        return answer(request, uuid, lambda: invite_again(invitation=invitation, by=by, now=now), done)
    done = _("The invitation is taken back. Its link opens nothing any more.")
    return answer(request, uuid, lambda: take_invitation_back(invitation=invitation, by=by, now=now), done)


@never_cache
@login_required
@require_POST
def membership_role(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Make a member an administrator, or the other way round."""
    membership = get_object_or_404(Membership, pk=pk, organisation=own_organisation(request, uuid))
    role = Role.ADMINISTRATOR if request.POST.get("role") == Role.ADMINISTRATOR else Role.MEMBER
    now = timezone.now()
    return answer(
        request,
        uuid,
        lambda: change_role(membership=membership, role=role, by=request.user, now=now),
        _("The role is changed, and a letter says so."),
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def membership_end(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Somebody acts for the organisation no more: a page asks first."""
    organisation = own_organisation(request, uuid)
    membership = get_object_or_404(organisation.memberships.select_related("person"), pk=pk)
    is_me = membership.person_id == request.user.pk
    if not (is_me or organisation.is_administered_by(request.user)):
        return render(request, "403.html", status=403)
    context: dict[str, Any] = {"organisation": organisation, "membership": membership, "is_me": is_me}
    if request.method == "POST":
        try:
            end_membership(membership=membership, by=request.user, now=timezone.now())
        except Refused as refusal:
            context["why"] = refusal
            return render(request, "members/membership_end.html", context, status=409)
        if is_me:
            sentence = _("You no longer act for %(name)s.") % {"name": organisation.name}
        else:
            sentence = _("%(who)s no longer acts for %(name)s. A letter says so.") % {
                "who": membership.person.get_full_name() or membership.person.email,
                "name": organisation.name,
            }
        messages.success(request, sentence)
        return redirect("dashboard") if is_me else redirect("members:people", uuid)
    return render(request, "members/membership_end.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation. Looking accepts nothing; the button does, with the account there is or a new one."""
    now = timezone.now()
    try:
        found = invitation_of(token=token, now=now)
    except LinkEnded as refusal:
        return render(request, "members/link_ended.html", {"why": refusal}, status=410)
    has_account = account_of(found) is not None
    context: dict[str, Any] = {"invitation": found, "token": token, "has_account": has_account}
    if request.user.is_authenticated:
        return accept_as_known(request, token, context)
    if has_account:
        return render(request, "members/invitation.html", context)
    names = {"first_name": found.first_name, "last_name": found.last_name}
    form = NewAccountForm(request.POST if request.method == "POST" else None, initial=names, email=found.email)
    context["form"] = form
    if request.method != "POST":
        return render(request, "members/invitation.html", context)
    if not form.is_valid():
        return render(request, "members/invitation.html", context, status=422)
    try:
        membership = accept_with_new_account(token=token, language=get_language() or "de", now=now, **form.cleaned_data)
    except Refused as refusal:
        return render(request, "members/link_ended.html", {"why": refusal}, status=409)
    login(request, membership.person, backend=BACKEND)
    response = welcome(request, membership)
    settle_in(request, response, membership.person)
    return response


def accept_as_known(request: HttpRequest, token: str, context: dict[str, Any]) -> HttpResponse:
    """For somebody who is logged in."""
    context["is_other"] = request.user.email != context["invitation"].email
    if request.method != "POST":
        return render(request, "members/invitation.html", context)
    try:
        membership = accept(token=token, by=request.user, now=timezone.now())
    except Refused as refusal:
        context["why"] = refusal
        return render(request, "members/invitation.html", context, status=409)
    return welcome(request, membership)


def welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    """On to the overview, of the organisation for which they act from now on."""
    choose(request, membership.organisation)
    messages.success(request, _("You now act for %(name)s.") % {"name": membership.organisation.name})
    return redirect("dashboard")
