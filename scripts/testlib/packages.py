# SPDX-License-Identifier: MIT
"""Programs that no one here wrote: Debian's packages, unmodified, on Tern and on Linux with the same root file system.

Two parts. tests/programs has scripts of what people do with bash, perl, sqlite3 and the like: what they print on Linux is what they
must print on Tern. And python3 runs modules of its own regression suite: a case that passes on Linux and not on Tern is a failure.
Linux's answers are kept in the cache. build/report/packages.txt lists every difference.
"""

import difflib
import hashlib
import json
import os
import re
import shutil

import guest
from results import FAILED, PASSED, REPORT, REPOSITORY, SKIPPED, Result
from ternlib import cache, packages, toolchain

PROGRAMS = REPOSITORY / "tests" / "programs"
PYTHON_CASES = "python_cases.py"
PROGRAM_PACKAGES = ("bash,bsdextrautils,bsdutils,coreutils,dash,findutils,gawk,grep,lua5.4,mount,perl,procps,python3,sed,sqlite3,tar,"
                    "util-linux")
PYTHON_PACKAGES = "bash,coreutils,dash,libpython3.13-testsuite,procps,python3"
PROGRAM_SECONDS = 120  # for each program
CASE_SECONDS = 100  # for each case of Python's suite
SILENCE = 300  # without a line for so long, the guest hangs
BOOTS = 4

# Always, and with --full. Each is a module of Python's package `test`.
QUICK_MODULES = ["test_poll", "test_epoll", "test_wait3", "test_wait4", "test_fork1"]
FULL_MODULES = QUICK_MODULES + """
    test_asyncio.test_base_events test_asyncio.test_events test_asyncio.test_futures test_asyncio.test_locks test_asyncio.test_queues
    test_asyncio.test_runners test_asyncio.test_selector_events test_asyncio.test_subprocess test_asyncio.test_tasks
    test_asyncio.test_unix_events test_concurrent_futures.test_as_completed test_concurrent_futures.test_init
    test_concurrent_futures.test_process_pool test_concurrent_futures.test_thread_pool test_concurrent_futures.test_wait
    test_eintr test_faulthandler test_fcntl test_io test_mmap test_multiprocessing_fork.test_misc test_multiprocessing_fork.test_processes
    test_multiprocessing_fork.test_threads test_multiprocessing_forkserver.test_processes test_multiprocessing_spawn.test_processes
    test_openpty test_os test_posix test_pty test_resource test_select test_selectors test_shutil test_signal test_socket test_stat
    test_subprocess test_tempfile test_thread test_threading test_threadsignals test_time test_tty""".split()

CASE = re.compile(r"@@case (.*) (ok|skip|fail|error|hang|crash|xfail|xpass) ([\d.]+)$")
GOOD = ("ok", "skip", "xfail")
# What Tern lacks as a whole: such cases are counted apart, with this reason.
ABSENT = re.compile(r"Address family not supported by protocol|Only AF_INET and AF_INET6 socket address families"
                    r"|could not bind on any address out of|Can not create socket\.")
ABSENT_REASON = "ask for sockets of a family that Tern does not have (AF_INET and others)"


def programs():
    return sorted(p.name for p in PROGRAMS.iterdir() if p.name != PYTHON_CASES and p.suffix in (".sh", ".pl", ".lua", ".py"))


def _options(set_of_packages, tree, linux):
    return ["--packages", set_of_packages, "--add", f"{tree}:/programs"] + (["--kernel", "linux"] if linux else [])


def run_programs(preset, names, linux):
    """{name: (status, [lines of output])}; a name that is not there was not reached."""
    found, current, output = {}, None, []

    def line(text):
        nonlocal current
        if text.startswith("@@begin "):
            current = text.split()[1]
            output.clear()
        elif current and (end := re.search(r"@@end (\d+)$", text)):
            if end.start():
                output.append(text[:end.start()])
            found[current] = (int(end[1]), list(output))
            current = None
        elif current:
            output.append(text)

    with cache.Workspace("programs") as work:
        tree = work / "programs"
        shutil.copytree(PROGRAMS, tree)
        script = (f"for p in {' '.join(names)}; do echo @@begin $p; timeout -k 5 {PROGRAM_SECONDS} /programs/$p < /dev/null 2>&1; echo @@end $?; done")
        status, errors = guest.follow(guest.words(preset, *_options(PROGRAM_PACKAGES, tree, linux), command=("bash", "-c", script)), SILENCE, line)
    if current:
        why = guest.panic_line(errors) or ("the guest hung" if status is None else f"the machine stopped (status {status})")
        found[current] = (-1, [*output, why, *errors.splitlines()[-20:]])
    return found


