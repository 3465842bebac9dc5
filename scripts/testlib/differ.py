# SPDX-License-Identifier: MIT
"""Random calls on Tern and on Linux, which must answer them alike (tests/differ).

The program prints what each call answered; where the two texts of a seed first part is a difference. Linux's text is kept in the cache
under the hash of its kernel and the program.
"""

import collections
import hashlib
import json
import os
import shutil
import time

import guest
import programs
from results import FAILED, PASSED, SKIPPED, REPOSITORY, Result
from ternlib import cache, toolchain

SOURCES = REPOSITORY / "tests" / "differ"
INCLUDES = [SOURCES, REPOSITORY / "tests" / "stress", REPOSITORY / "tests" / "contracts"]
AREAS = ["paths", "data", "sockets", "memory", "tasks", "mounts", "kinds", "targets", "places"]
BY_HAND = ["terminals"]  # not in the suite: one seed in a hundred still differs (docs/status.md)
CALLS = 60  # of one seed
SEEDS, MANY = 40, 1000
SHOWN = 6  # differences of one area
SILENCE = 60


def compile_program(arch):
    folder = REPOSITORY / "build" / "differ" / arch
    broken = programs.compile_all(arch, folder, {"differ": SOURCES / "differ.c"}, INCLUDES)
    if broken:
        raise RuntimeError(broken["differ"])
    return folder / "differ"


def ask(preset, program, areas, calls, seeds, linux):
    """{area: {seed: lines}}, and what the machine said at its end when it did not get through."""
    answers, area, current, done = {}, {}, [], False

    def line(text):
        nonlocal area, current, done
        if text.startswith("@@area "):
            area = answers.setdefault(text.split()[1], {})
        elif text.startswith("@@seed "):
            current = area.setdefault(int(text.split()[1]), [])
        elif text == "@@done":
            done = True
        else:
            current.append(text)

    with cache.Workspace("differ") as work:
        shutil.copy(program, work / "differ")
        options = ["--add", f"{work / 'differ'}:/differ"] + (["--kernel", "linux"] if linux else [])
        command = ("/differ", str(calls), str(seeds[0]), str(seeds[-1]), *areas)
        status, errors = guest.follow(guest.words(preset, *options, command=command, processors=guest.smp(1)), SILENCE, line)
    if done:
        return answers, ""
    reason = guest.panic_line(errors) or ("the kernel hung" if status is None else f"the machine stopped (status {status})")
    last = next(reversed(answers), None)
    where = f"in {last}, seed {max(answers[last], default='none')}" if last else "at its start"
    return answers, f"{reason}, {where}\n{errors[-3000:]}"


def linux_answers(arch, program, areas, calls, seeds):
    """Linux's, from the cache or by asking it; an area is left out when its answers are not known and not to be asked for."""
    kernel, mine = cache.file_hash(toolchain.linux(arch) / "kernel"), cache.file_hash(program)

    def place(area):
        text = "\0".join([kernel, mine, area, str(calls), str(seeds[0]), str(seeds[-1]), str(guest.smp(1))])
        return cache.folder("oracle") / f"differ-{arch}-{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"

    known = {}
    for area in areas:
        try:
            known[area] = {int(seed): lines for seed, lines in json.loads(place(area).read_text()).items()}
        except (OSError, ValueError):
            pass
    missing = [area for area in areas if area not in known]
    if missing and not os.environ.get("TERN_TEST_NO_ORACLE"):
        answers, trouble = ask(arch, program, missing, calls, seeds, True)
        if trouble:
            raise RuntimeError(f"Linux: {trouble}")
        for area, text in answers.items():
            place(area).write_text(json.dumps(text))
        known |= answers
    return known


def parts(here, linux):
    """Where each seed's texts first differ: {call: [(seed, Tern's line, Linux's line)]}, the most frequent call first."""
    found = collections.defaultdict(list)
    for seed, theirs in linux.items():
        ours = here.get(seed, [])
        for index in range(max(len(ours), len(theirs))):
            mine, right = (lines[index] if index < len(lines) else "(nothing)" for lines in (ours, theirs))
            if mine != right:
                call = right if right.split()[0].isdigit() else mine
                found[call.split("(")[0].lstrip("0123456789 ")].append((seed, mine, right))
                break
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def settled(arch, program, area, seeds, linux, here):
    """Linux's answers, where it has two and the other one is what Tern said: it is asked once more (threads and other processes may
    be early or late, with several processors above all)."""
    again, _ = ask(arch, program, [area], CALLS, seeds, True)
    return linux | {seed: lines for seed, lines in again.get(area, {}).items() if lines == here.get(seed)}


def told(found, shown):
    for call, cases in found.items():
        yield f"{call}: {len(cases)}"
        for seed, mine, right in cases[:shown]:
            yield f"  seed {seed}\n    tern   {mine}\n    linux  {right}"


def run(preset):
    from suites import wanted
    arch, _ = guest.split_preset(preset)
    areas = [area for area in AREAS if wanted(area)]
    if not areas:
        yield Result("differ", SKIPPED, "there are none that match")
        return
    program = compile_program(arch)
    # The same in all passes, which are about processors and chance (and one processor otherwise); `scripts/differ all --minutes` looks for new ones.
    seeds = range(1, 1 + (MANY if guest.full() else SEEDS))
    linux = linux_answers(arch, program, areas, CALLS, seeds)
    start = time.monotonic()
    here, trouble = ask(preset, program, list(linux), CALLS, seeds, False)
    seconds = (time.monotonic() - start) / len(areas)
    for area in areas:
        if area not in linux:
            yield Result(area, SKIPPED, "Linux's answers are not known, and it is not to be asked")
            continue
        found = parts(here.get(area, {}), linux[area])
        if found and not os.environ.get("TERN_TEST_NO_ORACLE"):
            found = parts(here.get(area, {}), settled(arch, program, area, seeds, linux[area], here.get(area, {})))
        if trouble and area == next(reversed(here), areas[0]):
            yield Result(area, FAILED, trouble, seconds)
        elif found:
            count = sum(map(len, found.values()))
            yield Result(area, FAILED, f"{count} of {len(seeds)} seeds from {seeds[0]} differ from Linux\n" + "\n".join(told(found, SHOWN)), seconds)
        else:
            yield Result(area, PASSED, f"{len(seeds)} seeds of {CALLS} calls", seconds)
