"""The typeface of PDFs: Liberation Sans where it is installed (Debian: fonts-liberation), else Helvetica. Both are in
the style guide for QR-bills. What a face can't show is written in letters that it can; payloads stay as they are.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

# Debian, Fedora, Alpine, Arch.
PLACES = (
    "/usr/share/fonts/truetype/liberation",
    "/usr/share/fonts/truetype/liberation2",
    "/usr/share/fonts/liberation-sans",
    "/usr/share/fonts/liberation-sans-fonts",
    "/usr/share/fonts/liberation",
)
FILES = {"LiberationSans": "LiberationSans-Regular.ttf", "LiberationSans-Bold": "LiberationSans-Bold.ttf"}

CYRILLIC = dict(zip("абвгдезийклмнопрстуфхыэіґђљњћџ", "abvgdezijklmnoprstufhyeigđlnćc", strict=True)) | {
    **{"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"},
    **{"ї": "ji", "є": "je", "ј": "j", "ђ": "dj", "љ": "lj", "њ": "nj", "џ": "dz", "ћ": "c"},
}
GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)) | {"θ": "th", "χ": "ch", "ψ": "ps"}
LATIN = {"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ð": "d", "ħ": "h", "ı": "i"}
SMALL = CYRILLIC | GREEK | LATIN
SIGNS = {"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "−": "-", "…": "...", "\u202f": "\u00a0"}
SIGNS["\N{NON-BREAKING HYPHEN}"] = "-"  # our own texts have it in "e-mail"


class Face:
    """A regular and a bold font that the PDF knows by name."""

    def __init__(self, regular: str, bold: str) -> None:
        self.regular, self.bold = regular, bold

    def has(self, character: str) -> bool:
        """Whether it can show a character."""
        glyphs = getattr(getattr(pdfmetrics.getFont(self.regular), "face", None), "charToGlyph", None)
        if glyphs is not None:
            return ord(character) in glyphs
        try:
            character.encode("cp1252")
        except UnicodeEncodeError:
            return False
        return True

    def shown(self, text: str) -> str:
        """`text` as far as the face can show it: else the nearest letters, or a question mark."""
        return "".join(self.nearest(character) for character in unicodedata.normalize("NFC", text))

    def nearest(self, character: str) -> str:
        if self.has(character):
            return character
        if character in SIGNS:
            return SIGNS[character]
        if (small := character.lower()) in SMALL:
            letters = SMALL[small]
            return letters if small == character else letters.capitalize()
        bare = [letter for letter in unicodedata.normalize("NFKD", character) if not unicodedata.combining(letter)]
        if bare and bare != [character]:
            return "".join(self.nearest(letter) for letter in bare)
        return "" if unicodedata.category(character)[0] in "CM" else "?"

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """In points."""
        return float(pdfmetrics.stringWidth(text, self.bold if bold else self.regular, size))

    def wrapped(self, text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        """`text` in lines that are at most `width` points wide; a word that is wider is broken."""
        lines: list[str] = []
        line = ""
        for word in self.shown(text).split(" "):
            longer = f"{line} {word}".strip()
            if not line or self.width(longer, size, bold=bold) <= width:
                line = longer
            else:
                lines.append(line)
                line = word
            while self.width(line, size, bold=bold) > width and len(line) > 1:
                at = next(
                    n for n in range(len(line) - 1, 0, -1) if n == 1 or self.width(line[:n], size, bold=bold) <= width
                )
                lines.append(line[:at])
                line = line[at:]
        return [*lines, line]


@cache
def face() -> Face:
    """Found once; an installation that adds the fonts starts anew."""
    for place in map(Path, PLACES):
        if all((place / file).is_file() for file in FILES.values()):
            for name, file in FILES.items():
                pdfmetrics.registerFont(TTFont(name, place / file))
            return Face(*FILES)
    return Face("Helvetica", "Helvetica-Bold")
