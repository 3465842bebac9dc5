# SPDX-License-Identifier: MIT
"""The suites of one preset: each is a function that yields results."""

import fnmatch
import os
import re
import sys
import traceback

import guest
import passes
import results
from results import FAILED, PASSED, SKIPPED, Result


def kernel(preset):
    """The self-tests inside the kernel: it prints `selftest NAME ok`, `selftest NAME FAIL why` and a final count."""
    pattern = os.environ.get("TERN_TEST_ONLY")
    outcome = guest.run(preset, "--verbose", "--append", f"selftest={pattern}" if pattern else "selftest",
                        timeout=900 if guest.full() else 300, command=("true",))
    text = outcome.errors + outcome.output
    for name, verdict in re.findall(r"selftest (\S+) (ok|FAIL\b.*)", text):
        yield Result(name, PASSED if verdict == "ok" else FAILED, verdict)
    total = re.search(r"selftests: (\d+) passed, (\d+) failed", text)
    if total and pattern and total[1] == total[2] == "0":
        yield Result("all ran", SKIPPED, "there are none that match")
    elif not total or total[1] == total[2] == "0":
        yield Result("all ran", FAILED, (guest.panic_line(text) or "the kernel did not print its count of self-tests")
                     + "\n" + outcome.tail(40), outcome.seconds)
    else:
        yield Result("all ran", PASSED, "", outcome.seconds)


def boot(preset):
    import boot as suite
    yield from suite.run(preset)


def contracts(preset):
    import contracts as suite
    yield from suite.run(preset)


def differ(preset):
    import differ as suite
    yield from suite.run(preset)


def busybox(preset):
    import busybox as suite
    yield from suite.run(preset)


def packages(preset):
    import packages as suite
    yield from suite.run(preset)


def session(preset):
    import terminal as suite
    yield from suite.run(preset)


def stress(preset):
    import stress as suite
    yield from suite.run(preset)


def tools(preset):
    import tools as suite
    yield from suite.run(preset)


ALL = {"kernel": kernel, "boot": boot, "contracts": contracts, "differ": differ, "busybox": busybox, "packages": packages,
       "session": session, "stress": stress, "tools": tools}


def wanted(name):
    pattern = os.environ.get("TERN_TEST_ONLY")
    return not pattern or any(fnmatch.fnmatch(name, one) for one in pattern.split(","))


MOST_AGAIN = 4  # more failures than this are no accident


def try_again(preset, suite, found):
    """Run what failed once more, unless it killed the kernel: the machine is shared, and its clock may jump. What passes
    then is named as flickering in the summary."""
    failed = {r.name: r for r in found if r.status == FAILED and not guest.panic_line(r.detail)}
    if not 0 < len(failed) <= MOST_AGAIN:
        return found
    os.environ["TERN_TEST_ONLY"] = ",".join(re.sub(r"([\[?*])", r"[\1]", name.split(": ")[0]) for name in failed)
    second = {r.name: r for r in ALL[suite](preset)}
    for name, first in failed.items():
        if name in second and second[name].status == PASSED:
            print(f"{name}: passed at the second try")
            found[found.index(first)] = Result(name, PASSED, results.FLICKERED + first.detail, first.seconds)
    return found


def run(preset, suite):
    """Called by ctest. The status says whether anything failed; the results go to a file for the summary."""
    found = []
    try:
        for result in passes.run(preset, suite, ALL[suite]) if guest.full() else ALL[suite](preset):
            found.append(result)
            print(f"{result.status:8}{result.name}  {result.detail.splitlines()[0][:150] if result.detail else ''}", flush=True)
    except Exception:  # pylint: disable=broad-except
        found.append(Result("suite", FAILED, traceback.format_exc()))
        traceback.print_exc(file=sys.stdout)
    if os.environ.get("TERN_TEST_AGAIN"):
        found = try_again(preset, suite, found)
    found += [Result(f"race: {race}", FAILED, "two processors, one writing, and plain accesses") for race in sorted(guest.races)]
    results.save(preset, suite, found)
    print(results.one_line(found))
    return 1 if results.count(found)[FAILED] or not found else 0


__all__ = ["ALL", "run", "wanted", "SKIPPED"]
