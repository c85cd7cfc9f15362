"""What a typeface can't show is written in letters that it can."""

from __future__ import annotations

from pooling.invoices.face import Face


def test_what_the_face_lacks_is_written_in_letters_that_it_has() -> None:
    helvetica = Face("Helvetica", "Helvetica-Bold")
    assert helvetica.shown("Łódź, Čaplja – «Ünïté» œuvre") == "Lódz, Čaplja – «Ünïté» œuvre".replace("Č", "C")
    assert helvetica.shown("Благо Жук") == "Blago Zhuk"
    assert helvetica.shown("e\N{NON-BREAKING HYPHEN}mail") == "e-mail"
    assert helvetica.shown("Ωμέγα 🌻") == "Omega ?"
    assert helvetica.shown("a\u0301") == "á"


def test_a_word_that_is_too_wide_is_broken_and_nothing_is_lost() -> None:
    helvetica = Face("Helvetica", "Helvetica-Bold")
    lines = helvetica.wrapped("Kita " + "W" * 70 + " Bern", 147, 8)
    assert "".join(lines).replace(" ", "") == "Kita" + "W" * 70 + "Bern"
    assert all(helvetica.width(line, 8) <= 147 for line in lines)
