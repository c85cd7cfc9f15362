"""Fixtures for pooling's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pooling.invariants import breaches

from .stripe_fixtures import bank, receiver, stripe_server

__all__ = ["bank", "receiver", "stripe_server"]


@pytest.fixture
def books_are_right(db: None) -> Iterator[None]:
    """Whatever a test does, each promise about money holds at its end."""
    yield
    assert not list(breaches())
