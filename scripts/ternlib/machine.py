# SPDX-License-Identifier: MIT
"""The QEMU machine of each architecture, and the kernel command line that goes with it."""

import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path

CONSOLE = {"x86_64": "ttyS0", "arm64": "ttyAMA0", "riscv64": "ttyS0"}
KERNEL_FILE = {"x86_64": "tern.elf", "arm64": "Image", "riscv64": "Image"}
BOOT_PATHS = {
    "x86_64": ("direct", "grub", "grub-efi"),
    "arm64": ("direct", "uboot"),
    "riscv64": ("direct", "uboot"),
}
OVMF_CODE = Path("/usr/share/OVMF/OVMF_CODE.fd")
OVMF_VARIABLES = Path("/usr/share/OVMF/OVMF_VARS.fd")
UBOOT = {
    "arm64": Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin"),
    "riscv64": Path("/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin"),
}

# What Linux is given so that it is at its fastest, and the same in every run (performance.md).
LINUX_TUNED = ("mitigations=off kpti=off init_on_alloc=0 init_on_free=0 hardened_usercopy=off audit=0 lsm= apparmor=0 "
               "selinux=0 nowatchdog nokaslr norandmaps randomize_kstack_offset=off")


@dataclass
class Machine:
    arch: str
    processors: int
    memory: str
    icount: bool = False
    gdb: bool = False
    gic: int = 3
    extra: list = field(default_factory=list)

    def _board(self):
        if self.arch == "x86_64":
            # QEMU counts each round of `rep movs` as an instruction, and its cmpxchg16b damages AF: not for counting.
            cpu = "max,-la57,-cx16,-erms,-fsrm" if self.icount else "max,-la57"
            return ["qemu-system-x86_64", "-M", "q35", "-cpu", cpu,
                    "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
        if self.arch == "arm64":
            if self.icount:
                return ["qemu-system-aarch64", "-M", f"virt,gic-version={self.gic},dtb-randomness=off",
                        "-cpu", "cortex-a72"]
            return ["qemu-system-aarch64", "-M", f"virt,gic-version={self.gic}",
                    "-cpu", "max,sve=off,sme=off,pauth-impdef=on"]
        return ["qemu-system-riscv64", "-M", "virt", "-cpu", "rv64"]

    def command(self, interactive):
        """QEMU's words up to what it boots. Interactive: Ctrl-A is QEMU's key, with Ctrl-A X to leave."""
        words = [*self._board(), "-m", self.memory, "-smp", str(self.processors), "-nic", "none", "-no-reboot",
                 "-display", "none", "-monitor", "none", "-parallel", "none",
                 "-chardev", f"stdio,id=console,signal=off,mux={'on' if interactive else 'off'}",
                 "-serial", "chardev:console"]
        if interactive:
            words[words.index("-monitor"):words.index("-monitor") + 2] = ["-mon", "chardev=console,mode=readline"]
        if self.arch == "x86_64":
            words += ["-vga", "none"]
        if self.icount:
            words += ["-icount", "shift=0,sleep=off", "-seed", "1", "-rtc", "base=2026-01-01T00:00:00,clock=vm"]
        if self.gdb:
            words += ["-gdb", f"tcp:127.0.0.1:{self.gdb}", "-S"]
        return words + self.extra + shlex.split(os.environ.get("TERN_QEMU_ARGS", ""))


def kernel_arguments(arch, linux, icount, append):
    words = [f"console={CONSOLE[arch]}"]
    if linux:
        # `panic=-1` reboots at once, which QEMU turns into an exit.
        words += ["rdinit=/init", "panic=-1"]
        if icount:
            words.append(LINUX_TUNED)
    return " ".join(words + append)


def memory_megabytes(text):
    """A size such as 256M or 1G in MiB, or None when it is not one."""
    units = {"M": 1, "G": 1024}
    number, unit = (text[:-1], text[-1].upper()) if text and not text[-1].isdigit() else (text, "M")
    if not number.isdigit() or unit not in units or int(number) == 0:
        return None
    return int(number) * units[unit]
