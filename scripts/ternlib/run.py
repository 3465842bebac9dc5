# SPDX-License-Identifier: MIT
"""scripts/run: the tool that boots Tern, or Linux as the oracle, and everything else builds on."""

import argparse
import gzip
import os
import secrets
import shlex
import subprocess
import sys
import time
from pathlib import Path

from . import build, bootmedia, cache, machine, packages, rootfs, session, toolchain, ui

USAGE = "scripts/run [ARCH] [options] [-- COMMAND ARGS...]"
DESCRIPTION = """\
Boots Tern in QEMU. Without a COMMAND: an interactive shell on this terminal (Ctrl-A X leaves, Ctrl-C goes to the guest).
With one: runs it as the console's foreground program, powers off, and exits with the command's own status. Its output
comes byte for byte on standard output; kernel messages go to a log file below build/run/.
"""
EPILOG = """\
exit status: the command's own (128 + N when signal N killed it; 0 for a shell that was left);
  124 timed out, 123 the kernel crashed or stopped early, 125 wrong usage or set-up failed.

standard input: a terminal (with standard output on it too) is passed to the guest; otherwise the command reads nothing,
or with --stdin what this tool's standard input has.

environment: TERN_CACHE (downloads and third-party builds, default ~/.cache/tern), TERN_QEMU_ARGS (more QEMU words),
  TERN_TIMEOUT (default of --timeout).

examples:
  scripts/run                                     a shell on x86_64
  scripts/run riscv64 --smp 4 -- sh -c 'uname -m; ps'
  scripts/run arm64 --kernel linux -- dmesg       the same root file system on Debian's kernel
  scripts/run --add ./hello:/bin/hello -- hello
  scripts/run arm64 --packages bash,python3 -- python3 -c 'import os; print(os.uname())'
"""
DEFAULT_MEMORY = "256M"
# Memory for a root of packages: the archive, which the kernel frees once it is unpacked, and the files, to which Linux gives half of
# all memory at most; and room to run in.
ROOT_COPIES, MEGABYTES_TO_RUN_IN = 3, 256
LOGS_KEPT = 100
LINUX_BOOTS = 3
LINUX_BOOT_SECONDS = 90


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise ui.Failure(f"{message}\nusage: {USAGE}   (--help says more)")


