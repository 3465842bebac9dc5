# SPDX-License-Identifier: MIT
"""Every way to boot, every number of processors, and what a person reads when booting is impossible."""

import gzip
import os
import re

import guest
from results import FAILED, PASSED, Result
from suites import wanted
from ternlib import cache, cpio, machine

UNAME = {"x86_64": "x86_64", "arm64": "aarch64", "riscv64": "riscv64"}
# What the kernel says when it gives up: one line with the reason.
GIVES_UP = re.compile(r"tern: cannot boot: .+|\*\*\* tern panic: .+")


def boots(preset, name, *options, processors=2, timeout=90, script=None, want=None):
    """A boot to user space in which `script` prints `want`."""
    arch, _ = guest.split_preset(preset)
    script = script or "uname -sm; grep -c ^processor /proc/cpuinfo; nproc"
    want = want if want is not None else f"Linux {UNAME[arch]}\n{processors}\n{processors}\n"
    outcome = guest.run(preset, *options, command=("sh", "-c", script), processors=processors, timeout=timeout)
    if outcome.status == 0 and outcome.output == want:
        return Result(name, PASSED, "", outcome.seconds)
    why = guest.panic_line(outcome.errors) or f"status {outcome.status}, printed {outcome.output!r}, not {want!r}"
    return Result(name, FAILED, f"{why}\n{outcome.tail(30)}", outcome.seconds)


def gives_up(preset, name, *options, pattern=GIVES_UP, timeout=30):
    """A boot that cannot succeed: the kernel says why in one line and powers off by itself."""
    outcome = guest.run(preset, *options, "--verbose", "--expect", "no such text", timeout=timeout)
    text = outcome.errors + outcome.output
    said = pattern.search(text)
    if outcome.status == guest.TIMED_OUT:
        return Result(name, FAILED, f"the machine did not power off; it said: {said[0] if said else 'nothing'}\n{outcome.tail(20)}", outcome.seconds)
    if not said:
        return Result(name, FAILED, f"no line says why\n{outcome.tail(20)}", outcome.seconds)
    return Result(name, PASSED, said[0].strip(), outcome.seconds)


def reports_fault(preset, name, processors):
    """A kernel fault, with a lock held and interrupts off, is told in full: what, where, who, and what lies around the address."""
    wanted_lines = [r"\*\*\* tern panic: .* at address 0000000000000000, pc [0-9a-f]{16} sysrq_crash\+0x", r'cpu \d, thread \d+ "\w+"', r"backtrace:",
                    r"  [0-9a-f]{16} sysrq_crash\+0x", r"  [0-9a-f]{16} \w*write\w*\+0x", r"memory map around the address:",
                    r"  \(the address lies in no mapping\)", r"  [0-9a-f]{16}-[0-9a-f]{16} r-xp busybox", r"\*\*\* end of report"]
    outcome = guest.run(preset, "--verbose", command=("sh", "-c", "echo c > /proc/sysrq-trigger"), processors=processors)
    text = outcome.errors + outcome.output
    missing = [pattern for pattern in wanted_lines if not re.search(pattern, text)]
    if outcome.status != guest.CRASHED:
        missing.insert(0, f"status {guest.CRASHED} of scripts/run (it was {outcome.status})")
    if missing:
        return Result(name, FAILED, f"the report lacks {missing[0]}\n{outcome.tail(60)}", outcome.seconds)
    return Result(name, PASSED, "", outcome.seconds)


def cases(preset, work):
    arch, _ = guest.split_preset(preset)
    for path in machine.BOOT_PATHS[arch]:
        yield f"path/{path}", lambda name, path=path: boots(preset, name, "--boot", path, timeout=120)
    for processors in (1, 2, 4, 8):
        yield f"smp/{processors}", lambda name, n=processors: boots(preset, name, processors=n)
    for form in ("gzip", "zstd"):
        yield f"initramfs/{form}", lambda name, form=form: boots(preset, name, "--initramfs-format", form)
    yield "memory/64M", lambda name: boots(preset, name, "--mem", "64M")
    yield "memory/3G", lambda name: boots(preset, name, "--mem", "3G", script="free -m | awk '/^Mem/ { print ($2 > 2800) }'", want="1\n")
    yield "userland/debian", lambda name: boots(preset, name, "--userland", "debian", script="busybox echo hello", want="hello\n")
    if arch == "arm64":
        yield "gic/2", lambda name: boots(preset, name, "--gic", "2")
        yield "el2", lambda name: boots(preset, name, "--qemu", "-machine virtualization=on")
        yield "cpu/cortex-a72", lambda name: boots(preset, name, "--qemu", "-cpu cortex-a72")
    if arch == "riscv64":
        yield "mmu/sv39", lambda name: boots(preset, name, "--append", "hal.mmu=sv39")
    if arch == "x86_64":
        yield "cpu/qemu64", lambda name: boots(preset, name, "--qemu", "-cpu qemu64")
        yield "fails/cpu-32-bit", lambda name: gives_up(preset, name, "--qemu", "-cpu pentium3")
    # What reclaim meets on hardware without its own accessed and dirty bits.
    yield "no-hw-ad", lambda name: boots(preset, name, "--append", "hal.no_hw_ad")

    for processors in (1, 2):
        yield f"fault-report/smp-{processors}", lambda name, n=processors: reports_fault(preset, name, n)

    corrupt = work / "corrupt.img"
    corrupt.write_bytes(b"070701 this is not an archive" * 100)
    truncated = work / "truncated.img"
    truncated.write_bytes(b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + os.urandom(2000))
    yield "fails/no-initramfs", lambda name: gives_up(preset, name, "--initrd", "none")
    yield "fails/corrupt-cpio", lambda name: gives_up(preset, name, "--initrd", str(corrupt))
    yield "fails/corrupt-gzip", lambda name: gives_up(preset, name, "--initrd", str(truncated))
    yield "fails/no-init", lambda name: gives_up(preset, name, "--append", "rdinit=/does/not/exist")
    yield "fails/unknown-option", lambda name: gives_up(preset, name, "--append", "tern.bogus=1", pattern=re.compile(r"cannot boot: .*tern\.bogus.*"))
    # Unpacked, the archive's one file is larger than the memory.
    archive = cpio.Archive()
    archive.file("init", b"\0" * (64 << 20), 0o755)
    large = work / "large.img"
    large.write_bytes(gzip.compress(archive.finish()))
    yield "fails/too-little-memory", lambda name: gives_up(preset, name, "--mem", "48M", "--initrd", str(large))


def run(preset):
    with cache.Workspace("boot") as work:
        for name, test in cases(preset, work):
            if wanted(name):
                yield test(name)
