# SPDX-License-Identifier: MIT
"""User programs for a guest: compiler runtime, musl and kernel headers, tied together by a clang configuration file.

    runtime(arch)   a clang resource folder that has the builtins of that architecture
    sysroot(arch)   musl (headers, static and shared library) and Linux's uapi headers
    config(arch)    the configuration file: `clang-19 --config=FILE` makes programs for the guest
"""

import os
import shutil
from pathlib import Path

from . import apt, cache, sources, ui

ARCHITECTURES = ("x86_64", "arm64", "riscv64")

# per architecture: LLVM's name, the machine flags of every program, and where Debian keeps the uapi headers
LLVM_NAME = {"x86_64": "x86_64", "arm64": "aarch64", "riscv64": "riscv64"}
MACHINE_FLAGS = {
    "x86_64": ["-march=x86-64"],
    "arm64": ["-march=armv8-a", "-mno-outline-atomics"],
    "riscv64": ["-march=rv64gc", "-mabi=lp64d"],
}
UAPI_HEADERS = {
    "x86_64": [Path("/usr/include"), Path("/usr/include/x86_64-linux-gnu")],
    "arm64": [Path("/usr/aarch64-linux-gnu/include")],
    "riscv64": [Path("/usr/riscv64-linux-gnu/include")],
}
UAPI_FOLDERS = ("linux", "asm", "asm-generic", "mtd", "rdma", "scsi", "sound", "video", "misc")
RESOURCES = Path("/usr/lib/llvm-19/lib/clang/19")


def check_architecture(arch):
    if arch not in ARCHITECTURES:
        raise ui.Failure(f"'{arch}' is not an architecture (there are: {' '.join(ARCHITECTURES)})")
    return arch


def make_runtime(output, arch):
    package = apt.fetch_package("libclang-rt-19-dev", arch, "bookworm" if arch == "x86_64" else "trixie")
    with cache.Workspace("runtime") as work:
        apt.unpack_package(package, work)
        libraries = work / "usr/lib/llvm-19/lib/clang/19/lib/linux"
        (output / "lib/linux").mkdir(parents=True)
        name = LLVM_NAME[arch]
        for file in (f"libclang_rt.builtins-{name}.a", f"clang_rt.crtbegin-{name}.o", f"clang_rt.crtend-{name}.o"):
            shutil.copy(libraries / file, output / "lib/linux" / file)
    os.symlink(RESOURCES / "include", output / "include")


def runtime(arch):
    return cache.built(f"runtime-{arch}", make_runtime, (arch,), f"compiler runtime for {arch}")


def make_sysroot(output, arch, source, resources, machine_flags):
    name = LLVM_NAME[arch]
    log = cache.folder("logs") / f"musl-{arch}.log"
    log.unlink(missing_ok=True)
    with cache.Workspace("musl") as work:
        environment = {
            **os.environ,
            "CC": f"clang-19 --target={name}-linux-musl {' '.join(machine_flags)}",
            "CFLAGS": "-O2 -fno-strict-aliasing",
            "LDFLAGS": "-fuse-ld=lld",
            "AR": "llvm-ar-19",
            "RANLIB": "llvm-ranlib-19",
            "LIBCC": f"{resources}/lib/linux/libclang_rt.builtins-{name}.a",
        }
        ui.command([Path(source) / "configure", f"--target={name}-linux-musl", "--prefix=/usr", "--syslibdir=/lib",
                    "--disable-wrapper"], log=log, cwd=work, env=environment)
        ui.command(["make", "-j2"], log=log, cwd=work)
        ui.command(["make", "install", f"DESTDIR={output}"], log=log, cwd=work)
    # The loader is installed as an absolute link, which means nothing outside the guest.
    loader = output / "lib" / f"ld-musl-{name}.so.1"
    loader.unlink()
    loader.symlink_to("../usr/lib/libc.so")
    for base in UAPI_HEADERS[arch]:
        for folder in UAPI_FOLDERS:
            if (base / folder).is_dir():
                shutil.copytree(base / folder, output / "usr/include" / folder, dirs_exist_ok=True)


def sysroot(arch):
    inputs = (arch, sources.unpacked("musl"), runtime(arch), MACHINE_FLAGS[arch])
    return cache.built(f"sysroot-{arch}", make_sysroot, inputs, f"building musl for {arch}")


def make_config(output, arch, root, resources, machine_flags):
    options = [f"--target={LLVM_NAME[arch]}-linux-musl", *machine_flags, f"--sysroot={root}",
               f"-resource-dir={resources}", "-rtlib=compiler-rt", "-unwindlib=none", "-fuse-ld=lld"]
    (output / "guest.cfg").write_text("\n".join(options) + "\n")


