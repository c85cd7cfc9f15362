"""The page that shows the gallery's pictures."""

from __future__ import annotations

from .contact_sheet import Picture, contact_sheet


def test_every_picture_is_shown_once_below_its_stop_in_a_row_per_language() -> None:
    pictures = [
        Picture("site", "home", "de", "light", 360, "a.png"),
        Picture("site", "home", "fr", "light", 360, "b.png"),
        Picture("site", "1 < 2", "de", "dark", 1280, "c.png"),
    ]
    html = contact_sheet(pictures)
    assert [html.count(f'src="{picture.file}"') for picture in pictures] == [1, 1, 1]
    assert html.index("<h2>site: home</h2>") < html.index("a.png") < html.index("</div>\n<div>") < html.index("b.png")
    assert "<h2>site: 1 &lt; 2</h2>" in html
