"""The gettext catalogues: `python -m portal.catalogues` compiles them.

A program of its own, not one of Django's commands: Django keeps the catalogues that it found when it started, and a
fresh clone has none. It needs polib only, gettext for `--collect` alone.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("de", "fr", "it")
# Ours, collected from the source; and our words for what the libraries say, written by hand.
COLLECTED, WORDING = "locale", "portal/wording"
NOISE = ("POT-Creation-Date", "PO-Revision-Date", "Report-Msgid-Bugs-To", "Last-Translator", "Language-Team")
ELIDING = ("fr", "it")  # languages that write an apostrophe between words
SPACE = "[ \N{NARROW NO-BREAK SPACE}]"  # as people type it
IGNORED = (".venv", "tests", "node_modules", "var", "staticfiles", "media")


def catalogues(root: Path = ROOT, *, folders: tuple[str, ...] = (COLLECTED, WORDING)) -> Iterator[Path]:
    """The paths of all .po files in `folders`."""
    for folder in folders:
        yield from sorted((root / folder).glob("*/LC_MESSAGES/*.po"))


def compile_catalogues(root: Path = ROOT) -> int:
    """Write the .mo file of each catalogue that is newer than its .mo file. Returns how many were written."""
    written = 0
    for path in catalogues(root):
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime > path.stat().st_mtime:
            continue
        # Under another name first: a server that runs beside must never read half a catalogue.
        unfinished = path.with_suffix(".mo.new")
        catalogue = polib.pofile(str(path))
        if path.parent.parent.name in ELIDING:
            set_type(catalogue)
        catalogue.save_as_mofile(str(unfinished))
        unfinished.replace(compiled)
        written += 1
    return written


def set_type(catalogue: polib.POFile) -> None:
    """Set what translators type with their keyboard as readers are used to see it in print."""
    for entry in catalogue:
        entry.msgstr = typographic(entry.msgstr)
        entry.msgstr_plural = {number: typographic(text) for number, text in entry.msgstr_plural.items()}


def typographic(text: str) -> str:
    """With typographic apostrophes between words, and "e-mail" in one line. Amounts ("1'250") and addresses stay.

    French has a space before colons and question marks, and inside its quotation marks: no line ends there, and all
    are of one width.
    """
    text = re.sub(f"(?<=\\S){SPACE}(?=[:;?!»](?!\\w))|(?<=«){SPACE}", "\N{NO-BREAK SPACE}", text)
    text = re.sub(r"(?<=[^\W\d_])'(?=[\w%«<])", "’", text)
    return re.sub(r"(?<!\w)([Ee])-mail(?!/)", "\\1\N{NON-BREAKING HYPHEN}mail", text)


def problems(root: Path = ROOT) -> list[str]:
    """One line for each message that is untranslated or fuzzy, and for each language without a catalogue."""
    found = [
        f"{COLLECTED}/{language}: no catalogue"
        for language in LANGUAGES
        if not (root / COLLECTED / language / "LC_MESSAGES" / "django.po").exists()
    ]
    for path in catalogues(root):
        for entry in polib.pofile(str(path)):
            if entry.obsolete:
                continue
            state = "fuzzy" if entry.fuzzy else "" if entry.translated() else "untranslated"
            if state:
                found.append(f"{path.relative_to(root)}:{entry.linenum}: {state}: {entry.msgid}")
    return found


def collect(root: Path = ROOT) -> None:
    """Bring the catalogues of locale/ in step with the source. Needs gettext's programs.

    Files are named without line numbers and no date is kept: otherwise every change of code would change catalogues.
    """
    for language in LANGUAGES:
        (root / COLLECTED / language / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "django",
        "makemessages",
        "--verbosity=0",
        "--no-obsolete",
        "--no-wrap",
        "--add-location=file",
    ]
    command += [f"--locale={language}" for language in LANGUAGES] + [f"--ignore={name}" for name in IGNORED]
    # Without settings Django takes ./locale, so that the tests can collect a copy of the source.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=root, env=environment, check=True)
    for path in catalogues(root, folders=(COLLECTED,)):
        catalogue = polib.pofile(str(path), wrapwidth=0)
        catalogue.header = ""
        for name in NOISE:
            catalogue.metadata.pop(name, None)
        catalogue.metadata["Project-Id-Version"] = "up2gether"
        catalogue.metadata["Language"] = path.parent.parent.name
        catalogue.metadata_is_fuzzy = False
        catalogue.save(str(path))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--collect", action="store_true", help="bring the catalogues in step with the source first")
    parser.add_argument("--check", action="store_true", help="fail if a message is untranslated or fuzzy")
    options = parser.parse_args(arguments)
    if options.collect:
        collect()
    written = compile_catalogues()
    if written:
        sys.stdout.write(f"==> Compiled {written} catalogue{'s' if written > 1 else ''}\n")
    found = problems() if options.check else []
    sys.stderr.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
