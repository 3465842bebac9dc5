# SPDX-License-Identifier: MIT
"""Runs modules of Python's own regression suite in the guest, one case at a time, and tells what became of each.

usage: python3 python_cases.py SECONDS MODULE[:SKIP,SKIP...]...

SECONDS is how long one case may take. Each module runs in a process (and session) of its own; when a case hangs or takes the process
down, that is its result, and the module goes on behind it in a new process. Lines on standard output:

    @@module NAME
    @@case NAME STATUS SECONDS      STATUS is ok, skip, fail, error, hang, crash, xfail or xpass
    | text                          what a case that failed said
    @@done NAME SECONDS
"""

import collections
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

RESTARTS = 25  # a module whose process dies again and again is left there


class Cases(unittest.TestResult):
    """Tells the parent of each case as it begins and ends."""

    def __init__(self, channel):
        super().__init__()
        self._channel = channel
        self._worst = None

    def tell(self, *words, text=""):
        lines = ["\t".join(words), *("|" + line for line in text.splitlines())]
        self._channel.write("\n".join(lines) + "\n")
        self._channel.flush()

    def startTest(self, test):
        super().startTest(test)
        self._worst = ("ok", "")
        self.tell("start", test.id())

    def _note(self, status, text=""):
        if self._worst and self._worst[0] in ("ok", "skip"):
            self._worst = (status, text)

    def stopTest(self, test):
        super().stopTest(test)
        status, text = self._worst
        self._worst = None
        self.tell("end", test.id(), status, text=text)

    def _failed(self, status, test, error):
        text = self._exc_info_to_string(error, test)
        if self._worst is None:  # set-up or tear-down of a class or module
            self.tell("start", test.id())
            self.tell("end", test.id(), status, text=text)
        else:
            self._note(status, text)

    def addError(self, test, err):
        self._failed("error", test, err)

    def addFailure(self, test, err):
        self._failed("fail", test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            status = "fail" if issubclass(err[0], test.failureException) else "error"
            self._note(status, f"{subtest}\n{self._exc_info_to_string(err, test)}")

    def addSkip(self, test, reason):
        if self._worst is None:
            self.tell("start", test.id())
            self.tell("end", test.id(), "skip", text=reason)
        else:
            self._note("skip", reason)

    def addExpectedFailure(self, test, err):
        self._note("xfail")

    def addUnexpectedSuccess(self, test):
        self._note("xpass")


def _flatten(suite, leave_out):
    """The suite without the cases named in leave_out."""
    kept = unittest.TestSuite()
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            kept.addTest(_flatten(item, leave_out))
        elif item.id() not in leave_out:
            kept.addTest(item)
    return kept


def run_module(name, channel_fd, skip_file):
    """The child: all cases of one module but those in skip_file."""
    import faulthandler
    from test import support
    from test.support import os_helper
    faulthandler.register(signal.SIGUSR2, all_threads=True, chain=False)  # the parent asks where a case hangs
    support.use_resources = []  # nothing that asks for a network or hours of time
    with open(skip_file, encoding="utf-8") as source:
        leave_out = set(source.read().splitlines())
    with open(channel_fd, "w", encoding="utf-8", errors="backslashreplace") as channel:
        cases = Cases(channel)
        with os_helper.temp_cwd(f"cases-{os.getpid()}"):  # one that was killed leaves its folder behind
            suite = unittest.TestLoader().loadTestsFromName(f"test.{name}")
            _flatten(suite, leave_out).run(cases)
        cases.tell("finished")


class Child:
    """One process that runs a module; `current` is the case that it is in."""

    def __init__(self, name, done):
        self.current, self.started, self.finished = None, None, False
        self.ended = collections.OrderedDict()  # case: (status, seconds, text)
        reading, writing = os.pipe()
        self._skip = tempfile.NamedTemporaryFile("w", delete=False)
        self._skip.write("\n".join(done))
        self._skip.close()
        self.noise = tempfile.TemporaryFile()
        self._process = subprocess.Popen([sys.executable, __file__, "--module", name, str(writing), self._skip.name],
                                         stdin=subprocess.DEVNULL, stdout=self.noise, stderr=self.noise, pass_fds=[writing],
                                         start_new_session=True)
        os.close(writing)
        self._channel, self._pending = reading, b""

    def _take(self, line):
        if line.startswith("|"):
            if self.ended:
                status, seconds, text = self.ended[self._last]
                self.ended[self._last] = (status, seconds, text + line[1:] + "\n")
            return
        what, *words = line.split("\t")
        if what == "start":
            self.current, self.started = words[0], time.monotonic()
        elif what == "end":
            self._last = words[0]
            self.ended[words[0]] = (words[1], time.monotonic() - self.started, "")
            self.current = None
        elif what == "finished":
            self.finished = True

    def follow(self, seconds):
        """Read until the process is done (True), or until one case or the silence between two takes too long (False)."""
        while True:
            if not select.select([self._channel], [], [], seconds)[0]:
                return False
            data = os.read(self._channel, 65536)
            if not data:
                return True
            *lines, self._pending = (self._pending + data).split(b"\n")
            for line in lines:
                self._take(line.decode(errors="replace"))
            if self.finished:
                return True

    def where(self):
        """Ask a process that hangs for its threads' stacks."""
        os.kill(self._process.pid, signal.SIGUSR2)
        time.sleep(2)
        return self.said()

    def said(self):
        self.noise.seek(max(0, os.fstat(self.noise.fileno()).st_size - 4000))
        return self.noise.read().decode(errors="replace")

    def end(self, hung):
        """Its wait status; whatever it left running in its session's process group is killed."""
        if not hung:
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.close(self._channel)
        os.unlink(self._skip.name)
        return self._process.wait()


def tell(case, status, seconds, text):
    print(f"@@case {case} {status} {seconds:.1f}")
    if status not in ("ok", "skip"):
        for line in text.rstrip().splitlines()[-25:]:
            print("| " + line)
    sys.stdout.flush()


def supervise(name, seconds, done):
    print(f"@@module {name}", flush=True)
    begun = time.monotonic()
    for _ in range(RESTARTS):
        child = Child(name, done)
        in_time = child.follow(seconds)
        text = "" if in_time else child.where()
        status = child.end(not in_time)
        for case, result in child.ended.items():
            done.append(case)
            tell(case, *result)
        if child.finished:
            break
        if child.current is None:
            tell(f"test.{name}", "crash" if in_time else "hang", 0, f"outside any case, status {status}\n{text or child.said()}")
            break
        done.append(child.current)
        tell(child.current, "crash" if in_time else "hang", seconds, text or f"status {status}\n{child.said()}")
    print(f"@@done {name} {time.monotonic() - begun:.1f}", flush=True)


def bring_up_loopback():
    """Where there are AF_INET sockets, they need the interface lo; else what asks for them fails by itself."""
    import fcntl
    import socket
    import struct
    set_flags, up = 0x8914, 1
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", up))
    except OSError:
        pass


def main():
    if sys.argv[1] == "--module":
        run_module(sys.argv[2], int(sys.argv[3]), sys.argv[4])
        return
    bring_up_loopback()
    seconds = float(sys.argv[1])
    for word in sys.argv[2:]:
        name, _, skip = word.partition(":")
        supervise(name, seconds, [case for case in skip.split(",") if case])


if __name__ == "__main__":
    main()
