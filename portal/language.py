"""Which language a request is answered in, and where the pages went that are no longer where they were."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from wagtail.contrib.redirects import middleware
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from home import languages

WITHOUT_LANGUAGE = "/api/"


class LanguageMiddleware(LocaleMiddleware):
    """Django's own, but for machines' addresses: what is missing there is missing, and is not looked for in German."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path_info.startswith(WITHOUT_LANGUAGE):
            return response
        return super().process_response(request, response)


class RedirectMiddleware(middleware.RedirectMiddleware):
    """Wagtail's own; where a page without a translation was shown in another language it has moved there too."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code != 404 or request.path_info.startswith(WITHOUT_LANGUAGE) or "\0" in request.path_info:
            return response
        found = super().process_response(request, response)
        language, _slash, rest = request.path_info.lstrip("/").partition("/")
        if found is not response or language not in languages.codes():
            return found
        others = [Redirect.normalise_path(f"/{code}/{rest}") for code in languages.codes() if code != language]
        moved = (
            Redirect.get_for_site(Site.find_for_request(request))
            .filter(old_path__in=others, redirect_page__live=True)
            .select_related("redirect_page__locale")
            .first()
        )
        if moved is None:
            return response
        return HttpResponsePermanentRedirect(languages.address_in(moved.redirect_page, language))
