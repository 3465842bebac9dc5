# SPDX-License-Identifier: MIT
"""Contracts: one program per promise of Linux's interface, run in one boot per architecture on Tern and on Linux.

Linux's answer is kept in the cache under the hash of its kernel, the runner and the program. A contract that Linux does not
pass is a wrong contract and fails as such. When the kernel dies or hangs in a contract, that one fails and the rest get a new boot.
"""

import hashlib
import json
import os
import re
import shutil

import contracts_page
import guest
import programs
import results
from results import FAILED, PASSED, REPORT, REPOSITORY, SKIPPED, Result
from ternlib import cache, toolchain

SOURCES = REPOSITORY / "tests" / "contracts"
SECONDS_EACH, SECONDS_EACH_CHECKED = 120, 600  # then it hangs: the longest needs 8, with checks and beside others 110
BOOTS = 12  # after so many dead kernels the rest is not tried
ENDED = re.compile(r"@@end (\S+) (exit|signal|timeout) (\d+) (-?\d+)$")


class Unrun(Result):
    """The contract was not tried (the guest did not start, say): nothing that may be remembered."""


def names():
    return sorted(f"{p.parent.name}/{p.stem}" for p in SOURCES.glob("*/*.c"))


def compile_all(arch, which):
    """Programs by name in build/contracts/ARCH; returns (folder, {name: compiler's complaint})."""
    folder = REPOSITORY / "build" / "contracts" / arch
    sources = {name: SOURCES / f"{name}.c" for name in which} | {"contracts-runner": SOURCES / "runner.c"}
    broken = programs.compile_all(arch, folder, sources, [SOURCES, REPOSITORY / "tests" / "stress"])
    if "contracts-runner" in broken:
        raise RuntimeError(broken["contracts-runner"])
    return folder, broken


def verdict(kind, number, seconds, output, name):
    text = "\n".join(output[-30:])
    last = next((line for line in reversed(output) if line.strip()), "")
    if kind == "exit" and number == 77:
        return Result(name, SKIPPED, last or "n/a", seconds)
    if kind == "exit" and number == 0 and re.fullmatch(r"ok \d+ checks?", last.strip()):
        return Result(name, PASSED, last.strip(), seconds)
    # The line that says what went wrong comes first.
    said = next((line for line in output if line.startswith("FAIL")), None)
    said = said or next((line for line in output if re.search(r"(?i)fail|expect|got|not ok", line)), last)
    ended = {"exit": f"exit status {number}", "signal": f"killed by signal {number}",
             "timeout": f"not done after {seconds:.0f} s"}[kind]
    if kind == "exit" and number == 0:
        ended = "it did not end with 'ok N checks'"
    return Result(name, FAILED, f"{said + ': ' if said else ''}{ended}\n{text}", seconds)


def run_guest(preset, folder, which, linux):
    """Results by name, over as many boots as it takes; on Tern also AREA/accounts, of the areas or, in a mixed order, of all."""
    mixed = list(which) != sorted(which)
    limit = SECONDS_EACH_CHECKED if guest.split_preset(preset)[1] else SECONDS_EACH
    found, remaining = {}, list(which)
    for _ in range(BOOTS):
        if not remaining:
            break
        current, output = None, []

        def line(text):
            nonlocal current
            end = ENDED.search(text)
            if text.startswith("@@begin "):
                current = text.split()[1]
                output.clear()
            elif end and end[1] == current:
                # Text without a newline before the mark belongs to the program.
                if end.start():
                    output.append(text[:end.start()])
                found[current] = verdict(end[2], int(end[3]), int(end[4]) / 1000, output, current)
                current = None
            elif current:
                output.append(text)

        with cache.Workspace("contracts") as work:
            tree = work / "contracts"
            for name in remaining:
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(folder / name, tree / name)
            shutil.copy(folder / "contracts-runner", tree / "runner")
            (tree / "list").write_text("".join(f"{name}\n" for name in remaining))
            options = ["--add", f"{tree}:/contracts"] + (["--kernel", "linux"] if linux else [])
            status, errors = guest.follow(
                guest.words(preset, *options,
                            command=("/contracts/runner", str(limit), "/contracts", *(["whole"] if mixed else []))),
                limit + 60, line)
        remaining = [name for name in remaining if name not in found]
        if not remaining:
            break
        if current is None:
            # Nothing had started, or it stopped between two: no contract is to blame, so another boot would do the same.
            reason = guest.panic_line(errors) or f"the guest stopped (status {status}) before this contract"
            for name in remaining:
                found[name] = Unrun(name, FAILED, reason + "\n" + errors[-3000:])
            break
        reason = guest.panic_line(errors) or ("the kernel hung" if status is None else f"the machine stopped (status {status})")
        found[current] = Result(current, FAILED, "\n".join([reason, *output[-20:], errors[-4000:]]))
        remaining.remove(current)
    for name in remaining:
        found.setdefault(name, Unrun(name, FAILED, f"not run: the kernel had died {BOOTS} times"))
    return found