def run_python(preset, modules, linux, left_out=()):
    """{case: (status, seconds, text)} and {module: seconds}, over as many boots as it takes."""
    cases, done, remaining = {}, {}, list(modules)
    for _ in range(BOOTS):
        current, last = None, None

        def line(text):
            nonlocal current, last
            if text.startswith("@@module "):
                current = text.split()[1]
            elif text.startswith("@@done "):
                done[text.split()[1]] = float(text.split()[2])
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
            shutil.copy(PROGRAMS / PYTHON_CASES, tree)
            words = [":".join([module, ",".join(case for case in left_out if _module_of(case, [module]))]) for module in remaining]
            status, errors = guest.follow(guest.words(preset, *_options(PYTHON_PACKAGES, tree, linux),
                                                      command=("python3", f"/programs/{PYTHON_CASES}", str(CASE_SECONDS), *words)), SILENCE, line)
        remaining = [module for module in remaining if module not in done]
        if not remaining:
            break
        why = guest.panic_line(errors) or ("the guest hung" if status is None else f"the machine stopped (status {status})")
        broken = current or remaining[0]
        cases[f"test.{broken}"] = ("crash", 0, why + "\n" + errors[-3000:])
        done[broken] = 0
        remaining.remove(broken)
        if not remaining:
            break
    return cases, done


def _oracle_key(arch, what, *inputs):
    key = hashlib.sha256("\0".join([cache.file_hash(toolchain.linux(arch) / "kernel"), *map(str, inputs)]).encode()).hexdigest()[:24]
    return cache.folder("oracle") / f"{arch}-packages-{what}-{key}.json"


def _root_hash(arch, names):
    """What a root is made of: a newer package asks Linux again."""
    return (packages.base(arch, packages.parse(names)) / "packages").read_text()


def linux_programs(arch, names):
    root, known = _root_hash(arch, PROGRAM_PACKAGES), {}
    places = {name: _oracle_key(arch, "program", root, name, cache.file_hash(PROGRAMS / name)) for name in names}
    for name, place in places.items():
        if place.is_file():
            known[name] = tuple(json.loads(place.read_text()))
    missing = [name for name in names if name not in known]
    if missing and not os.environ.get("TERN_TEST_NO_ORACLE"):
        for name, result in run_programs(arch, missing, True).items():
            if result[0] >= 0:
                known[name] = result
                places[name].write_text(json.dumps(result))
    return known


def linux_python(arch, modules):
    """Linux's cases of these modules."""
    root, known = _root_hash(arch, PYTHON_PACKAGES), {}
    places = {module: _oracle_key(arch, "python", root, module, cache.file_hash(PROGRAMS / PYTHON_CASES)) for module in modules}
    missing = [module for module, place in places.items() if not place.is_file()]
    if missing and not os.environ.get("TERN_TEST_NO_ORACLE"):
        cases, done = run_python(arch, missing, True)
        for module in done:
            mine = {case: result for case, result in cases.items() if _module_of(case, [module])}
            if f"test.{module}" not in mine:  # else the module did not run to its end, which is no answer
                places[module].write_text(json.dumps(mine))
    for place in places.values():
        if place.is_file():
            known.update({case: tuple(result) for case, result in json.loads(place.read_text()).items()})
    return known


def _module_of(case, modules):
    """The module that a case belongs to; a failed set-up is named `setUpClass (test.test_os.Class)`."""
    name = re.sub(r"^\w+ \((.*)\)$", r"\1", case)
    return next((m for m in modules if name == f"test.{m}" or name.startswith((f"test.{m}.", f"unittest.loader._FailedTest.{m}"))), None)


