# SPDX-License-Identifier: MIT
"""Brings the kernel of a preset up to date with cmake, saying something only when there is something to do."""

import fcntl
import os
import subprocess
import sys
import time

from . import cache, ui
from .machine import KERNEL_FILE


def kernel(arch, debug, build=True):
    """The kernel image of an architecture, built if stale (unless build is false)."""
    preset = f"{arch}-debug" if debug else arch
    folder = cache.REPOSITORY / "build" / preset
    image = folder / KERNEL_FILE[arch]
    if build:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder.with_name(f"{preset}.lock"), "w", encoding="ascii") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            _bring_up_to_date(preset, folder)
    if not image.is_file():
        raise ui.Failure(f"there is no kernel {image}" + ("" if build else " (and --no-build was given)"))
    return image


def _bring_up_to_date(preset, folder):
    log = folder.with_name(f"{preset}.log")
    with open(log, "wb") as sink:
        if not (folder / "build.ninja").is_file():
            if not (cache.REPOSITORY / "CMakePresets.json").is_file():
                raise ui.Failure("this tree has no kernel yet (no CMakePresets.json): use --kernel linux")
            ui.say(f"configuring {preset}")
            _run(["cmake", "--preset", preset], sink, log)
        _run(["cmake", "--build", "--preset", preset], sink, log)


def _run(command, sink, log):
    start = time.monotonic()
    terminal = sys.stderr.isatty()
    announced = False
    with subprocess.Popen(command, cwd=cache.REPOSITORY, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={**os.environ, "NINJA_STATUS": "[%f/%t] "},
                          preexec_fn=ui.die_with_parent) as process:
        for line in process.stdout:
            sink.write(line)
            text = line.decode(errors="replace").rstrip()
            if not text.startswith("[") or text.startswith("[0/"):  # nothing was done yet
                continue
            if terminal:
                print(f"\r\033[K{text[:100]}", end="", file=sys.stderr, flush=True)
            elif not announced:
                ui.say(f"building {command[-1]} ...")
            announced = True
    if announced and terminal:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    if process.returncode != 0:
        sink.flush()
        raise ui.Failure(f"'{' '.join(command)}' failed:\n{_what_matters(log)}\n(whole log: {log})")
    if announced:
        ui.say(f"built {command[-1]} in {time.monotonic() - start:.0f} s")


def _what_matters(log, lines=40):
    """The end of a build's log without progress lines and compiler command lines."""
    text = [line for line in log.read_text(errors="replace").splitlines()
            if not line.startswith(("[", "/usr/bin/", ": && ", "cd "))]
    return "\n".join(text[-lines:])
