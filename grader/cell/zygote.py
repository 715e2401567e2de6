"""The zygote: a process that has imported torch once and forks a cell on request.

It is a fresh exec with a clean environment, started by `sandbox.launch`, and has never opened a
hidden test, a solution or a submission: whatever it remembers, every cell can read.
"""

import contextlib
import itertools
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import structs

from grader import forkserver
from grader.cell import loop, warmup
from grader.cell.limits import Opening
from grader.cell.user_walls import UserZygote
from grader.cell.walls import Inherited, Zygote
from grader.errors import SandboxError
from grader.sandbox import libc, limits, namespaces, root, scratch
from grader.sandbox.handshake import ENTERED, MAX_PLAN_BYTES, READY, Plan


def main() -> None:
    """Warm up and fork cells that are kept apart as the second argument says; see `launch`."""
    control = socket.socket(fileno=int(sys.argv[1]))
    keep_apart = {"namespaces": _by_namespaces, "user": _by_users}[sys.argv[2]]
    try:
        keep_apart(control)
    except (SandboxError, OSError, msgspec.DecodeError) as error:
        with contextlib.suppress(OSError):  # who started us is gone: there is nobody to tell
            control.send(str(error).encode())


def _by_namespaces(control: socket.socket) -> None:
    """Enter the namespaces, warm up, build the root, then serve."""
    if os.geteuid() == 0:
        os.setgroups([])
    namespaces.enter_user_namespace()
    plan = _told(control)
    namespaces.enter_others()
    # The first child is the first process of the new process namespace: with it, all of its
    # cells end.
    child = os.fork()
    if child != 0:
        control.close()
        os.waitpid(child, 0)
        return
    libc.prctl("zygote", libc.PR_SET_PDEATHSIG, int(signal.SIGKILL))
    # Warm before the root is built: torch asks /proc and /sys what processor this is.
    _warm_up(plan)
    own_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    own_processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    zygote = Zygote(plan.seccomp, limits.address_space_bytes(), plan.bait, own_processes)
    root.build([Path(folder) for folder in plan.folders])
    _point_home(root.SCRATCH)
    fork = namespaces.fork_into_new_process_namespace(own_namespace)
    _serve(control, lambda: zygote, fork)


def _by_users(control: socket.socket) -> None:
    """Warm up, then serve: the next user for each cell, its folder swept when it has ended."""
    os.setgroups([])
    plan = _told(control)
    if plan.users is None:
        raise SandboxError("the plan names no users")
    _warm_up(plan)
    common = UserZygote(
        *(plan.seccomp, limits.address_space_bytes(), plan.bait, plan.folders),
        *(plan.users.folder, os.getpid()),
        user=0,  # nobody yet
    )
    ids = itertools.cycle(plan.users.ids)
    following = next(ids)
    living: dict[int, int] = {}  # user by process
    folder, bell = Path(plan.users.folder), plan.users.bell

    def fork() -> int:
        nonlocal following
        pid = os.fork()
        if pid != 0:
            living[pid] = following
            following = next(user for user in ids if user not in living.values())
        return pid

    def own() -> UserZygote:
        zygote = structs.replace(common, user=following)
        _point_home(zygote.scratch)
        return zygote

    def bury(pid: int) -> None:
        scratch.take_away(folder, str(living.pop(pid)), bell)

    _serve(control, own, fork, bury)


def _told(control: socket.socket) -> Plan:
    control.send(ENTERED)
    return msgspec.msgpack.decode(control.recv(MAX_PLAN_BYTES), type=Plan)


def _warm_up(plan: Plan) -> None:
    warmup.warm_up()
    loop.rehearse()
    if plan.given is not None:
        loop.preload(plan.given)
    forkserver.settle()


def _serve(
    control: socket.socket,
    own: Callable[[], Inherited],
    fork: Callable[[], int],
    bury: Callable[[int], None] = lambda pid: None,
) -> None:
    """Fork cells until hung up on. own: what a cell inherits, asked in the cell itself."""
    control.send(READY)
    libc.name_process("grader zygote")

    def cell(payload: bytes, descriptors: list[int]) -> None:
        libc.name_process("grader cell")
        loop.run(own(), msgspec.msgpack.decode(payload, type=Opening), descriptors)

    forkserver.serve(control, cell, fork, bury)


def _point_home(folder: Path) -> None:
    """Have Python look for the home and temporary folders where a cell has them."""
    temporary = root.temporary_in(folder)
    os.environ["HOME"] = str(root.home_in(folder))
    os.environ["TMPDIR"] = str(temporary)
    # Found while warming up, and remembered there.
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(temporary / "torchinductor")
    tempfile.tempdir = None


if __name__ == "__main__":
    main()
