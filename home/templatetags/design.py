"""The parts that pages of every app are made of: `{% icon %}` and the field of tiles."""

import re
from dataclasses import dataclass
from math import ceil

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

# Our own drawings on a grid of 24, in strokes: see .icon in components.css.
ICONS = {
    "arrow": '<path d="M4 12h15M13 6l6 6-6 6"/>',
    "calendar": (
        '<rect x="3.5" y="5" width="17" height="15.5" rx="2"/><path d="M3.5 10h17M8 2.5V7M16 2.5V7M8 14h3v3H8z"/>'
    ),
    "check": '<path d="M4.5 12.5l5 5L19.5 7"/>',
    "clock": '<circle cx="12" cy="12" r="8.75"/><path d="M12 7v5.2l3.4 2"/>',
    "download": '<path d="M12 3.5V15M7 10.5l5 5 5-5M4 20.5h16"/>',
    "globe": '<circle cx="12" cy="12" r="8.75"/><path d="M3.3 12h17.4"/><ellipse cx="12" cy="12" rx="3.8" ry="8.75"/>',
    "info": '<circle cx="12" cy="12" r="8.75"/><path d="M12 11v5.5M12 7.5v.1"/>',
    "online": '<rect x="3" y="4.5" width="18" height="12" rx="2"/><path d="M8.5 20.5h7M12 16.5v4"/>',
    "people": (
        '<circle cx="8.5" cy="8" r="3.25"/><path d="M2.5 19.5c0-3.5 2.6-5.5 6-5.5s6 2 6 5.5'
        'M15.5 5.1a3.25 3.25 0 0 1 0 5.8M17 14.3c2.7.6 4.5 2.4 4.5 5.2"/>'
    ),
    "place": (
        '<path d="M12 21c4.6-4.7 7-8.3 7-11.3A7 7 0 0 0 5 9.7C5 12.7 7.4 16.3 12 21z"/>'
        '<circle cx="12" cy="9.7" r="2.5"/>'
    ),
    "seat": '<path d="M7 3.5v9.5h10V3.5M5 13h14M7 13v7.5M17 13v7.5"/>',
    "warning": '<path d="M12 3.5l9.3 16.5H2.7zM12 10v4.5M12 17.2v.1"/>',
}


BETWEEN_TAGS = re.compile(r">\s+<")
# Where a space is never seen: before and after what stands on lines of its own, and inside drawings.
BESIDE_BLOCKS = re.compile(
    r"(?<=>) (?=</?(?:p|li|ul|div|figure|figcaption|h2|h3|rect|path)\b)|(?:(?<=</p>)|(?<=</li>)) (?=<)"
)


