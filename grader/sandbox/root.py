"""The root folder of a cell: Python and its packages, read-only, and scratch space of its own.

The zygote builds the root once (`build`) and never sees the host's again; a cell adds an empty
tmpfs (`mount_scratch`), and no path of the host that holds submissions, solutions or reports
exists in it.
"""

import ctypes
import errno
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from grader.sandbox import libc
from grader.sandbox.identity import CELL_ID
from grader.sandbox.probe import expect, expect_refusal

READ_ONLY_ROOT = "read-only root"
TMPFS = "private tmpfs"
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 0x1, 0x2, 0x4, 0x8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 0x20, 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 0x1, 0x2, 0x4

DEVICES = ("null", "zero", "full", "random", "urandom")
SCRATCH = Path("/scratch")  # tmpfs of one cell; /tmp and the home folder lead there
HOME = Path("/scratch/home")
TEMPORARY = Path("/scratch/tmp")
INODES = 4096
MIB = 1 << 20


class _MountAttributes(ctypes.Structure):
    _fields_ = [
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    ]


def build(folders: Sequence[Path]) -> None:
    """Make a root of these folders, read-only, and the few devices Python needs; move into it.

    Raises SandboxError naming the mount that failed.
    """
    _mount(None, "/", None, MS_REC | MS_PRIVATE)
    # The old root comes to lie below the new one, so a folder that this mount hides is reached.
    _mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    os.mkdir("/tmp/old")
    libc.system_call(READ_ONLY_ROOT, "pivot_root", libc.SYS_PIVOT_ROOT, b"/tmp", b"/tmp/old")
    os.chdir("/")
    for folder in _outermost(folders):
        _show(Path("/old") / folder.relative_to("/"), folder)
    os.mkdir("/dev")
    for name in DEVICES:
        Path("/dev", name).touch()
        _mount(f"/old/dev/{name}", f"/dev/{name}", None, MS_BIND)
    libc.call(READ_ONLY_ROOT, "umount2", b"/old", MNT_DETACH)
    os.rmdir("/old")
    SCRATCH.mkdir(mode=0o755)
    if not os.path.exists("/tmp"):  # it does where Python itself lives below it
        os.symlink(TEMPORARY, "/tmp")
    _mount(None, "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def mount_scratch(files_mib: int) -> None:
    """Give this cell, in a mount namespace of its own, empty scratch space of that size."""
    options = f"mode=700,uid={CELL_ID},gid={CELL_ID},size={files_mib}m,nr_inodes={INODES}"
    _mount("tmpfs", str(SCRATCH), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)


def make_home(scratch: Path = SCRATCH) -> None:
    """Make the home and the temporary folder; to be called as the cell's own user."""
    home_in(scratch).mkdir()
    temporary_in(scratch).mkdir()


def home_in(scratch: Path) -> Path:
    """Return the folder that a student's files and code are in."""
    return scratch / HOME.name


def temporary_in(scratch: Path) -> Path:
    """Return the folder for what is temporary."""
    return scratch / TEMPORARY.name


def prove_read_only() -> None:
    """Try to write beside every file that is shown; raises SandboxError if it is possible."""
    shown = {Path(os.__file__).parent, Path(ctypes.__file__).parent, Path(__file__).parent}
    for folder in [Path("/"), *sorted(shown)]:
        write = partial(_make_and_remove, folder / ".grader-probe")
        expect_refusal(READ_ONLY_ROOT, f"writing to {folder}", write, errno.EROFS)


def _make_and_remove(folder: Path) -> None:
    folder.mkdir()
    folder.rmdir()


def prove_no_host() -> None:
    """Look for what every host has; raises SandboxError if it is there."""
    for name in ("/proc/1", "/sys/kernel", "/etc/passwd", "/old"):
        expect("mount namespace", f"{name} can be seen", not os.path.lexists(name))


def prove_scratch(files_mib: int) -> None:
    """Try to fill more than the scratch space; raises SandboxError if it is possible."""
    descriptor = os.open(SCRATCH / "probe", os.O_RDWR | os.O_CREAT)
    try:
        expect_refusal(
            TMPFS,
            f"filling more than {files_mib} MiB",
            lambda: os.posix_fallocate(descriptor, 0, (files_mib + 1) * MIB),
            errno.ENOSPC,
        )
    finally:
        os.close(descriptor)
        os.unlink(SCRATCH / "probe")


def _outermost(folders: Sequence[Path]) -> list[Path]:
    """Return the folders without those that lie in another; links are kept as links."""
    kept: list[Path] = []
    for folder in sorted(set(folders)):
        if not any(folder.is_relative_to(other) for other in kept):
            kept.append(folder)
    return kept


def _show(source: Path, target: Path) -> None:
    """Make a folder of the old root visible, read-only, where it always was."""
    if source.is_symlink():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.symlink(os.readlink(source), target)
        return
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True)
    _mount(str(source), str(target), None, MS_BIND | MS_REC)
    attributes = _MountAttributes(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0, 0, 0)
    libc.system_call(
        READ_ONLY_ROOT,
        f"mount_setattr({target})",
        libc.SYS_MOUNT_SETATTR,
        AT_FDCWD,
        str(target).encode(),
        AT_RECURSIVE,
        ctypes.byref(attributes),
        ctypes.sizeof(attributes),
    )


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    libc.call(
        f"{TMPFS if target == str(SCRATCH) else READ_ONLY_ROOT}: {target}",
        "mount",
        *(part.encode() if part is not None else None for part in (source, target, kind)),
        ctypes.c_ulong(flags),
        options.encode() if options is not None else None,
    )
