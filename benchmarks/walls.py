"""What the walls of a cell cost over a bare fork: CPU milliseconds, all of them and each.

python benchmarks/walls.py [--cells N]

A process as warm as the zygote, in the same namespaces, forks children that raise no wall, every
wall, or all but one, and end. The figures are the kernel's, of parent and children together.
"""

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from grader import forkserver
from grader.cell import loop, walls, warmup
from grader.cell.limits import CellLimits
from grader.sandbox import cgroup, launch, limits, namespaces, root, seccomp
from grader.sandbox.probe import Bait, Lure

LIMITS = CellLimits(memory_mib=1024, files_mib=64, threads=8, cpu_seconds=60.0)
ROUNDS = 3
# What the parent does before the fork, and others build on: taking it away leaves no cell.
NEEDED = ("user namespace", "mount namespace", "private tmpfs")


class Charge(msgspec.Struct):
    """What the measured process is told once it is in its user namespace."""

    bait: Bait
    seccomp: bytes
    folders: list[str]
    cells: int


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=100, help="of each kind (%(default)s)")
    cells = parser.parse_args().cells
    lure, groups = Lure(), cgroup.make_groups()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    root_of_this = Path(__file__).parent.parent
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.walls", "--measured", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=launch.zygote_environment(),
            cwd=root_of_this,
        )
    try:
        ours.recv(16)
        namespaces.map_users(process.pid)
        made = groups.make("all", memory_mib=8192, tasks=100) if groups is not None else None
        entrances = made.descriptors() if made is not None else []
        charge = Charge(
            lure.bait(process.pid),
            seccomp.build(),
            [str(folder) for folder in launch.python_folders()],
            cells,
        )
        socket.send_fds(ours, [msgspec.msgpack.encode(charge)], entrances)
        show(json.loads(ours.recv(1 << 16)))
    finally:
        ours.close()
        process.wait()
        lure.close()
        if groups is not None:
            groups.remove()


def show(figures: dict[str, list[float]]) -> None:
    """Print CPU milliseconds per child, and what each wall adds to the others."""
    best = {name: min(values) for name, values in figures.items()}
    bare, every = best.pop("no wall"), best.pop("every wall")
    print(f"{'a bare fork and its end':40} {bare:6.2f} ms")
    print(f"{'with every wall':40} {every:6.2f} ms")
    print(f"{'the walls together':40} {every - bare:6.2f} ms")
    for name, value in best.items():
        print(f"{'  of it ' + name.removeprefix('all but '):40} {every - value:6.2f} ms")


def measured(control: socket.socket) -> None:
    """Be the warm process: fork children of each kind and send what they cost."""
    if os.geteuid() == 0:
        os.setgroups([])
    namespaces.enter_user_namespace()
    control.send(b"entered")
    data, entrances, _, _ = socket.recv_fds(control, 1 << 20, 8)
    charge = msgspec.msgpack.decode(data, type=Charge)
    namespaces.enter_others()
    if os.fork() != 0:
        os.wait()
        return
    warmup.warm_up()
    loop.rehearse()
    forkserver.settle()
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    processes = os.open("/proc", os.O_PATH | os.O_DIRECTORY)
    zygote = walls.Zygote(charge.seccomp, limits.address_space_bytes(), charge.bait, processes)
    root.build([Path(folder) for folder in charge.folders])
    fork = namespaces.fork_into_new_process_namespace(own)

    def child(left_out: str | None) -> None:
        for wall in walls.in_order(zygote, LIMITS, entrances):
            if wall.name != left_out:
                wall.rise()

    names = [wall.name for wall in walls.in_order(zygote, LIMITS, entrances)]
    raised = [name for name in names if name not in (*NEEDED, *given_by_the_fork(names))]
    figures: dict[str, list[float]] = {}
    for _ in range(ROUNDS):  # in turn: whatever else the machine does hits all alike
        note(figures, "no wall", charge.cells, os.fork, lambda: None)
        note(figures, "every wall", charge.cells, fork, partial(child, None))
        for name in raised:
            note(figures, f"all but {name}", charge.cells, fork, partial(child, name))
    control.send(json.dumps(figures).encode())


def given_by_the_fork(names: list[str]) -> list[str]:
    """Return the walls that stand since before the child: they have no cost of their own here."""
    since = ("pid namespace", "network namespace", "uts namespace", "ipc namespace")
    return [name for name in names if name in (*since, "read-only root")]


def note(
    figures: dict[str, list[float]],
    name: str,
    cells: int,
    fork: Callable[[], int],
    work: Callable[[], None],
) -> None:
    """Add what one child of this kind costs on average."""
    before = cpu_seconds()
    for _ in range(cells):
        pid = fork()
        if pid == 0:
            code = 1
            try:
                work()
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        if status != 0:
            raise SystemExit(f"{name}: a wall did not rise; nothing is measured")
    time.sleep(0.05)  # the kernel takes namespaces down a moment later
    figures.setdefault(name, []).append(1000 * (cpu_seconds() - before) / cells)


def cpu_seconds() -> float:
    """Return the CPU time of this process and of its children so far."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    usages = [resource.getrusage(kind) for kind in kinds]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measured"]:
        measured(socket.socket(fileno=int(sys.argv[2])))
    else:
        main()
