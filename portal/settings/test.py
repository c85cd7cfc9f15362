"""For pytest. tests/conftest.py starts a real PostgreSQL and puts its address into DATABASE_URL."""

import os

from .base import *
from .base import BASE_DIR
from .environment import database

DEBUG = False
SECRET_KEY = "test-only-" + "x" * 40  # tests only
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
DATABASES = {"default": database()}
PAGE_CACHE = False  # what a test rolls back nobody announces; tests/portal/test_page_cache.py turns it on
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Several processes share the tests (pytest-xdist), each with uploads of its own.
MEDIA_ROOT = BASE_DIR / "var" / f"test-media-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
SITE_URL = "http://testserver"
STRIPE_TIMEOUT = 0.3
STRIPE_CALLS_PER_SECOND = 0
STAFF_MFA_REQUIRED = False
DEMO_ALLOWED = True