def _parse(words):
    split = words.index("--") if "--" in words else len(words)
    own, command = words[:split], words[split + 1:]
    parser = Parser(usage=USAGE, description=DESCRIPTION, epilog=EPILOG, allow_abbrev=False,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("arch", nargs="?", default="x86_64", metavar="ARCH", help="x86_64 (default), arm64 or riscv64")
    parser.add_argument("--boot", default="direct", metavar="PATH",
                        help="direct (default), grub, grub-efi (x86_64), uboot (arm64, riscv64)")
    parser.add_argument("--smp", type=int, metavar="N", help="processors (default 2)")
    parser.add_argument("--mem", metavar="SIZE", help="memory, as 256M (default; more where --packages needs it) or 1G")
    parser.add_argument("--packages", metavar="NAMES",
                        help="a root file system of these Debian packages (trixie, with all they depend on; commas between), "
                        "unmodified but without documentation; BusyBox has the names that are left")
    parser.add_argument("--add", action="append", default=[], metavar="HOST:GUEST",
                        help="put a file or folder into the root file system (modes and links kept, owner root)")
    parser.add_argument("--disk", action="append", default=[], metavar="IMAGE", help="attach a disk")
    parser.add_argument("--append", action="append", default=[], metavar="TEXT", help="add to the kernel's command line")
    parser.add_argument("--timeout", type=float, default=os.environ.get("TERN_TIMEOUT"), metavar="SECONDS",
                        help="give up after so many seconds of wall time (building not counted)")
    parser.add_argument("--stdin", action="store_true", help="feed standard input to the command")
    parser.add_argument("--tty", action="store_true",
                        help="let the command read the console even if no terminal feeds it")
    parser.add_argument("--icount", action="store_true",
                        help="QEMU's deterministic clock, 1 ns per instruction; one processor")
    parser.add_argument("--gdb", nargs="?", const=1234, type=int, metavar="PORT",
                        help="wait for a debugger on this TCP port (default 1234)")
    parser.add_argument("--debug", action="store_true", help="the sanitizer build")
    parser.add_argument("--kernel", default="tern", metavar="KERNEL",
                        help="tern (default), linux (Debian's, the oracle), or a kernel image of Tern's")
    parser.add_argument("--userland", default="tern", choices=("tern", "debian"),
                        help="our BusyBox on musl (default), or Debian's own glibc BusyBox")
    parser.add_argument("--verbose", action="store_true", help="kernel messages also on standard error")
    parser.add_argument("--log", metavar="FILE", help="where the kernel messages go")
    tests = parser.add_argument_group("for tests")
    tests.add_argument("--no-build", action="store_true", help="take the kernel as it is")
    tests.add_argument("--gic", type=int, default=3, choices=(2, 3), help="arm64's interrupt controller")
    tests.add_argument("--initramfs-format", default="plain", choices=("plain", "gzip", "zstd"))
    tests.add_argument("--initrd", metavar="FILE", help="boot with this initrd as it is ('none': without any)")
    tests.add_argument("--expect", metavar="TEXT",
                       help="run no command: boot, and exit 0 when TEXT was on the console by the time the machine stops "
                       "(after a crash: when it was in the crash's text)")
    tests.add_argument("--qemu", action="append", default=[], metavar="WORDS", help="more words for QEMU")
    options = parser.parse_args(_bind_values(own))
    options.command = command
    _check(options, has_command="--" in words)
    return options


def _bind_values(words):
    """`--qemu -d` as `--qemu=-d`: the values of these options may begin with a dash."""
    bound, rest = [], iter(words)
    for word in rest:
        if word in ("--qemu", "--append", "--expect"):
            value = next(rest, None)
            word = word if value is None else f"{word}={value}"
        bound.append(word)
    return bound


def _check(options, has_command):
    toolchain.check_architecture(options.arch)
    if has_command and not options.command:
        raise ui.Failure("there is no command after '--'")
    paths = machine.BOOT_PATHS[options.arch]
    if options.boot not in paths:
        raise ui.Failure(f"--boot {options.boot} does not exist on {options.arch} (there: {' '.join(paths)})")
    if options.disk:
        raise ui.Failure("--disk: Tern has no block driver yet, so a disk cannot be attached")
    if options.icount and options.smp not in (None, 1):
        raise ui.Failure("--icount means one processor: leave out --smp")
    options.smp = 1 if options.icount else 2 if options.smp is None else options.smp
    if not 1 <= options.smp <= 8:
        raise ui.Failure(f"--smp {options.smp}: from 1 to 8 processors are supported")
    if options.packages is not None:
        options.packages = packages.parse(options.packages)
        if options.userland != "tern" or options.initrd:
            raise ui.Failure("--packages makes a root of its own: leave out --userland and --initrd")
    if options.mem is not None and machine.memory_megabytes(options.mem) is None:
        raise ui.Failure(f"--mem {options.mem}: a size is a number with M or G, such as 256M")
    if options.timeout is not None:
        try:
            options.timeout = float(options.timeout)
        except ValueError:
            options.timeout = -1
        if not options.timeout > 0:
            raise ui.Failure("--timeout (or TERN_TIMEOUT): seconds, more than 0")
    if options.kernel not in ("tern", "linux") and not Path(options.kernel).is_file():
        raise ui.Failure(f"--kernel {options.kernel}: not 'tern', not 'linux', and not a file")
    if options.kernel == "linux" and options.debug:
        raise ui.Failure("--debug: Debian's Linux has no sanitizer build")
    if options.initrd not in (None, "none") and not Path(options.initrd).is_file():
        raise ui.Failure(f"--initrd {options.initrd}: no such file")
    if options.stdin and not options.command:
        raise ui.Failure("--stdin needs a command")
    if options.expect is not None and options.command:
        raise ui.Failure("--expect runs no command")
    options.add = [_addition(text) for text in options.add]


def _addition(text):
    host, colon, guest = text.rpartition(":")
    if not colon or not host:
        raise ui.Failure(f"--add {text}: give HOST:GUEST")
    if not guest.startswith("/"):
        raise ui.Failure(f"--add {text}: the guest's path must begin with '/'")
    if not os.path.lexists(host):
        raise ui.Failure(f"--add {text}: there is no {host}")
    if guest.endswith("/") and not os.path.isdir(host):
        guest += os.path.basename(host)
    elements = [element for element in guest.split("/") if element not in ("", ".")]
    if ".." in elements:
        raise ui.Failure(f"--add {text}: the guest's path must not contain '..'")
    return host, "/" + "/".join(elements)


def _kernel(options):
    if options.kernel == "linux":
        return toolchain.linux(options.arch) / "kernel"
    if options.kernel == "tern":
        return build.kernel(options.arch, options.debug, not options.no_build)
    return Path(options.kernel).absolute()


def _compress(data, form):
    if form == "gzip":
        return gzip.compress(data, compresslevel=6, mtime=0)
    if form == "zstd":
        return subprocess.run(["zstd", "-q", "-c", "-3"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return data


def _initrd(options, work, nonce, keyboard):
    if options.initrd == "none":
        return None
    if options.initrd:
        return Path(options.initrd).absolute()
    size = None
    if sys.stdout.isatty():
        size = os.get_terminal_size(1)
    stdin_bytes = sys.stdin.buffer.read() if options.stdin else None
    stdin = None
    if options.stdin:
        stdin = "file"
    elif not keyboard and not options.tty and options.command:
        stdin = "null"
    term = os.environ.get("TERM", "vt100") if keyboard else "vt100"
    request = rootfs.request(nonce, term, size if keyboard else None, stdin, options.command)
    directories = None
    if options.packages:
        base = packages.base(options.arch, options.packages)
        directories = (base / "directories").read_text().splitlines()
        data = (base / "initramfs.cpio").read_bytes()
    else:
        data = rootfs.base(options.arch, options.userland).read_bytes()
    data += rootfs.addition(options.add, request, stdin_bytes, directories)
    _choose_memory(options, len(data))
    path = work / "initrd.img"
    path.write_bytes(_compress(data, options.initramfs_format))
    return path


def _choose_memory(options, initrd_bytes):
    """Where --mem is not given and a root of packages does not fit: as much as it needs, and say so."""
    if options.packages and options.mem is None:
        options.mem = f"{MEGABYTES_TO_RUN_IN + ROOT_COPIES * (initrd_bytes >> 20)}M"
        ui.say(f"the root of packages is {initrd_bytes >> 20} MiB: the machine gets {options.mem} of memory (--mem says otherwise)")


def _log_file(options):
    """The file for kernel messages; of those that we name ourselves, only the newest are kept."""
    if options.log:
        return Path(options.log).absolute()
    folder = cache.REPOSITORY / "build" / "run"
    folder.mkdir(parents=True, exist_ok=True)
    def age(path):
        try:
            return path.stat().st_mtime
        except OSError:
            return 0
    for old in sorted(folder.glob("*.log"), key=age)[:-LOGS_KEPT]:
        old.unlink(missing_ok=True)
    kernel = options.kernel if options.kernel in ("tern", "linux") else "image"
    return folder / f"{kernel}-{options.arch}-{time.strftime('%H%M%S')}-{os.getpid()}.log"


def _owns_the_terminal():
    try:
        return sys.stdin.isatty() and sys.stdout.isatty() and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


def _last_messages(messages, lines=8):
    text = [line.rstrip() for line in messages.decode(errors="replace").splitlines() if line.strip()]
    return "\n".join("  | " + line for line in text[-lines:])


def _show(data):
    sys.stderr.buffer.write(data if data.endswith(b"\n") else data + b"\n")
    sys.stderr.buffer.flush()


def _verdict(options, log, ended):
    """The exit status of this tool, after saying what went wrong outside the command."""
    run = ended.run
    if ended.status != 0 and not run.heard:
        raise ui.Failure(f"QEMU did not start:\n{ended.complaints.decode(errors='replace').strip()}")
    if options.expect is not None and options.expect.encode() in (run.panic_text or run.heard):
        return 0
    if run.panic_at is not None:
        ui.say(f"the kernel crashed (log: {log})")
        if not options.verbose:
            _show(run.panic_text)
        return ui.EXIT_CRASH
    last = "" if options.verbose else "; its last messages:\n" + _last_messages(run.messages)
    if options.expect is not None:
        problem = "timed out" if ended.late else "stopped"
        ui.say(f"the machine {problem} without printing '{options.expect}' (log: {log}){last}")
        return ui.EXIT_TIMEOUT if ended.late else ui.EXIT_CRASH
    if run.status is not None:
        return run.status
    if ended.late:
        when = ", and the command had not started" if run.phase == run.BOOT else ""
        ui.say(f"timed out after {options.timeout:g} s{when} (log: {log}){last}")
        return ui.EXIT_TIMEOUT
    if not options.command and run.phase == run.PROGRAM:
        return 0  # left with Ctrl-A X
    what = "before the command started" if run.phase == run.BOOT else "while the command ran"
    ui.say(f"the machine stopped {what} (log: {log}){last}")
    return ui.EXIT_CRASH


def main(words):
    options = _parse(words)
    keyboard = _owns_the_terminal() and options.expect is None and not options.stdin
    interactive = not options.command and options.expect is None
    if interactive and not keyboard and not options.tty:
        raise ui.Failure("a shell needs a terminal on standard input and output; to run a command, give it after '--'")
    kernel = _kernel(options)
    work = cache.Workspace("run")
    try:
        nonce = secrets.token_hex(8)
        initrd = _initrd(options, work.path, nonce, keyboard)
        board = machine.Machine(options.arch, options.smp, options.mem or DEFAULT_MEMORY, icount=options.icount, gdb=options.gdb,
                                gic=options.gic, extra=[word for text in options.qemu for word in shlex.split(text)])
        linux = options.kernel == "linux"
        command_line = machine.kernel_arguments(options.arch, linux, options.icount, options.append)
        command = board.command(keyboard) + bootmedia.arguments(options.boot, board, work.path, kernel, initrd,
                                                                command_line, linux)
        log = _log_file(options)
        log.unlink(missing_ok=True)
        # QEMU's own translation races with Linux's code patching: one boot in some dozens hangs or dies. That is no answer.
        attempts = LINUX_BOOTS if linux and options.command and not options.icount and not options.gdb else 1
        for left in reversed(range(attempts)):
            ended = _run(options, command, nonce, log, keyboard, LINUX_BOOT_SECONDS if left else None)
            if not left or ended.run.phase != session.Session.BOOT or ended.status != 0:
                break
            ui.say(f"Linux did not boot, as happens in QEMU: trying again (log: {log})")
        return _verdict(options, log, ended)
    finally:
        work.close()


def _run(options, command, nonce, log, keyboard, boot_limit):
    """One attempt: the session as it ended."""
    interactive = not options.command and options.expect is None
    with open(log, "ab") as sink:
        sink.write(("$ " + shlex.join(command) + "\n").encode())
        if options.verbose:
            ui.say(shlex.join(command))
        if interactive and keyboard:
            ui.say(f"booting {options.kernel} on {options.arch}; Ctrl-A X leaves at any time, 'exit' powers off")
        if options.gdb:
            ui.say(f"waiting for a debugger: gdb-multiarch -ex 'target remote :{options.gdb}' {_symbols(options)}")
        run = session.Session(nonce.encode(), sink, options.verbose, hold_panic=not interactive)
        try:
            ended = session.run(command, run, options.timeout, boot_limit, keyboard, interactive)
        except ui.Interrupted:
            if not interactive and not options.verbose:  # a kernel that hangs may have said why
                ui.say(f"ended from outside (log: {log}); the kernel's last messages:\n" + _last_messages(run.messages))
            raise
        sink.write(ended.complaints)
        if run.panic_at is not None and run.panic_text not in run.messages:
            sink.write(run.panic_text)
    return ended


def _symbols(options):
    preset = f"{options.arch}-debug" if options.debug else options.arch
    return cache.REPOSITORY / "build" / preset / "tern.elf"
