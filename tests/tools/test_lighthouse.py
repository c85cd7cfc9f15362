"""What Lighthouse says about the demo, served as in production. For `make proof` only (see tests/conftest.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.demo.files import Documents, read_documents, read_one
from tests.bench.server import free_port, prepare, serving

from .lighthouse import look_at

EXPECTED_PERFORMANCE = 95  # a figure to report: the machine has a say in it
PAGES = {
    "home": [],
    "listing": [("library",)],
    "resource": [("library",), ("resources", "new-homepage")],
    "workshop": [("workshops", "index"), ("workshops", "social-media-plan")],
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of gunicorn with production's settings and the demo."""
    directory: Path = tmp_path_factory.mktemp("portal")
    port = free_port()
    with serving(prepare(directory, port), port) as base:
        yield base


def read(*place: str) -> Documents:
    return read_documents(*place) if len(place) > 1 else read_one(*place)


def path_of(page: str, language: str) -> str:
    slugs = [read(*place)[language].front["slug"] for place in PAGES[page]]
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
