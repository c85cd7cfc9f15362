"""One step with a pool in Wagtail's admin: figures where it needs some, then what it will do, then it is done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages

from pooling.actions.errors import Refused, TermsUnsound
from pooling.models import Pool

from .step import Step
from .steps import STEPS
from .views import FinancingView


class StepView(FinancingView):
    """Says in figures what a step will do to whom, and does it once that was confirmed."""

    template_name = "workshops/admin/step.html"

    def dispatch(self, request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponse:
        self.step = next((step for step in STEPS if step.slug == slug), None) or self.unknown()
        self.page_title = self.step.title
        return super().dispatch(request, *args, **kwargs)

    def unknown(self) -> Step:
        raise Http404

    def get(self, request: HttpRequest) -> HttpResponse:
        if not (pool := self.possible_pool()):
            return redirect(self.url)
        return self.show_step(pool, self.step.form_for(pool), typed=None if self.step.needs_figures else {})

    def post(self, request: HttpRequest) -> HttpResponse:
        if not (pool := self.possible_pool()):
            return redirect(self.url)
        form = self.step.form_for(pool, request.POST)
        if not form.is_valid():
            return self.show_step(pool, form, typed=None)
        if "confirm" not in request.POST:
            return self.show_step(pool, form, typed=form.cleaned_data)
        try:
            self.step.run(pool, form.cleaned_data, request.user, self.now)
        except TermsUnsound as refusal:
            for field, sentence in refusal.problems:
                form.add_error(field if field in form.fields else None, sentence)
            return self.show_step(pool, form, typed=None)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, self.step.done)
        return redirect(self.url)

    def possible_pool(self) -> Pool | None:
        """The pool, if this person may take the step now. Says in a message why not."""
        if not self.may_publish:
            raise PermissionDenied
        if self.pool is None:
            return None
        if why_not := self.step.why_not(self.pool, self.now):
            messages.error(self.request, why_not)
            return None
        return self.pool

    def show_step(self, pool: Pool, form: forms.Form, *, typed: dict[str, Any] | None) -> HttpResponse:
        effects = None if typed is None else self.step.effects(pool, typed)
        return self.show(form=form, media=form.media, step=self.step, effects=effects)
