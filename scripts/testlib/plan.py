# SPDX-License-Identifier: MIT
"""The order of a whole test run: build, host, then each architecture through ctest; and the summary."""

import contextlib
import fnmatch
import json
import os
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import passes
import results
from results import FAILED, PASSED, REPORT, REPOSITORY, SKIPPED, Result
from ternlib import rootfs, toolchain, ui

ARCHES = ["x86_64", "arm64", "riscv64"]
SUITES = ["host", "kernel", "boot", "contracts", "differ", "busybox", "packages", "session", "stress", "tools"]
# The debug builds carry asserts and sanitizers: they run what exercises the kernel, and with --full everything but the tools.
DEBUG_SUITES = ["kernel", "contracts", "differ", "busybox", "stress"]
FULL_DEBUG_SUITES = [suite for suite in SUITES if suite not in ("host", "tools")]
# What runs on many processors at once, for the data-race detector.
RACE_SUITES = ["kernel", "contracts", "stress"]


def execute(options):
    start = time.monotonic()
    arches = [a for a in ARCHES if not options.arch or a in options.arch]
    wanted = [s for s in SUITES if not options.suite or s in options.suite]
    first = 1 in passes.numbers(options.passes or "1")
    if not first:
        wanted = [s for s in wanted if s != "host" and s not in passes.ALONE]
    presets = []
    for arch in arches:
        if not options.debug_only:
            presets.append((arch, [s for s in wanted if s != "host"]))
        if not options.no_debug:
            presets.append((f"{arch}-debug", [s for s in wanted if s in (FULL_DEBUG_SUITES if options.full else DEBUG_SUITES)]))
            if options.full and first:
                presets.append((f"{arch}-race", [s for s in wanted if s in RACE_SUITES]))
    presets = [(preset, names) for preset, names in presets if names]
    if options.owed:
        return passes.owed(presets)
    host = "host" in wanted and not options.debug_only
    REPORT.mkdir(parents=True, exist_ok=True)

    if wanted != ["host"]:
        prepare(arches)
    table = {}
    unbuilt = set()
    if not options.no_build:
        # The layer check reads the objects of all three, clang-tidy one compilation database.
        needed = list(dict.fromkeys([p for p, _ in presets] + (ARCHES + ["host"] if host else [])))
        run_side_by_side([lambda jobs, p=preset: {(p, "build"): [build(p)]} for preset in needed], table)
        for preset in needed:
            result = table[preset, "build"][0]
            if result.status == FAILED:
                unbuilt.add(preset)
                ui.say(f"{preset} does not build:\n{result.detail}")
    tasks = [lambda jobs, p=preset, n=names: run_preset(p, n, jobs) for preset, names in by_length(presets) if preset not in unbuilt]
    if host and "host" not in unbuilt:
        tasks.insert(max(0, len(tasks) - len(arches)), lambda jobs: run_host(options, jobs))
    with busy_loops(2 * os.cpu_count() + 1 if options.starve else 0):
        run_side_by_side(tasks, table)
    table = {(p, s): table[p, s] for p in ["host"] + [p for p, _ in presets] for s in ["build"] + SUITES if (p, s) in table}
    return summary(table, time.monotonic() - start)


def by_length(presets):
    """What takes longest begins: then two at a time end together."""
    return sorted(presets, key=lambda item: not item[0].endswith(("-debug", "-race")))


def run_side_by_side(tasks, table):
    """Two things run at any time: two presets, and two suites of the one that begins last."""
    with ThreadPoolExecutor(2) as pool:
        try:
            for found in pool.map(lambda task: task(2 if task is tasks[-1] else 1), tasks):
                table.update(found)
        except BaseException:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(running):
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)
            raise


running = []  # programs, with what they start, in sessions of their own
stopped = threading.Event()  # from outside: nothing more is told


def start_program(sink, *words):
    process = subprocess.Popen(words, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT if sink else None,
                               start_new_session=True)
    running.append(process)
    return process


