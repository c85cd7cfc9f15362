"""Shares as tiles, and the icons."""

import re

import pytest
from django.template import Context, Template
from django.utils import translation

from home.templatetags.design import ICONS, draw_tiles, icon, in_words


def drawn(**figures: int) -> str:
    arguments = " ".join(f"{name}={value}" for name, value in figures.items())
    return Template("{% load design %}{% tiles " + arguments + " %}").render(Context())


def states(**figures: int) -> list[str]:
    return [tile.state for tile in draw_tiles(**figures).tiles]


def test_there_is_one_tile_per_share_standing_first_then_pending_then_free() -> None:
    assert states(standing=2, pending=1, threshold=3, capacity=5) == ["standing", "standing", "pending", "free", "free"]


def test_only_the_newest_tiles_move() -> None:
    assert states(standing=3, pending=0, threshold=3, capacity=4, fresh=1) == [
        "standing",
        "standing",
        "standing fresh",
        "free",
    ]


def test_up_to_sixteen_shares_stand_in_one_row_with_the_threshold_between_two_of_them() -> None:
    field = draw_tiles(standing=3, pending=0, threshold=8, capacity=14)
    assert {tile.y for tile in field.tiles} == {0}
    line = float(field.threshold.removeprefix("M").split(" ")[0])
    assert field.tiles[7].x + field.tiles[7].width < line < field.tiles[8].x


@pytest.mark.parametrize(("threshold", "steps"), [(27, "V"), (30, "")])
def test_in_several_rows_the_threshold_steps_only_amid_a_row(threshold: int, steps: str) -> None:
    path = draw_tiles(standing=3, pending=0, threshold=threshold, capacity=44).threshold
    assert ("V" in path) == bool(steps)


def test_above_sixty_shares_the_tiles_are_smaller() -> None:
    small = draw_tiles(standing=3, pending=0, threshold=50, capacity=61)
    large = draw_tiles(standing=3, pending=0, threshold=50, capacity=60)
    assert small.shown_width / small.width < large.shown_width / large.width


def test_above_two_hundred_shares_there_is_one_bar() -> None:
    field = draw_tiles(standing=50, pending=0, threshold=100, capacity=201)
    assert [tile.state for tile in field.tiles] == ["free", "standing"]
    assert field.tiles[1].width == pytest.approx(field.width * 50 / 201)


def test_the_drawing_is_told_in_words() -> None:
    with translation.override(None):
        words = in_words(standing=7, pending=1, threshold=8, capacity=12)
        assert words == (
            "7 of 12 shares are pledged. 1 more share is held while its pledge is being completed. "
            "The threshold is 8 shares: 1 share is missing."
        )
        assert "is reached" in in_words(standing=8, pending=0, threshold=8, capacity=12)
        assert f'aria-label="{words}"' in drawn(standing=7, pending=1, threshold=8, capacity=12)


def test_more_shares_than_there_are_never_leave_the_field() -> None:
    assert drawn(standing=9, pending=4, threshold=3, capacity=5).count('class="standing"') == 5 + 1  # one in the legend


@pytest.mark.parametrize("language", ["de", "fr", "it"])
def test_numbers_in_the_drawing_have_a_point_in_every_language(language: str) -> None:
    with translation.override(language):
        svg = drawn(standing=77, pending=5, threshold=90, capacity=401)
    assert not re.search(r'(?:x|y|width|height|d|viewBox)="[^"]*\d,\d', svg)


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_is_decoration(name: str) -> None:
    assert 'aria-hidden="true"' in icon(name)


def test_an_icon_that_we_have_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        icon("rocket")
