# SPDX-License-Identifier: MIT
"""Runs modules of Python's own regression suite in the guest, one case at a time, and tells what became of each.

usage: python3 python_cases.py PLAN

PLAN is a JSON file:

    seconds       how long one case may take
    modules       {name: the cases wanted of it, or null for all}
    local_only    true: as if the kernel had no sockets but AF_UNIX (a seccomp filter)

Each module runs in a process (and session) of its own; when a case hangs or takes the process down, that is its result, and the
module goes on behind it in a new process. What a case leaves running is killed. Lines on standard output, as things happen:

    @@module NAME
    @@case NAME STATUS SECONDS      STATUS is ok, skip, fail, error, hang, crash, xfail or xpass
    | text                          what a case said that is not ok
    @@done NAME SECONDS
"""

import ctypes
import errno
import json
import os
import select
import signal
import socket
import struct
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
        lines = [*("|" + line for line in text.splitlines()), "\t".join(words)]
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


def _is_wanted(test, only):
    """A set-up that failed is named `setUpClass (test.test_os.Class)`, and stands for all cases of its class."""
    owner = test.id().rpartition(".")[0]
    module = owner.rpartition(".")[0]
    return only is None or not only.isdisjoint((test.id(), f"setUpClass ({owner})", f"setUpModule ({module})"))


def _choose(suite, only, leave_out):
    """The cases named in only (None: all), without those in leave_out."""
    kept = unittest.TestSuite()
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            kept.addTest(_choose(item, only, leave_out))
        elif item.id() not in leave_out and _is_wanted(item, only):
            kept.addTest(item)
    return kept


def run_module(name, channel_fd, choice):
    """The child: one module's cases; the file `choice` has the wanted ones and those that are done."""
    import faulthandler
    from test import support
    from test.support import os_helper
    faulthandler.register(signal.SIGUSR2, all_threads=True, chain=False)  # the parent asks where a case hangs
    support.use_resources = []  # nothing that asks for a network or hours of time
    with open(choice, encoding="utf-8") as source:
        only, leave_out = json.load(source)
    with open(channel_fd, "w", encoding="utf-8", errors="backslashreplace") as channel:
        cases = Cases(channel)
        with os_helper.temp_cwd(f"cases-{os.getpid()}"):  # one that was killed leaves its folder behind
            suite = unittest.TestLoader().loadTestsFromName(f"test.{name}")
            _choose(suite, only and set(only), set(leave_out)).run(cases)
        cases.tell("finished")


class Child:
    """One process that runs a module; `current` is the case that it is in. Cases are told to on_case as they end."""

    def __init__(self, name, only, done, on_case):
        self.current, self.started, self.finished = None, None, False
        self._on_case, self._text = on_case, []
        self._before = _processes()
        reading, writing = os.pipe()
        self._choice = tempfile.NamedTemporaryFile("w", delete=False)
        json.dump([only, done], self._choice)
        self._choice.close()
        self.noise = tempfile.TemporaryFile()
        self._process = subprocess.Popen([sys.executable, __file__, "--module", name, str(writing), self._choice.name],
                                         stdin=subprocess.DEVNULL, stdout=self.noise, stderr=self.noise, pass_fds=[writing],
                                         start_new_session=True)
        os.close(writing)
        self._channel, self._pending = reading, b""

    def _take(self, line):
        if line.startswith("|"):
            self._text.append(line[1:])
            return
        what, *words = line.split("\t")
        if what == "start":
            self.current, self.started = words[0], time.monotonic()
        elif what == "end":
            self._on_case(words[0], words[1], time.monotonic() - self.started, "\n".join(self._text))
            self.current = None
        elif what == "finished":
            self.finished = True
        self._text = []

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
        """Its wait status. Whatever it started is killed."""
        if not hung:
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                pass
        self._process.kill()
        status = self._process.wait()
        kill_what_is_left(self._before)
        os.close(self._channel)
        os.unlink(self._choice.name)
        return status


def _processes():
    return {int(name) for name in os.listdir("/proc") if name.isdigit()}


def kill_what_is_left(before):
    """Nothing else runs in the guest: what was not there before was left by a case, whatever session or group it moved to."""
    if os.getppid() != 1:
        return  # tried by hand on somebody's machine
    for _ in range(2):  # it may be about to fork
        for pid in _processes() - before:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def tell(case, status, seconds, text):
    print(f"@@case {case} {status} {seconds:.1f}")
    if status != "ok":
        for line in text.rstrip().splitlines()[-25:]:
            print("| " + line)
    sys.stdout.flush()


def supervise(name, seconds, only):
    print(f"@@module {name}", flush=True)
    begun, done = time.monotonic(), []

    def on_case(case, *result):
        done.append(case)
        tell(case, *result)

    for _ in range(RESTARTS):
        child = Child(name, only, done, on_case)
        in_time = child.follow(seconds)
        text = "" if in_time else child.where()
        status = child.end(not in_time)
        if child.finished:
            break
        if child.current is None:
            tell(f"test.{name}", "crash" if in_time else "hang", 0, f"outside any case, status {status}\n{text or child.said()}")
            break
        on_case(child.current, "crash" if in_time else "hang", time.monotonic() - child.started, text or f"status {status}\n{child.said()}")
    print(f"@@done {name} {time.monotonic() - begun:.1f}", flush=True)


def bring_up_loopback():
    """Where there are AF_INET sockets, they need the interface lo; else what asks for them fails by itself."""
    import fcntl
    set_flags, up = 0x8914, 1
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", up))
    except OSError:
        pass


def only_local_sockets():
    """From now on socket() knows AF_UNIX alone, here and in every child: a seccomp filter in classic BPF."""
    load_word, jump_if_equal, give = 0x20, 0x15, 0x06
    allow, fail = 0x7fff0000, 0x00050000 | errno.EAFNOSUPPORT
    socket_call = {"x86_64": 41}.get(os.uname().machine, 198)
    number, first_argument = 0, 16  # offsets in struct seccomp_data
    program = [(load_word, 0, 0, number), (jump_if_equal, 0, 3, socket_call),
               (load_word, 0, 0, first_argument), (jump_if_equal, 1, 0, socket.AF_UNIX),
               (give, 0, 0, fail), (give, 0, 0, allow)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    set_seccomp, mode_filter = 22, 2
    if ctypes.CDLL(None, use_errno=True).prctl(set_seccomp, mode_filter, header, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


def main():
    if sys.argv[1] == "--module":
        run_module(sys.argv[2], int(sys.argv[3]), sys.argv[4])
        return
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    bring_up_loopback()
    if plan["local_only"]:
        only_local_sockets()
    for name, only in plan["modules"].items():
        supervise(name, plan["seconds"], only)


if __name__ == "__main__":
    main()
