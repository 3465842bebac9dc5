# SPDX-License-Identifier: MIT
"""The kernel's accounts around a suite whose programs are not ours: its command runs below tests/stress/audit.c, which compares them."""

import guest
import programs
from results import FAILED, PASSED, REPOSITORY, SKIPPED, Result

SOURCES = REPOSITORY / "tests" / "stress"
MARK = "@@accounts "


class Audit:
    """One suite's; its boots add to it. On Linux nothing is compared."""

    def __init__(self):
        self._told = []

    def around(self, preset, linux, command, before="true"):
        """(options for scripts/run, command) that run the command audited. What the shell's line `before` makes counts as there already."""
        if linux:
            return [], command
        arch, _ = guest.split_preset(preset)
        folder = REPOSITORY / "build" / "stress" / arch
        broken = programs.compile_all(arch, folder, {"audit": SOURCES / "audit.c"}, [SOURCES])
        if broken:
            raise RuntimeError(broken["audit"])
        return ["--add", f"{folder / 'audit'}:/audit"], ("/audit", before, *command)

    def line(self, text):
        """A line of the guest's; true when it was for us."""
        if text.startswith(MARK):
            self._told.append(text[len(MARK):])
        return text.startswith(MARK)

    def result(self, name="accounts"):
        wrong = [text for text in self._told if text != "equal"]
        if wrong:
            return Result(name, FAILED, "the kernel holds something else than before: " + "; ".join(wrong))
        if not self._told:
            return Result(name, SKIPPED, "no boot got to its end")
        return Result(name, PASSED, "")
