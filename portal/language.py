"""Which language a request is answered in."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware

WITHOUT_LANGUAGE = "/api/"


class LanguageMiddleware(LocaleMiddleware):
    """Django's own, but for machines' addresses: what is missing there is missing, and is not looked for in German."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path_info.startswith(WITHOUT_LANGUAGE):
            return response
        return super().process_response(request, response)
