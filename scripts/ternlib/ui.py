# SPDX-License-Identifier: MIT
"""What the tools say to a person, and how they fail."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time

EXIT_CRASH = 123
EXIT_TIMEOUT = 124
EXIT_SETUP = 125


INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1


class Failure(Exception):
    """Something outside the guest went wrong: one message for a person, exit status 125."""


class Interrupted(BaseException):
    """A signal told the tool itself to stop."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


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


def die_with_parent():
    """For a child just before exec: the kernel kills it when we go, however we go."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def command(argv, log=None, source=subprocess.DEVNULL, **options):
    """Run a command quietly; on failure raise Failure with the end of its output (and its log file's name)."""
    with contextlib.ExitStack() as stack:
        sink = subprocess.PIPE
        if log is not None:
            sink = stack.enter_context(open(log, "ab"))
            sink.write(("$ " + " ".join(map(str, argv)) + "\n").encode())
            sink.flush()
        # a session of its own, so that all of it can be ended when we are interrupted
        process = stack.enter_context(subprocess.Popen(argv, stdin=source, stdout=sink, stderr=subprocess.STDOUT,
                                                       start_new_session=True, preexec_fn=die_with_parent, **options))
        try:
            output, _ = process.communicate()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if log is not None:
        with open(log, "rb") as written:
            output = written.read()
    output = output.decode(errors="replace")
    if process.returncode != 0:
        tail = "\n".join(output.rstrip().splitlines()[-15:])
        where = f"\n(whole log: {log})" if log else ""
        raise Failure(f"'{argv[0]} {' '.join(map(str, argv[1:4]))} ...' failed:\n{tail}{where}")
    return output


def _interrupt(number, _frame):
    # One interruption is enough: what follows is cleaning up.
    for other in INTERRUPTIONS:
        signal.signal(other, signal.SIG_IGN)
    raise Interrupted(number)


def main(function):
    """Call a tool's main function, turning Failure and an interruption into one line and a status."""
    for number in INTERRUPTIONS:
        signal.signal(number, _interrupt)
    try:
        status = function(sys.argv[1:])
        sys.stdout.flush()
    except Failure as failure:
        say(str(failure))
        status = EXIT_SETUP
    except Interrupted as interrupted:
        say(f"interrupted ({signal.Signals(interrupted.number).name})")
        status = 128 + interrupted.number
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = 141
    sys.exit(status)
