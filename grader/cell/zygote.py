"""The zygote: a process that has imported torch once and forks a cell on request.

It is a fresh exec with a clean environment, started by `sandbox.launch`, and has never opened a
hidden test, a solution or a submission: whatever it remembers, every cell can read.
"""

import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

import msgspec

from grader import forkserver
from grader.cell import loop, warmup
from grader.cell.limits import Opening
from grader.cell.walls import Zygote
from grader.errors import SandboxError
from grader.sandbox import libc, limits, namespaces, root
from grader.sandbox.handshake import ENTERED, MAX_PLAN_BYTES, READY, Plan


def main() -> None:
    """Enter the namespaces, warm up, build the root, then serve; see `launch.begin`."""
    control = socket.socket(fileno=int(sys.argv[1]))
    try:
        if os.geteuid() == 0:
            os.setgroups([])
        namespaces.enter_user_namespace()
        control.send(ENTERED)
        plan = msgspec.msgpack.decode(control.recv(MAX_PLAN_BYTES), type=Plan)
        namespaces.enter_others()
        # The first child is the first process of the new process namespace: with it, all of its
        # cells end.
        child = os.fork()
        if child != 0:
            control.close()
            os.waitpid(child, 0)
            return
        libc.prctl("zygote", libc.PR_SET_PDEATHSIG, int(signal.SIGKILL))
        _serve(control, plan)
    except (SandboxError, OSError) as error:
        control.send(str(error).encode())


def _serve(control: socket.socket, plan: Plan) -> None:
    # Warm before the root is built: torch asks /proc and /sys what processor this is.
    warmup.warm_up()
    loop.rehearse()
    if plan.given is not None:
        loop.preload(plan.given)
    forkserver.settle()
    own_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    own_processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    zygote = Zygote(plan.seccomp, limits.address_space_bytes(), plan.bait, own_processes)
    root.build([Path(folder) for folder in plan.folders])
    _point_home()
    control.send(READY)

    libc.name_process("grader zygote")

    def cell(payload: bytes, descriptors: list[int]) -> None:
        libc.name_process("grader cell")
        loop.run(zygote, msgspec.msgpack.decode(payload, type=Opening), descriptors)

    forkserver.serve(control, cell, namespaces.fork_into_new_process_namespace(own_namespace))


def _point_home() -> None:
    """Have Python look for the home and temporary folders where a cell has them."""
    os.environ["HOME"] = str(root.HOME)
    os.environ["TMPDIR"] = str(root.TEMPORARY)
    # Found while warming up, and remembered there.
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(root.TEMPORARY / "torchinductor")
    tempfile.tempdir = None


if __name__ == "__main__":
    main()
