# SPDX-License-Identifier: MIT
"""Python's own regression suite on Tern and on Linux with the same root file system, case by case.

A case that passes on Linux and not on Tern is a failure; that it is skipped here and passes there is one, too. What Tern lacks as a
whole are all sockets but AF_UNIX: whether that alone is why a case differs, Linux says itself, by running it behind a filter that
refuses such sockets. If it then ends in the same way, it is counted apart. Linux's answers are kept in the cache by module.
"""

import hashlib
import json
import os
import re
import shutil

import guest
from audit import Audit
from results import FAILED, PASSED, REPORT, REPOSITORY, SKIPPED, Result
from ternlib import cache, packages, toolchain

PROGRAMS = REPOSITORY / "tests" / "programs"
RUNNER = "python_cases.py"
PACKAGES = "bash,coreutils,dash,libpython3.13-testsuite,procps,python3"
CASE_SECONDS = 100
SILENCE = 300  # without a line for so long, the guest hangs
BOOTS = 4

# Always, and with --full. Each is a module of Python's package `test`.
QUICK_MODULES = ["test_poll", "test_epoll", "test_wait3", "test_wait4", "test_fork1"]
FULL_MODULES = QUICK_MODULES + """
    test_fcntl test_mmap test_openpty test_os test_posix test_pty test_resource test_select test_selectors test_shutil test_signal
    test_stat test_tempfile test_thread test_threading test_threadsignals test_time test_tty test_subprocess test_socket
    test_asyncio.test_base_events test_asyncio.test_events test_asyncio.test_futures test_asyncio.test_locks test_asyncio.test_queues
    test_asyncio.test_runners test_asyncio.test_selector_events test_asyncio.test_subprocess test_asyncio.test_tasks
    test_asyncio.test_unix_events test_concurrent_futures.test_as_completed test_concurrent_futures.test_init
    test_concurrent_futures.test_process_pool test_concurrent_futures.test_shutdown test_concurrent_futures.test_thread_pool
    test_concurrent_futures.test_wait test_eintr test_faulthandler test_io""".split()
FULL_MODULES += [f"test_multiprocessing_{start}.test_{part}" for start in ("fork", "forkserver", "spawn")
                 for part in ("manager", "misc", "processes", "threads")]

CASE = re.compile(r"@@case (.*) (ok|skip|fail|error|hang|crash|xfail|xpass) ([\d.]+)$")
MISSING = ("missing", "")
GOOD = ("ok", "skip", "xfail")
APART = "ask for sockets other than AF_UNIX, and end so on Linux without them"


def run_modules(preset, modules, linux, audit=None, local_only=False, again=False, on_done=lambda module, cases: None):
    """Run {module: wanted cases, or None for all}: {case: (status, seconds, text)} and {module: seconds}, over as many boots as it
    takes. on_done hears of each module that ran to its end."""
    cases, done, remaining, audit = {}, {}, dict(modules), audit or Audit()
    REPORT.mkdir(parents=True, exist_ok=True)
    kind = ("-linux" if linux else "") + ("-local" if local_only else "") + ("-again" if again else "")
    log = open(REPORT / f"python-{preset}{kind}.log", "w", encoding="utf-8")
    for _ in range(BOOTS):
        current, last = None, None

        def line(text):
            nonlocal current, last
            print(text, file=log, flush=True)
            if audit.line(text):
                return
            if text.startswith("@@module "):
                current = text.split()[1]
            elif text.startswith("@@done "):
                done[current] = float(text.split()[2])
                if f"test.{current}" not in cases:  # else it stopped outside any case, which is no end
                    on_done(current, of_module(cases, current))
                current = None
            elif case := CASE.match(text):
                last = case[1]
                cases[last] = (case[2], float(case[3]), "")
            elif text.startswith("| ") and last:
                status, seconds, said = cases[last]
                cases[last] = (status, seconds, said + text[2:] + "\n")

        with cache.Workspace("python") as work:
            tree = work / "programs"
            tree.mkdir()
            shutil.copy(PROGRAMS / RUNNER, tree)
            (tree / "plan").write_text(json.dumps({"seconds": CASE_SECONDS, "modules": remaining, "local_only": local_only}))
            audited, command = audit.around(preset, linux, ("python3", f"/programs/{RUNNER}", "/programs/plan"), before="python3 -c 0")
            options = ["--packages", PACKAGES, "--add", f"{tree}:/programs", *audited] + (["--kernel", "linux"] if linux else [])
            status, errors = guest.follow(guest.words(preset, *options, command=command), SILENCE, line)
        remaining = {module: wanted for module, wanted in remaining.items() if module not in done}
        if not remaining:
            break
        why = guest.panic_line(errors) or ("the guest hung" if status is None else f"the machine stopped (status {status})")
        broken = current or next(iter(remaining))
        cases[f"test.{broken}"] = ("crash", 0, why + "\n" + errors[-3000:])
        done[broken] = 0
        del remaining[broken]
        if not remaining:
            break
    log.close()
    return cases, done


