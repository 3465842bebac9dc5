# SPDX-License-Identifier: MIT
"""The passes of --full, and the journal of those that ended, so that a run of many hours can be had in pieces.

A pass is known by what it was about (kernel and tests, by content), the build, the suite, its number and its processors. Only whole
passes without a failure are kept: --resume runs everything else again.
"""

import functools
import json
import os
import random
import time
from dataclasses import asdict

import guest
import results
from results import FAILED, REPOSITORY, Result
from ternlib import cache

PASSES = 10
PROCESSORS = (1, 2, 4)
ALONE = {"tools"}  # once under --full: nothing of it depends on the order or the number of processors
KERNEL = ["CMakeLists.txt", "CMakePresets.json", "cmake", "core", "hal", "subsys", "userland", "tests/kernel"]
HEADERS = ["tests/contracts/contract.h", "tests/contracts/sched_attr.h"]
TESTS = {"contracts": ["tests/contracts", "tests/stress"], "differ": ["tests/differ", "tests/stress", *HEADERS],
         "stress": ["tests/stress", *HEADERS], "busybox": ["tests/programs", "tests/stress"],
         "packages": ["tests/programs", "tests/stress"], "tools": ["tests/tools"]}


def numbers(text):
    """The passes that "N" (the first N) or "FROM-TO" names, from 1; ValueError when it names none."""
    first, dash, last = text.partition("-")
    found = range(int(first), int(last) + 1) if dash else range(1, int(first) + 1)
    if not found or found[0] < 1:
        raise ValueError(text)
    return found


def of_suite(preset, suite):
    """Which passes this run makes: [(number, processors)]. Tools and the data-race builds have the first one only."""
    race, chosen = preset.endswith("-race"), os.environ.get("TERN_TEST_SMP")
    asked = numbers(os.environ.get("TERN_TEST_PASSES", str(PASSES)))
    return [(number, int(chosen or (4 if race else PROCESSORS[(number - 1) % 3])))
            for number in asked if number == 1 or not (race or suite in ALONE)]


@functools.cache
def journal(suite):
    """Where the suite's passes on this kernel are kept; None when only a part of it is run, or another kernel."""
    if os.environ.get("TERN_TEST_ONLY") or os.environ.get("TERN_TEST_KERNEL"):
        return None
    about = cache.tree_hash(*[REPOSITORY / name for name in KERNEL + TESTS.get(suite, [])], without=".md")[:16]
    place = cache.folder("passes") / about
    place.mkdir(exist_ok=True)
    return place


def entry(preset, suite, number, processors):
    return journal(suite) / f"{preset}-{suite}-{number}-{processors}.json"


def recall(preset, suite, number, processors):
    """(results, seconds) of a pass that an earlier run made, or None."""
    if not os.environ.get("TERN_TEST_RESUME") or not journal(suite):
        return None
    try:
        kept = json.loads(entry(preset, suite, number, processors).read_text())
        return [Result(**one) for one in kept["results"]], kept["seconds"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def owed(presets):
    """Prints which passes the journal has and which it has not, by build and suite; 1 when one is owed."""
    missing = 0
    for preset, names in presets:
        for suite in names:
            asked = of_suite(preset, suite)
            left = [str(number) for number, processors in asked if not journal(suite) or not entry(preset, suite, number, processors).exists()]
            missing += len(left)
            print(f"{preset:14} {suite:10} {len(asked) - len(left):2} of {len(asked):2}" + (f"   owed: {' '.join(left)}" if left else ""))
    print(f"{missing} owed" if missing else "all there")
    return 1 if missing else 0


def keep(preset, suite, number, processors, found, seconds):
    if journal(suite) and found and not results.count(found)[FAILED] and not guest.races:
        text = json.dumps({"seconds": seconds, "results": [asdict(one) for one in found]})
        entry(preset, suite, number, processors).write_text(text)


def run(preset, suite, function):
    """What --full makes of function(preset), a suite: pass 1 is its long form, each further one the quick form in an order and on
    a number of processors of its own. Yields results: the first failure of a test wins, and says how to have that pass again."""
    first = int(os.environ.get("TERN_TEST_SEED") or random.randrange(1 << 31))
    found = {}
    for number, processors in of_suite(preset, suite):
        seed, kept = first + number - 1, recall(preset, suite, number, processors)
        if number > 1:
            os.environ.pop("TERN_TEST_FULL", None)
        os.environ.update(TERN_TEST_SMP=str(processors), TERN_TEST_SEED=str(seed))
        if kept:
            mine, seconds = kept
        else:
            start = time.monotonic()
            mine = list(function(preset))
            seconds = time.monotonic() - start
            keep(preset, suite, number, processors, mine, seconds)
        how = "of an earlier run" if kept else f"TERN_TEST_SEED={seed}"
        results.tell(preset, f"{suite}: pass {number}, {processors} processors, {how}: "
                     f"{results.count(mine)[FAILED]} failed ({seconds:.0f} s)")
        for result in mine:
            if result.status == FAILED:
                results.tell(preset, f"  FAILED {suite} {result.name}: {results.first_line(result.detail)}")
                result.detail += f"\n(pass {number}: TERN_TEST_SEED={seed} scripts/test --smp {processors})"
            before = found.setdefault(result.name, result)
            if before is not result:
                before.seconds += result.seconds
                if result.status == FAILED and before.status != FAILED:
                    before.status, before.detail = FAILED, result.detail
    yield from found.values()
