# SPDX-License-Identifier: MIT
"""Runs of scripts/run as the suites need them."""

import os
import random
import re
import select
import signal
import subprocess
import time
from pathlib import Path

from ternlib.machine import KERNEL_FILE

REPOSITORY = Path(__file__).resolve().parents[2]
RUN = REPOSITORY / "scripts" / "run"
CRASHED, TIMED_OUT, SETUP = 123, 124, 125


def smp(default=2):
    return int(os.environ.get("TERN_TEST_SMP", default))


def full():
    return bool(os.environ.get("TERN_TEST_FULL"))


def in_order(names):
    """The names in this pass's order: as given, or mixed by TERN_TEST_SEED."""
    names, seed = list(names), os.environ.get("TERN_TEST_SEED")
    if seed:
        random.Random(int(seed)).shuffle(names)
    return names


def split_preset(preset):
    """("x86_64", True) of "x86_64-debug" and "x86_64-race": the architecture, and is it a build with checks."""
    arch, _, kind = preset.partition("-")
    return arch, kind != ""


# What the data-race detector has said in this suite's guests (core/debug/race.c).
RACE = re.compile(r"race: \d+ bytes at [0-9a-f]+: (.*)")
races = set()


def _note_races(text):
    # The detector's own test makes one on purpose.
    races.update(found[1] for found in RACE.finditer(text) if "by add_plain+" not in found[1])


def words(preset, *options, command=(), processors=None):
    arch, _ = split_preset(preset)
    line = [str(RUN), arch, "--smp", str(processors or smp())]
    kernel = os.environ.get("TERN_TEST_KERNEL")  # to test the tests themselves: TERN_TEST_KERNEL=linux
    if "--kernel" in options:
        pass
    elif kernel:
        line += ["--kernel", kernel]
    elif preset.endswith("-race"):
        line += ["--kernel", str(REPOSITORY / "build" / preset / KERNEL_FILE[arch])]
    else:
        line.append("--no-build")
    if preset.endswith("-debug") and not kernel and "--kernel" not in options:
        line.append("--debug")
    line += options
    return line + (["--", *command] if command else [])


class Outcome:
    """What a run left: its status, standard output and standard error as text."""

    def __init__(self, status, output, errors, seconds):
        self.status, self.output, self.errors, self.seconds = status, output, errors, seconds

    def tail(self, lines=12):
        text = [line for line in (self.output + "\n" + self.errors).splitlines() if line.strip()]
        return "\n".join(text[-lines:])


def run(preset, *options, command=(), processors=None, timeout=60, stdin=None):
    start = time.monotonic()
    done = subprocess.run(words(preset, *options, "--timeout", str(timeout), command=command, processors=processors),
                          input=stdin, stdin=subprocess.DEVNULL if stdin is None else None, capture_output=True, check=False)
    output, errors = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    _note_races(output + errors)
    return Outcome(done.returncode, output, errors, time.monotonic() - start)


def follow(line, silence, on_line):
    """Run a command line, giving on_line each line of its output as it comes; killed after `silence` seconds without any.
    Returns its status (None when killed) and standard error."""
    process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    errors, pending = b"", b""
    streams = {process.stdout.fileno(), process.stderr.fileno()}
    killed = False
    try:
        while streams:
            ready, _, _ = select.select(list(streams), [], [], silence)
            if not ready:
                # The runner ends its machine when it is told to stop.
                os.killpg(process.pid, signal.SIGTERM)
                killed = True
                silence = 10
                continue
            for stream in ready:
                data = os.read(stream, 65536)
                if not data:
                    streams.discard(stream)
                elif stream == process.stderr.fileno():
                    errors += data
                else:
                    *complete, pending = (pending + data).split(b"\n")
                    for text in complete:
                        text = text.decode(errors="replace").rstrip("\r")
                        _note_races(text)
                        on_line(text)
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        raise
    if pending:
        on_line(pending.decode(errors="replace"))
    status = process.wait()
    return None if killed else status, errors.decode(errors="replace")


PANIC = re.compile(r"\*\*\* tern panic:.*|Kernel panic - not syncing.*")


def panic_line(text):
    found = PANIC.search(text)
    return found[0] if found else ""
