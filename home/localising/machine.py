"""Machine translation by wagtail-localize's interface: formal, Swiss, and with a sentence when the service fails.

Off by default (MACHINE_TRANSLATOR in the README). What a machine writes counts as missing until somebody approved it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import requests
from wagtail.models import Locale
from wagtail_localize.machine_translators.deepl import DeepLTranslator
from wagtail_localize.machine_translators.libretranslate import LibreTranslator
from wagtail_localize.strings import StringValue


class ServiceFailed(Exception):
    """The service gave no answer, or none that can be used. Nothing was changed."""


class Swiss:
    """Before a translator of wagtail-localize: mends its German and says in one way that it failed."""

    def translate(
        self, source_locale: Locale, target_locale: Locale, strings: Iterable[StringValue]
    ) -> dict[StringValue, StringValue]:
        try:
            found = super().translate(source_locale, target_locale, strings)
        except (requests.RequestException, KeyError, ValueError, TypeError) as error:
            raise ServiceFailed from error
        if target_locale.language_code != "de":
            return dict(found)
        return {string: StringValue(text.data.replace("ß", "ss")) for string, text in found.items()}


class DeepL(Swiss, DeepLTranslator):
    pass


class LibreTranslate(Swiss, LibreTranslator):
    def get_timeout(self) -> Any:
        return self.options.get("TIMEOUT", 30)
