# SPDX-License-Identifier: MIT
"""What scripts rely on in scripts/run: statuses, bytes, words, added files, and that nothing is left behind."""

import base64
import os
import shutil
import signal
import subprocess
import time

import guest
from results import FAILED, PASSED, SKIPPED, Result
from suites import wanted
from ternlib import cache, toolchain


def check(name, condition, outcome=None, why=""):
    if condition:
        return Result(name, PASSED, "", outcome.seconds if outcome else 0)
    text = why or f"status {outcome.status}, printed {outcome.output[:300]!r}"
    return Result(name, FAILED, text + ("\n" + outcome.tail(20) if outcome else ""), outcome.seconds if outcome else 0)


def status(preset, name, want, *options, command=(), timeout=60):
    outcome = guest.run(preset, *options, command=command, timeout=timeout)
    return check(name, outcome.status == want, outcome, f"status {outcome.status}, not {want}")


def output(preset, name, want, *options, command=(), stdin=None):
    outcome = guest.run(preset, *options, command=command, stdin=stdin)
    return check(name, outcome.status == 0 and outcome.output == want, outcome,
                 f"status {outcome.status}, printed {outcome.output[:300]!r}, not {want[:300]!r}")


def interrupted(preset, name):
    """A runner that is told to stop leaves no QEMU and no folder of its own."""
    before = set(cache.folder("tmp").iterdir())
    process = subprocess.Popen(guest.words(preset, command=("sleep", "1000")), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(4)
    own = subprocess.run(["pgrep", "-s", str(process.pid), "-f", "qemu-system"], capture_output=True, text=True, check=False).stdout
    children = subprocess.run(["pgrep", "-P", str(process.pid), "-f", "qemu-system"], capture_output=True, text=True, check=False).stdout
    machines = [int(pid) for pid in (own + children).split()]
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    time.sleep(0.5)
    alive = [pid for pid in machines if os.path.exists(f"/proc/{pid}")]
    left = [p for p in set(cache.folder("tmp").iterdir()) - before if p.name.startswith("run-") and not _in_use(p)]
    return check(name, machines and not alive and not left, None,
                 f"QEMU was {machines}, still there: {alive}; folders left: {[str(p) for p in left]}")


def _in_use(path):
    import fcntl
    try:
        with open(path / ".lock", encoding="ascii") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except OSError:
        return True


# What gdb is asked about a core, and what it must say of it.
CORE_QUESTIONS = ("bt", "info threads", "print marker", "print $_siginfo.si_signo", "thread apply all bt")
CORE_ANSWERS = ("sink (place=0x10, depth=0) at ", "#1  0x", "in sink (place=0x10, depth=1)", "in main ()", "$1 = 4711", "$2 = 11",
                "wait_for_ever (number=41)", "SIGSEGV, Segmentation fault")


def core_dump(preset, name, work):
    """gdb, which no one here wrote, reads a core that this kernel wrote."""
    if not shutil.which("gdb-multiarch"):
        return Result(name, SKIPPED, "this machine has no gdb-multiarch", 0)
    program, core = work / "crash", work / "core"
    toolchain.compile_program(guest.split_preset(preset)[0], program, "-g", "-O0", "-pthread", str(guest.REPOSITORY / "tests/tools/crash.c"))
    outcome = guest.run(preset, "--add", f"{program}:/bin/crash", command=("sh", "-c", "cd /tmp; crash 2>/dev/null; echo @@; base64 core"))
    text = outcome.output.partition("@@\n")[2]
    if outcome.status != 0 or not text:
        return check(name, False, outcome)
    core.write_bytes(base64.b64decode(text))
    words = [word for question in CORE_QUESTIONS for word in ("-ex", question)]
    said = subprocess.run(["gdb-multiarch", "-batch", "-nx", *words, str(program), str(core)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120, check=False)
    missing = [answer for answer in CORE_ANSWERS if answer not in said.stdout]
    threads = said.stdout.count("wait_for_ever (number=41)")
    return check(name, not missing and threads >= 2, None, f"gdb did not say {missing}, but:\n{said.stdout}\n{said.stderr}")


def cases(preset, work):
    tree = work / "tree"
    tree.mkdir()
    (tree / "script").write_text("#!/bin/sh\necho ran as $(id -u)\n")
    (tree / "script").chmod(0o750)
    (tree / "link").symlink_to("script")
    yield "status/true", lambda n: status(preset, n, 0, command=("true",))
    yield "status/false", lambda n: status(preset, n, 1, command=("false",))
    yield "status/killed", lambda n: status(preset, n, 137, command=("sh", "-c", "kill -9 $$"))
    yield "status/timeout", lambda n: status(preset, n, 124, command=("sleep", "100"), timeout=8)
    yield "output/bytes", lambda n: output(preset, n, "one\ntwo\tthree\n\x1b[1mfour", command=("printf", r"one\ntwo\tthree\n\033[1mfour"))
    yield "words", lambda n: output(preset, n, "[a b]\n[]\n[it's \"$x\" *]\n",
                                    command=("sh", "-c", 'for w; do echo "[$w]"; done', "sh", "a b", "", "it's \"$x\" *"))
    yield "core", lambda n: core_dump(preset, n, work)
    if not preset.startswith("x86_64"):
        return
    # The rest is the same program on every architecture.
    yield "stdin", lambda n: output(preset, n, "3\n", "--stdin", command=("sh", "-c", "wc -l | tr -d ' '"), stdin=b"a\nb\nc\n")
    yield "add", lambda n: output(preset, n, "ran as 0\nscript\n750\n", "--add", f"{tree}:/opt/tree",
                                  command=("sh", "-c", "/opt/tree/link; readlink /opt/tree/link; stat -c %a /opt/tree/script"))
    yield "output/large", lambda n: output(preset, n, "".join(f"{i}\n" for i in range(1, 20001)), command=("seq", "1", "20000"))
    yield "usage/path", lambda n: status(preset, n, 125, "--add", "/does/not/exist:/x", command=("true",))
    yield "usage/relative", lambda n: status(preset, n, 125, "--add", "/etc/passwd:x", command=("true",))
    yield "usage/disk", lambda n: status(preset, n, 125, "--disk", "/dev/null", command=("true",))
    yield "usage/option", lambda n: status(preset, n, 125, "--no-such-option")
    yield "icount", lambda n: check(n, *repeatable(preset))
    yield "interrupted", lambda n: interrupted(preset, n)
    yield "parallel", lambda n: parallel(preset, n)


def repeatable(preset):
    runs = [guest.run(preset, "--icount", processors=1, command=("cat", "/proc/uptime")) for _ in range(2)]
    return runs[0].status == 0 and runs[0].output == runs[1].output, runs[1], f"{runs[0].output!r} and {runs[1].output!r}"


def parallel(preset, name):
    processes = [subprocess.Popen(guest.words(preset, command=("echo", f"number {i}")), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL) for i in range(3)]
    outputs = [p.communicate(timeout=120)[0].decode() for p in processes]
    return check(name, outputs == [f"number {i}\n" for i in range(3)], None, f"printed {outputs}")


def run(preset):
    with cache.Workspace("tools") as work:
        for name, test in cases(preset, work):
            if wanted(name):
                yield test(name)
