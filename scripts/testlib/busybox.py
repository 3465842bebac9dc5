# SPDX-License-Identifier: MIT
"""BusyBox's own test suite, from its source package, on Tern and on Linux with the same binary.

A test counts as failed when Linux passes it and Tern does not. Linux's answers stand in tests/programs/busybox.linux, each
architecture's under the hash of Linux's kernel, the program and the suite; for others Linux is asked (minutes), and the cache keeps
what it says. `scripts/test --suite busybox --record` writes the file anew.
"""

import hashlib
import json
import os
import re
import shutil
import time

import guest
from audit import Audit
from results import FAILED, PASSED, REPOSITORY, SKIPPED, Result
from ternlib import cache, sources, toolchain

VERDICTS = ("PASS", "FAIL", "SKIPPED", "UNTESTED")
LINE = re.compile(rf"^({'|'.join(VERDICTS)}): (.*)$")
ANSWERS = REPOSITORY / "tests/programs/busybox.linux"
SILENCE = 180  # seconds without a line: the guest hangs
BOOTS = 6
# On the debug builds, unless --full: what uses processes, pipes, files and signals most, and little arithmetic.
SAMPLE = ["ash", "cat", "cp", "cpio", "du", "find", "gunzip", "ls", "mkdir", "mv", "pidof", "rm", "rmdir", "tail", "tar", "tee", "touch", "which", "xargs"]
# They ask for a network or a source tree; bc and dc are arithmetic that takes hours in an emulator.
LEFT_OUT = {"all_sourcecode", "wget", "bc", "dc"}
# Mostly arithmetic in user mode, minutes of it: with --full.
SLOW = {"md5sum", "sha1sum", "sha256sum", "sha3sum", "sha512sum", "factor"}


