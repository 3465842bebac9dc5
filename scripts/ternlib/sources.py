# SPDX-License-Identifier: MIT
"""Third-party sources, pinned by the sha256 of their original tarball and unpacked once below the cache's src/."""

import os
from pathlib import Path

from . import apt, cache, ui

# our name: (Debian source package, upstream version, sha256 of the original tarball)
PINNED = {
    "musl": ("musl", "1.2.3", "7d5b0b6062521e4627e099e4c9dc8248d32a30285e959b7eecaa780cf8cfd4a4"),
    "busybox": ("busybox", "1.35.0", "faeeb244c35a348a334f4a59e44626ee870fb07b6884d68c10ae8bc19f83a694"),
    "lwip": ("lwip", "2.1.3", "0a8276d09fc4e97bbba2f953d74af2388fc2195ea156be9d7589e297a68fde24"),
    "dtc": ("device-tree-compiler", "1.7.2", "92d8ca769805ae1f176204230438fe52808f4e1c7944053c9eec0e649b237539"),
    "zlib": ("zlib", "1.2.13", "71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1"),
    "zstd": ("libzstd", "1.5.4", "8cf4bbb65e77ec348d052c8d6230eba66d435bddf64c8b5be2fcb16880c19953"),
}


def unpacked(name):
    """The folder of the unpacked source; read-only by convention, builds copy it or build out of tree."""
    package, version, sha256 = PINNED[name]
    folder = cache.folder("src") / f"{name}-{version}"
    if folder.is_dir():
        return folder
    with cache.lock(f"src-{name}"):
        if not folder.is_dir():
            tarball = apt.fetch_source(package, sha256)
            with cache.Workspace(f"src-{name}") as work:
                output = work / "output"
                output.mkdir()
                ui.command(["tar", "-x", "--strip-components=1", "--no-same-owner", "-C", output, "-f", tarball])
                os.rename(output, folder)
    return Path(folder)
