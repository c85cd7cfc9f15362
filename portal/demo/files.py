"""Finds the content files, and makes sure that the languages' files fit each other before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from home.content_files.markdown import Document, read_document, require_same_blocks
from home.content_files.pages import Texts
from home.content_files.reading import ContentError

CONTENT = Path(__file__).resolve().parent / "content"
LANGUAGES = ("de", "fr", "it")  # the first is the source
FOLDERS = ("pages", "workshops")

Documents = dict[str, Document]  # by language


def read_yaml(name: str, *, root: Path = CONTENT) -> Any:
    """What the YAML file `name` (e.g. "topics.yaml") holds."""
    return yaml.safe_load((root / name).read_text(encoding="utf-8"))


def read_one(name: str, *, root: Path = CONTENT) -> Documents:
    """A page that there is one of in every language: "home", or "library", which lists the resources."""
    return _read({language: root / name / f"{language}.md" for language in LANGUAGES}, key=name)


def read_documents(folder: str, name: str, *, root: Path = CONTENT) -> Documents:
    """One document in every language, e.g. `read_documents("resources", "new-homepage")`. Raises ContentError."""
    return _read({code: root / folder / code / f"{name}.md" for code in LANGUAGES}, key=f"{folder}/{name}")


def names(folder: str, *, root: Path = CONTENT) -> list[str]:
    """The names of the documents in `folder`, without index. Raises ContentError if a language lacks one."""
    by_language = {code: {path.stem for path in (root / folder / code).glob("*.md")} for code in LANGUAGES}
    source = by_language[LANGUAGES[0]]
    for code, found in by_language.items():
        if odd := source ^ found:
            raise ContentError(
                f"{folder}/{code} and {folder}/{LANGUAGES[0]} don't hold the same files: {', '.join(sorted(odd))}."
            )
    return sorted(source - {"index"})


def texts_of(documents: Documents, fields: Iterable[str], **constant: Any) -> Texts:
    """The front matter's `fields` and the body of each language, as `ensure_translated_page` takes them."""
    return {
        code: {**{field: document.front[field] for field in fields}, "body": document.body, **constant}
        for code, document in documents.items()
    }


def check_everything(*, root: Path = CONTENT) -> None:
    """Reads every document once. Raises ContentError at the first that can't be used."""
    read_one("home", root=root)
    read_one("library", root=root)
    for folder in FOLDERS:
        for name in [*names(folder, root=root), "index"]:
            if (root / folder / LANGUAGES[0] / f"{name}.md").exists():
                read_documents(folder, name, root=root)


def _read(paths: dict[str, Path], *, key: str) -> Documents:
    documents = {code: read_document(path, key=key) for code, path in paths.items()}
    for code in LANGUAGES[1:]:
        require_same_fields(documents[LANGUAGES[0]], documents[code])
        require_same_blocks(documents[LANGUAGES[0]], documents[code])
    return documents


def require_same_fields(source: Document, translated: Document) -> None:
    if odd := source.front.keys() ^ translated.front.keys():
        raise ContentError(
            f"the front matter differs from {source.path.name}: {', '.join(sorted(odd))}.", path=translated.path
        )
