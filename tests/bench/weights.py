"""What a browser fetches for a page: bytes, requests, hosts."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Request

MOST_HTML = 25_000  # bytes, uncompressed
MOST_REQUESTS = 12
MOST_CSS = 12_000  # bytes, compressed
MOST_OUR_SCRIPT = 3_000
MOST_SCRIPT = 20_000
OURS = "site"  # the script's name begins so


@dataclass
class Weight:
    """One page as the browser got it. Bytes are those on the wire, but for `html`, which is what was parsed."""

    name: str
    html: int = 0
    requests: int = 0
    wire: int = 0
    css: int = 0
    script: int = 0
    our_script: int = 0
    other_hosts: set[str] = field(default_factory=set)

    def breaches(self) -> list[str]:
        limits = [
            ("HTML", self.html, MOST_HTML),
            ("requests", self.requests, MOST_REQUESTS),
            ("CSS", self.css, MOST_CSS),
            ("script of ours", self.our_script, MOST_OUR_SCRIPT),
            ("script", self.script, MOST_SCRIPT),
        ]
        found = [f"{self.name}: {what} {is_now} > {most}" for what, is_now, most in limits if is_now > most]
        return found + [f"{self.name}: asks {host}" for host in sorted(self.other_hosts)]


def weigh(context: BrowserContext, name: str, url: str) -> Weight:
    """Open `url` in a new tab of `context`, which should have an empty cache."""
    weight = Weight(name)
    fetched: list[Request] = []
    page = context.new_page()
    for event in ("requestfinished", "requestfailed"):
        page.on(event, lambda request: fetched.append(request))
    page.goto(url, wait_until="networkidle")
    for request in fetched:
        weight.requests += 1
        if urlsplit(request.url).netloc != urlsplit(url).netloc:
            weight.other_hosts.add(urlsplit(request.url).netloc)
        response = request.response()
        if response is None:
            continue
        sizes = request.sizes()
        weight.wire += sizes["responseBodySize"] + sizes["responseHeadersSize"]
        kind = response.headers.get("content-type", "")
        if kind.startswith("text/html"):
            weight.html = len(response.body())
        elif kind.startswith("text/css"):
            weight.css += sizes["responseBodySize"]
        elif "javascript" in kind:
            weight.script += sizes["responseBodySize"]
            if urlsplit(request.url).path.rpartition("/")[2].startswith(OURS):
                weight.our_script += sizes["responseBodySize"]
    page.close()
    return weight
