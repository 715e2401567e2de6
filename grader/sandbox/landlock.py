"""Landlock: the cell reads the Python environment, writes its scratch space, and that is all.

Beneath the mount namespace it is a second wall with another mechanism: it holds even where a
mount was forgotten. From ABI 4 it also refuses TCP, from ABI 6 abstract sockets and signals out.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Sequence

from grader.errors import SandboxError
from grader.sandbox import libc
from grader.sandbox.probe import expect_refusal

WALL = "landlock"
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1
# Rights, by their bit in the kernel's header <linux/landlock.h>.
WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG, MAKE_SYM = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
REFER, TRUNCATE = 1 << 13, 1 << 14
READING = READ_FILE | READ_DIR
SCRATCHING = READING | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SYM
OF_FILES = WRITE_FILE | READ_FILE | TRUNCATE  # the rest is refused in a rule for a file
RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}


class _Ruleset(ctypes.Structure):
    _fields_ = [
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def abi() -> int:
    """Return the version of Landlock that this kernel has, 0 if none."""
    try:
        return libc.system_call(
            WALL, "query", libc.SYS_LANDLOCK_CREATE_RULESET, None, 0, CREATE_RULESET_VERSION
        )
    except SandboxError:
        return 0


def confine(*, readable: Sequence[str], devices: Sequence[str], writable: str) -> int:
    """Let this process read below some folders, use devices or those in a folder, write in one.

    Returns the ABI that was used; it is 0, and nothing is confined, on a kernel without
    Landlock. Raises SandboxError if the kernel has it and will not.
    """
    version = abi()
    if version == 0:
        return 0
    handled = (1 << RIGHTS_BY_ABI.get(version, 16)) - 1
    rules = _Ruleset(handled, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = libc.system_call(
        WALL, "create", libc.SYS_LANDLOCK_CREATE_RULESET, ctypes.byref(rules), size, 0
    )
    for folder in readable:
        _allow(ruleset, folder, READING)
    for device in devices:
        _allow(ruleset, device, (READING | WRITE_FILE) & handled)
    _allow(ruleset, writable, (SCRATCHING | REFER | TRUNCATE) & handled)
    libc.system_call(WALL, "restrict", libc.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return version


def prove(folder: str) -> None:
    """Try to make a named pipe in a folder that may be written to; nobody needs one.

    Raises SandboxError if it is possible.
    """
    path = f"{folder}/probe"
    try:
        expect_refusal(WALL, "making a pipe", lambda: os.mkfifo(path), errno.EACCES)
    finally:
        if os.path.lexists(path):
            os.unlink(path)


def _allow(ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
    rule = _PathBeneath(rights if is_folder else rights & OF_FILES, descriptor)
    libc.system_call(
        WALL,
        f"rule for {path}",
        libc.SYS_LANDLOCK_ADD_RULE,
        ruleset,
        RULE_PATH_BENEATH,
        ctypes.byref(rule),
        0,
    )
    os.close(descriptor)
