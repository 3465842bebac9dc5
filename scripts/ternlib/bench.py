# SPDX-License-Identifier: MIT
"""scripts/bench: guest instructions per operation on Tern and on Linux, from the same binary in the same QEMU."""

import argparse
import json
import math
import subprocess
import sys

from . import cache, rootfs, toolchain, ui

USAGE = "scripts/bench [options]"
DESCRIPTION = """\
Runs userland/bench on Tern and on tuned Linux under QEMU's instruction clock, and prints instructions per operation side
by side. Linux's numbers are cached by the hash of its kernel, the benchmark and the root file system.

Two rows have another unit. `boot` is millions of instructions from power-on (firmware included, on both sides) to the
first instruction of process 1, with the benchmark itself as process 1. `memory` is how many MiB of 256 are absent from
MemAvailable when the benchmark starts, the root file system's own files not counted.
"""
MEMORY = 256
SECONDS = 900


def _arguments(words):
    parser = argparse.ArgumentParser(usage=USAGE, description=DESCRIPTION, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", action="append", metavar="ARCH", help="repeatable; default: all three")
    parser.add_argument("--only", action="append", default=[], metavar="ROW", help="only these rows (repeatable)")
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE ('-': standard output, without the table)")
    parser.add_argument("--check", action="store_true", help="exit 1 when a row costs more than on Linux, or is missing")
    parser.add_argument("--linux", action="store_true", help="measure Linux only")
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


def _run(arch, kernel, more, *words):
    """Standard output of scripts/run under the instruction clock."""
    command = [cache.REPOSITORY / "scripts" / "run", arch, "--kernel", kernel, "--icount", "--mem", f"{MEMORY}M",
               "--timeout", str(SECONDS), *more, *words]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise ui.Failure(f"the benchmark on {kernel} ({arch}) ended with status {done.returncode}; it had printed:\n"
                         + done.stdout.decode(errors="replace")[-1000:])
    return done.stdout.decode(errors="replace")


def _file_pages(archive):
    """MiB of the root file system's files: the archive is little else."""
    return archive.stat().st_size / 1048576


def measure(arch, kernel, only, no_build):
    """{row: instructions per operation, or None when the kernel lacks it}, with `boot` and `memory`."""
    binary = program(arch)
    base = rootfs.base(arch, "tern")
    build = ["--no-build"] if no_build and kernel == "tern" else []
    results = {}
    if not only or set(only) - {"boot", "memory"}:
        names = [name for name in only if name not in ("boot", "memory")]
        with ui.step(f"measuring {kernel} on {arch}"):
            text = _run(arch, kernel, [*build, "--add", f"{binary}:/bin/bench"], "--", "bench", *names)
        for line in text.splitlines():
            words = line.split()
            if words[:1] == ["row"]:
                results[words[1]] = None if words[2] == "unsupported" else int(words[3]) / int(words[2])
            elif words[:1] == ["memory"]:
                absent = MEMORY - int(words[2]) / 1024 - _file_pages(base) - binary.stat().st_size / 1048576
                results["memory"] = absent
    if not only or "boot" in only:
        with cache.Workspace("bench") as work:
            log = work / "log"
            _run(arch, kernel, ["--no-build"] if build else [],
                 "--add", f"{binary}:/init", "--expect", "boot ", "--log", log)
            for line in log.read_text(errors="replace").splitlines():
                if line.startswith("boot "):
                    results["boot"] = int(line.split()[1]) / 1e6
    if only:
        results = {name: value for name, value in results.items() if name in only}
    return results


def linux_results(arch):
    """Linux's numbers, measured once for each kernel, benchmark and root file system."""
    key = cache.tree_hash(program(arch), rootfs.base(arch, "tern"))[:16]
    kept = cache.folder("oracle") / f"bench-{arch}-{toolchain.linux(arch).name[-8:]}-{key}.json"
    if not kept.exists():
        results = measure(arch, "linux", [], False)
        partial = kept.with_suffix(f".{id(results)}")
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
    names = [name for name in linux if name not in ("boot", "memory")] + ["boot", "memory"]
    print(f"\n{arch}: guest instructions per operation\n")
    print(f"{'operation':<18}{'Tern':>14}{'Linux':>14}{'ratio':>8}")
    ratios, behind = [], []
    for name in names:
        if name not in tern and tern:
            continue
        ours, theirs = tern.get(name), linux.get(name)
        ratio = _ratio(ours, theirs)
        shown = f"{ratio:.2f}" if ratio is not None else "-"
        unit = {"boot": "  million", "memory": "  MiB"}.get(name, "")
        print(f"{name:<18}{_number(ours):>14}{_number(theirs):>14}{shown:>8}{unit}")
        if theirs is not None and (ratio is None or ratio > 1):
            behind.append(name)
        if ratio and name not in ("boot", "memory"):
            ratios.append(ratio)
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"{'geometric mean':<18}{'':>14}{'':>14}{mean:>8.2f}  of {len(ratios)} rows")
    return behind


def main(words):
    options = _arguments(words)
    everything, behind = {}, []
    for arch in options.arch:
        linux = linux_results(arch)
        for name in options.only:
            if name not in linux:
                raise ui.Failure(f"no row is called '{name}' (there are: {' '.join(linux)})")
        tern = {} if options.linux else measure(arch, "tern", options.only, options.no_build)
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
