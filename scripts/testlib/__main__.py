# SPDX-License-Identifier: MIT
"""scripts/test, what it fetches before (scripts/testlib --prepare ARCH), and the suites that ctest calls (--suite-of PRESET SUITE)."""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import passes  # noqa: E402
import plan  # noqa: E402
import suites  # noqa: E402
from ternlib import ui  # noqa: E402

DESCRIPTION = """\
Builds Tern for all three architectures and runs every test: unit tests and checks on this machine, self-tests inside the
kernel, the contracts (on Linux too), random calls that must answer as on Linux, every boot path, BusyBox's own test suite, and
a session on a pseudo-terminal. All of it runs through ctest; this tool puts the pieces in order and prints one table per
architecture.
"""
EPILOG = """\
suites: host (unit tests and checks), kernel, boot, contracts, differ (random calls), busybox, packages (Debian's programs; Python's own
suite with --full), session, stress, tools (scripts/run itself)

examples:
  scripts/test                                      everything (what CI runs)
  scripts/test --arch riscv64 --suite contracts --only 'signals/*'
  scripts/test --suite kernel --debug-only          the self-tests on the sanitizer builds
  scripts/test --suite contracts --smp 4 --starve   after a change of contracts: on a host that has no time for them

exit status: 0 when nothing failed, 1 when something did, 125 when a build or the set-up failed.
Reports: build/report/ (contracts.html, results.json, one log per suite).
"""


def main(words):
    if words[:1] == ["--suite-of"]:
        preset, name = words[1:3]
        return suites.run(preset, name)
    if words[:1] == ["--prepare"]:
        return plan.prepare_one(words[1])
    parser = argparse.ArgumentParser(prog="scripts/test", description=DESCRIPTION, epilog=EPILOG, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", action="append", choices=plan.ARCHES, help="only this architecture (repeatable)")
    parser.add_argument("--suite", action="append", choices=plan.SUITES, help="only this suite (repeatable)")
    parser.add_argument("--only", metavar="GLOB", help="only tests whose name matches, such as 'signals/*' (several: with commas)")
    parser.add_argument("--full", action="store_true", help="also what takes long: each suite ten times in random order with 1, 2 and 4 "
                        "processors, every suite but the tools on the debug builds, all of Python's own suite, the data-race builds (many hours: --passes and --resume have it in pieces)")
    parser.add_argument("--passes", metavar="N|N-M", help="with --full: so many passes instead of ten, or those from N to M; the first "
                        "is the long one, and the only one of the data-race builds")
    parser.add_argument("--resume", action="store_true", help="with --full: take passes that earlier runs ended without a failure, of the "
                        "same kernel and tests, from the journal in the cache")
    parser.add_argument("--owed", action="store_true", help="with --full: run nothing, but print which passes the journal has of this kernel "
                        "and these tests, and which not (exit status 1 when one is owed)")
    parser.add_argument("--smp", type=int, metavar="N", help="processors of the guests (default 2)")
    parser.add_argument("--no-debug", action="store_true", help="leave out the debug builds")
    parser.add_argument("--debug-only", action="store_true", help="only the debug builds")
    parser.add_argument("--again", action="store_true", help="try what fails once more, unless it killed the kernel; the summary names "
                        "what passes then")
    parser.add_argument("--starve", action="store_true", help="busy loops beside the guests, two for each processor of this machine and one "
                        "more: shows which test counts on the host's speed")
    parser.add_argument("--no-build", action="store_true", help="take what is built")
    parser.add_argument("--oracle", action=argparse.BooleanOptionalAction, default=True,
                        help="run contracts on Linux too and print the matrix; its answers are kept by the hash of kernel and program "
                        "(--no-oracle: only known answers)")
    parser.add_argument("--record", action="store_true", help="write what Linux answers to BusyBox's suite to tests/programs/busybox.linux")
    options = parser.parse_args(words)
    if options.smp is not None and not 1 <= options.smp <= 8:
        raise ui.Failure(f"--smp {options.smp}: from 1 to 8 processors")
    if (options.passes is not None or options.resume or options.owed) and not options.full:
        raise ui.Failure("--passes, --resume and --owed go with --full")
    try:
        passes.numbers(options.passes or "1")
    except ValueError:
        raise ui.Failure(f"--passes {options.passes}: it takes N, from 1, or N-M") from None
    for name, value in (("ONLY", options.only), ("SMP", options.smp), ("FULL", options.full), ("PASSES", options.passes), ("RESUME", options.resume),
                        ("AGAIN", options.again), ("RECORD", options.record), ("NO_ORACLE", not options.oracle)):
        if value:
            os.environ[f"TERN_TEST_{name}"] = str(value)
    return plan.execute(options)


ui.main(main)
