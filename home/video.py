"""Videos of others: who shows them, and at which address they can be shown inside a page of ours.

A page names the address of the embedding only. Nothing is asked of it before somebody presses the button that
static/js/site.js makes of it; without JavaScript the link stays (docs/decisions/0022).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, urlsplit

from django.conf import settings

PROVIDERS = {
    "youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "youtube-nocookie.com": "YouTube",
    "vimeo.com": "Vimeo",
    "player.vimeo.com": "Vimeo",
    "tube.switch.ch": "SWITCHtube",
}
YOUTUBE_ID = re.compile(r"[\w-]{11}", re.ASCII)
OTHER_ID = re.compile(r"[0-9A-Za-z]{4,20}")


def host_of(url: str) -> str:
    """The host, without what mobile and main sites put before it; empty where the address can't be read."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").removeprefix("m.")


def provider_of(url: str) -> str:
    """What readers call the place that shows the video."""
    host = host_of(url)
    return PROVIDERS.get(host, host)


def youtube(parts: SplitResult) -> str:
    path = [part for part in parts.path.split("/") if part]
    if parts.hostname == "youtu.be":
        found = path[0] if path else ""
    elif path[:1] == ["watch"]:
        found = parse_qs(parts.query).get("v", [""])[0]
    else:
        found = path[1] if len(path) > 1 and path[0] in ("embed", "shorts", "live") else ""
    return f"https://www.youtube-nocookie.com/embed/{found}" if YOUTUBE_ID.fullmatch(found) else ""


def vimeo(parts: SplitResult) -> str:
    """`dnt=1`: without cookies and figures, https://developer.vimeo.com/player/sdk/embed."""
    found = parts.path.rstrip("/").rpartition("/")[2]
    return f"https://player.vimeo.com/video/{found}?dnt=1" if found.isdecimal() and found.isascii() else ""


def switchtube(parts: SplitResult) -> str:
    found = parts.path.rstrip("/").rpartition("/")[2]
    return f"https://tube.switch.ch/embed/{found}" if OTHER_ID.fullmatch(found) else ""


EMBEDDINGS: dict[str, Callable[[SplitResult], str]] = {
    "YouTube": youtube,
    "Vimeo": vimeo,
    "SWITCHtube": switchtube,
}


def embedding_of(url: str) -> str:
    """Where the video can be shown inside our page; empty where nobody says how, or the operator does not allow it
    (VIDEO_ORIGINS, which the Content Security Policy goes by).
    """
    embed = EMBEDDINGS.get(provider_of(url))
    address = embed(urlsplit(url)) if embed else ""
    return address if any(address.startswith(f"{origin}/") for origin in settings.VIDEO_ORIGINS) else ""
