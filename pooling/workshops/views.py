"""What editors do with pools in Wagtail's admin: write the terms, look at the state, call a workshop off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.pages.utils import get_breadcrumbs_items_for_page
from wagtail.admin.widgets.button import HeaderButton

from pooling.accounts import charge_of, money_of
from pooling.actions.errors import TermsUnsound, WrongState
from pooling.actions.pools import cancel_pool, draft_pool
from pooling.attendance import download
from pooling.models import Charge, Dispute, Pledge, Pool, PoolState
from pooling.views.documents import document

from .figures import calling_off, meaning_of, meaning_of_typed, why_not_to_call_off
from .forms import CallOffForm, PoolTermsForm
from .guests import attendance_of, guests_of
from .models import WorkshopPage
from .publishing import describe_live_pages
from .steps import steps_of
from .timeline import POOL_TAGS, PledgeRow, timeline_of

# With the invoices and credit notes that the list of pledges offers.
CHARGES = Prefetch("charges", Charge.objects.select_related("invoice__credit_note"))


def disputes_of(pool: Pool) -> QuerySet[Dispute]:
    """Those of the pool's payments, the latest first."""
    disputes = Dispute.objects.filter(attempt__charge__pledge__pool=pool)
    return disputes.select_related("attempt__charge__pledge__organisation").order_by("-opened_at")


class FinancingView(WagtailAdminTemplateMixin, View):
    """Base of the views about one workshop's pool. Whoever may edit the page may see them."""

    page_title = gettext_lazy("Financing")
    header_icon = "shares"

    def dispatch(self, request: HttpRequest, *args: Any, page_id: int, **kwargs: Any) -> HttpResponse:
        self.now = timezone.now()
        self.page = get_object_or_404(WorkshopPage, pk=page_id)
        self.permissions = self.page.permissions_for_user(request.user)
        family = WorkshopPage.objects.filter(translation_key=self.page.translation_key)
        of_all = [page.permissions_for_user(request.user) for page in family]
        # Who works in one language only sees the pool, which is one for all languages, and changes nothing.
        if not self.permissions.can_edit() or (request.method == "POST" and not all(may.can_edit() for may in of_all)):
            raise PermissionDenied
        self.may_publish = all(may.can_publish() for may in of_all)
        return super().dispatch(request, *args, **kwargs)

    @property
    def pool(self) -> Pool | None:
        return self.page.pool

    @property
    def url(self) -> str:
        return reverse("workshop_pool", args=[self.page.pk])

    def get_page_subtitle(self) -> str:
        return str(self.page.get_admin_display_title())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        up = get_breadcrumbs_items_for_page(self.page, self.request.user)
        return [*up, {"url": "", "label": self.page_title, "sublabel": self.get_page_subtitle()}]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        edit = HeaderButton(
            _("Edit page"), url=reverse("wagtailadmin_pages:edit", args=[self.page.pk]), icon_name="edit", priority=10
        )
        live = HeaderButton(_("View live"), url=self.page.get_url(), icon_name="view", priority=20)
        return [edit, live] if self.page.live else [edit]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page=self.page, pool=self.pool, **kwargs)

    def show(self, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**context))


