"""Words brought to the form under which they are found: without accents, and without the ending of number and case.

The same code runs when a page is published and when somebody searches, on every database. The stemmers are Snowball's
(https://snowballstem.org/algorithms/). They get words without accents, because people leave them out.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

from .plain_text import fold

ALGORITHMS = {"de": "german", "fr": "french", "it": "italian"}
WORD = re.compile(r"[^\W_]+")

# Plurals that the stemmers keep apart from their singulars, in words of this field.
IRREGULAR = {
    "de": {
        "kurse": "kurs",
        "kursen": "kurs",
        "kurses": "kurs",
        "konten": "konto",
        "themen": "thema",
        "museen": "museum",
        "zentren": "zentrum",
        "praktika": "praktikum",
        "firmen": "firma",
    },
    "fr": {"lois": "loi", "travaux": "travail", "jeux": "jeu", "yeux": "oeil", "lieux": "lieu", "enjeux": "enjeu"},
    "it": {"laboratori": "laboratorio", "anni": "anno", "uomini": "uomo", "temi": "tema", "problemi": "problema"},
}
# Words that nearly every text has, so that asking for them tells nothing.
STOP_WORDS = {
    "de": "aber als am an auch auf aus bei bis das dass dem den der des die durch ein eine einem einen einer es fur "
    "hat ich ihr ihre im in ist kann man mehr mit nach nicht noch oder sich sie sind so um und uns unser vom von "
    "vor was wenn werden wie wir wird zu zum zur",
    "fr": "au aux avec ce ces cette comme comment dans de des du elle en est et ete il ils je la le les leur lui ma "
    "mais mes mon ne nos notre nous on ont ou par pas pour qu que qui sa se ses si son sont sur un une vos votre vous",
    "it": "ad agli ai al alla alle anche che chi ci come con cosa cui da dai dal dalla dei del della delle di e ed gli "
    "ha i il in io la le lei lo ma mi ne nei nel nella non o per piu qual quale se si sono su sua sul sulla suo un una "
    "uno vi",
}


@cache
def stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(ALGORITHMS[language])


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """The stem of one word in `language` (de, fr or it)."""
    folded = fold(word)
    return str(stemmer(language).stemWord(IRREGULAR[language].get(folded, folded)))


@cache
def stop_stems(language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in STOP_WORDS[language].split())


def is_telling(word: str) -> bool:
    """Single letters stand before apostrophes or are units; digits tell something."""
    return len(word) > 1 or word.isdigit()


def stems(text: str, language: str) -> list[str]:
    """The stems of a text's words, in their order, without those that tell nothing."""
    found = (stem(word, language) for word in WORD.findall(text) if is_telling(word))
    return [each for each in found if each not in stop_stems(language)]
