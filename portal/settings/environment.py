"""Reads the environment variables that the README's table documents, and stops the start with a sentence where one is wrong."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def read(name: str, how: Callable[..., Any], *, default: Any = environ.Env.NOTSET, because: str) -> Any:
    """The variable `name`, parsed by `how` (a method of `env`).

    Raises ImproperlyConfigured with one sentence that names the variable if it is missing without a default or malformed.
    """
    try:
        return how(name, default=default)
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured(f"The environment variable {name} is missing: {because}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ImproperlyConfigured(f"The environment variable {name} can't be read ({error}): {because}.") from error


def database(name: str = "DATABASE_URL", **options: Any) -> dict[str, Any]:
    """A database from its address, e.g. postgres://user:password@host:5432/portal. Raises ImproperlyConfigured."""
    config = read(name, env.db_url, because="it holds the database's address, e.g. postgres://user:password@host/portal", **options)
    if not config.get("ENGINE"):
        raise ImproperlyConfigured(f"The environment variable {name} can't be read: it needs an address such as postgres://user:password@host/portal.")
    return tuned(dict(config))


def tuned(config: dict[str, Any]) -> dict[str, Any]:
    """The same database with what each vendor needs here (DESIGN.md section 2)."""
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        config.setdefault("CONN_MAX_AGE", 60)
        config["CONN_HEALTH_CHECKS"] = True
    return config


def address(name: str, *, default: Any = environ.Env.NOTSET, because: str) -> str:
    """An http(s) address without a slash at the end. Raises ImproperlyConfigured."""
    value = str(read(name, env.str, default=default, because=because)).rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ImproperlyConfigured(f"The environment variable {name} must start with http:// or https://: {because}.")
    return value


def payments() -> dict[str, Any]:
    """The settings of the payment provider: Stripe if there is a key for it, the sandbox otherwise. Raises ImproperlyConfigured."""
    key = read("STRIPE_SECRET_KEY", env.str, default="", because="it is Stripe's secret or restricted key")
    base = address("STRIPE_API_BASE", default="", because="it points the Stripe client at another server, for tests and staging")
    if not key:
        return {"PAYMENT_PROVIDER": "sandbox"}
    if not key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        raise ImproperlyConfigured("The environment variable STRIPE_SECRET_KEY must start with sk_ or rk_, as Stripe's secret and restricted keys do.")
    secret = read("STRIPE_WEBHOOK_SECRET", env.str, because="Stripe signs its webhooks with it, it starts with whsec_")
    if not secret.startswith("whsec_"):
        raise ImproperlyConfigured("The environment variable STRIPE_WEBHOOK_SECRET must start with whsec_, as Stripe's signing secrets do.")
    return {
        "PAYMENT_PROVIDER": "stripe",
        "STRIPE_SECRET_KEY": key,
        "STRIPE_WEBHOOK_SECRET": secret,
        "STRIPE_API_BASE": base,
        # Where Checkout's pages are: forms may lead there. A stand-in serves them itself.
        "CHECKOUT_ORIGIN": base or "https://checkout.stripe.com",
        "STRIPE_TIMEOUT": read("STRIPE_TIMEOUT", env.float, default=20.0, because="it is the time limit of one call to Stripe, in seconds"),
        "STRIPE_TWINT_SAVING": read("STRIPE_TWINT_SAVING", env.bool, default=False, because="it says whether TWINT may be saved: true or false"),
    }
