"""Who a cell is: an ordinary user of its own world, without a right to anything."""

import ctypes
import errno
import os
import signal

from grader.errors import SandboxError
from grader.sandbox import libc
from grader.sandbox.probe import expect, expect_refusal

WALL = "capabilities"
CELL_ID = 1000  # user and group of a cell, as it sees itself
NOBODY = 65534  # who that is outside when the grader runs as root
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
CAPABILITY_VERSION_3 = 0x20080522


def become_nobody(processes: int) -> None:
    """Become the cell's user, in a user namespace that no other cell is in; closes `processes`.

    processes: descriptor of a /proc, where the namespace is told who is in it. What the kernel
    counts per user, threads above all, it counts per user of such a namespace.
    """
    os.setresgid(CELL_ID, CELL_ID, CELL_ID)
    os.setresuid(CELL_ID, CELL_ID, CELL_ID)
    libc.call(WALL, "unshare", CLONE_NEWUSER)
    # Whose identity has changed may not write its own tables; `give_up_rights` takes it back.
    libc.prctl(WALL, libc.PR_SET_DUMPABLE, 1)
    try:
        for name, line in (
            ("setgroups", "deny"),
            ("gid_map", f"{CELL_ID} {CELL_ID} 1"),
            ("uid_map", f"{CELL_ID} {CELL_ID} 1"),
        ):
            table = os.open(f"self/{name}", os.O_WRONLY, dir_fd=processes)
            os.write(table, line.encode())
            os.close(table)
    except OSError as error:
        raise SandboxError(f"{WALL}: mapping its user: {error.strerror}") from error
    finally:
        os.close(processes)


def give_up_rights() -> None:
    """Give up every capability, for good."""
    drop_bounding_set()
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    libc.call(WALL, "capset", header, (ctypes.c_uint32 * 6)())
    libc.prctl(WALL, libc.PR_SET_NO_NEW_PRIVS, 1)
    libc.prctl(WALL, libc.PR_SET_DUMPABLE, 0)
    libc.prctl(WALL, libc.PR_SET_PDEATHSIG, int(signal.SIGKILL))


def drop_bounding_set() -> None:
    """Have no program that is run from here on get a capability, where that can be asked for."""
    for capability in range(64):
        try:
            libc.prctl(WALL, libc.PR_CAPBSET_DROP, capability)
        except SandboxError:  # one past the last this kernel has
            break


def prove() -> None:
    """Try what takes a capability; raises SandboxError if it is possible."""
    expect_refusal(WALL, "becoming root", lambda: os.setuid(0), errno.EPERM, errno.EINVAL)
    expect_refusal(WALL, "a new root folder", lambda: os.chroot("/"), errno.EPERM)
    expect_refusal(WALL, "new mounts", lambda: libc.call(WALL, "unshare", CLONE_NEWNS), errno.EPERM)
    expect(WALL, "new privileges are possible", libc.prctl(WALL, libc.PR_GET_NO_NEW_PRIVS) == 1)
    expect(WALL, "others may read this memory", libc.prctl(WALL, libc.PR_GET_DUMPABLE) == 0)
