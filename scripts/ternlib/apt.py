# SPDX-License-Identifier: MIT
"""Debian sources and foreign packages, fetched without touching the system's apt configuration.

A private apt configuration is derived from the machine's own sources: the same site, for this release and for the
next one (trixie has the riscv64 port and the 6.12 kernels), with every architecture enabled. Its lists live in the
cache; the system's sources, lists and installed packages are neither read nor changed after that.
"""

import os
import re
import subprocess
import time
from pathlib import Path

from . import cache, ui

OWN_RELEASE = "bookworm"
NEXT_RELEASE = "trixie"
DEBIAN_NAME = {"x86_64": "amd64", "arm64": "arm64", "riscv64": "riscv64"}
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
NEXT_RELEASE_ONLY = "next.list"  # the sources of a whole root file system, which is of one release
LISTS_ARE_FRESH_FOR = 24 * 3600


def _sites():
    """(site of this release, site of the next) as the machine's own apt configuration has them."""
    text = ui.command(["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)",
                       "Created-By: Packages"])
    lines = [line.split() for line in text.splitlines()]  # apt's warnings may be among them
    sites = {line[1]: line[0] for line in reversed(lines) if len(line) == 3 and line[2] == "main"}
    site = sites.get(OWN_RELEASE) or sites.get("stable") or sites.get("oldstable")
    if site is None:
        raise ui.Failure(f"apt knows no source for Debian {OWN_RELEASE} main; Tern's tools expect Debian 12")
    return site, sites.get(NEXT_RELEASE, site)


def _environment(state):
    return {**os.environ, "APT_CONFIG": str(state / "apt.conf"), "LC_ALL": "C"}


def _write_configuration(state):
    own, following = _sites()
    for name in ("lists/partial", "cache/archives/partial", "empty"):
        (state / name).mkdir(parents=True, exist_ok=True)
    (state / "status").write_text("")
    signed = f"signed-by={KEYRING}"
    (state / "sources.list").write_text(
        f"deb [arch=amd64,arm64 {signed}] {own} {OWN_RELEASE} main\n"
        f"deb [arch=amd64,arm64,riscv64 {signed}] {following} {NEXT_RELEASE} main\n"
        f"deb-src [{signed}] {own} {OWN_RELEASE} main\n"
        f"deb-src [{signed}] {following} {NEXT_RELEASE} main\n")
    (state / NEXT_RELEASE_ONLY).write_text(f"deb [arch=amd64,arm64,riscv64 {signed}] {following} {NEXT_RELEASE} main\n")
    (state / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{state}/sources.list";\n'
        f'Dir::Etc::sourceparts "{state}/empty";\n'
        f'Dir::Etc::preferences "/dev/null";\n'
        f'Dir::Etc::preferencesparts "{state}/empty";\n'
        f'Dir::State "{state}";\n'
        f'Dir::State::lists "{state}/lists";\n'
        f'Dir::State::status "{state}/status";\n'
        f'Dir::Cache "{state}/cache";\n'
        'APT::Architecture "amd64";\n'
        'APT::Architectures { "amd64"; "arm64"; "riscv64"; };\n'
        'APT::Sandbox::User "";\n'
        'Acquire::Languages "none";\n'
        'Acquire::Retries "3";\n')


def _ready(refresh=False):
    """The state directory, with lists that are at most a day old. The caller holds the lock `apt`."""
    state = cache.folder("apt")
    stamp = state / "updated"
    if not refresh and stamp.exists() and (state / NEXT_RELEASE_ONLY).exists() and time.time() - stamp.stat().st_mtime < LISTS_ARE_FRESH_FOR:
        return state
    _write_configuration(state)
    with ui.step("reading the package lists (private apt state)"):
        ui.command(["apt-get", "update", "-qq"], env=_environment(state))
    stamp.touch()
    return state


def _with_fresh_lists(action):
    """Run action(state); if the lists turn out to be stale, refresh them and try once more."""
    with cache.lock("apt"):
        try:
            return action(_ready())
        except ui.Failure:
            return action(_ready(refresh=True))


def _records(text):
    for block in text.strip().split("\n\n"):
        yield block


def _source_version(state, name, tarball_sha256):
    """The version of a source package whose tarball has this hash: Debian revisions come and go, the tarball stays."""
    shown = ui.command(["apt-cache", "showsrc", "--only-source", name], env=_environment(state))
    for record in _records(shown):
        if tarball_sha256 in record:
            for line in record.splitlines():
                if line.startswith("Version: "):
                    return line.split(": ", 1)[1]
    raise ui.Failure(f"no Debian source package {name} has the pinned tarball {tarball_sha256[:16]}...")


