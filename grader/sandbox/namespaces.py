"""Namespaces: a user, process, mount, network, IPC and host-name world of the cell's own.

The zygote enters its namespaces once (`enter`, `build_root`); a cell adds a process, a mount and
an IPC namespace of its own (`fork_into_new_process_namespace`, `enter_cell`), since two cells
must see nothing of each other. Works for root and, where the kernel allows user namespaces, for
anyone. The new root holds the Python environment, read-only, and nothing else of the host.
"""

import ctypes
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.errors import SandboxError
from grader.sandbox import libc

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 0x1, 0x2, 0x4, 0x8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 0x20, 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 0x1, 0x2, 0x4

CELL_ID = 1000  # user and group of a cell, as it sees itself
NOBODY = 65534  # who that is outside when the grader runs as root
DEVICES = ("null", "zero", "full", "random", "urandom")
SCRATCH = Path("/scratch")  # tmpfs of one cell; /tmp and the home folder lead there
HOME = Path("/scratch/home")
TEMPORARY = Path("/scratch/tmp")
INODES = 4096


class _MountAttributes(ctypes.Structure):
    _fields_ = [
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    ]


def enter_user_namespace() -> None:
    """Leave for a new user namespace; nobody is mapped into it yet.

    Raises SandboxError if the kernel refuses.
    """
    libc.call("user namespace", "unshare", CLONE_NEWUSER)


def map_users(pid: int) -> None:
    """Say who the process in its new user namespace is: called from outside, by its parent.

    A plain user is mapped to the cell's. Root stays root for building the root folder, and
    cells become nobody, so that root's files are not theirs even if every other wall fell.
    """
    folder = Path(f"/proc/{pid}")
    user, group = os.geteuid(), os.getegid()
    try:
        if user == 0:
            table = f"0 0 1\n{CELL_ID} {NOBODY} 1\n"
            (folder / "gid_map").write_text(table)
            (folder / "uid_map").write_text(table)
        else:
            (folder / "setgroups").write_text("deny")
            (folder / "gid_map").write_text(f"{CELL_ID} {group} 1\n")
            (folder / "uid_map").write_text(f"{CELL_ID} {user} 1\n")
    except OSError as error:
        raise SandboxError(f"user namespace: mapping users: {error.strerror}") from error


def enter_others() -> None:
    """Leave for new mount, network, IPC and host-name namespaces; processes come with a fork."""
    libc.call(
        "namespaces",
        "unshare",
        CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID,
    )
    libc.call("uts namespace", "sethostname", b"cell", 4)


def build_root(folders: Sequence[Path]) -> None:
    """Make a root of these folders, read-only, and the few devices Python needs; move into it.

    Raises SandboxError naming the mount that failed.
    """
    _mount(None, "/", None, MS_REC | MS_PRIVATE)
    # The old root comes to lie below the new one, so a folder that this mount hides is reached.
    _mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    os.mkdir("/tmp/old")
    libc.system_call("root", "pivot_root", libc.SYS_PIVOT_ROOT, b"/tmp", b"/tmp/old")
    os.chdir("/")
    for folder in _outermost(folders):
        _show(Path("/old") / folder.relative_to("/"), folder)
    os.mkdir("/dev")
    for name in DEVICES:
        Path("/dev", name).touch()
        _mount(f"/old/dev/{name}", f"/dev/{name}", None, MS_BIND)
    libc.call("root", "umount2", b"/old", MNT_DETACH)
    os.rmdir("/old")
    SCRATCH.mkdir(mode=0o755)
    if not os.path.exists("/tmp"):  # it does where Python itself lives below it
        os.symlink(TEMPORARY, "/tmp")
    _mount(None, "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def fork_into_new_process_namespace(own: int) -> Callable[[], int]:
    """Return a fork whose child is the first process of a namespace of its own.

    own: descriptor of this process's own namespace, opened while /proc was there; unshare(2)
    refuses to make a second one before the first is left again.
    """

    def fork() -> int:
        libc.call("pid namespace", "unshare", CLONE_NEWPID)
        pid = os.fork()
        if pid != 0:
            libc.call("pid namespace", "setns", own, CLONE_NEWPID)
        return pid

    return fork


def enter_cell(scratch_mib: int) -> None:
    """Leave for mounts and IPC of this cell's own, with empty scratch space of that size."""
    libc.call("mount namespace", "unshare", CLONE_NEWNS | CLONE_NEWIPC)
    options = f"mode=700,uid={CELL_ID},gid={CELL_ID},size={scratch_mib}m,nr_inodes={INODES}"
    _mount("tmpfs", str(SCRATCH), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)


def become_nobody() -> None:
    """Give up every capability and identity but the cell's, for good."""
    wall = "capabilities"
    os.setresgid(CELL_ID, CELL_ID, CELL_ID)
    os.setresuid(CELL_ID, CELL_ID, CELL_ID)
    for capability in range(64):
        try:
            libc.prctl(wall, libc.PR_CAPBSET_DROP, capability)
        except SandboxError:  # one past the last this kernel has, or dropped with the user
            break
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    libc.call(wall, "capset", header, (ctypes.c_uint32 * 6)())
    libc.prctl(wall, libc.PR_SET_NO_NEW_PRIVS, 1)
    libc.prctl(wall, libc.PR_SET_DUMPABLE, 0)
    libc.prctl(wall, libc.PR_SET_PDEATHSIG, int(signal.SIGKILL))
    HOME.mkdir()
    TEMPORARY.mkdir()


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
        "read-only root",
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
        f"mount of {target}",
        "mount",
        *(part.encode() if part is not None else None for part in (source, target, kind)),
        ctypes.c_ulong(flags),
        options.encode() if options is not None else None,
    )
