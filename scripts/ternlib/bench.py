# SPDX-License-Identifier: MIT
"""scripts/bench: guest instructions per operation on Tern and on Linux, from the same binary in the same QEMU."""

import argparse
import bisect
import json
import math
import os
import struct
import subprocess
import sys
from pathlib import Path

from . import build, cache, rootfs, toolchain, ui

USAGE = "scripts/bench [options]"
DESCRIPTION = """\
Runs userland/bench on Tern and on tuned Linux under QEMU's instruction clock, and prints instructions per operation side
by side. Linux's numbers are cached by the hash of its kernel, the benchmark and the root file system.

Shell workloads contain instructions in user mode that no kernel removes: their rows count the kernel's part only, which a
QEMU plugin of ours separates; the whole is printed below each (`with user mode`) and has no part in the mean.

Two rows have another unit. `boot` is millions of instructions from the kernel's entry to the first instruction of
process 1 (the benchmark itself). `memory` is how many MiB of 256 are absent from MemAvailable when the benchmark starts,
the root file system's own files not counted.

`--profile ROW` says instead which of Tern's functions an operation's instructions are spent in, and `--events` what no
count of instructions shows: interrupts between processors, TLB flushes asked of others, and locks that were taken, per
operation on four processors. These differ from run to run.
"""
MEMORY = 256
SECONDS = 900
# rows whose user part is split off, and the name of the whole
WORKLOADS = ("pipe_grep", "sed_pipeline", "sort_uniq", "tar_extract")
WHOLE = " with user mode"
OTHER_UNITS = {"boot": "  million", "memory": "  MiB"}
# where QEMU's direct boot enters a kernel; an ELF kernel says it itself
ENTRY = {"x86_64": 0x100000, "arm64": 0x40200000, "riscv64": 0x80200000}