def fetch_source(name, tarball_sha256):
    """Path of a source package's original tarball in downloads/, checked against its pinned hash."""
    kept = cache.folder("downloads") / f"{name}-{tarball_sha256[:16]}"
    if not kept.exists():
        with ui.step(f"fetching the source of {name}"):
            _with_fresh_lists(lambda state: _fetch_source(state, name, tarball_sha256, kept))
    if cache.file_hash(kept) != tarball_sha256:
        kept.unlink()
        raise ui.Failure(f"{kept} had the wrong sha256 and was removed: run again")
    return kept


def _fetch_source(state, name, tarball_sha256, kept):
    version = _source_version(state, name, tarball_sha256)
    with cache.Workspace("source") as work:
        ui.command(["apt-get", "source", "--download-only", "--tar-only", "-qq", f"{name}={version}"],
                   cwd=work, env=_environment(state))
        for path in work.iterdir():
            if path.is_file() and cache.file_hash(path) == tarball_sha256:
                path.rename(kept)
                return
    raise ui.Failure(f"the source package {name}={version} did not contain the pinned tarball")


def fetch_package(name, arch, release):
    """Path of a binary package in downloads/, whichever version the release has; fetched once, then kept."""
    debian = DEBIAN_NAME[arch]
    kept = cache.folder("downloads") / f"{name}_{release}_{debian}.deb"
    if not kept.exists():
        with ui.step(f"fetching the package {name} ({release}, {debian})"):
            _with_fresh_lists(lambda state: _fetch_package(state, f"{name}:{debian}/{release}", kept))
    return kept


def _fetch_package(state, request, kept):
    with cache.Workspace("package") as work:
        ui.command(["apt-get", "download", "-qq", request], cwd=work, env=_environment(state))
        fetched = list(work.glob("*.deb"))
        if len(fetched) != 1:
            raise ui.Failure(f"apt-get download {request} gave {len(fetched)} files")
        fetched[0].rename(kept)


def fetch_with_dependencies(names, arch):
    """Paths of packages of the next release and of all that they depend on, in the order in which they are installed."""
    return _with_fresh_lists(lambda state: _fetch_with_dependencies(state, names, DEBIAN_NAME[arch]))


def _fetch_with_dependencies(state, names, debian):
    archives = cache.folder("downloads") / "archives"
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    # its own architecture is the native one, so that dependencies stay within it
    install = ["apt-get", "-qq", "-y", "--no-install-recommends", "-o", f"Dir::Etc::sourcelist={state / NEXT_RELEASE_ONLY}",
               "-o", f"APT::Architecture={debian}", "-o", f"APT::Architectures={debian}",
               "-o", f"Dir::Cache::archives={archives}", "-o", "Debug::NoLocking=1", "install", *names]
    planned = ui.command([*install, "--simulate"], env=_environment(state))
    found = re.findall(r"^Inst (\S+) \((\S+) .*\[(\w+)\]\)", planned, re.MULTILINE)
    paths = [archives / f"{name}_{version.replace(':', '%3a')}_{built_for}.deb" for name, version, built_for in found]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        with ui.step(f"fetching {len(missing)} of {len(paths)} packages ({debian})"):
            ui.command([*install, "--download-only"], env=_environment(state))
    absent = [path.name for path in paths if not path.is_file()]
    if absent or not paths:
        raise ui.Failure(f"apt-get fetched no {' '.join(absent) or 'package at all'}")
    return paths


def package_dependency(name, arch, release, prefix):
    """The first dependency of a package whose name begins with prefix (meta packages name the real one)."""
    def look_up(state):
        shown = ui.command(["apt-cache", "depends", f"{name}:{DEBIAN_NAME[arch]}/{release}"],
                           env=_environment(state))
        for line in shown.splitlines():
            word = line.split()[-1].split(":")[0] if line.split() else ""
            if "Depends:" in line and word.startswith(prefix):
                return word
        raise ui.Failure(f"the package {name} ({release}) depends on nothing that begins with {prefix}")
    return _with_fresh_lists(look_up)


def unpack_package(package, directory):
    Path(directory).mkdir(parents=True, exist_ok=True)
    ui.command(["dpkg-deb", "-x", str(package), str(directory)])


def host_package_version(name):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    return done.stdout.decode()
