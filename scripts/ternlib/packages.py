# SPDX-License-Identifier: MIT
"""A root file system made of Debian's own packages, for --packages.

The packages of trixie and all that they depend on are unpacked, unchanged, and none of their code is run for it: what their
maintainer scripts would leave behind and programs need is made here (the links of merged /usr, update-alternatives, Python's
compiled modules). BusyBox, under the names that no package has taken, and our init complete it. The result is kept in the
cache by the set of packages; removing the folder there makes the next run look for newer ones.
"""

import os
import re
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

from . import apt, cache, rootfs, toolchain, ui
from .cpio import Archive

FOLDERS = {**rootfs.FOLDERS, "etc": 0o755, "usr/bin": 0o755, "usr/sbin": 0o755, "usr/lib": 0o755, "usr/lib64": 0o755,
           "home": 0o755, "opt": 0o755, "var/lib": 0o755, "var/cache": 0o755}
# what no program reads; it would only take memory
LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian", "usr/share/bug",
            "usr/share/doc-base", "usr/share/bash-completion", "usr/share/zsh")
PYTHON = re.compile(r"^python3\.\d+$")
NAME = re.compile(r"^[a-z0-9][a-z0-9+.-]+$")


def parse(text):
    """The packages of --packages a,b,c, sorted, each once."""
    names = sorted({name for name in re.split(r"[,\s]+", text) if name})
    wrong = [name for name in names if not NAME.match(name)]
    if wrong or not names:
        raise ui.Failure(f"--packages {text}: give names of Debian packages with commas between, such as bash,python3")
    return names


def _unpack(package, tree):
    """The files of one package; links that stand for folders (merged /usr) are kept."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as source:
        ui.command(["tar", "-C", tree, "-x", "-f", "-", "--keep-directory-symlink", "--no-same-owner", "-p",
                    *[f"--exclude=./{path}/*" for path in LEFT_OUT]], source=source.stdout)
    if source.returncode:
        raise ui.Failure(f"{package} cannot be unpacked")


def _alternatives(script):
    """(priority, link, program) of every `update-alternatives --install` in a maintainer script that names them outright."""
    for line in script.replace("\\\n", " ").splitlines():
        if "--install" not in line or "update-alternatives" not in line:
            continue
        try:
            words = shlex.split(line, comments=True)
            at = words.index("--install")
            link, _, program, priority = words[at + 1:at + 5]
            yield int(priority), link, program
        except ValueError:
            continue  # its words are made by the script as it runs


def _link_alternatives(packages, tree):
    found = []
    for package in packages:
        done = subprocess.run(["dpkg-deb", "--info", package, "postinst"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        found += _alternatives(done.stdout.decode(errors="replace"))
    for _, link, program in sorted(found):  # the highest priority comes last
        place = tree / link.lstrip("/")
        if (tree / program.lstrip("/")).exists() and (place.is_symlink() or not place.exists()):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            place.symlink_to(program)


def make_python_tools(output, arch):
    """trixie's Python for this machine: compiled modules are the same for every architecture."""
    for package in apt.fetch_with_dependencies(["python3"], arch):
        _unpack(package, output)


def _compile_python(tree):
    """Do as Python's postinst: compile the modules, which a guest would else do at every start. Files in an initramfs have no dates, so
    that the compiled ones are marked as always valid."""
    versions = [path.name for path in (tree / "usr/bin").iterdir() if PYTHON.match(path.name)]
    if not versions or os.uname().machine != "x86_64":
        return
    tools = cache.built(f"python-tools-{versions[0]}", make_python_tools, ("x86_64",), "Python for compiling modules")
    loader, python = tools / "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", tools / "usr/bin" / versions[0]
    if not python.exists():
        return
    library = tree / "usr/lib" / versions[0]
    # some files of the test suite are wrong on purpose: compileall's status says nothing
    with ui.step("compiling Python's modules"):
        subprocess.run([loader, "--library-path", tools / "usr/lib/x86_64-linux-gnu", python, "-S", "-m", "compileall", "-qq",
                        "--invalidation-mode", "unchecked-hash", "-s", tree, "-p", "/", library, tree / "usr/lib/python3/dist-packages"],
                       env={"PYTHONHOME": str(tools / "usr"), "PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if not (library / "__pycache__").is_dir():
        raise ui.Failure(f"{python} compiled none of the modules in {library}")


def _add_busybox(tree, program):
    shutil.copy(program / "busybox", tree / "usr/bin/busybox")
    for name in rootfs.applets(program / "busybox"):
        if not any(os.path.lexists(tree / folder / name) for folder in ("usr/bin", "usr/sbin")):
            (tree / "usr/bin" / name).symlink_to("busybox")


def _add_accounts(tree):
    """Debian's accounts (base-passwd) where its package is there; ours are in userland/rootfs."""
    for name in ("passwd", "group"):
        master = tree / "usr/share/base-passwd" / f"{name}.master"
        if master.is_file():
            shutil.copy(master, tree / "etc" / name)


def make_root(output, arch, names, program, own_init, _skeleton_hash, _recipe_hash):
    packages = apt.fetch_with_dependencies(names, arch)
    with cache.Workspace("packages") as work:
        tree = work / "root"
        for name, mode in FOLDERS.items():
            (tree / name).mkdir(parents=True, exist_ok=True)
            (tree / name).chmod(mode)
        for link, folder in rootfs.MERGED_LINKS.items():
            (tree / link).symlink_to(folder)
        shutil.copytree(rootfs.USERLAND / "rootfs", tree, dirs_exist_ok=True, symlinks=True)
        with ui.step(f"unpacking {len(packages)} packages for {arch}"):
            for package in packages:
                _unpack(package, tree)
            _add_accounts(tree)
            _link_alternatives(packages, tree)
            _add_busybox(tree, program)
        _compile_python(tree)
        shutil.copy(own_init / "init", tree / "init")
        (output / "directories").write_text("\n".join(_directories(tree)) + "\n")
        (output / "packages").write_text("\n".join(path.name for path in packages) + "\n")
        _write_archive(tree, output / "initramfs.cpio")


def _directories(tree):
    return [str(Path(top).relative_to(tree) / name) for top, names, _ in os.walk(tree) for name in names]


def _write_archive(tree, path):
    archive = Archive()
    archive.tree(tree, "")
    # The kernel opens the console for process 1 before anything is mounted.
    archive.device("dev/console", stat.S_IFCHR | 0o600, 5, 1)
    archive.device("dev/null", stat.S_IFCHR | 0o666, 1, 3)
    path.write_bytes(archive.finish())


def base(arch, names):
    """The folder of a root: initramfs.cpio, `directories` (those it has) and `packages` (what it is made of)."""
    inputs = (arch, tuple(names), toolchain.busybox(arch), rootfs.init(arch), cache.tree_hash(rootfs.USERLAND / "rootfs"),
              cache.file_hash(__file__))
    return cache.built(f"packages-{arch}", make_root, inputs, f"a root of packages for {arch} ({' '.join(names)})")
