"""For `make run`: SQLite in var/, mails to the console, sandbox payments unless a Stripe test key is there."""

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import BASE_DIR
from .environment import address, database, env, payments, read

DEBUG = read("DEBUG", env.bool, default=True, because="it says whether errors are shown in full: true or false")
SECRET_KEY = "development-only-" + "x" * 40  # development only: production reads its own
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
INTERNAL_IPS = ["127.0.0.1"]

VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)
DATABASES = {"default": database(default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
MEDIA_ROOT = VAR_DIR / "media"
STATIC_ROOT = VAR_DIR / "static"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

SITE_URL = address("SITE_URL", default="http://localhost:8000", because="it is the portal's public address, letters link to it")
WAGTAILADMIN_BASE_URL = SITE_URL
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

globals().update(payments())
if env.str("STRIPE_SECRET_KEY", default="").startswith(("sk_live_", "rk_live_")):
    raise ImproperlyConfigured("The environment variable STRIPE_SECRET_KEY holds a live key: development takes test keys only.")

STAFF_MFA_REQUIRED = False  # production asks for it
DEMO_ALLOWED = True
