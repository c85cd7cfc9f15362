"""What the design system promises about colours and weight, computed from the style sheets themselves."""

import gzip
import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")
DESIGN = {  # DESIGN.md section 7
    "light": {
        "paper": "#fbf8f3",
        "ink": "#1d2a2e",
        "pine": "#1f5b4a",
        "apricot": "#b05212",
        "sky": "#2b6ca3",
        "brick": "#a3312b",
    },
    "dark": {"paper": "#14201d", "ink": "#ede8df"},
}


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


def schemes() -> dict[str, dict[str, str]]:
    light, rest = TOKENS.split("@media screen and (prefers-color-scheme: dark)")
    dark, print_ = rest.split("@media print")
    first = colours(light)
    return {"light": first, "dark": first | colours(dark), "print": first | colours(print_)}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


PAIRS = re.findall(r"\* pair: ([a-z-]+) on ([a-z-]+) ([0-9.]+)", TOKENS)


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_every_hue_and_the_text_is_documented_on_paper() -> None:
    documented = {foreground for foreground, ground, _ratio in PAIRS if ground == "paper"}
    assert {"ink", "soft", "pine", "apricot", "sky", "brick", "edge", "ring"} <= documented


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize(("foreground", "ground", "ratio"), PAIRS)
def test_a_documented_pair_is_readable(scheme: str, foreground: str, ground: str, ratio: str) -> None:
    palette = schemes()[scheme]
    assert contrast(palette[foreground], palette[ground]) >= float(ratio)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_are_those_that_were_agreed(scheme: str) -> None:
    assert DESIGN[scheme].items() <= schemes()[scheme].items()


def test_all_style_sheets_together_weigh_at_most_12_kilobytes_gzipped() -> None:
    assert sum(len(gzip.compress(sheet.read_bytes())) for sheet in CSS.glob("*.css")) <= 12_000


def test_the_script_weighs_less_than_3_kilobytes() -> None:
    """Packed, as it travels."""
    assert len(gzip.compress((CSS.parent / "js" / "site.js").read_bytes())) < 3_000


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_style_sheets_use_tokens_and_load_nothing(sheet: Path) -> None:
    css = sheet.read_text(encoding="utf-8")
    assert not re.search(r"url\(\"?(?!data:)[a-z/]", css.replace('url("data:', ""))
    if sheet.name != "tokens.css":
        assert set(re.findall(r"#[0-9a-f]{6}", css)) <= {
            "#ffffff"
        }  # the quiet zone of a QR code is white in the dark too


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_every_token_that_is_used_is_defined(sheet: Path) -> None:
    defined = set(re.findall(r"^\s*(--[a-z0-9-]+):", "".join(f.read_text() for f in CSS.glob("*.css")), re.MULTILINE))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", sheet.read_text(encoding="utf-8"))) <= defined
