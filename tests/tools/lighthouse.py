"""Lighthouse, which is not ours: from npm (package.json beside this), with the system's chromium."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chromium import LAUNCH_ARGUMENTS, find_chromium

PROGRAM = Path(__file__).parent / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
AGAIN = "Please run Lighthouse again"  # what it says where it recorded nothing: no finding, and no fault of the page
TRIES = 3
# A name that isn't this machine's has no address: the browser can't talk to anybody else.
ALONE = "--host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'"


@dataclass(frozen=True)
class Report:
    """What Lighthouse says about a page: a score out of 100 by category, what cost points, what the page fetched."""

    scores: dict[str, int]
    faults: list[str]
    fetched: list[str]


def what_is_missing() -> str:
    if not find_chromium():
        return "chromium is not installed (apt install chromium)"
    if not shutil.which("node"):
        return "node is not installed (apt install npm)"
    return "" if PROGRAM.exists() else "Lighthouse is not installed (apt install npm, then ./portal.sh setup)"


def look_at(url: str) -> Report:
    """Open `url` as a telephone on a slow network does, Lighthouse's own habit."""
    flags = " ".join(["--headless=new", *LAUNCH_ARGUMENTS, ALONE])
    command = [str(PROGRAM), url, "--quiet", "--output=json", "--output-path=stdout", f"--chrome-flags={flags}"]
    command.append(f"--only-categories={','.join(CATEGORIES)}")
    env = {**os.environ, "CHROME_PATH": find_chromium() or ""}
    for _try in range(TRIES):
        run = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)
        if run.returncode == 0:
            return report_of(json.loads(run.stdout))
        if AGAIN not in run.stderr:
            break
    raise RuntimeError(f"Lighthouse failed:\n{run.stderr[-2000:]}")


def report_of(result: dict[str, Any]) -> Report:
    scores = {name: round(100 * (result["categories"][name]["score"] or 0)) for name in CATEGORIES}
    audits = result["audits"]
    counted = {ref["id"] for name in CATEGORIES for ref in result["categories"][name]["auditRefs"] if ref["weight"] > 0}
    faults = [
        f"{audit['id']}: {audit['title']} {audit.get('displayValue', '')} {nodes_of(audit)}".strip()
        for audit in audits.values()
        if audit["id"] in counted and audit["score"] is not None and audit["score"] < 1
    ]
    return Report(scores, faults, [item["url"] for item in audits["network-requests"]["details"]["items"]])


def nodes_of(audit: dict[str, Any]) -> str:
    """The elements that an audit points at."""
    items = (audit.get("details") or {}).get("items") or []
    return " ".join(item["node"]["snippet"] for item in items if isinstance(item, dict) and "node" in item)
