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
CLONE_NEWNS = 0x00020000
CAPABILITY_VERSION_3 = 0x20080522


def become_nobody() -> None:
    """Give up every capability and identity but the cell's, for good."""
    os.setresgid(CELL_ID, CELL_ID, CELL_ID)
    os.setresuid(CELL_ID, CELL_ID, CELL_ID)
    for capability in range(64):
        try:
            libc.prctl(WALL, libc.PR_CAPBSET_DROP, capability)
        except SandboxError:  # one past the last this kernel has, or dropped with the user
            break
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    libc.call(WALL, "capset", header, (ctypes.c_uint32 * 6)())
    libc.prctl(WALL, libc.PR_SET_NO_NEW_PRIVS, 1)
    libc.prctl(WALL, libc.PR_SET_DUMPABLE, 0)
    libc.prctl(WALL, libc.PR_SET_PDEATHSIG, int(signal.SIGKILL))


def prove() -> None:
    """Try what takes a capability; raises SandboxError if it is possible."""
    expect_refusal(WALL, "becoming root", lambda: os.setuid(0), errno.EPERM, errno.EINVAL)
    expect_refusal(WALL, "a new root folder", lambda: os.chroot("/"), errno.EPERM)
    expect_refusal(WALL, "new mounts", lambda: libc.call(WALL, "unshare", CLONE_NEWNS), errno.EPERM)
    expect(WALL, "new privileges are possible", libc.prctl(WALL, libc.PR_GET_NO_NEW_PRIVS) == 1)
    expect(WALL, "others may read this memory", libc.prctl(WALL, libc.PR_GET_DUMPABLE) == 0)
