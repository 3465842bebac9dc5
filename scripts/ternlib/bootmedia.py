# SPDX-License-Identifier: MIT
"""What QEMU boots for each boot path: a kernel and an initrd handed over directly, a GRUB disc, or a U-Boot disk."""

import os
import shlex
import shutil

from . import ui
from .machine import OVMF_CODE, OVMF_VARIABLES, UBOOT


def arguments(boot, machine, work, kernel, initrd, command_line, linux):
    """QEMU arguments for a boot path; files it needs are made in the private folder `work`."""
    if boot == "direct":
        words = ["-kernel", str(kernel), "-append", command_line]
        return words + (["-initrd", str(initrd)] if initrd else [])
    if boot in ("grub", "grub-efi"):
        return _grub(boot, work, kernel, initrd, command_line, linux)
    return _uboot(machine.arch, work, kernel, initrd, command_line)


def _words(command_line):
    """The words of a command line; quotes hold one together, as the kernel and GRUB's own output have it."""
    try:
        return shlex.split(command_line)
    except ValueError:
        return command_line.split()


def _grub_quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def _grub(boot, work, kernel, initrd, command_line, linux):
    tree = work / "disc"
    (tree / "boot/grub").mkdir(parents=True)
    shutil.copy(kernel, tree / "boot/kernel")
    words = " ".join(_grub_quoted(word) for word in _words(command_line))
    load, module = ("linux", "initrd") if linux else ("multiboot2", "module2")
    lines = ["serial --unit=0 --speed=115200", "terminal_input serial", "terminal_output serial",
             f"{load} /boot/kernel {words}"]
    if initrd:
        shutil.copy(initrd, tree / "boot/initrd.img")
        lines.append(f"{module} /boot/initrd.img")
    (tree / "boot/grub/grub.cfg").write_text("\n".join([*lines, "boot"]) + "\n")
    disc = work / "disc.iso"
    ui.command(["grub-mkrescue", "-o", disc, tree, "--", "-volid", "TERN"],
               env={**os.environ, "TMPDIR": str(work)})
    words = ["-drive", f"file={disc},format=raw,if=none,id=disc,readonly=on", "-device", "virtio-blk-pci,drive=disc"]
    if boot == "grub-efi":
        variables = work / "efi-variables.fd"
        shutil.copy(OVMF_VARIABLES, variables)
        words += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={OVMF_CODE}",
                  "-drive", f"if=pflash,format=raw,unit=1,file={variables}"]
    return words


def _uboot(arch, work, kernel, initrd, command_line):
    tree = work / "disk"
    (tree / "extlinux").mkdir(parents=True)
    shutil.copy(kernel, tree / "Image")
    lines = ["DEFAULT tern", "TIMEOUT 1", "LABEL tern", "  KERNEL /Image"]
    if initrd:
        shutil.copy(initrd, tree / "initrd.img")
        lines.append("  INITRD /initrd.img")
    lines.append(f"  APPEND {command_line}")
    (tree / "extlinux/extlinux.conf").write_text("\n".join(lines) + "\n")

    size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file())
    megabytes = size // 1048576 * 5 // 4 + 16
    part, disk = work / "part.ext4", work / "disk.img"
    ui.command(["mke2fs", "-q", "-t", "ext4", "-E", "root_owner=0:0", "-d", tree, part, f"{megabytes}M"])
    with open(disk, "wb") as image, open(part, "rb") as contents:
        image.truncate((megabytes + 2) * 1048576)
        image.seek(1048576)
        shutil.copyfileobj(contents, image, 1048576)
    script = work / "partitions"
    script.write_text("label: dos\nstart=1MiB, type=83, bootable\n")
    with open(script, "rb") as partitions:
        ui.command(["sfdisk", "-q", disk], source=partitions)
    firmware = ["-bios", str(UBOOT[arch])] if arch == "arm64" else ["-kernel", str(UBOOT[arch])]
    return [*firmware, "-drive", f"file={disk},format=raw,if=none,id=disk", "-device", "virtio-blk-device,drive=disk"]
