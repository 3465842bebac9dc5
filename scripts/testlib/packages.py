# SPDX-License-Identifier: MIT
"""Programs that no one here wrote: Debian's packages, unmodified, on Tern and on Linux with the same root file system.

Two parts. tests/programs has scripts of what people do with bash, perl, sqlite3 and the like: what they print on Linux is what they
must print on Tern. And python3 runs modules of its own regression suite (python_suite.py). Linux's answers are kept in the cache.
build/report/packages-PRESET.txt lists every difference.
"""

import difflib
import hashlib
import json
import os
import re
import shutil

import guest
import python_suite
from audit import Audit
from results import FAILED, PASSED, REPORT, REPOSITORY, SKIPPED, Result
from ternlib import cache, packages, toolchain

PROGRAMS = REPOSITORY / "tests" / "programs"
PROGRAM_PACKAGES = ("bash,bsdextrautils,bsdutils,coreutils,dash,findutils,gawk,grep,lua5.4,mount,perl,procps,python3,sed,sqlite3,tar,"
                    "util-linux")
PROGRAM_SECONDS = 120  # for each program
SILENCE = 300  # without a line for so long, the guest hangs


def programs():
    return sorted(p.name for p in PROGRAMS.iterdir() if p.name != python_suite.RUNNER and p.suffix in (".sh", ".pl", ".lua", ".py"))


def _options(set_of_packages, tree, linux):
    return ["--packages", set_of_packages, "--add", f"{tree}:/programs"] + (["--kernel", "linux"] if linux else [])


def run_programs(preset, names, linux, audit):
    """{name: (status, [lines of output])}; a name that is not there was not reached."""
    found, current, output = {}, None, []

    def line(text):
        nonlocal current
        if audit.line(text):
            return
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
        options, command = audit.around(preset, linux, ("bash", "-c", script), before="python3 -c 0")
        status, errors = guest.follow(guest.words(preset, *_options(PROGRAM_PACKAGES, tree, linux), *options, command=command), SILENCE, line)
    if current:
        why = guest.panic_line(errors) or ("the guest hung" if status is None else f"the machine stopped (status {status})")
        found[current] = (-1, [*output, why, *errors.splitlines()[-20:]])
    return found


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
        for name, result in run_programs(arch, missing, True, Audit()).items():
            if result[0] >= 0:
                known[name] = result
                places[name].write_text(json.dumps(result))
    return known


def _difference(here, there):
    lines = difflib.unified_diff(there, here, "Linux", "Tern", lineterm="", n=1)
    return "\n".join(list(lines)[2:60])


def judge_programs(preset, names):
    arch, debug = guest.split_preset(preset)
    linux = linux_programs(arch, names)
    audit = Audit()
    tern = run_programs(preset, names, False, audit)
    yield audit.result("accounts of programs")
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


def report(preset, found):
    REPORT.mkdir(parents=True, exist_ok=True)
    with open(REPORT / f"packages-{preset}.txt", "w", encoding="utf-8") as file:
        for result in found:
            file.write(f"{result.status:8}{result.name}  {result.detail}\n")


def run(preset):
    from suites import wanted
    found = []
    names = guest.in_order(name for name in programs() if wanted(name))
    whole = guest.full() and not guest.split_preset(preset)[1]  # the sanitizer builds would need days for Python's whole suite
    modules = [m for m in (python_suite.FULL_MODULES if whole else python_suite.QUICK_MODULES) if wanted(f"python3 {m}")]
    if not modules and not names:  # --only names a module that is not in the sample
        modules = [m for m in python_suite.FULL_MODULES if wanted(f"python3 {m}")]
    for judge, which in ((judge_programs, names), (python_suite.judge, modules)):
        if which:
            for result in judge(preset, which):
                found.append(result)
                yield result
    report(preset, found)