def _arguments(words):
    parser = argparse.ArgumentParser(usage=USAGE, description=DESCRIPTION, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", action="append", metavar="ARCH", help="repeatable; default: all three")
    parser.add_argument("--only", action="append", default=[], metavar="ROW", help="only these rows (repeatable)")
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE ('-': standard output, without the table)")
    parser.add_argument("--check", action="store_true", help="exit 1 when a row costs more than on Linux, or is missing")
    parser.add_argument("--linux", action="store_true", help="measure Linux only")
    parser.add_argument("--profile", metavar="ROW", help="instructions of one row by kernel function")
    parser.add_argument("--events", action="store_true", help="IPIs, remote TLB flushes and contended locks per operation, with four processors")
    parser.add_argument("--no-build", action="store_true", help="take the kernel as it is")
    options = parser.parse_args(words)
    options.arch = [toolchain.check_architecture(arch) for arch in options.arch or toolchain.ARCHITECTURES]
    return options


def make_program(output, arch, _source_hash, source):
    toolchain.compile_program(arch, output / "bench", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Wshadow", "-Werror",
                              "-Wl,-s", source / "bench.c")


def program(arch):
    source = rootfs.USERLAND / "bench"
    inputs = (arch, cache.tree_hash(source), source)
    return cache.built(f"bench-{arch}", make_program, inputs, f"the benchmark for {arch}") / "bench"


def _run(arch, kernel, *words):
    """Standard output of scripts/run under the instruction clock, with a kernel that is up to date."""
    command = [cache.REPOSITORY / "scripts" / "run", arch, "--kernel", kernel, "--icount", "--mem", f"{MEMORY}M",
               "--timeout", str(SECONDS), *(["--no-build"] if kernel == "tern" else []), *words]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise ui.Failure(f"the benchmark on {kernel} ({arch}) ended with status {done.returncode}; it had printed:\n"
                         + done.stdout.decode(errors="replace")[-1000:])
    return done.stdout.decode(errors="replace")


def _megabytes(path):
    return path.stat().st_size / 1048576


def make_plugin(output, _source_hash, source):
    ui.command(["clang-19", "-std=gnu17", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror",
                "-o", output / "count.so", source])


def plugin():
    source = Path(__file__).with_name("count.c")
    return cache.built("count", make_plugin, (cache.tree_hash(source), source), "QEMU plugin") / "count.so"


def _entry(arch, kernel):
    if arch != "x86_64" or kernel == "linux":
        return ENTRY[arch]
    with open(build.kernel(arch, False, False), "rb") as image:
        return struct.unpack_from("<Q", image.read(64), 24)[0]


def _marks(report):
    """[(word, count)] of the plugin's report."""
    return [(line.split()[0], int(line.split()[1])) for line in report.read_text().splitlines()]


def _measure_rows(arch, kernel, names, work):
    report = work / "report"
    text = _run(arch, kernel, "--add", f"{program(arch)}:/bin/bench", "--qemu", f"-plugin {plugin()},report={report}",
                "--", "bench", *names)
    # The first mark is the start of the program; then each row has one before and one after.
    user = [count for _, count in _marks(report)][1:]
    results = {}
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["row"]:
            before, after, *user = user
            _take_row(results, words, after - before)
        elif words[:1] == ["memory"]:
            files = _megabytes(rootfs.base(arch, "tern")) + _megabytes(program(arch))
            results["memory"] = MEMORY - int(words[2]) / 1024 - files
    return results


def _take_row(results, words, in_user_mode):
    name = words[1]
    if words[2] == "unsupported":
        results[name] = None
        return
    count, total = int(words[2]), int(words[3])
    if name in WORKLOADS:
        results[name] = (total - in_user_mode) / count
        results[name + WHOLE] = total / count
    else:
        results[name] = total / count


def _measure_boot(arch, kernel, work):
    report = work / "report"
    _run(arch, kernel, "--add", f"{program(arch)}:/init", "--expect", "booted", "--log", work / "log",
         "--qemu", f"-plugin {plugin()},report={report},entry={_entry(arch, kernel)}")
    marks = dict(reversed(_marks(report)))
    return (marks["mark"] - marks["entry"]) / 1e6


def measure(arch, kernel, only):
    """{row: instructions per operation, or None when the kernel lacks it}, with `boot` and `memory`."""
    results = {}
    with ui.step(f"measuring {kernel} on {arch}"), cache.Workspace("bench") as work:
        names = [name for name in only if name not in OTHER_UNITS]
        if names or "memory" in only or not only:
            results = _measure_rows(arch, kernel, names or only[:1], work)
        if "boot" in only or not only:
            results["boot"] = _measure_boot(arch, kernel, work)
    if only:
        results = {name: value for name, value in results.items() if name.removesuffix(WHOLE) in only}
    return results


def linux_results(arch):
    """Linux's numbers, measured once for each kernel, benchmark and root file system."""
    inputs = (program(arch), rootfs.base(arch, "tern"), plugin(), Path(__file__))
    key = cache.tree_hash(*inputs)[:16]
    kept = cache.folder("oracle") / f"bench-{arch}-{toolchain.linux(arch).name[-8:]}-{key}.json"
    if not kept.exists():
        results = measure(arch, "linux", [])
        partial = kept.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps(results, indent=1))
        partial.rename(kept)
    return json.loads(kept.read_text())


def _number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def _ratio(ours, theirs):
    return ours / theirs if ours is not None and theirs else None


def table(arch, tern, linux):
    """Prints one architecture's table; returns the names of the rows that cost more than on Linux or are missing."""
    names = [name for name in linux if name not in OTHER_UNITS] + list(OTHER_UNITS)
    print(f"\n{arch}: guest instructions per operation\n")
    print(f"{'operation':<18}{'Tern':>14}{'Linux':>14}{'ratio':>8}")
    ratios, behind = [], []
    for name in names:
        if name not in tern and tern:
            continue
        ours, theirs = tern.get(name), linux.get(name)
        ratio = _ratio(ours, theirs)
        shown = f"{ratio:.2f}" if ratio is not None else "-"
        label = WHOLE if name.endswith(WHOLE) else name
        print(f"{label:<18}{_number(ours):>14}{_number(theirs):>14}{shown:>8}{OTHER_UNITS.get(name, '')}")
        if theirs is not None and (ratio is None or ratio > 1):
            behind.append(name)
        if ratio and name not in OTHER_UNITS and not name.endswith(WHOLE):
            ratios.append(ratio)
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"{'geometric mean':<18}{'':>14}{'':>14}{mean:>8.2f}  of {len(ratios)} rows")
    return behind


