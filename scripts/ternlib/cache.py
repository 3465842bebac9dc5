# SPDX-License-Identifier: MIT
"""The cache outside the tree: everything fetched or built that depends on pinned recipes only.

Layout of TERN_CACHE (default ~/.cache/tern):
    apt/         private apt state (lists), never the system's
    downloads/   fetched files as they came
    src/         unpacked sources, NAME-VERSION
    built/       results of recipes, NAME-HASH, each complete or absent
    logs/        the output of the last build of each recipe
    locks/       one lock file per name
    tmp/         work in progress; what a killed process left is swept

A recipe is a function that fills a directory. Its key is a hash over its own source text and whatever it names as
inputs, so that changing a recipe makes a new result beside the old one. The directory appears by rename: a reader
never sees a half-built one, and parallel runs wait for each other by a lock per name.
"""

import contextlib
import fcntl
import hashlib
import inspect
import os
import shutil
import tempfile
from pathlib import Path

from . import ui

REPOSITORY = Path(__file__).resolve().parents[2]


def root():
    default = Path(os.environ.get("HOME") or "/root") / ".cache" / "tern"
    return Path(os.environ.get("TERN_CACHE") or default).absolute()


def folder(name):
    path = root() / name
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ui.Failure(f"cannot create the cache folder {path}: {error.strerror} (TERN_CACHE names another)") from error
    return path


@contextlib.contextmanager
def lock(name, quiet=False):
    """Hold the cache's lock of that name; says so if another process makes us wait."""
    with open(folder("locks") / f"{name}.lock", "w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not quiet:
                ui.say(f"waiting for another run that works on {name}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class Workspace:
    """A private directory below tmp/, removed on exit; a later run sweeps it if we are killed outright."""

    def __init__(self, purpose):
        base = folder("tmp")
        with lock("tmp", quiet=True):
            _sweep(base)
            self.path = Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=base))
            self._lock = open(self.path / ".lock", "w", encoding="ascii")
            fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        self.close()

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def _sweep(base):
    """Remove workspaces whose owner is gone: their lock is free. The caller holds the lock `tmp`."""
    for path in base.iterdir():
        try:
            with open(path / ".lock", encoding="ascii") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            continue


def file_hash(path):
    with open(path, "rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def tree_hash(*paths, without=None):
    """A hash over files and folders: names, modes and contents; files with the suffix `without` left out."""
    digest = hashlib.sha256()
    for top in paths:
        top = Path(top)
        for path in sorted([top, *top.rglob("*")]) if top.is_dir() else [top]:
            if "__pycache__" in path.parts or path.suffix == without:
                continue
            digest.update(f"{path.relative_to(top)} {path.lstat().st_mode:o}\n".encode())
            if path.is_symlink():
                digest.update(os.readlink(path).encode())
            elif path.is_file():
                digest.update(file_hash(path).encode())
    return digest.hexdigest()


def recipe_key(function, *inputs):
    text = "\0".join([inspect.getsource(function), *map(str, inputs)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def built(name, function, inputs, what):
    """The directory that function(directory, *inputs) fills; built now if it is not in the cache yet."""
    result = folder("built") / f"{name}-{recipe_key(function, *inputs)}"
    if result.is_dir():
        return result
    with lock(name):
        if result.is_dir():
            return result
        with ui.step(what), Workspace(name) as work:
            output = work / "output"
            output.mkdir()
            function(output, *inputs)
            os.rename(output, result)
    return result