@contextlib.contextmanager
def busy_loops(count):
    """--starve: beside the guests, so that a test which counts on the host's speed shows itself."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"], preexec_fn=ui.die_with_parent) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def prepare(arches):
    """Fetch and build what guests run before any suite's clock runs: two architectures at a time, for much of it waits for the network
    or runs on one processor."""
    def one(arch):
        if start_program(None, sys.executable, str(Path(__file__).parent), "--prepare", arch).wait():
            raise ui.Failure(f"what {arch}'s guests run could not be fetched or built")
        return {}

    run_side_by_side([lambda jobs, a=arch: one(a) for arch in arches], {})


def prepare_one(arch):
    rootfs.base(arch, "tern")
    if not os.environ.get("TERN_TEST_NO_ORACLE"):
        toolchain.linux(arch)
    return 0


def progress(preset, suite, found):
    if stopped.is_set():
        return
    seconds = sum(r.seconds for r in found)
    ui.say(f"{preset} {suite}: {results.one_line(found)} ({seconds:.0f} s)")
    for result in found:
        if result.status == FAILED:
            ui.say(f"  FAILED {result.name}" + (f": {results.first_line(result.detail)}" if result.detail else ""))


def build(preset):
    start = time.monotonic()
    log = REPORT / f"build-{preset}.log"
    with open(log, "wb") as sink:
        for command in (["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset]):
            if subprocess.run(command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT).returncode:
                text = log.read_text(errors="replace").splitlines()
                errors = [line for line in text if "error" in line.lower() or "FAILED" in line][:12] or text[-12:]
                return Result("build", FAILED, "\n".join(errors) + f"\n(whole log: {log})", time.monotonic() - start)
    seconds = time.monotonic() - start
    if seconds >= 2:
        ui.say(f"built {preset} in {seconds:.0f} s")
    return Result("build", PASSED, "", seconds)


def run_host(options, jobs):
    report = REPORT / "host.xml"
    report.unlink(missing_ok=True)
    with open(REPORT / "host.log", "wb") as log:
        start_program(log, "ctest", "--preset", "host", "-j", str(jobs), "--output-junit", str(report)).wait()
    if not report.is_file():
        return {("host", "host"): [Result("ctest", FAILED, (REPORT / "host.log").read_text(errors="replace")[-2000:])]}
    found = []
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = case.get("name")
        if options.only and not fnmatch.fnmatch(name, options.only):
            continue
        status = {"run": PASSED, "fail": FAILED}.get(case.get("status"), SKIPPED)
        if case.find("failure") is not None:
            status = FAILED
        output = case.findtext("system-out") or ""
        found.append(Result(name, status, output[-4000:] if status == FAILED else "", float(case.get("time") or 0)))
    progress("host", "host", found)
    return {("host", "host"): found}


def run_preset(preset, names, jobs):
    """Run a preset's suites through ctest; each leaves a JSON file of its own."""
    for name in names:
        results.path(preset, name).unlink(missing_ok=True)
    told = results.told(preset)
    told.unlink(missing_ok=True)
    pattern = "^(" + "|".join(names) + ")$"
    ui.say(f"{preset}: {' '.join(names)} ...")
    log = REPORT / f"ctest-{preset}.log"
    with open(log, "wb") as sink:
        process = start_program(sink, "ctest", "--preset", preset, "-j", str(jobs), "-R", pattern)
        shown, lines = set(), 0
        while True:
            ended = process.poll() is not None
            said = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
            for text in said[lines:]:
                ui.say(f"{preset} {text}")
            lines = len(said)
            for name in names:
                found = results.load(preset, name)
                if found is not None and name not in shown:
                    shown.add(name)
                    progress(preset, name, found)
            if ended:
                break
            time.sleep(0.3)
    table = {}
    for name in names:
        found = results.load(preset, name)
        if found is None:
            found = [Result(name, FAILED, f"the suite left no results (log: {log})\n" + log.read_text(errors="replace")[-1500:])]
            progress(preset, name, found)
        table[preset, name] = found
    return table


def summary(table, seconds):
    print()
    for preset in dict.fromkeys(p for p, _ in table):
        print(f"{preset}")
        for suite in dict.fromkeys(s for p, s in table if p == preset):
            counts = results.count(table[preset, suite])
            taken = sum(r.seconds for r in table[preset, suite])
            print(f"  {suite:12}{counts[PASSED]:5} passed {counts[FAILED]:4} failed {counts[SKIPPED]:4} skipped {taken:7.1f} s")
        for suite in dict.fromkeys(s for p, s in table if p == preset):
            for result in table[preset, suite]:
                if result.status == FAILED:
                    print(f"    FAILED {suite} {result.name}: {results.first_line(result.detail)}")
                elif result.detail.startswith(results.FLICKERED):
                    print(f"    flickers: {suite} {result.name}: {results.first_line(result.detail)}")
        print()
    if any(suite == "contracts" for _, suite in table):
        import contracts
        print(contracts.matrix(table))
    (REPORT / "results.json").write_text(json.dumps(
        {f"{p} {s}": [vars(r) for r in found] for (p, s), found in table.items()}, indent=1))
    failed_details(table)
    everything = [r for found in table.values() for r in found]
    print(f"{int(seconds) // 60} min {int(seconds) % 60} s; details of every failure: {os.path.relpath(REPORT)}/failures.txt")
    print(results.one_line(everything), flush=True)
    return 1 if results.count(everything)[FAILED] or not results.count(everything)[PASSED] else 0


def failed_details(table):
    with open(REPORT / "failures.txt", "w", encoding="utf-8") as file:
        for (preset, suite), found in table.items():
            for result in found:
                if result.status == FAILED:
                    file.write(f"==== {preset} {suite} {result.name}\n{result.detail}\n\n")
