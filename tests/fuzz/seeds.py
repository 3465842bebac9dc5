#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the fuzzers' seeds: tests/fuzz/seeds.py FOLDER makes FOLDER/elf and FOLDER/initramfs."""

import gzip
import struct
import subprocess
import sys
from pathlib import Path

ELF_MACHINE = 243  # what the fake HAL of the host tests says


def elf(kind, segments):
    header = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", kind, ELF_MACHINE, 1, 0x10100, 64, 0, 0, 64, 56, len(segments), 64, 0, 0)
    return header + b"".join(struct.pack("<IIQQQQQQ", *segment) for segment in segments) + bytes(64)


def elves():
    load = (1, 5, 0, 0x10000, 0x10000, 0x1000, 0x1000, 0x1000)
    data = (1, 6, 0x1000, 0x12000, 0x12000, 0x800, 0x4000, 0x1000)
    yield "static", elf(2, [load, data, (0x6474E551, 6, 0, 0, 0, 0, 0, 16)])
    yield "pie", elf(3, [load, data])
    yield "dynamic", elf(3, [(3, 4, 0x100, 0x10100, 0x10100, 28, 28, 1), load, data])
    yield "high", elf(3, [(1, 5, 0, 0x7FFFFFFFE000, 0, 0x1000, 0x1000, 0x1000)])
    yield "aligned", elf(3, [(1, 7, 0x200000, 0x200000, 0, 1, 0x300000, 0x200000)])
    yield "many", elf(2, [load] * 64)


def member(name, mode, data=b"", ino=1, nlink=1):
    name = name.encode() + b"\0"
    fields = (ino, mode, 0, 0, nlink, 0, len(data), 0, 0, 0, 0, len(name), 0)
    out = b"070701" + b"".join(b"%08X" % field for field in fields) + name
    out += bytes(-len(out) % 4) + data
    return out + bytes(-len(out) % 4)


def archive(*members):
    return b"".join(members) + member("TRAILER!!!", 0)


def initramfs():
    plain = archive(member("dir", 0o40755), member("dir/file", 0o100644, b"hello\n"), member("link", 0o120777, b"dir/file"),
                    member("null", 0o20666), member("a", 0o100644, b"", 7, 2), member("b", 0o100644, b"shared", 7, 2))
    yield "plain", plain
    yield "two", plain + bytes(512) + plain
    yield "gzip", gzip.compress(plain)
    yield "mixed", plain + bytes(4) + gzip.compress(plain)
    yield "zstd", subprocess.run(["zstd", "-q", "-c"], input=plain, capture_output=True, check=True).stdout
    yield "bomb", gzip.compress(archive(member("zero", 0o100644, bytes(1 << 20))))


def main():
    for kind, seeds in (("elf", elves()), ("initramfs", initramfs())):
        folder = Path(sys.argv[1]) / kind
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds:
            (folder / name).write_bytes(data)


main()
