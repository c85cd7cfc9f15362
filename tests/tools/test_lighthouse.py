"""What Lighthouse says about the demo, served as in production. For `make proof` only (see tests/conftest.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from home.content_files.markdown import read_document
from portal.demo.files import CONTENT
from tests.bench.server import free_port, prepare, serving

from .lighthouse import look_at

EXPECTED_PERFORMANCE = 95  # a figure to report: the machine has a say in it
# The files of the demo that name each part of a page's address.
PAGES = {
    "home": [],
    "listing": ["library/{}.md"],
    "resource": ["library/{}.md", "resources/{}/new-homepage.md"],
    "workshop": ["workshops/{}/index.md", "workshops/{}/social-media-plan.md"],
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of gunicorn with production's settings and the demo."""
    directory: Path = tmp_path_factory.mktemp("portal")
    port = free_port()
    with serving(prepare(directory, port), port) as base:
        yield base


def path_of(page: str, language: str) -> str:
    slugs = [read_document(CONTENT / file.format(language), key=file).front["slug"] for file in PAGES[page]]
    return "/".join(["", language, *slugs, ""])


@pytest.mark.lighthouse
@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("kind", PAGES)
def test_accessibility_best_practices_and_seo_are_100(
    kind: str, language: str, portal: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report = look_at(portal + path_of(kind, language))
    performance = report.scores.pop("performance")
    with capsys.disabled():
        below = "" if performance >= EXPECTED_PERFORMANCE else f", below the {EXPECTED_PERFORMANCE} expected"
        print(f"\n{kind}, {language}: performance {performance}{below}", *report.faults, sep="\n  ")  # noqa: T201
    assert [url for url in report.fetched if not url.startswith((f"{portal}/", "data:"))] == []
    assert set(report.scores.values()) == {100}, report.faults
