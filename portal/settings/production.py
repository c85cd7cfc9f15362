"""For servers. Everything that differs by place is an environment variable: the README has the table."""

from .base import *
from .environment import address, database, env, payments, read

DEBUG = False
SECRET_KEY = read("SECRET_KEY", env.str, because="it signs sessions and links, 50 random characters do")
ALLOWED_HOSTS = read("ALLOWED_HOSTS", env.list, because="it lists the host names that the portal answers to, with commas between")
SITE_URL = address("SITE_URL", because="it is the portal's public address, letters link to it")
WAGTAILADMIN_BASE_URL = SITE_URL
CSRF_TRUSTED_ORIGINS = [SITE_URL]

DATABASES = {"default": database()}
CACHES = {"default": read("CACHE_URL", env.cache_url, because="it holds the cache's address, e.g. redis://host:6379/0")}
globals().update(read("EMAIL_URL", env.email_url, because="it holds the mail server's address, e.g. smtp+tls://user:password@host:587"))
DEFAULT_FROM_EMAIL = read("DEFAULT_FROM_EMAIL", env.str, because="letters are sent from it, e.g. up2gether <hello@example.org>")

STATIC_ROOT = BASE_DIR / "staticfiles"  # noqa: F405
MEDIA_ROOT = read("MEDIA_ROOT", env.str, default="/var/lib/up2gether/media", because="uploads are kept there unless MEDIA_BUCKET is given")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if bucket := read("MEDIA_BUCKET", env.str, default="", because="it is the name of the S3 bucket for uploads"):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": address("MEDIA_ENDPOINT", default="", because="it is the address of the S3-compatible service") or None,
            "region_name": read("MEDIA_REGION", env.str, default="", because="it is the region of the bucket") or None,
            "access_key": read("MEDIA_ACCESS_KEY", env.str, because="it opens the bucket for uploads"),
            "secret_key": read("MEDIA_SECRET_KEY", env.str, because="it opens the bucket for uploads"),
            "file_overwrite": False,
        },
    }

globals().update(payments())

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = read("SECURE_SSL_REDIRECT", env.bool, default=True, because="it says whether http is sent to https: true or false")
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
STAFF_MFA_REQUIRED = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "structlog.stdlib.ProcessorFormatter", "processor": "structlog.processors.JSONRenderer"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
