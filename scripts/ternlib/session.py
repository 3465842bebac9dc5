# SPDX-License-Identifier: MIT
"""One run of a machine: starts QEMU, takes its console apart, and brings the command's output and status back.

What the console carries, in order (userland/init/init.c writes the markers, with this run's nonce):

    firmware and kernel messages | BEGIN | the command's output | END with the status | the kernel's log

Output between the markers goes to standard output unchanged; all else goes to the log file. A panic line anywhere
means that the kernel crashed: what follows it is the panic's text, and the run ends with QEMU. The exception is a
program that prints such a line by itself: then END still comes and the text was output after all.
"""

import fcntl
import os
import re
import select
import signal
import signal
import subprocess
import sys
import termios
import time
from dataclasses import dataclass

from . import ui

PANIC = re.compile(rb"(?:^|\n)\r?\*\*\* tern panic:|(?:^|\n)[^\n]*Kernel panic - not syncing")
PANIC_START = b"*** tern panic:"
SECONDS_TO_DIE_AFTER_PANIC = 15
SECONDS_TO_POWER_OFF = 20
SECONDS_TO_HOLD_BACK = 0.05
LONGEST_MARKER = 64
BYTES_REMEMBERED = 1 << 20
KEY_INTERRUPT = b"\x03"


class Terminal:
    """The host's terminal in raw mode while the guest has the keyboard."""

    def __init__(self, output_processing):
        self._saved = termios.tcgetattr(0)
        mode = termios.tcgetattr(0)
        mode[0] &= ~(termios.BRKINT | termios.ICRNL | termios.INLCR | termios.IGNCR | termios.ISTRIP | termios.IXON)
        if not output_processing:
            mode[1] &= ~termios.OPOST
        mode[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        termios.tcsetattr(0, termios.TCSADRAIN, mode)

    def restore(self):
        termios.tcsetattr(0, termios.TCSADRAIN, self._saved)


class Session:
    """Feed console bytes to take(); `status` is the command's own once END has come."""

    BOOT, PROGRAM, ENDED = range(3)

    def __init__(self, nonce, log, verbose, hold_panic):
        self._begin = re.compile(rb"@tern:%s:begin@\r?\n" % nonce)
        self._end = re.compile(rb"@tern:%s:end:(\d+)@\r?\n" % nonce)
        self._end_start = b"@tern:%s:end:" % nonce
        self._log = log
        self._verbose = verbose
        self._hold_panic = hold_panic  # keep a panic's text out of standard output
        self._pending = b""
        self.phase = self.BOOT
        self.status = None
        self.panic_at = None
        self.panic_text = b""
        self.heard = bytearray()  # the console's last part, for --expect and a panic's text
        self.messages = bytearray()  # the last part of what went to the log

    def _to_log(self, data):
        _remember(self.messages, data)
        self._log.write(data)
        self._log.flush()
        if self._verbose:
            sys.stderr.buffer.write(data)
            sys.stderr.buffer.flush()

    @staticmethod
    def _to_output(data):
        if data:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def take(self, data):
        _remember(self.heard, data)
        self._pending += data
        if self.phase == self.BOOT:
            found = self._begin.search(self._pending)
            if found:
                self._to_log(self._pending[:found.start()])
                self._pending = self._pending[found.end():]
                self.phase = self.PROGRAM
            else:
                self._note_panic(self._pending)
                keep = _partial(self._pending, b"@tern:")
                self._to_log(self._pending[:keep])
                self._pending = self._pending[keep:]
        if self.phase == self.PROGRAM:
            self._take_output()
        if self.phase == self.ENDED:
            self._note_panic(self._pending)
            self._to_log(self._pending)
            self._pending = b""

    def _take_output(self):
        found = self._end.search(self._pending)
        if found:
            # A panic line before END was only a program's text: the kernel lived on.
            self._to_output(self._pending[:found.start()])
            self._pending = self._pending[found.end():]
            self.status = int(found[1])
            self.phase = self.ENDED
            self.panic_at = None
            return
        panic = PANIC.search(self._pending)
        if panic:
            if self.panic_at is None:
                self.panic_at = time.monotonic()
            if self._hold_panic:
                start = panic.start() + (1 if self._pending[panic.start():panic.start() + 1] == b"\n" else 0)
                self._to_output(self._pending[:start])
                self._pending = self._pending[start:]
                return
        keep = min(_partial(self._pending, self._end_start), _partial_line(self._pending, PANIC_START))
        self._to_output(self._pending[:keep])
        self._pending = self._pending[keep:]

    def _note_panic(self, text):
        if self.panic_at is None and PANIC.search(self.messages[-200:] + text):
            self.panic_at = time.monotonic()

    def held_back(self):
        return self.phase == self.PROGRAM and bool(self._pending) and self.panic_at is None

    def let_go(self):
        """Nothing followed for a moment: what looked like the start of a marker is shown (interactive use)."""
        self._to_output(self._pending)
        self._pending = b""

    def finish(self):
        """QEMU is gone: what is pending finds its place, and a panic's text is taken out of the messages."""
        if self.phase == self.PROGRAM and self.panic_at is None:
            self._to_output(self._pending)
        else:
            self._to_log(self._pending)
        self._pending = b""
        if self.panic_at is None and self.status is None and PANIC.search(self.heard):
            self.panic_at = time.monotonic()  # the line came in two pieces
        if self.panic_at is not None:
            found = PANIC.search(self.heard)
            self.panic_text = bytes(self.heard[found.start():]).lstrip(b"\r\n") if found else b""


def _remember(memory, data):
    """Append to a bytearray that keeps the last part only."""
    memory += data
    if len(memory) > 2 * BYTES_REMEMBERED:
        del memory[:-BYTES_REMEMBERED]


def _partial(text, start):
    """Where an unfinished marker that begins with `start` begins at the end of the text; the text's length if none."""
    at = max(0, len(text) - LONGEST_MARKER)
    while (at := text.find(start[:1], at)) >= 0:
        if text[at:].startswith(start) or start.startswith(text[at:]):
            return at
        at += 1
    return len(text)


def _partial_line(text, start):
    """As _partial(), for text that counts at the beginning of a line only."""
    line = text.rfind(b"\n") + 1
    if line < len(text) and start.startswith(text[line:]):
        return line
    return len(text)


@dataclass
class Ended:
    run: Session
    late: bool  # it had to be stopped: the time was up
    status: int  # QEMU's
    complaints: bytes  # QEMU's


def run(command, session, timeout, boot_limit, keyboard, interactive):
    """Run QEMU until it ends, for at most `timeout` seconds and `boot_limit` seconds before the program starts."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE if keyboard else subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                               preexec_fn=ui.die_with_parent)
    terminal = None
    try:
        if keyboard:
            terminal = Terminal(output_processing=not interactive)
        return _pump(process, session, timeout, boot_limit, keyboard)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if terminal:
            terminal.restore()


def _pump(process, session, timeout, boot_limit, keyboard):
    output, errors = process.stdout.fileno(), process.stderr.fileno()
    open_outputs, complaints, typed = {output, errors}, b"", b""
    started = time.monotonic()
    keys = process.stdin.fileno() if keyboard else None
    if keyboard:
        fcntl.fcntl(keys, fcntl.F_SETFL, fcntl.fcntl(keys, fcntl.F_GETFL) | os.O_NONBLOCK)
    ended_at = None
    while open_outputs:
        now = time.monotonic()
        limits = [started + timeout if timeout else None]
        if boot_limit and session.phase == session.BOOT:
            limits.append(started + boot_limit)
        if session.panic_at is not None:
            limits.append(session.panic_at + SECONDS_TO_DIE_AFTER_PANIC)
        if session.status is not None:
            ended_at = ended_at or now
            limits.append(ended_at + SECONDS_TO_POWER_OFF)
        limit = min((point for point in limits if point is not None), default=None)
        if limit is not None and now >= limit:
            process.kill()
            late = session.panic_at is None and session.status is None
            session.finish()
            return Ended(session, late, 0, complaints)
        wait = None if limit is None else limit - now
        if keyboard and session.held_back():
            wait = SECONDS_TO_HOLD_BACK
        readable, writable, _ = select.select([*open_outputs, *([0] if keyboard else [])],
                                              [keys] if typed else [], [], wait)
        if not readable and not writable and keyboard and session.held_back():
            session.let_go()
        for source in readable:
            data = os.read(source, 65536)
            if source == 0:
                if not data:
                    keyboard = False
                elif session.phase == session.BOOT and data == KEY_INTERRUPT:
                    raise ui.Interrupted(signal.SIGINT)
                typed += data
            elif not data:
                open_outputs.discard(source)
            elif source == errors:
                complaints += data
            else:
                session.take(data)
        if writable and typed:
            try:
                typed = typed[os.write(keys, typed):]
            except BlockingIOError:
                pass
            except BrokenPipeError:
                typed = b""
    session.finish()
    return Ended(session, False, process.wait(), complaints)
