"""What one test leaves behind is not seen by the next."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import translation


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_begins_in_the_default_language(time: str) -> None:
    assert translation.get_language() == settings.LANGUAGE_CODE
    translation.activate("fr")
