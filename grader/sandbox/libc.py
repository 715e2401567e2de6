"""System calls that Python 3.11 has no name for; x86-64 and arm64 Linux."""

import ctypes
import os
from typing import Any

from grader.errors import SandboxError

_libc = ctypes.CDLL(None, use_errno=True)

# Since Linux 5.0 new system calls have one number on all architectures.
SYS_LANDLOCK_CREATE_RULESET, SYS_LANDLOCK_ADD_RULE, SYS_LANDLOCK_RESTRICT_SELF = 444, 445, 446
SYS_CLONE3, SYS_MOUNT_SETATTR = 435, 442
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}.get(os.uname().machine, -1)

PR_SET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 3, 4, 24
PR_SET_NAME, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 15, 22, 38, 39


def call(wall: str, name: str, *arguments: Any) -> int:
    """Call a function of libc.

    Raises SandboxError naming the wall, the function and the reason if it returns -1.
    """
    return _checked(wall, name, getattr(_libc, name)(*arguments))


def system_call(wall: str, name: str, number: int, *arguments: Any) -> int:
    """Make a system call by number; raises SandboxError as `call` does."""
    passed = [ctypes.c_long(own) if isinstance(own, int) else own for own in arguments]
    return _checked(wall, name, _libc.syscall(ctypes.c_long(number), *passed))


def name_process(name: str) -> None:
    """Have this process listed under that name, of at most 15 letters, by ps and top."""
    prctl("process name", PR_SET_NAME, name.encode())


def prctl(wall: str, option: int, *arguments: Any) -> int:
    """Set a property of this process; raises SandboxError as `call` does."""
    passed = [ctypes.c_ulong(own) if isinstance(own, int) else own for own in arguments]
    passed += [ctypes.c_ulong(0)] * (4 - len(passed))
    return _checked(wall, "prctl", _libc.prctl(ctypes.c_int(option), *passed))


def attach_shared_memory(wall: str, segment: int) -> int:
    """Return the address at which a System V segment now lies; raises SandboxError as `call`."""
    _libc.shmat.restype = ctypes.c_void_p
    address = _libc.shmat(segment, None, 0)
    _checked(wall, "shmat", -1 if address in (None, ctypes.c_void_p(-1).value) else 0)
    return int(address)


def _checked(wall: str, name: str, result: int) -> int:
    if result == -1:
        number = ctypes.get_errno()
        refused = OSError(number, os.strerror(number))
        raise SandboxError(f"{wall}: {name}: {refused.strerror}") from refused
    return result
