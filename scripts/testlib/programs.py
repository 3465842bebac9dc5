# SPDX-License-Identifier: MIT
"""The programs of tests/contracts and tests/stress, compiled for a guest when they are stale."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ternlib import toolchain


def compile_all(arch, folder, sources, includes):
    """Make folder/NAME of each {NAME: source}; returns {NAME: compiler's complaint} of those that do not compile."""
    configuration = toolchain.config(arch)
    headers = [header for place in includes for header in [*place.glob("*.h"), *place.glob("*/*.h")]]
    broken = {}

    def one(name):
        source, program = sources[name], folder / name
        newest = max(p.stat().st_mtime for p in [source, *headers, Path(configuration)])
        if program.is_file() and program.stat().st_mtime > newest:
            return
        program.parent.mkdir(parents=True, exist_ok=True)
        new = program.with_name(f".{program.name}.new-{os.getpid()}")
        done = subprocess.run(["clang-19", f"--config={configuration}", "-static", "-std=gnu17", "-O2", "-g0", "-Wall", "-Wextra",
                               *(f"-I{place}" for place in includes), "-Wl,-s", "-pthread", "-o", str(new), str(source)],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            broken[name] = done.stderr
        else:
            os.replace(new, program)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, sources))
    return broken
