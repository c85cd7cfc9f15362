"""Payment providers, chosen by the setting PAYMENT_PROVIDER; rows keep the name of the provider that they were made
with.
"""

from functools import cache
from importlib import import_module

from django.conf import settings

from .protocol import PaymentProvider

PROVIDERS = ("sandbox", "stripe")


@cache
def provider(name: str) -> PaymentProvider:
    """The provider called `name`. Raises LookupError for one that does not exist."""
    if name not in PROVIDERS:
        raise LookupError(f"There is no payment provider called {name!r}.")
    made: PaymentProvider = import_module(f"pooling.payments.{name}").make()
    return made


def current_provider() -> PaymentProvider:
    """The one that new pledges use."""
    return provider(settings.PAYMENT_PROVIDER)
