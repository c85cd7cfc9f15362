"""What the admin's own views don't ask: which language one changes, and whether a translation is complete.

Wagtail has one permission for snippets in all languages, and wagtail-localize asks for no more; languages are looked at
here, before the view. A refusal to publish becomes a message, whichever way the admin was asked to publish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import ResolverMatch, reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views.pages.utils import get_valid_next_url_from_request
from wagtail.models import Locale, Page, TranslatableMixin
from wagtail_localize.models import Translation, TranslationSource

from .access import languages_of
from .machine import ServiceFailed
from .publishing import TranslationIncomplete, refusals_of, refuse, say
from .states import snippet_types


class TranslationMiddleware:
    """Looks at the admin's requests only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.prefix = reverse("wagtailadmin_home")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Raises PermissionDenied where the request would change a language that this person may not write in."""
        if not request.path.startswith(self.prefix) or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        concerned = set(languages_concerned(request, match))
        if concerned and not concerned <= languages_of(request.user):
            raise PermissionDenied
        if publishes_from_source(request, match):
            return refuse_update(request, kwargs["translation_source_id"])
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What the view did so far was undone with its transaction."""
        if isinstance(exception, TranslationIncomplete) and request.path.startswith(self.prefix):
            return refuse(request, exception)
        if isinstance(exception, ServiceFailed):
            messages.error(
                request, _("The translating service gave no answer. Nothing was changed: please try again later.")
            )
            return redirect(get_valid_next_url_from_request(request) or reverse("translations"))
        return None


def languages_concerned(request: HttpRequest, match: ResolverMatch) -> Iterable[str]:
    """The languages that a view would change and that Wagtail's page permissions don't know of."""
    namespace, kwargs = match.namespace, match.kwargs
    if namespace == "wagtail_localize":
        if "translation_id" in kwargs:
            translation = get_object_or_404(
                Translation.objects.select_related("target_locale"), pk=kwargs["translation_id"]
            )
            return [translation.target_locale.language_code]
        if request.method == "POST" and match.url_name.startswith("submit_"):
            chosen = [pk for pk in request.POST.getlist("locales") if pk.isascii() and pk.isdigit() and len(pk) < 9]
            return Locale.objects.filter(pk__in=chosen).values_list("language_code", flat=True)
        if publishes_from_source(request, match):
            return Translation.objects.filter(source=kwargs["translation_source_id"], enabled=True).values_list(
                "target_locale__language_code", flat=True
            )
    elif namespace.startswith("wagtailsnippets_") and "pk" in kwargs:
        model = next((model for model in snippet_types() if namespace == name_of(model)), None)
        if model is not None:
            return model._default_manager.filter(pk=kwargs["pk"]).values_list("locale__language_code", flat=True)
    elif match.view_name == "wagtailadmin_pages:set_privacy" and request.method == "POST":
        # Restricting a page restricts its translations (home/privacy.py).
        key = Page.objects.filter(pk=kwargs["page_id"]).values("translation_key")
        return Page.objects.filter(translation_key__in=key).values_list("locale__language_code", flat=True)
    return []


def name_of(model: type[TranslatableMixin]) -> str:
    return f"wagtailsnippets_{model._meta.app_label}_{model._meta.model_name}"


def publishes_from_source(request: HttpRequest, match: ResolverMatch) -> bool:
    """Whether "Sync translated pages" is asked to publish at once."""
    return (
        match.view_name == "wagtail_localize:update_translations"
        and request.method == "POST"
        and bool(request.POST.get("publish_translations"))
    )


def refuse_update(request: HttpRequest, source_id: int) -> HttpResponse | None:
    """Nothing is published from a source as long as one of its translations is incomplete."""
    refusals = refusals_of(get_object_or_404(TranslationSource, pk=source_id))
    for refusal in refusals:
        say(request, refusal)
    return redirect(request.get_full_path()) if refusals else None
