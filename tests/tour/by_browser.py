"""Takes the tour in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from playwright.sync_api import Page

from .scene import Scene
from .stops import Stop, stops

HEIGHT = 900
TOKEN = "t" * 32  # a form's token is right if the cookie has the same
# Sends the fields to the address of the page, past all checks of the browser. The page need not have a form any more: a
# person may have opened it while it had one.
SEND = """fields => {
  const form = document.createElement("form");
  form.method = "post";
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    [input.type, input.name, input.value] = ["hidden", name, value];
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}"""


def take(page: Page, site: str, scene: Scene, *, only: Callable[[Stop], bool] = lambda stop: True) -> Iterator[Stop]:
    """Open every stop that is wanted, one after the other."""
    sessions: dict[str, str] = {}
    for stop in filter(only, stops(scene)):
        if stop.who and stop.who not in sessions:
            sessions[stop.who] = scene.log_in(stop.who).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": settings.CSRF_COOKIE_NAME, "value": TOKEN, "url": site}])
        if stop.who:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": sessions[stop.who], "url": site}
            page.context.add_cookies([cookie])
        page.goto(site + stop.path)
        if stop.send is not None:
            with page.expect_navigation():
                page.evaluate(SEND, {"csrfmiddlewaretoken": TOKEN, **stop.send})
        yield stop


def findings(visits: Iterable[Stop], look: Callable[[], list[str]]) -> list[str]:
    """What `look` finds at each stop, with the stop's name."""
    return [f"{stop.title}: {finding}" for stop in visits for finding in look()]
