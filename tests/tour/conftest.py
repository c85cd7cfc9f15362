"""The scene of the tour, for tests with and without a browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from tests.demo_site import demo, demo_for_module, demo_site

from .scene import Scene

__all__ = ["demo", "demo_for_module", "demo_site"]


@pytest.fixture
def tour_addresses(settings: Any) -> None:
    """Those of development too, and some that fail."""
    settings.ROOT_URLCONF = "tests.tour.urls"
    cache.clear()  # in which allauth counts tries


@pytest.fixture
def language() -> str:
    return "de"


@pytest.fixture
def scene(demo_for_module: None, db: None, tour_addresses: None, language: str) -> Scene:
    """In a transaction that is rolled back."""
    return Scene(language)
