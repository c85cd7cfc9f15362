"""What organisations need, in Wagtail's admin: read, answer, close, merge, translate."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem

from members.actions.errors import Refused
from members.models import LANGUAGES
from members.needs.deciding import answer, close, merge, open_again, translate
from members.needs.forms import LongText
from members.needs.listing import similar
from members.needs.models import LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE, SHOWN, Need, NeedState
from members.needs.views import DECIDES, page_of
from pooling.workshops.from_need import list_for, make_workshop
from resources.models import ResourcePage

ON_A_PAGE = 50


class AnswerForm(forms.Form):
    resource = forms.ModelChoiceField(
        label=gettext_lazy("Resource"),
        queryset=ResourcePage.objects.none(),
        help_text=gettext_lazy("Its translations answer the need in their languages."),
        error_messages={"required": gettext_lazy("Please choose the resource.")},
    )

    def __init__(self, *args: Any, need: Need, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource"].queryset = ResourcePage.objects.live().in_language(need.language).order_by("title")


class CloseForm(forms.Form):
    reason = LongText(
        rows=3,
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy(
            "It stands on the page and in the letters as you write it: in the need's language, please."
        ),
        error_messages={"required": gettext_lazy("Please give the reason: it stands on the page and in the letters.")},
    )


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        label=gettext_lazy("Goes on as"),
        queryset=Need.objects.none(),
        error_messages={"required": gettext_lazy("Please choose the need that goes on.")},
    )

    def __init__(self, *args: Any, need: Need, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Need.objects.filter(state__in=[NeedState.OPEN, NeedState.ANSWERED, NeedState.WORKSHOP])
        self.fields["into"].queryset = others.exclude(pk=need.pk).order_by("title")
        alike = similar(title=need.title, text=need.text, language=need.language)
        self.initial["into"] = next((each.pk for each in alike if each.pk != need.pk), None)


class TranslateForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=LONGEST_TITLE)
    text = LongText(rows=6, label=gettext_lazy("Text"), max_length=LONGEST_TEXT)

    def __init__(self, *args: Any, need: Need, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [(code, name) for code, name in LANGUAGES if code != need.language]


@permission_required(DECIDES, raise_exception=True)
@require_safe
def needs_list(request: HttpRequest) -> HttpResponse:
    """Those of one state, the most wanted first; open ones unless asked otherwise."""
    state = request.GET.get("state")
    state = state if state in NeedState.values else NeedState.OPEN
    found = Need.objects.filter(state=state).select_related("organisation").counted()
    context = {
        "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": NeedState.choices,
        "page_title": _("Needs"),
        "header_icon": "help",
    }
    return render(request, "portal/admin/needs.html", context)


FORMS: dict[str, type[forms.Form]] = {
    "answer": AnswerForm,
    "close": CloseForm,
    "merge": MergeForm,
    "translate": TranslateForm,
}


@permission_required(DECIDES, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def need_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """One need with everything that was said about it, and what can be done."""
    found = Need.objects.select_related("organisation", "written_by", "topic", "merged_into")
    need = get_object_or_404(found.prefetch_related("translations", "supports__organisation"), pk=pk)
    shown = {name: make(request, name, need) for name in FORMS}
    if request.method == "POST":
        try:
            if do(request, need, shown):
                return redirect("need_desk", pk)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("need_desk", pk)
        messages.error(request, _("Nothing was changed: please look at the fields that are marked."))
    context = {
        "need": need,
        "forms": shown,
        "is_lively": need.state in (NeedState.OPEN, NeedState.ANSWERED, NeedState.WORKSHOP),
        "is_shown": need.state in SHOWN,
        "may_make_workshop": may_make_workshop(request, need),
        "found_page": page_of(need.page_key, need.language) if need.page_key else None,
        "page_title": need.title,
        "header_icon": "help",
    }
    return render(request, "portal/admin/need.html", context)


def make(request: HttpRequest, name: str, need: Need) -> forms.Form:
    data = request.POST if name in request.POST else None
    kwargs = {} if name == "close" else {"need": need}
    return FORMS[name](data, prefix=name, **kwargs)


def do(request: HttpRequest, need: Need, shown: dict[str, forms.Form]) -> bool:
    """Do what was asked for. False if the form has an error."""
    now = timezone.now()
    if "workshop" in request.POST:
        require_workshops(request, need)
        page = make_workshop(need=need, by=request.user, now=now)
        edit = messages.button(reverse("wagtailadmin_pages:edit", args=[page.pk]), _("Edit page"))
        terms = messages.button(reverse("workshop_pool", args=[page.pk]), _("Financing"))
        sentence = _(
            "The workshop is there as a draft, with its pool and the expert's brief. The followers get a letter."
        )
        messages.success(request, sentence, buttons=[edit, terms])
        return True
    if "open_again" in request.POST:
        open_again(need=need, now=now)
        messages.success(request, _("The need is open again. Its followers get a letter."))
        return True
    name = next((name for name in shown if name in request.POST), "")
    if not name or not shown[name].is_valid():
        return False
    data = shown[name].cleaned_data
    if name == "answer":
        answer(need=need, page_key=data["resource"].translation_key, now=now)
        messages.success(request, _("The need is answered. Its followers get a letter."))
    elif name == "close":
        close(need=need, reason=data["reason"], now=now)
        messages.success(request, _("The need is closed. Its followers get a letter with the reason."))
    elif name == "merge":
        merge(need=need, into=data["into"], now=now)
        messages.success(request, _("Both are one need now. The followers of the one that ended get a letter."))
    else:
        translate(need=need, **data)
        messages.success(request, _("The translation is on the page."))
    return True


def may_make_workshop(request: HttpRequest, need: Need) -> bool:
    """Whether the person may write a page in the list where the need's workshop would stand."""
    parent = list_for(need)
    return parent is not None and parent.permissions_for_user(request.user).can_add_subpage()


def require_workshops(request: HttpRequest, need: Need) -> None:
    if not may_make_workshop(request, need):
        raise PermissionDenied


class NeedsMenuItem(MenuItem):
    """For people who look after needs."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(DECIDES))


def menu_item() -> MenuItem:
    return NeedsMenuItem(gettext_lazy("Needs"), reverse("needs_desk"), name="needs", icon_name="help", order=162)


urlpatterns = [
    path("needs/", needs_list, name="needs_desk"),
    path("needs/<int:pk>/", need_desk, name="need_desk"),
]
