"""For servers. Everything that differs by place is an environment variable: the README has the table."""

from .base import *
from .base import BASE_DIR
from .environment import (
    address,
    cache,
    count,
    database,
    env,
    hosts,
    keep_days,
    machine_translator,
    mail,
    payments,
    read,
    secret_key,
    sender,
    switch,
)
from .logs import LOGGING  # noqa: F401  # Django reads it here

DEBUG = False
SECRET_KEY = secret_key()
ALLOWED_HOSTS = hosts()
SITE_URL = address("SITE_URL", because="it is the portal's public address, letters link to it")
WAGTAILADMIN_BASE_URL = SITE_URL
CSRF_TRUSTED_ORIGINS = [SITE_URL]

DATABASES = {"default": database()}
CACHES = {"default": cache()}
globals().update(mail())
DEFAULT_FROM_EMAIL = SERVER_EMAIL = sender("DEFAULT_FROM_EMAIL")

STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_ROOT = read(
    "MEDIA_ROOT",
    env.str,
    default="/var/lib/up2gether/media",
    because="it is the directory for uploads without MEDIA_BUCKET",
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if bucket := read("MEDIA_BUCKET", env.str, default="", because="it is the name of the S3 bucket for uploads"):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": address("MEDIA_ENDPOINT", default="", because="it is the S3-compatible service") or None,
            "region_name": read("MEDIA_REGION", env.str, default="", because="it is the region of the bucket") or None,
            "access_key": read("MEDIA_ACCESS_KEY", env.str, because="it opens the bucket for uploads"),
            "secret_key": read("MEDIA_SECRET_KEY", env.str, because="it opens the bucket for uploads"),
            "file_overwrite": False,
        },
    }

globals().update(payments(required=True))
WAGTAILLOCALIZE_MACHINE_TRANSLATOR = machine_translator()
KEEP_DAYS = keep_days()

# Whose address counts for log-in limits: the one that the outermost proxy of ours saw, not the proxy's own.
ALLAUTH_TRUSTED_PROXY_COUNT = count(
    "TRUSTED_PROXIES", default=1, because="it says how many proxies add X-Forwarded-For"
)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = switch("SECURE_SSL_REDIRECT", default=True, because="it says whether http is sent to https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
STAFF_MFA_REQUIRED = True
