"""Resources in numbers, as files that the importer reads: texts of the demo's own words, the same each time."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

from portal.demo.files import CONTENT

LANGUAGES = ("de", "fr", "it")
TOPICS = ("website", "social-media", "online-counselling", "data-protection")
FORMATS = ("guide", "checklist", "template", "tool", "example", "recording")
# In every second text; and in five of the first hundred, whatever comes later.
COMMON = {"de": ("Verein", "Vereine"), "fr": ("association", "associations"), "it": ("associazione", "associazioni")}
RARE = {"de": ("Murmeltier", "Murmeltiere"), "fr": ("marmotte", "marmottes"), "it": ("marmotta", "marmotte")}
RARE_ONES = (7, 27, 47, 67, 87)
WORD = re.compile(r"[^\W\d_]{3,}")
PARAGRAPHS, WORDS = 4, 40


def words_of(language: str) -> list[str]:
    """Every word of the demo's resources, as often as it stands there."""
    text = "\n".join(path.read_text() for path in sorted((CONTENT / "resources" / language).glob("*.md")))
    taken = {word.lower() for forms in (*COMMON.values(), *RARE.values()) for word in forms}
    return [word for word in WORD.findall(text) if word.lower() not in taken]


def write_library(folder: Path, numbers: range) -> None:
    """A file per number and language."""
    for language in LANGUAGES:
        (folder / language).mkdir(parents=True, exist_ok=True)
        words = words_of(language)
        for number in numbers:
            chance = random.Random(f"{language}{number}")
            (folder / language / f"text-{number}.md").write_text(text(number, language, words, chance))


def text(number: int, language: str, words: list[str], chance: random.Random) -> str:
    """Front matter and four paragraphs."""
    title = " ".join(chance.choices(words, k=4)).capitalize()
    body = list(paragraphs(number, language, words, chance))
    return "\n".join(
        [
            "---",
            f'title: "{title} {number}"',
            f'summary: "{" ".join(chance.choices(words, k=8)).capitalize()[:190]}."',
            f"topics: [{TOPICS[number % len(TOPICS)]}]",
            f"format: {FORMATS[number % len(FORMATS)]}",
            "---",
            body[0],
            "",
            body[1],
            "",
            f"## {' '.join(chance.choices(words, k=3)).capitalize()}",
            "",
            *body[2:],
            "",
        ]
    )


def paragraphs(number: int, language: str, words: list[str], chance: random.Random) -> Iterator[str]:
    for position in range(PARAGRAPHS):
        chosen = chance.choices(words, k=WORDS)
        if position == 1 and number % 2:
            chosen[5] = chance.choice(COMMON[language])
        if position == 2 and number in RARE_ONES:
            chosen[5] = chance.choice(RARE[language])
        yield f"{' '.join(chosen).capitalize()}."
