# SPDX-License-Identifier: MIT
"""Writes the initramfs format, cpio `newc`: owner root, fixed times, so that equal contents give equal bytes.

Several archives may simply follow one another: the kernel unpacks them in order and a later entry replaces an earlier
one. That is how a run adds its own files to the cached root file system.
"""

import os
import stat

from . import ui


class Archive:
    def __init__(self, existing=()):
        """`existing` names folders of an earlier archive: they are not made again, so that they keep their modes."""
        self._chunks = []
        self._length = 0
        self._inode = 0
        self._names = set(existing)

    def _append(self, data):
        self._chunks.append(data)
        self._length += len(data)

    def _pad(self):
        self._append(b"\0" * (-self._length % 4))

    def _entry(self, name, mode, data=b"", links=1, inode=None, device=(0, 0)):
        if inode is None:
            self._inode += 1
            inode = self._inode
        encoded = os.fsencode(name) + b"\0"
        fields = (inode, mode, 0, 0, links, 0, len(data), 0, 0, *device, len(encoded), 0)
        self._append(b"070701" + b"".join(b"%08X" % field for field in fields))
        self._append(encoded)
        self._pad()
        self._append(data)
        self._pad()

    def directory(self, name, mode=0o755):
        name = name.strip("/")
        if name and name not in self._names:
            self.parents(name)
            self._names.add(name)
            self._entry(name, stat.S_IFDIR | mode, links=2)

    def parents(self, name):
        """Make sure that the folders above a name exist in this archive."""
        above = os.path.dirname(name.strip("/"))
        if above:
            self.directory(above)

    def file(self, name, data, mode=0o644):
        self.parents(name)
        self._entry(name.strip("/"), stat.S_IFREG | mode, data)

    def link(self, name, target):
        self.parents(name)
        self._entry(name.strip("/"), stat.S_IFLNK | 0o777, os.fsencode(target))

    def device(self, name, mode, major, minor):
        self.parents(name)
        self._entry(name.strip("/"), mode, device=(major, minor))

    def tree(self, host, name):
        """Add a host file or folder under a name: modes, symbolic and hard links kept, owner root."""
        found = {}  # (device, inode) of files with several links: their names, in order
        self._tree(str(host), name.strip("/"), found)
        for (path, mode), names in found.values():
            self._inode += 1
            shared = self._inode
            for linked in names[:-1]:  # the last one of a group carries the contents
                self._entry(linked, stat.S_IFREG | mode, links=len(names), inode=shared)
            self._entry(names[-1], stat.S_IFREG | mode, _contents(path), links=len(names), inode=shared)

    def _tree(self, host, name, found):
        status = os.lstat(host)
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISDIR(status.st_mode):
            if name:
                self.parents(name)
                self._names.add(name)
                self._entry(name, stat.S_IFDIR | mode, links=2)
            for child in sorted(os.listdir(host)):
                self._tree(os.path.join(host, child), f"{name}/{child}" if name else child, found)
        elif stat.S_ISLNK(status.st_mode):
            self.link(name, os.readlink(host))
        elif stat.S_ISREG(status.st_mode):
            self.parents(name)
            if status.st_nlink > 1:
                key = (status.st_dev, status.st_ino)
                found.setdefault(key, ((host, mode), []))[1].append(name)
            else:
                self._entry(name, stat.S_IFREG | mode, _contents(host))
        elif stat.S_ISFIFO(status.st_mode):
            self.device(name, stat.S_IFIFO | mode, 0, 0)
        elif stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
            self.device(name, status.st_mode, os.major(status.st_rdev), os.minor(status.st_rdev))
        else:
            raise ui.Failure(f"{host} is a socket, which an initramfs cannot hold")

    def finish(self):
        """The archive's bytes, a multiple of 512 long."""
        self._entry("TRAILER!!!", 0, inode=0)
        self._append(b"\0" * (-self._length % 512))
        return b"".join(self._chunks)


def _contents(path):
    try:
        with open(path, "rb") as source:
            return source.read()
    except OSError as error:
        raise ui.Failure(f"cannot read {path}: {error.strerror}") from error
