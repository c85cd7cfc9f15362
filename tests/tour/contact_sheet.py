"""All pictures of the gallery on one page, in rows by stop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import groupby

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Gallery</title>
<style>
body {{ font-family: sans-serif; margin: 1rem; background: #ddd; color: #111; }}
div {{ display: flex; gap: 1rem; overflow-x: auto; align-items: start; }}
figure {{ margin: 0; flex: none; }}
img {{ display: block; max-height: 40rem; max-width: 30rem; object-fit: cover; object-position: top; }}
</style>
</head>
<body>
<h1>Gallery</h1>
{rows}
</body>
</html>
"""


@dataclass(frozen=True)
class Picture:
    group: str
    name: str
    language: str
    scheme: str
    width: int
    file: str

    @property
    def stop(self) -> str:
        return f"{self.group}: {self.name}"

    @property
    def figure(self) -> str:
        caption = escape(f"{self.language}, {self.scheme}, {self.width} px")
        file = escape(self.file)
        return (
            f'<figure><a href="{file}"><img src="{file}" alt="{caption}" loading="lazy"></a>'
            f"<figcaption>{caption}</figcaption></figure>"
        )


def contact_sheet(pictures: Iterable[Picture]) -> str:
    """An HTML page that shows `pictures`, those of a stop side by side in each language."""
    order: dict[str, list[Picture]] = {}
    for picture in pictures:
        order.setdefault(picture.stop, []).append(picture)
    rows = [
        f"<h2>{escape(stop)}</h2>\n" + "\n".join(f"<div>{row(same)}</div>" for same in by_language(taken))
        for stop, taken in order.items()
    ]
    return PAGE.format(rows="\n".join(rows))


def by_language(pictures: list[Picture]) -> list[list[Picture]]:
    return [list(same) for _language, same in groupby(pictures, key=lambda picture: picture.language)]


def row(pictures: list[Picture]) -> str:
    return "".join(picture.figure for picture in pictures)
