"""The walls of a cell, in the order in which each is still allowed to rise.

A wall that does not rise, or that a probe finds open, ends the cell before it has seen a byte of
the student's.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from grader.cell.limits import CellLimits
from grader.sandbox import cgroup, identity, landlock, limits, namespaces, root, seccomp
from grader.sandbox.probe import Bait, expect_no_more_tasks


class Zygote(msgspec.Struct, frozen=True):
    """What a cell inherits from its zygote.

    seccomp: the filter, as BPF. address_space: bytes that torch takes. bait: what to try.
    processes: descriptor of the /proc that the zygote once saw.
    """

    seccomp: bytes
    address_space: int
    bait: Bait
    processes: int


class Wall(NamedTuple):
    """One wall. rise: returns whether it stands; some kernels have no such wall."""

    name: str
    rise: Callable[[], bool]
    prove: Callable[[], None]


def raise_all(zygote: Zygote, bounds: CellLimits, groups: list[int], *, prove: bool) -> list[str]:
    """Raise every wall and return those that stand.

    groups: descriptors of the cell's control group, if it has one. prove: try each as soon as it
    stands, when no later one can hide that it does not. Raises SandboxError.
    """
    standing = []
    for wall in in_order(zygote, bounds, groups):
        if wall.rise():
            if prove:
                wall.prove()
            standing.append(wall.name)
    return standing


def in_order(zygote: Zygote, bounds: CellLimits, groups: list[int]) -> list[Wall]:
    """Return the walls of a cell as they are raised, one after the other."""
    bait = zygote.bait
    tasks = bounds.threads + 1

    def already() -> bool:
        return True  # since the zygote, or since the fork

    def own_group() -> bool:
        cgroup.enter(groups)
        return bool(groups)

    def own_namespaces() -> bool:
        namespaces.enter_cell()
        return True

    def own_scratch() -> bool:
        root.mount_scratch(bounds.files_mib)
        return True

    def own_user() -> bool:
        identity.become_nobody(zygote.processes)
        return True

    def own_limits() -> bool:
        limits.confine(
            address_space=zygote.address_space,
            memory_mib=bounds.memory_mib,
            files_mib=bounds.files_mib,
            threads=bounds.threads,
            cpu_seconds=bounds.cpu_seconds,
        )
        return True

    def own_landlock() -> bool:
        return landlock.confine(readable="/", devices="/dev", writable=str(root.SCRATCH)) > 0

    def no_rights() -> bool:
        identity.give_up_rights()
        root.make_home()
        return True

    def filtered() -> bool:
        seccomp.confine(zygote.seccomp)
        return True

    return [
        Wall("pid namespace", already, lambda: namespaces.prove_pid(bait)),
        Wall("network namespace", already, lambda: namespaces.prove_network(bait)),
        Wall("uts namespace", already, namespaces.prove_uts),
        Wall("cgroup", own_group, lambda: expect_no_more_tasks(cgroup.WALL, tasks)),
        Wall("mount namespace", own_namespaces, root.prove_no_host),
        Wall("ipc namespace", already, lambda: namespaces.prove_ipc(bait)),
        Wall("read-only root", already, root.prove_read_only),
        Wall("private tmpfs", own_scratch, lambda: root.prove_scratch(bounds.files_mib)),
        Wall("user namespace", own_user, namespaces.prove_user),
        # Of a user that is this cell's alone, or its threads would count with its neighbours'.
        Wall("rlimits", own_limits, lambda: limits.prove(bounds.memory_mib, tasks)),
        # While /dev can still be opened.
        Wall("landlock", own_landlock, lambda: landlock.prove(str(root.SCRATCH))),
        Wall("capabilities", no_rights, identity.prove),
        # Last: everything above makes calls that it refuses.
        Wall("seccomp", filtered, seccomp.prove),
    ]
