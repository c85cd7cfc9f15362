"""For `make run`: SQLite in var/, mails to the console, sandbox payments unless a Stripe test key is there."""

from .base import *
from .base import BASE_DIR
from .environment import address, database, machine_translator, payments, switch, wrong

DEBUG = switch("DEBUG", default=True, because="it says whether errors are shown in full")
SECRET_KEY = "development-only-" + "x" * 40  # development only: production reads its own
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
INTERNAL_IPS = ["127.0.0.1"]

VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)
DATABASES = {"default": database(default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
MEDIA_ROOT = VAR_DIR / "media"
# What one changes should show at once, and the server and tick share no cache here.
PAGE_CACHE = False
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Static files come from where they lie: nothing to collect, and a change shows at once.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True

SITE_URL = address("SITE_URL", default="http://localhost:8000", because="it is the portal's public address")
WAGTAILADMIN_BASE_URL = SITE_URL
EMAIL_BACKEND = "portal.console_mail.EmailBackend"

globals().update(payments(required=False))
WAGTAILLOCALIZE_MACHINE_TRANSLATOR = machine_translator()
if "_live_" in globals()["STRIPE_SECRET_KEY"]:
    raise wrong("STRIPE_SECRET_KEY", "holds a live key: development takes test keys only")

STAFF_MFA_REQUIRED = False  # production asks for it
DEMO_ALLOWED = True