def oracle(arch, folder, which):
    """Linux's results by name: from the cache, or by running what it does not know. {} when that is switched off."""
    store = cache.folder("oracle")
    key = hashlib.sha256()
    key.update(cache.file_hash(toolchain.linux(arch) / "kernel").encode())
    key.update(cache.file_hash(folder / "contracts-runner").encode())

    def place(name):
        mine = key.copy()
        mine.update(cache.file_hash(folder / name).encode())
        return store / f"{arch}-{mine.hexdigest()[:24]}.json"

    known = {}
    for name in which:
        try:
            known[name] = Result(**json.loads(place(name).read_text()))
        except (OSError, ValueError):
            pass
    missing = [name for name in which if name not in known]
    if missing and not os.environ.get("TERN_TEST_NO_ORACLE"):
        for name, result in run_guest(arch, folder, missing, True).items():
            known[name] = result
            # A failure is tried again the next time: it may be the host's slowness that the contract does not bear.
            if not isinstance(result, Unrun) and result.status != FAILED:
                place(name).write_text(json.dumps(vars(result)))
    return known


def judged(name, here, there):
    """What Tern's result is worth beside Linux's (None when Linux was not asked)."""
    if there is not None and there.status == FAILED:
        return Result(name, FAILED, "the contract is wrong: Linux does not pass it: " + there.detail, here.seconds)
    if there is not None and (there.status == SKIPPED) != (here.status == SKIPPED) and here.status != FAILED:
        return Result(name, FAILED, f"Tern says '{here.detail}', Linux says '{there.detail}'", here.seconds)
    return here


def run(preset):
    from suites import wanted
    arch, debug = guest.split_preset(preset)
    which = [name for name in names() if wanted(name)]
    if not which:
        yield Result("contracts", SKIPPED, "there are none that match")
        return
    folder, broken = compile_all(arch, which)
    for name, complaint in sorted(broken.items()):
        yield Result(name, FAILED, "does not compile\n" + complaint)
    which = [name for name in which if name not in broken]
    tern = run_guest(preset, folder, guest.in_order(which), False)
    linux = {} if debug else oracle(arch, folder, which)
    if not debug:
        results.save(preset, "contracts-linux", list(linux.values()))
    for name in which:
        yield judged(name, tern[name], linux.get(name))
    for name in sorted(set(tern) - set(which)):
        yield tern[name]


def _cells(table):
    """{name: {(arch, kernel): Result}} for the matrix."""
    rows, columns = {}, []
    for arch in ("x86_64", "arm64", "riscv64"):
        if (arch, "contracts") not in table:
            continue
        columns += [(arch, "Tern"), (arch, "Linux")]
        for kernel, suite in (("Tern", "contracts"), ("Linux", "contracts-linux")):
            for result in (table[arch, suite] if (arch, suite) in table else results.load(arch, suite)) or []:
                rows.setdefault(result.name, {})[arch, kernel] = result
    return rows, columns


def matrix(table):
    """The text of the matrix; also writes the HTML page."""
    rows, columns = _cells(table)
    if not columns:
        return ""
    width = max([len(name) for name in rows] + [9]) + 2
    lines = ["contracts".ljust(width) + "".join(f"{arch:>9}" if kernel == "Tern" else "    Linux" for arch, kernel in columns)]
    for name in sorted(rows):
        cells = [rows[name].get(column) for column in columns]
        lines.append(name.ljust(width) + "".join(f"{contracts_page.MARK[cell.status] if cell else '-':>9}" for cell in cells))
    (REPORT / "contracts.html").write_text(contracts_page.page(rows, columns), encoding="utf-8")
    return "\n".join(lines) + "\n\nbuild/report/contracts.html has the same with what each failure said.\n"
