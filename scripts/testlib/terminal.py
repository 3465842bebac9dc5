# SPDX-License-Identifier: MIT
"""A person at the terminal: an interactive shell driven through a pseudo-terminal."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

import guest
from results import FAILED, PASSED, Result
from suites import wanted

PROMPT = r"[#$] $"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]|\r")


class Missing(Exception):
    """What was awaited on the screen did not come."""


class Person:
    """Types into scripts/run and reads the screen."""

    def __init__(self, preset, rows=24, columns=80):
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.environ["TERM"] = "vt100"
            line = guest.words(preset)
            os.execv(line[0], line)
        self.screen = ""
        self.resize(rows, columns)

    def resize(self, rows, columns):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.terminal, text.encode())

    def read(self, seconds):
        """Whatever comes within so many seconds; None at the end."""
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return ""
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            data = b""
        if not data:
            return None
        self.screen += data.decode(errors="replace")
        return data

    def text(self):
        return ESCAPES.sub("", self.screen)

    def expect(self, pattern, seconds=20, what=None):
        """Read until the pattern is on the screen; what was before it is forgotten, its match is returned."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.text(), re.M)
            if found:
                self.screen = self.text()[found.end():]
                return found
            left = deadline - time.monotonic()
            if left <= 0 or self.read(left) is None:
                raise Missing(f"waited for {what or pattern!r}; the screen had {self.text()[-400:]!r}")

    def prompt(self, seconds=20):
        return self.expect(PROMPT, seconds, "the prompt")

    def command(self, text, pattern=None, seconds=20):
        """Type a command; its echo is taken off the screen."""
        self.type(text + "\n")
        self.expect(re.escape(text) + r"\n", seconds, f"the echo of {text!r}")
        if pattern:
            found = self.expect(pattern, seconds)
            self.prompt(seconds)
            return found
        return self.prompt(seconds)

    def close(self):
        try:
            os.kill(self.child, signal.SIGTERM)
            for _ in range(50):
                if os.waitpid(self.child, os.WNOHANG)[0]:
                    break
                time.sleep(0.1)
            else:
                os.kill(self.child, signal.SIGKILL)
                os.waitpid(self.child, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.terminal)


def echo_and_status(p):
    p.command("echo one two; false; echo status $?", r"^one two\nstatus 1\n")


def line_editing(p):
    # Backspace, the cursor keys, Ctrl-U, and the history.
    p.type("echo wrogn\b\bng\n")
    p.expect(r"^wrong\n")
    p.prompt()
    p.type("cho left" + "\x1b[D" * 8 + "e\n")
    p.expect(r"^left\n")
    p.prompt()
    p.type("never run this\x15echo fresh\n")
    p.expect(r"^fresh\n")
    p.prompt()
    p.type("\x1b[A\n")
    p.expect(r"^fresh\n", what="the last command again")
    p.prompt()


def interrupt(p):
    p.type("sleep 1000\n")
    time.sleep(0.7)
    p.type("\x03")
    p.prompt()
    p.command("echo $?", r"^130\n")


def interrupt_pipeline(p):
    p.type("yes | sleep 1000\n")
    time.sleep(0.7)
    p.type("\x03")
    p.prompt()
    p.command("echo after", r"^after\n")


def stop_and_continue(p):
    p.type("sleep 1000\n")
    time.sleep(0.7)
    p.type("\x1a")
    p.expect(r"Stopped")
    p.prompt()
    p.command("jobs", r"Stopped.*sleep 1000")
    p.command("bg")
    p.command("jobs", r"Running.*sleep 1000")
    p.type("fg\n")
    p.expect(r"sleep 1000\n", what="fg to name the job")
    time.sleep(0.4)
    p.type("\x03")
    p.prompt()
    p.command("jobs; echo none left", r"^none left\n")


def background(p):
    p.command("sleep 0.2 & wait; echo waited", r"^waited\n")


def pipeline(p):
    p.command("seq 1 1000 | grep 7 | sort -n | tail -n 1 | sed s/9/N/", r"^N97\n")


def here_document(p):
    p.type("cat <<END | tr a-z A-Z\n")
    p.expect(r"> $", what="the second prompt")
    p.type("hello $((6*7))\n")
    p.expect(r"> $", what="the second prompt")
    p.type("END\n")
    p.expect(r"^HELLO 42\n")
    p.prompt()


def end_of_file(p):
    p.type("cat\n")
    time.sleep(0.4)
    p.type("typed\n")
    p.expect(r"typed\ntyped\n")
    p.type("\x04")
    p.prompt()


def quit_signal(p):
    p.type("sleep 1000\n")
    time.sleep(0.7)
    p.type("\x1c")
    p.prompt()
    p.command("echo $?", r"^131\n")


def terminal_size(p):
    p.command("stty cols 100 rows 30; stty size", r"^30 100\n")
    p.command("stty cols 80 rows 24; stty size", r"^24 80\n")


def resize(p):
    # A serial line carries no size: it is set with stty, and the foreground group hears of it.
    p.command("echo 'trap \"stty size\" WINCH' >/tmp/w")
    p.command("echo 'stty cols 120 rows 40; sleep 1' >>/tmp/w")
    p.command("sh /tmp/w", r"^40 120\n")
    p.command("stty cols 80 rows 24")


def raw_mode(p):
    # Ctrl-C is a character like any other.
    p.type("stty raw -echo; dd bs=1 count=1 of=/tmp/key 2>/dev/null; stty sane; od -c /tmp/key\n")
    time.sleep(0.8)
    p.type("\x03")
    p.expect(r"003")
    p.prompt()


def top(p):
    p.type("top\n")
    p.expect(r"Mem:.*\d+K", what="top's first line")
    p.expect(r"PID\s+PPID", what="top's head line")
    p.type("q")
    p.prompt()


def vi(p):
    p.command("rm -f /tmp/text")
    p.type("vi /tmp/text\n")
    p.expect(r"/tmp/text", 20, "vi's status line")
    time.sleep(0.5)
    p.type("ifirst line\nsecond lime\x1b")
    time.sleep(0.3)
    p.type("hrn:wq\n")
    p.prompt()
    p.command("cat /tmp/text", r"^first line\nsecond line\n")


def leave(p):
    p.type("exit\n")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if p.read(1) is None:
            _, status = os.waitpid(p.child, 0)
            if os.waitstatus_to_exitcode(status) != 0:
                raise Missing(f"scripts/run ended with {os.waitstatus_to_exitcode(status)}")
            return
    raise Missing("the machine did not power off after 'exit'")


STEPS = [echo_and_status, line_editing, interrupt, interrupt_pipeline, stop_and_continue, background, pipeline, here_document,
         end_of_file, quit_signal, terminal_size, resize, raw_mode, top, vi, leave]


def run(preset):
    person = None
    try:
        for step in STEPS:
            if not wanted(step.__name__) and step is not leave:
                continue
            start = time.monotonic()
            try:
                if person is None:
                    person = Person(preset)
                    person.prompt(90)
                step(person)
                yield Result(step.__name__, PASSED, "", time.monotonic() - start)
            except Missing as missing:
                yield Result(step.__name__, FAILED, str(missing), time.monotonic() - start)
                # The shell may be anywhere now: the next step gets a machine of its own.
                if person is not None:
                    person.close()
                person = None
                if step is STEPS[0]:
                    return
    finally:
        if person is not None:
            person.close()
