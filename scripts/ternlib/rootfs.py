# SPDX-License-Identifier: MIT
"""The root file system of a run: a cached base per architecture and user land, and a small archive of the run's own."""

import re
import stat

from . import cache, toolchain, ui
from .cpio import Archive

USERLAND = cache.REPOSITORY / "userland"
FOLDERS = {"dev": 0o755, "proc": 0o555, "sys": 0o555, "tmp": 0o1777, "root": 0o700, "run": 0o755, "mnt": 0o755,
           "var": 0o755, "var/log": 0o755, "var/tmp": 0o1777, "usr": 0o755, "home": 0o755}
# one folder of programs under all its usual names
PROGRAM_FOLDERS = ("sbin", "usr/bin", "usr/sbin")
# the links of our own base, and of one made of Debian's packages, with the folders they lead to
PROGRAM_LINKS = {name: "bin" for name in PROGRAM_FOLDERS}
MERGED_LINKS = {name: f"usr/{name}" for name in ("bin", "sbin", "lib", "lib64")}
# init is ours; linuxrc is an old name for the same job
NOT_LINKED = {"busybox", "init", "linuxrc"}


def make_init(output, arch, _source_hash, source):
    toolchain.compile_program(arch, output / "init", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Wshadow", "-Werror",
                              "-Wl,-s", source / "init.c")


def init(arch):
    source = USERLAND / "init"
    return cache.built(f"init-{arch}", make_init, (arch, cache.tree_hash(source), source), f"init for {arch}")


def applets(busybox):
    """The names a BusyBox answers to: its own sorted table of strings, which begins with `[` and `[[`."""
    table = re.search(rb"\[\0\[\[\0(?:[a-z0-9_.+-]+\0){50,}", busybox.read_bytes())
    if not table:
        raise ui.Failure(f"{busybox} has no table of applets")
    names = table[0].decode().rstrip("\0").split("\0")
    return [name for name in names if name not in NOT_LINKED]


def make_base(output, arch, program, own_init, _skeleton_hash):
    archive = Archive()
    for name, mode in FOLDERS.items():
        archive.directory(name, mode)
    # The kernel opens this one for process 1 before anything is mounted.
    archive.device("dev/console", stat.S_IFCHR | 0o600, 5, 1)
    archive.device("dev/null", stat.S_IFCHR | 0o666, 1, 3)
    archive.file("init", (own_init / "init").read_bytes(), 0o755)
    archive.file("bin/busybox", (program / "busybox").read_bytes(), 0o755)
    for name in applets(program / "busybox"):
        archive.link(f"bin/{name}", "busybox")
    for name in PROGRAM_FOLDERS:
        archive.link(name, "../" * name.count("/") + "bin")
    archive.tree(USERLAND / "rootfs", "")
    (output / "initramfs.cpio").write_bytes(archive.finish())


def base(arch, userland):
    """Path of the base archive: init, BusyBox under all its names, and userland/rootfs."""
    program = toolchain.debian_busybox(arch) if userland == "debian" else toolchain.busybox(arch)
    inputs = (arch, program, init(arch), cache.tree_hash(USERLAND / "rootfs"))
    made = cache.built(f"initramfs-{arch}-{userland}", make_base, inputs, f"root file system for {arch}")
    return made / "initramfs.cpio"


def request(nonce, term, size, stdin, command):
    """The file /.tern/request, which userland/init/init.c describes."""
    words = [f"nonce={nonce}", f"term={term}"]
    if size is not None:
        words += [f"columns={size[0]}", f"rows={size[1]}"]
    if stdin is not None:
        words.append(f"stdin={stdin}")
    words.append("--")
    words += command
    return b"".join(word.encode(errors="surrogateescape") + b"\0" for word in words)


def _real_place(guest, directories):
    """A guest path with the folders that are links in the base replaced by what they lead to."""
    links = MERGED_LINKS if directories else PROGRAM_LINKS
    for link, folder in links.items():
        if guest.startswith(f"/{link}/"):
            return f"/{folder}/" + guest.removeprefix(f"/{link}/")
    return guest


def addition(added, request_bytes, stdin_bytes, directories=None):
    """The run's own archive: --add files, the request for init, and the command's standard input. `directories` names the folders of
    a base made of packages; without, it is our own."""
    archive = Archive(existing=directories or {*FOLDERS, "bin", "etc"})
    for host, guest in added:
        archive.tree(host, _real_place(guest, directories))
    archive.directory(".tern", 0o700)
    archive.file(".tern/request", request_bytes)
    if stdin_bytes is not None:
        archive.file(".tern/stdin", stdin_bytes)
    return archive.finish()
