"""Production's settings for a portal that serves the demo on this machine, without TLS in front of it."""

import os
from pathlib import Path

from portal.settings.production import *  # noqa: F403  # all of it, that is the point

STATIC_ROOT = Path(os.environ["BENCH_DIRECTORY"]) / "static"
MEDIA_ROOT = Path(os.environ["BENCH_DIRECTORY"]) / "media"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SECURE_HSTS_SECONDS = 0
