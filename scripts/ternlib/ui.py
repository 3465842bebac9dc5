# SPDX-License-Identifier: MIT
"""What the tools say to a person, and how they fail."""

import contextlib
import os
import subprocess
import sys
import time

EXIT_CRASH = 123
EXIT_TIMEOUT = 124
EXIT_SETUP = 125


class Failure(Exception):
    """Something outside the guest went wrong: one message for a person, exit status 125."""


def say(text):
    print(f"tern: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(what):
    """Announce a step that may take long, and say how long it took."""
    say(f"{what} ...")
    start = time.monotonic()
    yield
    taken = time.monotonic() - start
    if taken >= 2:
        say(f"{what}: done in {taken:.0f} s")


def command(argv, log=None, source=subprocess.DEVNULL, **options):
    """Run a command quietly; on failure raise Failure with the end of its output (or its log file's name)."""
    if log is None:
        done = subprocess.run(argv, stdin=source, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, **options)
        output = done.stdout.decode(errors="replace")
    else:
        with open(log, "ab") as sink:
            sink.write(("$ " + " ".join(map(str, argv)) + "\n").encode())
            sink.flush()
            done = subprocess.run(argv, stdin=source, stdout=sink,
                                  stderr=subprocess.STDOUT, check=False, **options)
        with open(log, "rb") as written:
            output = written.read().decode(errors="replace")
    if done.returncode != 0:
        tail = "\n".join(output.rstrip().splitlines()[-15:])
        where = f"\n(whole log: {log})" if log else ""
        raise Failure(f"'{argv[0]} {' '.join(map(str, argv[1:4]))} ...' failed:\n{tail}{where}")
    return output


def main(function):
    """Call a tool's main function, turning Failure and an interrupt into one line and a status."""
    try:
        status = function(sys.argv[1:])
        sys.stdout.flush()
    except Failure as failure:
        say(str(failure))
        status = EXIT_SETUP
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = 141
    sys.exit(status)
