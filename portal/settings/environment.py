"""Reads the environment variables of the README's table, and stops the start with a sentence where one is wrong."""

import os
import re
from collections.abc import Callable
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
# A variable that is set to nothing counts as not set.
env.ENVIRON = {name: value for name, value in os.environ.items() if value.strip()}

NOTSET = environ.Env.NOTSET
LEAST_DAYS = 7  # for letters: no mail server takes some of them for days
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 587, "smtp+ssl": 465}


def wrong(name: str, why: str) -> ImproperlyConfigured:
    """What is raised for every variable that can't be used: one sentence that begins with its name."""
    return ImproperlyConfigured(f"The environment variable {name} {why}.")


def read(name: str, how: Callable[..., Any], *, default: Any = NOTSET, because: str) -> Any:
    """The variable `name`, parsed by `how` (a method of `env`).

    Raises ImproperlyConfigured with one sentence naming the variable if it is malformed, or missing without a default.
    """
    if default is NOTSET and name not in env.ENVIRON:
        raise wrong(name, f"is missing: {because}")
    try:
        return how(name, default=default)
    except (ImproperlyConfigured, ValueError, KeyError, TypeError) as error:
        raise wrong(name, f"can't be read ({str(error).rstrip('.')}): {because}") from error


def secret_key() -> str:
    """Raises ImproperlyConfigured if it is too short to be a secret."""
    value = str(read("SECRET_KEY", env.str, because="it signs sessions and links"))
    if len(value) < 50 or len(set(value)) < 5:
        raise wrong("SECRET_KEY", "is too easy to guess: it signs sessions and links, and takes 50 random characters")
    return value


def hosts() -> list[str]:
    """The host names that the portal answers to. Raises ImproperlyConfigured."""
    names = read("ALLOWED_HOSTS", env.list, because="it lists the portal's host names, with commas between")
    names = [name.strip() for name in names if name.strip()]
    if not names or not all(re.fullmatch(r"\*|\.?[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]", name) for name in names):
        raise wrong("ALLOWED_HOSTS", "must list host names with commas between, e.g. up2gether.example,localhost")
    return names


def database(**options: Any) -> dict[str, Any]:
    """The database at DATABASE_URL, with what each vendor needs here. Raises ImproperlyConfigured."""
    example = "postgres://user:password@host:5432/portal"
    config = read("DATABASE_URL", env.db_url, because=f"it holds the database's address, e.g. {example}", **options)
    sqlite = str(config.get("ENGINE")).endswith("sqlite3")
    if not sqlite and not (str(config.get("ENGINE")).endswith("postgresql") and config["NAME"]):
        raise wrong("DATABASE_URL", f"can't be read: it needs an address such as {example}")
    if sqlite:
        # The server and tick write side by side (DESIGN.md section 2).
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        config.setdefault("CONN_MAX_AGE", 60)
        config["CONN_HEALTH_CHECKS"] = True
    return dict(config)


def cache() -> dict[str, Any]:
    """The cache at CACHE_URL. Raises ImproperlyConfigured."""
    example = "redis://host:6379/0"
    config = read("CACHE_URL", env.cache_url, because=f"it holds the cache's address, e.g. {example}")
    if "redis" in config["BACKEND"].lower() and not urlsplit(env.ENVIRON["CACHE_URL"]).netloc:
        raise wrong("CACHE_URL", f"can't be read: it needs an address such as {example}")
    return dict(config)


def mail() -> dict[str, Any]:
    """The settings of the mail server at EMAIL_URL. Raises ImproperlyConfigured."""
    example = "smtp+tls://user:password@host:587"
    config = dict(read("EMAIL_URL", env.email_url, because=f"it holds the mail server's address, e.g. {example}"))
    scheme = urlsplit(env.ENVIRON["EMAIL_URL"]).scheme
    if scheme in PORTS:
        if not config["EMAIL_HOST"]:
            raise wrong("EMAIL_URL", f"can't be read: it needs an address such as {example}")
        config["EMAIL_PORT"] = config["EMAIL_PORT"] or PORTS[scheme]
    return config


def sender(name: str) -> str:
    """A mail address, with or without a person's or organisation's name. Raises ImproperlyConfigured."""
    value = str(read(name, env.str, because="letters are sent from it, e.g. up2gether <hello@up2gether.example>"))
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", parseaddr(value)[1]) or "\n" in value:
        raise wrong(name, "must be a mail address, e.g. up2gether <hello@up2gether.example>")
    return value


def address(name: str, *, default: Any = NOTSET, because: str) -> str:
    """An http(s) address without a slash at the end. Raises ImproperlyConfigured."""
    value = str(read(name, env.str, default=default, because=because)).rstrip("/")
    try:
        parts = urlsplit(value)
        well_formed = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well_formed = False
    if value and not (well_formed and not re.search(r"\s", value)):
        raise wrong(name, f"must start with http:// or https:// and name a host: {because}")
    return value


