"""Every kind of event that the code records is told in words: to the organisation, to editors, and step by step."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import pooling
from pooling.accounts import sentences
from pooling.replay import PLEDGE_TURNS, POOL_TURNS, REFUND_TURNS
from pooling.templatetags import pool_tags
from pooling.workshops import timeline

ROOT = Path(pooling.__file__).parent
WRITERS = {"record", "event"}
REPLAYED = {*POOL_TURNS, *PLEDGE_TURNS, *REFUND_TURNS}


def writing_calls() -> Iterator[tuple[Path, ast.Call]]:
    """Each call in pooling/ that writes an event: record(pool, kind, ...) or event(pool, kind, ...)."""
    for path in sorted(ROOT.rglob("*.py")):
        if "migrations" in path.parts or path == ROOT / "models" / "event.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITERS:
                yield path, node


def kinds_of(kind: ast.expr, path: Path) -> set[str]:
    """The kinds that an expression may stand for; empty where that can't be read from the code."""
    match kind:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return kinds_of(one, path) | kinds_of(other, path)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_rest]):
            return {name for name in REPLAYED if name.startswith(start)}
        case ast.Subscript(value=ast.Name(id=table)):
            module = importlib.import_module(".".join(["pooling", *path.relative_to(ROOT).with_suffix("").parts]))
            return set(getattr(module, table).values())
        case ast.Name(id=name):
            return {kind for value in assigned_to(name, path) for kind in kinds_of(value, path)}
        case _:
            return set()


def assigned_to(name: str, path: Path) -> Iterator[ast.expr]:
    """What a file assigns to a plain name."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                yield value


def recorded() -> dict[str, bool]:
    """Each kind that the code can record, and whether some call names a pledge with it."""
    kinds: dict[str, bool] = {}
    for path, call in writing_calls():
        names_pledge = any(keyword.arg == "pledge" for keyword in call.keywords)
        for kind in kinds_of(call.args[1], path):
            kinds[kind] = kinds.get(kind, False) or names_pledge
    return kinds


def test_every_kind_can_be_read_from_the_code() -> None:
    unread = [f"{path.name}:{call.lineno}" for path, call in writing_calls() if not kinds_of(call.args[1], path)]
    assert not unread, (
        "name the kind as text, as an f-string that begins with text, or by a table of the module, or assign it so"
    )
    assert len(recorded()) > 30


@pytest.mark.parametrize("kind", sorted(recorded()))
def test_a_kind_has_a_sentence_for_the_organisation(kind: str) -> None:
    known = set(sentences.SENTENCES)
    if recorded()[kind]:
        assert kind in known, "write its sentence in pooling/accounts/sentences.py"
    assert kind in known | sentences.NOT_ABOUT_A_PLEDGE, "pooling/accounts/sentences.py: a sentence, or say why not"


@pytest.mark.parametrize("kind", sorted(recorded()))
def test_a_kind_has_a_sentence_for_editors(kind: str) -> None:
    assert kind in timeline.SENTENCES, "write its sentence in pooling/workshops/timeline.py"


@pytest.mark.parametrize("kind", sorted(kind for kind, names_pledge in recorded().items() if names_pledge))
def test_a_kind_about_a_pledge_has_its_words_on_the_pledges_page(kind: str) -> None:
    assert kind in pool_tags.STEPS, "write its words in pooling/templatetags/pool_tags.py"