def config(arch):
    """The clang configuration file for guest programs of this architecture."""
    inputs = (check_architecture(arch), sysroot(arch), runtime(arch), MACHINE_FLAGS[arch])
    made = cache.built(f"config-{arch}", make_config, inputs, f"clang configuration for {arch}")
    return made / "guest.cfg"


def make_busybox(output, arch, source, configuration):
    log = cache.folder("logs") / f"busybox-{arch}.log"
    log.unlink(missing_ok=True)
    with cache.Workspace("busybox") as workspace:
        # BusyBox declares pointers const and writes to them all the same; clang may then read them too early, as NULL: top and vi
        # crash on arm64 and riscv64. What is configurable of that goes through EXTRA_CFLAGS, one declaration only so.
        tree = shutil.copytree(source, workspace / "source", symlinks=True)
        header = tree / "include/libbb.h"
        header.write_text(header.read_text().replace("extern struct globals *const ptr_to_globals;", "extern struct globals *ptr_to_globals;"))
        work = workspace / "build"
        work.mkdir()
        make = ["make", "-C", tree, f"O={work}", "HOSTCC=clang-19", "HOSTCFLAGS=-w", "ARCH=" + arch,
                f"CC=clang-19 --config={configuration}", "AR=llvm-ar-19", "STRIP=llvm-strip-19",
                "OBJCOPY=llvm-objcopy-19", "SKIP_STRIP=y"]
        # The same program whenever it is built: what Linux answered to its tests is kept by its hash.
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1", "KCONFIG_NOTIMESTAMP": "1"}
        ui.command([*make, "defconfig"], log=log, env=environment)
        settings = (work / ".config").read_text()
        settings = settings.replace("# CONFIG_STATIC is not set", "CONFIG_STATIC=y")
        # a command's output should not have colours only because its console is a terminal
        settings = settings.replace("CONFIG_FEATURE_LS_COLOR_IS_DEFAULT=y",
                                    "# CONFIG_FEATURE_LS_COLOR_IS_DEFAULT is not set")
        settings = settings.replace('CONFIG_EXTRA_CFLAGS=""', 'CONFIG_EXTRA_CFLAGS="-DBB_GLOBAL_CONST="')
        (work / ".config").write_text(settings)
        ui.command([*make, "-j2", "busybox"], log=log, env=environment)
        ui.command(["llvm-strip-19", "-o", output / "busybox", work / "busybox"], log=log)
        # the test suite looks at the configuration to know what to test
        shutil.copy(work / ".config", output / "config")


def busybox(arch):
    """Our BusyBox: static against musl. The folder has `busybox` and `config`."""
    return cache.built(f"busybox-{arch}", make_busybox, (arch, sources.unpacked("busybox"), config(arch)),
                       f"building BusyBox for {arch}")


def make_debian_busybox(output, arch):
    package = apt.fetch_package("busybox-static", arch, "trixie" if arch == "riscv64" else "bookworm")
    with cache.Workspace("busybox-debian") as work:
        apt.unpack_package(package, work)
        found = [path for path in (work / "bin/busybox", work / "usr/bin/busybox") if path.is_file()]
        shutil.copy(found[0], output / "busybox")


def debian_busybox(arch):
    """Debian's own BusyBox, statically linked with glibc, unmodified."""
    return cache.built(f"busybox-debian-{arch}", make_debian_busybox, (arch,), f"Debian's BusyBox for {arch}")


def make_linux(output, arch):
    name = apt.package_dependency(f"linux-image-{apt.DEBIAN_NAME[arch]}", arch, "trixie", "linux-image-")
    package = apt.fetch_package(name, arch, "trixie")
    with cache.Workspace("linux") as work:
        apt.unpack_package(package, work)
        image = [path for path in (work / "boot").iterdir() if path.name.startswith(("vmlinuz-", "vmlinux-"))]
        shutil.copy(image[0], output / "kernel")
    (output / "version").write_text(name.removeprefix("linux-image-") + "\n")
    package.unlink()  # a hundred megabytes, of which the image is all that is wanted


def linux(arch):
    """Debian's 6.12 kernel, the oracle: the folder has `kernel` (what QEMU boots) and `version`."""
    return cache.built(f"linux-{arch}", make_linux, (arch,), f"Debian's Linux kernel for {arch}")


def compile_program(arch, output, *arguments):
    ui.command(["clang-19", f"--config={config(arch)}", "-static", *arguments, "-o", output])
