"""The checker finds what it should, and what is ignored is ignored only where the reason holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from .html_checker import check

pytestmark = pytest.mark.html_checker
PAGE = '<!DOCTYPE html><html lang="de"><head><title>Probe</title></head><body>{}</body></html>'
FOR_MAIL = '<table border="0"><tr><td>Guten Tag</td></tr></table>'


def test_each_fault_of_each_page_is_found(tmp_path: Path) -> None:
    pages = {
        "sound": PAGE.format("<p>Guten Tag</p>"),
        "list: wrong": PAGE.format("<ul><p>Guten Tag</p></ul>"),
        "form, wrong": PAGE.format('<label for="x">Name</label>'),
    }
    found = check(pages, tmp_path)
    assert sorted(line.partition(":")[0] for line in found) == ["form-wrong.html", "list-wrong.html"]


def test_what_mail_programs_need_is_a_fault_on_a_page(tmp_path: Path) -> None:
    pages = {"letter pledged de": PAGE.format(FOR_MAIL), "page": PAGE.format(FOR_MAIL)}
    assert [line.partition(":")[0] for line in check(pages, tmp_path)] == ["page.html"]