def prepare(tree):
    """The suite as the guest sees it at /bb; returns the names of the applets that have tests."""
    source = sources.unpacked("busybox")
    shutil.copytree(source / "testsuite", tree / "testsuite", symlinks=True)
    runtest = tree / "testsuite" / "runtest"
    # Say which applet comes next, so that a dead kernel can be laid at its door.
    runtest.write_text(runtest.read_text().replace("for applet in $applets; do\n", 'for applet in $applets; do\n\techo "@@applet $applet"\n', 1))
    (tree / "busybox").symlink_to("/bin/busybox")
    folder = tree / "testsuite"
    found = {p.name.removesuffix(".tests") for p in folder.glob("*.tests")}
    found |= {p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")}
    return sorted(found - LEFT_OUT - {"mount.testroot"})


def run_guest(preset, tree, applets, linux, audit):
    """[(verdict, name)...] and {applet: what killed the kernel}."""
    lines, deaths, remaining = [], {}, list(applets)
    for _ in range(BOOTS):
        current, done = None, set()

        def line(text):
            nonlocal current
            if audit.line(text):
                return
            if text.startswith("@@applet "):
                if current:
                    done.add(current)
                current = text.split()[1]
            elif found := LINE.match(text):
                lines.append((found[1], f"{current}: {found[2]}"))

        # mount.tests makes a loop device's node where /tmp's end does not take it away.
        script = "cp -a /bb /tmp/bb && cd /tmp/bb/testsuite && ./runtest " + " ".join(remaining) + "; rm -f /dev/loop0; echo @@applet end"
        audited, command = audit.around(preset, linux, ("sh", "-c", script))
        options = ["--add", f"{tree}:/bb", *audited] + (["--kernel", "linux"] if linux else [])
        status, errors = guest.follow(guest.words(preset, *options, command=command), SILENCE, line)
        if current == "end":
            break
        why = guest.panic_line(errors) or ("the guest hung" if status is None else f"the machine stopped (status {status})")
        if current is None:
            deaths["start"] = why + "\n" + errors[-3000:]
            break
        deaths[current] = why + "\n" + errors[-3000:]
        remaining = remaining[remaining.index(current) + 1:]
        if not remaining:
            break
    return lines, deaths


def numbered(lines):
    """Verdict by name; names that come again get a number."""
    found = {}
    for verdict, name in lines:
        key, n = name, 1
        while key in found:
            n += 1
            key = f"{name} #{n}"
        found[key] = verdict
    return found


def recorded():
    """What the file of Linux's answers says: {arch: key}, {arch: {name: verdict}}."""
    keys, answers = {}, {}
    for line in ANSWERS.read_text(encoding="utf-8").splitlines() if ANSWERS.is_file() else []:
        word, _, rest = line.partition(" ")
        if word == "key":
            arch, keys[arch] = rest.split()
            answers[arch] = {}
        elif word and word != "#":
            for arch, letter in zip(answers, word):
                if letter != "-":
                    answers[arch][rest] = next(verdict for verdict in VERDICTS if verdict[0] == letter)
    return keys, answers


def record(arch, key, found):
    """Put one architecture's answers into the file."""
    keys, answers = recorded()
    keys, answers = {**keys, arch: key}, {**answers, arch: found}
    names = sorted({name for of_arch in answers.values() for name in of_arch})
    lines = ["# What BusyBox's own tests end with on Linux: Passed, Failed, Skipped, Untested, on the architectures in this order.",
             "# Made by `scripts/test --suite busybox --record`.", *(f"key {one} {keys[one]}" for one in keys)]
    lines += ["".join(answers[one].get(name, "-")[0] for one in keys) + " " + name for name in names]
    ANSWERS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def oracle(arch, tree, applets, program):
    """{name: verdict} of all these applets on Linux; None if that is not known and may not be asked."""
    key = hashlib.sha256("\0".join([cache.file_hash(toolchain.linux(arch) / "kernel"), cache.file_hash(program), cache.tree_hash(tree),
                                    *applets]).encode()).hexdigest()[:24]
    keys, answers = recorded()
    if keys.get(arch) == key:
        return answers[arch]
    place = cache.folder("oracle") / f"{arch}-busybox-{key}.json"
    with cache.lock(f"busybox-linux-{arch}", quiet=True):  # two builds of one architecture may want to know at once
        if not place.is_file():
            if os.environ.get("TERN_TEST_NO_ORACLE"):
                return None
            lines, deaths = run_guest(arch, tree, applets, True, Audit())
            if deaths:
                raise RuntimeError(f"the suite does not finish on Linux: {deaths}")
            place.write_text(json.dumps(lines))
        found = numbered(json.loads(place.read_text()))
    if os.environ.get("TERN_TEST_RECORD") and SLOW.isdisjoint(applets):
        with cache.lock("busybox-linux", quiet=True):
            record(arch, key, found)
    return found


def answers_for(arch, tree, chosen, applets, program):
    """Linux's answers for the chosen applets. It is asked for all of a kind at once, whichever are chosen."""
    found = {}
    for kind in ([a for a in applets if a not in SLOW], [a for a in applets if a in SLOW]):
        if not set(kind) & set(chosen):
            continue
        known = oracle(arch, tree, kind, program)
        if known is None:
            return None
        found.update({name: verdict for name, verdict in known.items() if name.split(":")[0] in chosen})
    return found


def run(preset):
    from suites import wanted
    arch, debug = guest.split_preset(preset)
    start, audit = time.monotonic(), Audit()
    with cache.Workspace("busybox") as work:
        tree = work / "bb"
        tree.mkdir()
        applets = prepare(tree)
        program = toolchain.busybox(arch)
        shutil.copy(program / "config", tree / ".config")
        chosen = [a for a in applets if wanted(a) and (guest.full() or a not in SLOW and (not debug or a in SAMPLE))]
        if not chosen:
            yield Result("busybox", SKIPPED, "there are none that match")
            return
        lines, deaths = run_guest(preset, tree, guest.in_order(chosen), False, audit)
        linux = answers_for(arch, tree, chosen, applets, program / "busybox")
    yield audit.result()
    tern = numbered(lines)
    took = (time.monotonic() - start) / max(1, len(tern))
    for applet, why in deaths.items():
        yield Result(f"{applet}: kernel survives", FAILED, why)
    for name in linux if linux is not None else tern:
        there = linux.get(name) if linux is not None else "PASS"
        here = tern.get(name, "missing")
        if here == "PASS":
            yield Result(name, PASSED, "", took)
        elif there == "PASS":
            yield Result(name, FAILED, f"{here} here, passes on Linux", took)
        else:
            yield Result(name, SKIPPED, f"{there} on Linux too", took)