@register.simple_block_tag
def lean(content: str) -> SafeString:
    """`{% lean %}...{% endlean %}`: without the indentation that templates leave between elements. One space stays
    between words, so they stay apart. For long lists, whose pages must weigh less than 25 kB.
    """
    return mark_safe(BESIDE_BLOCKS.sub("", BETWEEN_TAGS.sub("> <", content)))  # noqa: S308  # the template's own output


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of ours, mere decoration: the word beside it says the same. Raises KeyError for one that we have not."""
    drawing = mark_safe(ICONS[name])  # noqa: S308  # our own constants
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', drawing)


TILE = 30  # a tile with its gap on the drawing's grid
GAP = 6
BREAK = 6  # so much wider is the gap at the threshold, where all tiles are in one row
BAR = (320, 24)  # width and height where there are too many shares for tiles
MARGIN = 4  # the threshold reaches this far beyond the tiles


@dataclass(frozen=True)
class Tile:
    """One share on the drawing."""

    x: float
    y: float
    state: str  # standing, pending or free
    width: float = TILE - GAP
    height: float = TILE - GAP

    @property
    def place(self) -> SafeString:
        """As attributes of <rect>; what is left out is 0. Numbers in SVG have a point in every language."""
        numbers = {"x": self.x, "y": self.y, "width": self.width, "height": self.height}
        return format_html_join(" ", '{}="{}"', [(name, f"{n:g}") for name, n in numbers.items() if n])


@dataclass(frozen=True)
class Field:
    """The drawing: its size, its tiles, and the threshold as an SVG path."""

    width: float
    height: float
    tiles: list[Tile]
    threshold: str
    shown_width: float  # CSS pixels on a wide page
    ticks: str = ""  # on the tiles that are paid, as an SVG path
    radius: float = 3

    @property
    def view_box(self) -> str:
        return f"0 {-MARGIN} {self.width:g} {self.height + 2 * MARGIN:g}"


def per_row(capacity: int) -> int:
    """Shares in a row: one row as long as it can be taken in at a glance, then tens, then twenties."""
    if capacity <= 16:
        return max(capacity, 1)
    return 10 if capacity <= 60 else 20


def draw_tiles(*, standing: int, pending: int, threshold: int, capacity: int, fresh: int = 0, paid: int = 0) -> Field:
    """Shares as tiles, row by row: standing first, then pending, then free; above 200 as one bar.

    The threshold runs between the tile that reaches it and the next one, with a step where that is amid a row.
    The last `fresh` standing tiles are marked: they have just been filled. The first `paid` ones carry a tick.
    """
    if capacity > 200:
        return draw_bar(standing=standing, pending=pending, threshold=threshold, capacity=capacity)
    columns = per_row(capacity)
    rows = ceil(max(capacity, 1) / columns)
    wider = BREAK if rows == 1 and 0 < threshold < capacity else 0
    tiles = [
        Tile(
            n % columns * TILE + (wider if n >= threshold else 0),
            n // columns * TILE,
            state_of(n, standing=standing, pending=pending, fresh=fresh),
        )
        for n in range(capacity)
    ]
    width, height = columns * TILE - GAP + wider, rows * TILE - GAP
    row, column = divmod(max(threshold, 1) - 1, columns)
    top, bottom = row * TILE - GAP / 2, (row + 1) * TILE - GAP / 2
    across = (column + 1) * TILE - GAP / 2 + wider / 2
    if rows == 1:
        path = f"M{across:g} {-MARGIN}V{height + MARGIN}"
    elif column + 1 == columns:
        path = f"M{-MARGIN} {bottom:g}H{width + MARGIN}"
    else:
        path = f"M{-MARGIN} {bottom:g}H{across:g}V{top:g}H{width + MARGIN}"
    scale = 1 if capacity <= 60 else 0.6
    ticks = "".join(f"M{tile.x + 6:g} {tile.y + 12.5:g}l4.5 4.5 8-9.5" for tile in tiles[: min(paid, standing)])
    return Field(width, height, tiles, path, shown_width=round(width * scale), ticks=ticks)


def draw_bar(*, standing: int, pending: int, threshold: int, capacity: int) -> Field:
    """The same as one bar."""
    width, height = BAR
    share = width / capacity
    parts = [
        Tile(0, 0, "free", width, height),
        Tile(standing * share, 0, "pending", min(pending, capacity - standing) * share, height),
        Tile(0, 0, "standing", standing * share, height),
    ]
    path = f"M{threshold * share:g} {-MARGIN}V{height + MARGIN}"
    return Field(width, height, [part for part in parts if part.width], path, shown_width=width)


def state_of(n: int, *, standing: int, pending: int, fresh: int) -> str:
    """The CSS class of the tile with the index `n`."""
    if n < standing:
        return "standing fresh" if n >= standing - fresh else "standing"
    return "pending" if n < standing + pending else "free"


def in_words(*, standing: int, pending: int, threshold: int, capacity: int, paid: int = 0) -> str:
    """The drawing in sentences, for those who do not see it."""
    sentences = [
        ngettext(
            "%(standing)d of %(capacity)d shares is pledged.",
            "%(standing)d of %(capacity)d shares are pledged.",
            standing,
        )
        % {"standing": standing, "capacity": capacity}
    ]
    if paid:
        sentences.append(ngettext("%(n)d of them is paid.", "%(n)d of them are paid.", paid) % {"n": paid})
    if pending:
        sentences.append(
            ngettext(
                "%(n)d more share is held while its pledge is being completed.",
                "%(n)d more shares are held while their pledges are being completed.",
                pending,
            )
            % {"n": pending}
        )
    if standing >= threshold:
        sentences.append(_("The threshold of %(threshold)d shares is reached.") % {"threshold": threshold})
    else:
        missing = threshold - standing
        sentences.append(
            ngettext(
                "The threshold is %(threshold)d shares: %(n)d share is missing.",
                "The threshold is %(threshold)d shares: %(n)d shares are missing.",
                missing,
            )
            % {"threshold": threshold, "n": missing}
        )
    return " ".join(sentences)


@register.inclusion_tag("components/tiles.html")
def tiles(
    *,
    standing: int,
    threshold: int,
    capacity: int,
    pending: int = 0,
    paid: int = 0,
    legend: bool = True,
    fresh: int = 0,
    over: bool = False,
) -> dict[str, object]:
    """The field of tiles of a pool: `{% tiles standing=7 pending=1 threshold=8 capacity=12 %}`.

    `paid` of the standing ones carry a tick; `legend=False` leaves the line of explanation out (on cards); `fresh`
    tiles move once when the page is shown. With `over` none can be pledged any more, so that none is called free.
    """
    standing = min(standing, capacity)
    pending = min(pending, capacity - standing)
    paid = min(paid, standing)
    counts = {"standing": standing, "pending": pending, "threshold": threshold, "capacity": capacity, "paid": paid}
    return {
        **counts,
        "field": draw_tiles(**counts, fresh=fresh),
        "words": in_words(**counts),
        "free": capacity - standing - pending,
        "legend": legend,
        "over": over,
    }
