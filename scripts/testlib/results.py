# SPDX-License-Identifier: MIT
"""Results of tests, how they travel from a suite to the summary, and the tables."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
REPORT = REPOSITORY / "build" / "report"

PASSED, FAILED, SKIPPED = "passed", "FAILED", "skipped"
FLICKERED = "passed at the second try; the first: "  # how the detail of such a result begins


@dataclass
class Result:
    name: str
    status: str  # PASSED, FAILED or SKIPPED
    detail: str = ""  # what a person needs to know of a failure
    seconds: float = 0.0


def path(preset, suite):
    return REPORT / preset / f"{suite}.json"


def save(preset, suite, results):
    file = path(preset, suite)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(r) for r in results], indent=1))


def load(preset, suite):
    """The results of a suite, or None when it left none behind."""
    try:
        return [Result(**r) for r in json.loads(path(preset, suite).read_text())]
    except (OSError, ValueError):
        return None


def told(preset):
    """Where the suites of a preset tell what the person who waits may want to read before they end."""
    return REPORT / preset / "told.log"


def tell(preset, line):
    told(preset).parent.mkdir(parents=True, exist_ok=True)
    with open(told(preset), "a", encoding="utf-8") as file:
        file.write(line + "\n")


def count(results):
    return {status: sum(1 for r in results if r.status == status) for status in (PASSED, FAILED, SKIPPED)}


def first_line(text):
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:160]


def one_line(results):
    counts = count(results)
    text = f"{counts[PASSED]} passed, {counts[FAILED]} failed"
    return text + (f", {counts[SKIPPED]} skipped" if counts[SKIPPED] else "")
