"""The Nu HTML checker, which is not ours: from npm (package.json beside this), run by Java."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

JAR = Path(__file__).parent / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


@dataclass(frozen=True)
class Ignored:
    """Messages that are not heeded, in which files, and why."""

    message: str
    files: str
    because: str


IGNORED = [
    Ignored(
        r"^The “(align|valign|bgcolor|width|border|cellpadding|cellspacing)” attribute on .* is obsolete",
        "letter-",
        "mail programs that know little CSS (Outlook) need them beside the styles",
    ),
    Ignored("supported-color-schemes", "letter-", "Apple's mail programs knew it by this name"),
    Ignored("A fraction of a second must be", "admin-", "Wagtail's own tag writes the time with microseconds"),
    Ignored("Trailing slash on void elements", "admin-", "Wagtail's panel at the side"),
    Ignored("Element “div” not allowed as child of element “(button|label)”", "admin-", "Wagtail's panel at the side"),
    Ignored("Text not allowed in element “iframe”", "admin-", "Wagtail's preview of a page"),
    Ignored("Section lacks heading", "admin-", "Wagtail's tabs of a page"),
]


def what_is_missing() -> str:
    if not shutil.which("java"):
        return "java is not installed (apt install default-jre-headless)"
    return "" if JAR.exists() else "the HTML checker is not installed (apt install npm, then ./portal.sh setup)"


def check(pages: dict[str, str], directory: Path) -> list[str]:
    """Every error and warning in `pages` (HTML by name), with name, line and extract.

    One Java process reads them all from `directory`, which has to be empty.
    """
    for name, text in pages.items():
        (directory / file_of(name)).write_text(text, encoding="utf-8")
    command = ["java", "-Xss4m", "-jar", str(JAR), "--format", "json", "--exit-zero-always", "--stdout", str(directory)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    found = []
    for message in json.loads(run.stdout)["messages"]:
        file = message["url"].rpartition("/")[2]
        if not is_ignored(file, message["message"]):
            extract = message.get("extract", "").strip()
            found.append(f"{file}:{message.get('lastLine', 0)}: {message['message']} {extract}")
    return found


def file_of(name: str) -> str:
    return re.sub(r"\W+", "-", name).strip("-") + ".html"


def is_ignored(file: str, message: str) -> bool:
    return any(file.startswith(ignored.files) and re.search(ignored.message, message) for ignored in IGNORED)
