"""Fixtures for pooling's tests."""

from .stripe_fixtures import bank, receiver, stripe_server

__all__ = ["bank", "receiver", "stripe_server"]