class PoolView(FinancingView):
    """The terms as a form while the pool is a draft; afterwards the terms, the state, the pledges and the history."""

    template_name = "workshops/admin/pool.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.pool and self.pool.state != PoolState.DRAFT:
            return self.show_open_pool(self.pool)
        return self.show_form(PoolTermsForm(pool=self.pool, now=self.now), meaning_of(self.pool) if self.pool else None)

    def post(self, request: HttpRequest) -> HttpResponse:
        if self.pool and self.pool.state != PoolState.DRAFT:
            return self.refuse(str(WrongState()))
        form = PoolTermsForm(request.POST, pool=self.pool, now=self.now)
        if form.is_valid() and "work-out" not in request.POST:
            try:
                return self.save(form)
            except TermsUnsound as refusal:
                for field, sentence in refusal.problems:
                    form.add_error(field, sentence)
            except WrongState as refusal:
                return self.refuse(str(refusal))
        elif not form.is_valid():
            messages.error(request, _("The terms are not saved: please look at the fields that are marked."))
        return self.show_form(form, meaning_of_typed(form.typed))

    def save(self, form: PoolTermsForm) -> HttpResponse:
        """Write the terms down, and say when the pool will open."""
        pool = draft_pool(page_key=self.page.page_key, terms=form.cleaned_data, by=self.request.user, now=self.now)
        describe_live_pages(pool=pool)
        if self.page.live:
            sentence = _(
                "The terms are saved. The page is published already: publish it once more, and the pool opens."
            )
        else:
            sentence = _("The terms are saved. The pool opens when the page is published.")
        edit = messages.button(reverse("wagtailadmin_pages:edit", args=[self.page.pk]), _("Edit page"))
        messages.success(self.request, sentence, buttons=[edit])
        return redirect(self.url)

    def refuse(self, sentence: str) -> HttpResponse:
        messages.error(self.request, sentence)
        return redirect(self.url)

    def show_form(self, form: PoolTermsForm, meaning: Any) -> HttpResponse:
        return self.show(form=form, media=form.media, meaning=meaning)

    def show_open_pool(self, pool: Pool) -> HttpResponse:
        why_not = why_not_to_call_off(pool, now=self.now)
        if not why_not and not self.may_publish:
            why_not = _("Only people who may publish this page can call the workshop off.")
        pledges = pool.pledges.select_related("organisation", "method").prefetch_related(CHARGES).order_by("-pk")
        line = [pledge for pledge in pledges if pledge.is_listed]
        return self.show(
            meaning=meaning_of(pool),
            money=money_of(pool),
            disputes=disputes_of(pool),
            tag=POOL_TAGS[pool.state],
            pledges=[PledgeRow(pledge, charge_of(pledge)) for pledge in pledges if not pledge.is_listed],
            line=line[::-1],
            guests=guests_of(pool),
            timeline=timeline_of(pool),
            why_not_to_call_off=why_not,
            steps=steps_of(pool, may_publish=self.may_publish, now=self.now),
        )


class DocumentView(FinancingView):
    """The invoice, credit note or receipt of a pledge to this workshop, as the organisation gets it."""

    def get(self, request: HttpRequest, uuid: UUID, kind: str) -> HttpResponse:
        pledge = get_object_or_404(Pledge.objects.filter(pool=self.pool), uuid=uuid)
        return document(pledge, kind)


class AttendanceView(FinancingView):
    """Who comes, as a list to be signed or as a table. Nobody does before prices are locked."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        if self.pool is None or self.pool.state not in Pool.OWING_STATES:
            raise Http404
        return download(attendance_of(self.pool), name=f"workshop-{self.page.pk}", kind=kind)


class MeaningView(FinancingView):
    """What typed terms come to, as a fragment: asked for while somebody types. Nothing is saved."""

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PoolTermsForm(request.POST, pool=None, now=self.now)
        form.is_valid()
        return TemplateResponse(request, "workshops/admin/meaning.html", {"meaning": meaning_of_typed(form.typed)})


class CallOffView(FinancingView):
    """Says in figures what calling off will do to whom, asks for a reason, and does it."""

    template_name = "workshops/admin/call_off.html"
    page_title = gettext_lazy("Call off")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show_confirmation(CallOffForm()) if self.is_possible() else redirect(self.url)

    def post(self, request: HttpRequest) -> HttpResponse:
        if not self.is_possible():
            return redirect(self.url)
        form = CallOffForm(request.POST)
        if not form.is_valid():
            return self.show_confirmation(form)
        try:
            cancel_pool(pool=self.pool, reason=form.cleaned_data["reason"], by=request.user, now=self.now)
        except WrongState as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("The workshop is called off. Letters and refunds go out within the next minutes.")
            )
        return redirect(self.url)

    def is_possible(self) -> bool:
        """Whether this person may call the workshop off now. Says in a message why not."""
        if not self.may_publish:
            raise PermissionDenied
        if self.pool is None:
            return False
        if why_not := why_not_to_call_off(self.pool, now=self.now):
            messages.error(self.request, why_not)
        return not why_not

    def show_confirmation(self, form: CallOffForm) -> HttpResponse:
        return self.show(form=form, media=form.media, effect=calling_off(self.pool))
