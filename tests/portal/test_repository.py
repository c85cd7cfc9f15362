"""What holds for every file of the repository."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from portal import catalogues
from tests.conftest import this_must_run as this_is_ci

ROOT = Path(__file__).resolve().parent.parent.parent
# Over 300 lines, and one idea each. Take a file off when it is shorter.
LONG_FILES = {
    "pooling/actions/errors.py": "a class per refusal, each with its sentence",
    "pooling/actions/pledges.py": "what becomes of one pledge, under one lock",
    "pooling/invariants.py": "the promises about money, one check each",
    "pooling/views/pledges.py": "the pages of one pledge",
    "portal/letter_samples.py": "a table: every letter in every state",
    "tests/pooling/life_model.py": "the model that goes with the machine",
    "tests/pooling/test_cost_sheet.py": "one page and its table, with the properties of both",
    "tests/pooling/test_life_of_a_pool.py": "a walk for each way that a pool can go",
    "tests/pooling/test_transfers.py": "one way that a pledge goes, from offer to end",
    "tests/tour/stops.py": "a table: every page in every state",
    "pooling/payments/stripe.py": "one provider, all of its calls in one class",
    "static/css/base.css": "the page's skeleton: tokens, type, layout",
    "static/css/components.css": "one file that the browser fetches and caches once; a section per component",
    "static/css/figures.css": "the drawings, a section each",
    "tests/pooling/life_machine.py": "one state machine: its rules, and what has to hold after each",
    "tests/pooling/test_stripe_provider.py": "what that class does with each of Stripe's answers",
    "tests/test_stripe_server.py": "the stand-in's behaviour, a test per rule of Stripe's",
}
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:home|root|work|Users)/\w")
REGISTRIES = re.compile(
    "|".join(["pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.", "js" + "delivr", "un" + "pkg"])
)


def files(*patterns: str) -> Iterator[tuple[str, Path]]:
    """Every file that git knows and that is there, as a name and a path."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            yield name, ROOT / name


def lines_with(pattern: re.Pattern[str], *patterns: str) -> list[str]:
    found = []
    for name, path in files(*patterns):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue  # an image or a font
        found += [
            f"{name}:{number}: {line}" for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)
        ]
    return found


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert lines_with(MACHINE_PATH) == []


def test_no_file_names_a_package_registry() -> None:
    assert lines_with(REGISTRIES) == []


def test_texts_keep_to_swiss_spelling() -> None:
    assert lines_with(re.compile("\N{LATIN SMALL LETTER SHARP S}"), "*.po", "*.html", "*.md", "*.yaml", "*.txt") == []


def test_no_compiled_catalogue_is_committed() -> None:
    assert [name for name, _path in files("*.mo")] == []


def test_lists_of_the_admin_can_be_moved_sideways_on_a_narrow_screen() -> None:
    """Wagtail hides what is wider than the screen, and lets titles shrink to a letter a line."""
    scrolled = re.compile(r'<div class="[a-z]+-scroll" tabindex="0" role="region" aria-label')
    bare = []
    for name, path in files("*.html"):
        lines = path.read_text(encoding="utf-8").splitlines()
        lists = [n for n, line in enumerate(lines) if '<table class="listing"' in line and "<thead>" in lines[n + 1]]
        bare += [f"{name}:{n + 1}" for n in lists if not scrolled.search(lines[n - 1])]
    assert bare == []


def test_files_stay_short() -> None:
    long = {
        name
        for name, path in files("*.py", "*.html", "*.css", "*.js")
        if "/migrations/" not in name and len(path.read_text().splitlines()) > 300
    }
    assert long - LONG_FILES.keys() == set()
    assert LONG_FILES.keys() - long == set(), "no longer over 300 lines: take it off the list"


def test_every_message_is_translated() -> None:
    assert catalogues.problems() == []


def test_the_catalogues_hold_what_the_source_says(tmp_path: Path) -> None:
    if not shutil.which("xgettext"):
        if this_is_ci():
            pytest.fail("gettext is missing")
        pytest.skip("gettext is not installed (apt install gettext)")
    for name, path in files():
        if name.startswith(("home/", "members/", "pooling/", "portal/", "resources/", "locale/")):
            copy = tmp_path / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    catalogues.collect(tmp_path)
    for language in catalogues.LANGUAGES:
        name = f"locale/{language}/LC_MESSAGES/django.po"
        ours, collected = (messages(root / name) for root in (ROOT, tmp_path))
        assert collected - ours == set(), f"{name} lacks these: make messages"
        assert ours - collected == set(), f"{name} has these for nothing: make messages"


def messages(path: Path) -> set[tuple[str | None, str]]:
    if not path.exists():
        return set()
    return {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(path)) if not entry.obsolete}


def test_a_compiled_catalogue_is_renewed_when_its_source_changed(tmp_path: Path) -> None:
    source = tmp_path / "locale/de/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Pledge"\nmsgstr "Zusage"\n'
    )
    assert catalogues.compile_catalogues(tmp_path) == 1
    assert catalogues.compile_catalogues(tmp_path) == 0
    source.write_text(source.read_text().replace("Zusage", "Zusagen"))
    source.touch()
    assert catalogues.compile_catalogues(tmp_path) == 1
    assert [entry.msgstr for entry in polib.mofile(str(source.with_suffix(".mo")))] == ["Zusagen"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Voir l'atelier d'%(name)s", "Voir l’atelier d’%(name)s"),
        ("l'<strong>%(n)s</strong>, l'«atelier»", "l’<strong>%(n)s</strong>, l’«atelier»"),
        ("CHF 1'250.00", "CHF 1'250.00"),
        ("votre e-mail", "votre e\N{NON-BREAKING HYPHEN}mail"),
        ("compte/e-mail/", "compte/e-mail/"),
        (
            "Qui ? « %(name)s » : voir",
            "Qui\N{NO-BREAK SPACE}? «\N{NO-BREAK SPACE}%(name)s\N{NO-BREAK SPACE}»\N{NO-BREAK SPACE}: voir",
        ),
        ("Qui\N{NARROW NO-BREAK SPACE}?", "Qui\N{NO-BREAK SPACE}?"),
        ("Vedi: «%(name)s»?", "Vedi: «%(name)s»?"),
        ("<a class='plain' href=''>", "<a class='plain' href=''>"),
    ],
)
def test_readers_get_what_translators_type_as_in_print(written: str, read: str) -> None:
    assert catalogues.typographic(written) == read


def test_untranslated_and_fuzzy_messages_are_found(tmp_path: Path) -> None:
    source = tmp_path / "locale/fr/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    source.write_text(
        'msgid ""\nmsgstr "Language: fr\\n"\n\nmsgid "Pledge"\nmsgstr ""\n\n#, fuzzy\nmsgid "Share"\nmsgstr "Part"\n'
    )
    assert catalogues.problems(tmp_path) == [
        "locale/de: no catalogue",
        "locale/it: no catalogue",
        "locale/fr/LC_MESSAGES/django.po:4: untranslated: Pledge",
        "locale/fr/LC_MESSAGES/django.po:7: fuzzy: Share",
    ]
