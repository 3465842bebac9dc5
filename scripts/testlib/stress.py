# SPDX-License-Identifier: MIT
"""Stress: programs that try to bring the kernel down or to make it lose something. The accounts before and after each are equal."""

import re
import shutil

import guest
import programs
from results import FAILED, PASSED, REPOSITORY, SKIPPED, Result
from ternlib import cache

SOURCES = REPOSITORY / "tests" / "stress"
INCLUDES = [SOURCES, REPOSITORY / "tests" / "contracts"]
# A minute each on the sanitizer builds: there with --full.
SLOW_TO_CHECK = ["exhaust epoll", "exhaust descriptors", "exhaust signals"]
EXHAUSTIBLE = ["process", "processes", "files", "pages", "pipes", "tables", "descriptors", "epoll", "timers", "signals", "blocks"]
CALLS_SECONDS = 300  # of random calls, under --full, from a seed of that moment
ENDED = re.compile(r"@@end (exit|signal|timeout) (\d+) (-?\d+)$")
BOOTS = 8  # after so many dead kernels the rest is not tried


def cases(full, debug):
    """The command lines, and the seconds after which one hangs."""
    scale = 10 if full else 1
    lines = [f"forks {10000 if full else 200 if debug else 500}", f"pipelines {20 * scale}", "bomb limited", "bomb unlimited 3", "recursion",
             f"cores {(3 if debug else 10) * scale}",
             f"sockets {1 if debug and not full else 4 * scale}", f"mounts {4 * scale}", f"shared {5 * scale}"]
    lines += [f"exhaust {way}" for way in EXHAUSTIBLE]
    lines += ["pointers", f"frames {500 * scale}", f"elf {150 * scale}", f"calls {5 * scale} 1" if not full else f"calls {CALLS_SECONDS}"]
    lines += ["enomem"] if debug else []
    if debug and not full:
        lines = [line for line in lines if line not in SLOW_TO_CHECK]
    # QEMU can be ten times slower for a while: what is written to a page in which it has translated code it looks at one by one,
    # and the page of a program's code may become a stack of the kernel's.
    return lines, 1200


def verdict(name, kind, number, seconds, output):
    text = "\n".join(output[-30:])
    wrong = next((line for line in output if line.startswith(("LEAK", "FAIL"))), None)
    if kind == "exit" and number == 77:
        return Result(name, SKIPPED, next((line for line in output if line.strip()), "n/a"), seconds)
    if kind == "exit" and number == 0 and not wrong and any(re.match(r"ok\b", line) for line in output):
        return Result(name, PASSED, "", seconds)
    ended = {"exit": f"exit status {number}", "signal": f"killed by signal {number}", "timeout": "not done in time"}[kind]
    return Result(name, FAILED, f"{wrong + ': ' if wrong else ''}{ended}\n{text}", seconds)


def one_boot(preset, folder, remaining, seconds):
    """Runs what is remaining until the end or until the kernel dies; yields results."""
    found, output, running = [], [], None

    def line(text):
        nonlocal running
        end = ENDED.search(text)
        if text.startswith("@@begin "):
            running = text[len("@@begin "):]
            output.clear()
        elif end and running:
            if end.start():
                output.append(text[:end.start()])
            found.append(verdict(running, end[1], int(end[2]), int(end[3]) / 1000, output))
            running = None
        elif running:
            output.append(text)

    with cache.Workspace("stress") as work:
        tree = work / "stress"
        tree.mkdir()
        for name in {"runner", *(words.split()[0] for words in remaining)}:
            shutil.copy(folder / name, tree / name)
        # What there is of memory is exhausted a dozen times over.
        memory = ["--mem", "128M"] if guest.split_preset(preset)[1] and not guest.full() else []
        status, errors = guest.follow(guest.words(preset, "--add", f"{tree}:/stress", *memory, command=(
            "/stress/runner", str(seconds), "/stress", *remaining)), seconds + 60, line)
    if len(found) < len(remaining):
        reason = guest.panic_line(errors) or ("the kernel hung" if status is None else f"the machine stopped (status {status})")
        found.append(Result(running or remaining[len(found)], FAILED, "\n".join([reason, *output[-20:], errors[-6000:]])))
    return found


def run(preset):
    from suites import wanted
    arch, debug = guest.split_preset(preset)
    lines, seconds = cases(guest.full(), debug)
    remaining = guest.in_order(words for words in lines if wanted(words))
    if not remaining:
        yield Result("stress", SKIPPED, "there are none that match")
        return
    folder = REPOSITORY / "build" / "stress" / arch
    names = sorted({words.split()[0] for words in remaining} | {"runner"})
    broken = programs.compile_all(arch, folder, {name: SOURCES / f"{name}.c" for name in names}, INCLUDES)
    for name, complaint in sorted(broken.items()):
        yield Result(name, FAILED, "does not compile\n" + complaint)
    remaining = [words for words in remaining if words.split()[0] not in broken]
    for _ in range(BOOTS):
        if not remaining or "runner" in broken:
            return
        found = one_boot(preset, folder, remaining, seconds)
        yield from found
        remaining = remaining[len(found):]
    for name in remaining:
        yield Result(name, FAILED, f"not run: the kernel had died {BOOTS} times")