def events(arch, only):
    """Prints what Tern's four processors did to each other, for the rows in which they did."""
    with ui.step(f"counting events on {arch}"):
        done = subprocess.run([cache.REPOSITORY / "scripts" / "run", arch, "--no-build", "--smp", "4", "--timeout", str(SECONDS),
                               "--add", f"{program(arch)}:/bin/bench", "--", "bench", "--events", *only],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, text=True)
    if done.returncode != 0:
        raise ui.Failure(f"the benchmark on {arch} ended with status {done.returncode}; it had printed:\n{done.stdout[-1000:]}")
    print(f"\n{arch}: events per operation, four processors (rows without any are left out)\n")
    print(f"{'operation':<18}{'IPIs':>10}{'flushes':>10}{'contended':>11}")
    for words in map(str.split, done.stdout.splitlines()):
        if words[:1] == ["events"] and any(int(word) * 100 >= int(words[2]) for word in words[3:]):
            print(f"{words[1]:<18}" + "".join(f"{int(word) / int(words[2]):>{width}.2f}" for word, width in zip(words[3:], (10, 10, 11))))


def _symbols(arch):
    """Addresses and names of the kernel's functions, sorted by address."""
    done = subprocess.run(["llvm-nm-19", cache.REPOSITORY / "build" / arch / "tern.elf"], capture_output=True, text=True, check=True)
    found = [line.split() for line in done.stdout.splitlines()]
    return sorted((int(words[0], 16), words[2]) for words in found if len(words) == 3 and words[1] in "tTwW" and not words[2].startswith(".L"))


def profile(arch, row):
    """Prints how many instructions of an operation each function of the kernel has."""
    with ui.step(f"profiling {row} on {arch}"), cache.Workspace("bench") as work:
        report = work / "report"
        text = _run(arch, "tern", "--add", f"{program(arch)}:/bin/bench", "--qemu",
                    f"-plugin {plugin()},report={report},profile=1", "--", "bench", row)
        count = next((int(words[2]) for words in map(str.split, text.splitlines()) if words[:2] == ["row", row]), 0)
        # Between the row's two marks, which are the last.
        section = report.read_text().split("mark")[2]
    if not count:
        raise ui.Failure(f"no row is called '{row}'")
    symbols = _symbols(arch)
    addresses = [address for address, _ in symbols]
    spent = {}
    for words in map(str.split, section.splitlines()):
        if words[:1] == ["block"]:
            at = bisect.bisect_right(addresses, int(words[1])) - 1
            spent[symbols[at][1]] = spent.get(symbols[at][1], 0) + int(words[2])
    print(f"\n{arch}: {row}, {sum(spent.values()) / count:,.1f} instructions in the kernel\n")
    for name, instructions in sorted(spent.items(), key=lambda item: -item[1]):
        if instructions / count >= 0.5:
            print(f"{instructions / count:12,.1f}  {name}")


def main(words):
    options = _arguments(words)
    if options.profile or options.events:
        for arch in options.arch:
            build.kernel(arch, False, not options.no_build)
            if options.profile:
                profile(arch, options.profile)
            else:
                events(arch, options.only)
        return 0
    everything, behind = {}, []
    for arch in options.arch:
        linux = linux_results(arch)
        for name in options.only:
            if name not in linux:
                raise ui.Failure(f"no row is called '{name}' (there are: {' '.join(linux)})")
        tern = {}
        if not options.linux:
            build.kernel(arch, False, not options.no_build)
            tern = measure(arch, "tern", options.only)
        everything[arch] = {"tern": tern, "linux": linux}
        if options.json != "-":
            behind += [f"{arch}/{name}" for name in table(arch, tern, linux)]
            sys.stdout.flush()
    if options.json == "-":
        print(json.dumps(everything, indent=1))
    elif options.json:
        with open(options.json, "w", encoding="ascii") as sink:
            json.dump(everything, sink, indent=1)
    if options.check and behind:
        ui.say(f"dearer than on Linux, or missing: {' '.join(behind)}")
        return 1
    return 0