def _difference(here, there):
    lines = difflib.unified_diff(there, here, "Linux", "Tern", lineterm="", n=1)
    return "\n".join(list(lines)[2:60])


def judge_programs(preset, names):
    arch, debug = guest.split_preset(preset)
    linux = linux_programs(arch, names)
    tern = run_programs(preset, names, False)
    for name in names:
        if name not in linux:
            yield Result(name, SKIPPED, "Linux's answer is not known")
        elif name not in tern:
            yield Result(name, FAILED, "it was not reached: the guest stopped before")
        elif tern[name] == tuple(linux[name]):
            yield Result(name, PASSED)
        else:
            (status, output), (expected, wanted) = tern[name], linux[name]
            ended = f"status {status}, on Linux {expected}\n" if status != expected else ""
            yield Result(name, FAILED, ended + _difference(output, wanted))


def _needs_absent(case, cases):
    """Did the case, or the set-up of its class, fail for want of something that is absent as a whole?"""
    owner = case.rpartition(".")[0]
    said = cases.get(case, cases.get(f"setUpClass ({owner})", ("", 0, "")))[2]
    return bool(ABSENT.search(said))


def _judge_module(module, here, there, seconds):
    name = f"python3 {module}"
    if not there:
        return Result(name, SKIPPED, "Linux's answer is not known", seconds)
    bad = {case for case, (status, *_) in here.items() if status not in GOOD and there.get(case, ("ok",))[0] in GOOD}
    bad |= {case for case, (status, *_) in there.items() if status == "ok" and case not in here}
    absent = {case for case in bad if _needs_absent(case, here)}
    apart = f"{len(absent)} more {ABSENT_REASON}" if absent else ""
    lost = sorted(bad - absent)
    if lost or not here:
        details = [f"{case}: {here.get(case, ('missing', 0, ''))[0]}\n" + here.get(case, ("", 0, ""))[2] for case in lost]
        return Result(name, FAILED, f"{len(lost)} of {len(there)} cases pass on Linux and not here; {apart}\n" + "\n".join(details), seconds)
    good = sum(1 for status, *_ in here.values() if status in GOOD)
    if not good:
        return Result(name, SKIPPED, f"all {len(there)} cases {ABSENT_REASON}", seconds)
    return Result(name, PASSED, f"{good} of {len(there)} cases as on Linux" + (f"; {apart}" if apart else ""), seconds)


def judge_python(preset, modules):
    """One result per module, which names the cases that pass on Linux and not here. What fails is tried a second time: a busy host
    makes single cases late."""
    arch, _ = guest.split_preset(preset)
    linux = linux_python(arch, modules)
    tern, seconds = run_python(preset, modules, False)

    def judged():
        for module in modules:
            here, there = ({case: result for case, result in cases.items() if _module_of(case, [module])} for cases in (tern, linux))
            yield module, _judge_module(module, here, there, seconds.get(module, 0))

    again = [module for module, result in judged() if result.status == FAILED]
    if again:
        passed = [case for case in tern if tern[case][0] in GOOD]
        second, _ = run_python(preset, again, False, left_out=passed)
        tern.update({case: result for case, result in second.items() if result[0] in GOOD or case not in tern})
    for _, result in judged():
        yield result


def report(preset, found):
    REPORT.mkdir(parents=True, exist_ok=True)
    with open(REPORT / f"packages-{preset}.txt", "w", encoding="utf-8") as file:
        for result in found:
            file.write(f"{result.status:8}{result.name}  {result.detail}\n")


def run(preset):
    from suites import wanted
    found = []
    names = [name for name in programs() if wanted(name)]
    modules = [m for m in (FULL_MODULES if guest.full() else QUICK_MODULES) if wanted(f"python3 {m}")]
    if not modules and not names:  # --only names a module that is not in the sample
        modules = [m for m in FULL_MODULES if wanted(f"python3 {m}")]
    for judge, which in ((judge_programs, names), (judge_python, modules)):
        if which:
            for result in judge(preset, which):
                found.append(result)
                yield result
    report(preset, found)