def of_module(cases, module):
    """The module's part of {case: ...}; a failed set-up is named `setUpClass (test.test_os.Class)`."""
    def belongs(case):
        name = re.sub(r"^\w+ \((.*)\)$", r"\1", case)
        return name == f"test.{module}" or name.startswith((f"test.{module}.", f"unittest.loader._FailedTest.{module}"))
    return {case: result for case, result in cases.items() if belongs(case)}


def _oracle_place(arch, *inputs):
    root = (packages.base(arch, packages.parse(PACKAGES)) / "packages").read_text()  # a newer package asks Linux again
    words = [cache.file_hash(toolchain.linux(arch) / "kernel"), root, cache.file_hash(PROGRAMS / RUNNER), *map(str, inputs)]
    key = hashlib.sha256("\0".join(words).encode()).hexdigest()[:24]
    return cache.folder("oracle") / f"{arch}-packages-python-{key}.json"


def linux_cases(arch, modules):
    """Linux's cases of these modules; those of a module that did not run to its end are no answer."""
    known = {}
    places = {module: _oracle_place(arch, module) for module in modules}
    missing = {module: None for module, place in places.items() if not place.is_file()}
    if missing and not os.environ.get("TERN_TEST_NO_ORACLE"):
        run_modules(arch, missing, True, on_done=lambda module, cases: places[module].write_text(json.dumps(cases)))
    for place in places.values():
        if place.is_file():
            known.update({case: tuple(result) for case, result in json.loads(place.read_text()).items()})
    return known


def linux_without_inet(arch, wanted):
    """What {module: cases} end with on Linux when it refuses all sockets but AF_UNIX."""
    known = {}
    places = {module: _oracle_place(arch, module, "local", *cases) for module, cases in wanted.items()}
    missing = {module: wanted[module] for module, place in places.items() if not place.is_file()}
    if missing and not os.environ.get("TERN_TEST_NO_ORACLE"):
        run_modules(arch, missing, True, local_only=True, on_done=lambda module, cases: places[module].write_text(json.dumps(cases)))
    for place in places.values():
        if place.is_file():
            known.update({case: tuple(result) for case, result in json.loads(place.read_text()).items()})
    return known


def differing(here, there):
    """The cases that do not end as on Linux, where they pass."""
    bad = {case for case, (status, *_) in here.items() if status not in GOOD and there.get(case, ("ok",))[0] in GOOD}
    return bad | {case for case, (status, *_) in there.items() if status == "ok" and here.get(case, MISSING)[0] != "ok"}


def outcome(case, cases):
    """Its status and the last line it said; of a case that did not run, its class's set-up says why."""
    owner = case.rpartition(".")[0]
    status, _, text = cases.get(case, cases.get(f"setUpClass ({owner})", (MISSING[0], 0, "")))
    said = text.rstrip().splitlines()
    return status, said[-1] if said else ""


def ends_alike(case, here, there):
    return outcome(case, here) == outcome(case, there) != MISSING


def judge_module(module, here, there, local, seconds):
    name = f"python3 {module}"
    if not there:
        return Result(name, SKIPPED, "Linux's answer is not known", seconds)
    bad = differing(here, there)
    apart = {case for case in bad if ends_alike(case, here, local)}
    count = f"{len(apart)} more {APART}" if apart else ""
    lost = sorted(bad - apart)
    if lost or not here:
        details = [f"{case}: {outcome(case, here)[0]}\n" + here.get(case, ("", 0, ""))[2] for case in lost]
        return Result(name, FAILED, f"{len(lost)} of {len(there)} cases pass on Linux and not here; {count}\n" + "\n".join(details), seconds)
    good = len(there.keys() & here.keys() - apart)
    if not good:
        return Result(name, SKIPPED, f"all {len(there)} cases {APART}", seconds)
    return Result(name, PASSED, f"{good} of {len(there) - len(apart)} cases as on Linux" + (f"; {count}" if apart else ""), seconds)


def judge(preset, modules):
    """One result per module, which names the cases that pass on Linux and not here. What fails is tried a second time: a busy host
    makes single cases late."""
    arch, _ = guest.split_preset(preset)
    linux = linux_cases(arch, modules)
    audit = Audit()
    tern, seconds = run_modules(preset, {module: None for module in modules}, False, audit)
    local = {}

    def judged():
        for module in modules:
            here, there = of_module(tern, module), of_module(linux, module)
            yield module, judge_module(module, here, there, local, seconds.get(module, 0))

    def lost():
        return {module: sorted(differing(of_module(tern, module), of_module(linux, module)))
                for module, result in judged() if result.status == FAILED}

    if wanted := lost():
        local.update(linux_without_inet(arch, wanted))
    again = {module: [case for case in cases if not ends_alike(case, tern, local)] for module, cases in lost().items()}
    if again:
        second, _ = run_modules(preset, again, False, audit, again=True)
        tern.update({case: result for case, result in second.items() if result[0] == "ok" or case not in tern})
    yield audit.result("accounts of python3")
    for _, result in judged():
        yield result
