"""The walls of a cell, in the order in which each is still allowed to rise.

A wall that does not rise, or that a probe finds open, ends the cell before it has seen a byte of
the student's. Which there are depends on what cells are kept apart by: here namespaces, in
`user_walls` users.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from grader.cell.limits import CellLimits
from grader.sandbox import cgroup, identity, landlock, limits, namespaces, root, seccomp
from grader.sandbox.probe import Bait, expect_no_more_tasks


class Wall(NamedTuple):
    """One wall. rise: returns whether it stands; some kernels have no such wall."""

    name: str
    rise: Callable[[], bool]
    prove: Callable[[], None]


class Inherited(Protocol):
    """What a cell inherits from its zygote.

    scratch: the folder that is this cell's. descriptors: those that raising its walls closes.
    """

    @property
    def scratch(self) -> Path: ...

    @property
    def descriptors(self) -> list[int]: ...

    def walls(self, bounds: CellLimits, groups: list[int]) -> list[Wall]:
        """Return the cell's walls as they are raised, one after the other.

        groups: descriptors of the cell's control group, if it has one.
        """


class Zygote(msgspec.Struct, frozen=True):
    """What a cell in namespaces inherits.

    seccomp: the filter, as BPF. address_space: bytes that torch takes. bait: what to try.
    processes: descriptor of the /proc that the zygote once saw.
    """

    seccomp: bytes
    address_space: int
    bait: Bait
    processes: int

    @property
    def scratch(self) -> Path:
        """The same path in every cell; it is a mount of each cell's own."""
        return root.SCRATCH

    @property
    def descriptors(self) -> list[int]:
        """That of /proc."""
        return [self.processes]

    def walls(self, bounds: CellLimits, groups: list[int]) -> list[Wall]:
        """Return the walls, as `Inherited` says."""
        bait = self.bait

        def own_namespaces() -> bool:
            namespaces.enter_cell()
            return True

        def own_scratch() -> bool:
            root.mount_scratch(bounds.files_mib)
            return True

        def own_user() -> bool:
            identity.become_nobody(self.processes)
            return True

        return [
            Wall("pid namespace", already, lambda: namespaces.prove_pid(bait)),
            Wall("network namespace", already, lambda: namespaces.prove_network(bait)),
            Wall("uts namespace", already, namespaces.prove_uts),
            control_group(bounds, groups),
            Wall("mount namespace", own_namespaces, root.prove_no_host),
            Wall("ipc namespace", already, lambda: namespaces.prove_ipc(bait)),
            Wall("read-only root", already, root.prove_read_only),
            Wall("private tmpfs", own_scratch, lambda: root.prove_scratch(bounds.files_mib)),
            Wall("user namespace", own_user, namespaces.prove_user),
            # Of a user that is this cell's alone, or its threads would count with its neighbours'.
            resource_limits(bounds, self.address_space),
            # While /dev can still be opened.
            files_beneath(["/"], ["/dev"], self.scratch),
            no_rights(self.scratch),
            # Last: everything above makes calls that it refuses.
            filtered(self.seccomp),
        ]


def raise_all(walls: list[Wall], *, prove: bool) -> list[str]:
    """Raise every wall and return those that stand.

    prove: try each as soon as it stands, when no later one can hide that it does not. Raises
    SandboxError.
    """
    standing = []
    for wall in walls:
        if wall.rise():
            if prove:
                wall.prove()
            standing.append(wall.name)
    return standing


def already() -> bool:
    """Nothing to raise: it stands since the zygote, or since the fork."""
    return True


def control_group(bounds: CellLimits, groups: list[int]) -> Wall:
    """Memory and tasks, counted by the kernel; where the command may make no group, none."""

    def rise() -> bool:
        cgroup.enter(groups)
        return bool(groups)

    return Wall("cgroup", rise, lambda: expect_no_more_tasks(cgroup.WALL, bounds.threads + 1))


def resource_limits(bounds: CellLimits, address_space: int) -> Wall:
    """What the process may use."""

    def rise() -> bool:
        limits.confine(
            address_space=address_space,
            memory_mib=bounds.memory_mib,
            files_mib=bounds.files_mib,
            threads=bounds.threads,
            cpu_seconds=bounds.cpu_seconds,
        )
        return True

    return Wall("rlimits", rise, lambda: limits.prove(bounds.memory_mib, bounds.threads + 1))


def files_beneath(readable: list[str], devices: list[str], scratch: Path) -> Wall:
    """What files it may open."""

    def rise() -> bool:
        return landlock.confine(readable=readable, devices=devices, writable=str(scratch)) > 0

    return Wall("landlock", rise, lambda: landlock.prove(str(scratch)))


def no_rights(scratch: Path) -> Wall:
    """No capability; what it is to own, it makes from then on."""

    def rise() -> bool:
        identity.give_up_rights()
        root.make_home(scratch)
        return True

    return Wall("capabilities", rise, identity.prove)


def filtered(program: bytes) -> Wall:
    """No system call but those of the list."""

    def rise() -> bool:
        seccomp.confine(program)
        return True

    return Wall("seccomp", rise, seccomp.prove)
