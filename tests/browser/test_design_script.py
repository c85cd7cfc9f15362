"""site.js only adds to pages that work without it. The pages are made up here, no server is asked."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route

SCRIPT = (Path(__file__).resolve().parents[2] / "static" / "js" / "site.js").read_text(encoding="utf-8")
SITE = "http://design.test"
FORM = """
<!DOCTYPE html><html lang="de"><head><title>Probe</title></head><body data-working="Einen Augenblick bitte">
  {summary}
  <form method="{method}" action="/sent">
    <fieldset id="id_kind" class="field">
      <legend>Art</legend><label><input type="radio" name="kind" value="a">A</label>
    </fieldset>
    <button type="submit" name="do" value="pledge">Zusagen</button>
  </form>
  <script src="/site.js"></script>
</body></html>
"""
SUMMARY = '<div class="error-summary" tabindex="-1"><a href="#id_kind">Art: fehlt</a></div>'


@pytest.fixture
def sent(page: Page) -> list[Request]:
    """What was sent to /sent. It is never answered, as if the network were slow."""
    requests: list[Request] = []
    page.route(f"{SITE}/sent**", lambda route: requests.append(route.request))
    page.route(f"{SITE}/site.js", lambda route: route.fulfill(body=SCRIPT, content_type="text/javascript"))
    return requests


def show(page: Page, *, summary: str = "", method: str = "post") -> None:
    html = FORM.format(summary=summary, method=method)

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.route(f"{SITE}/form", answer)
    page.goto(f"{SITE}/form")


PRESS_TWICE = """() => {
  const button = document.querySelector("button");
  button.click();
  const said = button.textContent;
  button.click();
  return said;
}"""


def test_a_second_click_sends_nothing_and_the_button_says_what_happens(page: Page, sent: list[Request]) -> None:
    show(page)
    assert page.evaluate(PRESS_TWICE) == "Einen Augenblick bitte"
    page.wait_for_timeout(300)
    assert len(sent) == 1
    assert sent[0].post_data == "do=pledge"


def test_a_form_that_only_asks_can_be_sent_again(page: Page, sent: list[Request]) -> None:
    show(page, method="get")
    assert page.evaluate(PRESS_TWICE) == "Zusagen"


def test_the_summary_of_errors_takes_focus_and_leads_into_the_field(page: Page, sent: list[Request]) -> None:
    show(page, summary=SUMMARY)
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.click(".error-summary a")
    assert page.evaluate("document.activeElement.name") == "kind"


def test_a_message_arrives_once_more_so_that_it_is_announced(page: Page, sent: list[Request]) -> None:
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
            window.arrived = [];
            new MutationObserver((changes) => {
              changes.forEach((change) => change.addedNodes.forEach((node) => arrived.push(node.textContent)));
            }).observe(document.querySelector(".messages"), { childList: true });
        })"""
    )
    show(page, summary='<div class="messages" role="status"><p>Gespeichert.</p></div>')
    page.wait_for_function("arrived.includes('Gespeichert.')")
    assert page.locator(".messages").inner_text() == "Gespeichert."


NUMBER = """
<!DOCTYPE html><html lang="de"><head><title>Probe</title></head><body>
  <form data-hx-get="/figures"><input id="id_shares" type="number" value="1"></form>
  <script>
    document.body.dataset.heard = "";
    document.addEventListener("input", (event) => { document.body.dataset.heard += event.target.value; });
    %s
  </script>
  <script src="/site.js"></script>
</body></html>
"""


@pytest.mark.parametrize(("typed", "heard"), [("document.forms[0][0].value = 3;", "3"), ("", "")])
def test_a_number_typed_before_the_page_has_loaded_is_heard(
    page: Page, sent: list[Request], typed: str, heard: str
) -> None:
    page.route(f"{SITE}/form", lambda route: route.fulfill(body=NUMBER % typed, content_type="text/html"))
    page.goto(f"{SITE}/form")
    page.wait_for_load_state("load")
    assert page.evaluate("document.body.dataset.heard") == heard
