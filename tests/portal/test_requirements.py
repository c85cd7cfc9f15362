"""The requirements files pin what is installed, in the form that every pip reads alike."""

from __future__ import annotations

import re
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[([a-z0-9,._-]+)\])?==", re.MULTILINE)


def pinned(file: str) -> dict[str, set[str]]:
    """Each package of `file` with the extras that it is pinned with."""
    found = PINNED.findall((ROOT / file).read_text())
    return {canonicalize_name(name): set(filter(None, extras.split(","))) for name, extras in found}


def asked_for(names: set[str]) -> dict[str, set[str]]:
    """The extras that the installed packages among `names` ask of each other, without any extra of their own."""
    asked: dict[str, set[str]] = {}
    for distribution in distributions():
        if canonicalize_name(distribution.name) in names:
            for requirement in map(Requirement, distribution.requires or []):
                if requirement.extras and (not requirement.marker or requirement.marker.evaluate({"extra": ""})):
                    asked.setdefault(canonicalize_name(requirement.name), set()).update(requirement.extras)
    return asked


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_what_a_package_asks_for_with_an_extra_is_pinned_with_it(file):
    """Else pip before 23.3 takes the newest release of it, whose hash is in no file, and installs nothing."""
    pins = pinned(file)
    asked = asked_for(set(pins))
    # What is in no file is not installed (pyproject.toml, dependency-metadata).
    assert asked, "some package asks for an extra: the reading is wrong"
    assert {name: extras - pins[name] for name, extras in asked.items() if extras - pins.get(name, extras)} == {}