def payments(*, required: bool) -> dict[str, Any]:
    """The settings of the payment provider: Stripe, or without a key the sandbox, in which no money moves.

    `required`: a key there must be. Raises ImproperlyConfigured.
    """
    default = NOTSET if required else ""
    key = read("STRIPE_SECRET_KEY", env.str, default=default, because="it is Stripe's secret or restricted key")
    base = address("STRIPE_API_BASE", default="", because="it points the Stripe client at another server")
    if not key:
        return {"PAYMENT_PROVIDER": "sandbox"}
    if not re.fullmatch(r"[sr]k_(test|live)_\w+", key):
        raise wrong("STRIPE_SECRET_KEY", "must start with sk_ or rk_, as Stripe's secret and restricted keys do")
    secret = read("STRIPE_WEBHOOK_SECRET", env.str, because="Stripe signs its webhooks with it, it starts with whsec_")
    if not secret.startswith("whsec_"):
        raise wrong("STRIPE_WEBHOOK_SECRET", "must start with whsec_, as Stripe's signing secrets do")
    timeout = read("STRIPE_TIMEOUT", env.float, default=20.0, because="it limits one call to Stripe, in seconds")
    if not 0 < timeout <= 300:
        raise wrong("STRIPE_TIMEOUT", "must be a number of seconds above 0 and up to 300: it limits one call to Stripe")
    return {
        "PAYMENT_PROVIDER": "stripe",
        "STRIPE_SECRET_KEY": key,
        "STRIPE_WEBHOOK_SECRET": secret,
        "STRIPE_API_BASE": base,
        # Where Checkout's pages are: forms may lead there. A stand-in serves them itself.
        "CHECKOUT_ORIGIN": base or "https://checkout.stripe.com",
        "STRIPE_TIMEOUT": timeout,
        "STRIPE_CALLS_PER_SECOND": count(
            "STRIPE_CALLS_PER_SECOND", default=10, because="so often may one process call Stripe; 0 is no limit"
        ),
        "STRIPE_TWINT_SAVING": switch(
            "STRIPE_TWINT_SAVING", default=False, because="it says whether TWINT may be saved"
        ),
    }


def machine_translator() -> dict[str, Any] | None:
    """Which service translates for editors who ask for it, as wagtail-localize wants it; none by default.

    Raises ImproperlyConfigured.
    """
    because = "it names the service that translates: deepl or libretranslate"
    name = str(read("MACHINE_TRANSLATOR", env.str, default="", because=because)).strip().lower()
    key = str(read("MACHINE_TRANSLATOR_KEY", env.str, default="", because="it opens the translating service"))
    url = address("MACHINE_TRANSLATOR_URL", default="", because="it is the address of LibreTranslate")
    if not name:
        return None
    if name == "deepl":
        if not key:
            raise wrong("MACHINE_TRANSLATOR_KEY", "is missing: DeepL needs one")
        return {"CLASS": "home.localising.machine.DeepL", "OPTIONS": {"AUTH_KEY": key, "FORMALITY": "prefer_more"}}
    if name == "libretranslate":
        if not url:
            raise wrong("MACHINE_TRANSLATOR_URL", "is missing: it is the address of LibreTranslate")
        options = {"LIBRETRANSLATE_URL": url, "API_KEY": key}
        return {"CLASS": "home.localising.machine.LibreTranslate", "OPTIONS": options}
    raise wrong("MACHINE_TRANSLATOR", f"must be deepl or libretranslate, or be left out: {because}")


def keep_days() -> dict[str, int]:
    """For how many days something about people is kept. Raises ImproperlyConfigured."""
    days = {
        "declined_applications": count(
            "KEEP_DECLINED_APPLICATIONS", default=180, because="so many days is a declined application kept"
        ),
        "invitations": count(
            "KEEP_INVITATIONS", default=90, because="so many days is the address of an invitation kept that is over"
        ),
        "contact_messages": count(
            "KEEP_CONTACT_MESSAGES", default=30, because="so many days is a message kept that the directory passed on"
        ),
        "letters": count("KEEP_LETTERS", default=730, because="so many days is kept what letters said"),
        "attendees": count(
            "KEEP_ATTENDEES", default=365, because="so many days is kept who was at a meeting or a workshop"
        ),
        "attendee_addresses": count(
            "KEEP_ATTENDEE_ADDRESSES", default=30, because="so many days are addresses kept of those who were there"
        ),
    }
    if days["contact_messages"] < LEAST_DAYS or days["letters"] < LEAST_DAYS:
        name = "KEEP_CONTACT_MESSAGES" if days["contact_messages"] < LEAST_DAYS else "KEEP_LETTERS"
        raise wrong(name, f"must be at least {LEAST_DAYS}: so long letters are tried again")
    return days


def count(name: str, *, default: int, because: str) -> int:
    """A whole number from 0 on. Raises ImproperlyConfigured."""
    value = int(read(name, env.int, default=default, because=because))
    if value < 0:
        raise wrong(name, f"must not be negative: {because}")
    return value


def switch(name: str, *, default: bool, because: str) -> bool:
    """True or false. Raises ImproperlyConfigured for anything else: a typing error must not mean "no"."""
    value = str(read(name, env.str, default=str(default), because=because)).strip().lower()
    if value in {"true", "1", "yes", "on"}:
        return True
    if value in {"false", "0", "no", "off"}:
        return False
    raise wrong(name, f"must be true or false: {because}")
