"""The walls of a cell that is a user of its own, where no namespace can be had (level L1)."""

from pathlib import Path

import msgspec

from grader.cell import walls as common
from grader.cell.limits import CellLimits
from grader.cell.walls import Wall
from grader.sandbox import root, scratch, users
from grader.sandbox.probe import Bait

DEVICES = [f"/dev/{name}" for name in root.DEVICES]


class UserZygote(msgspec.Struct, frozen=True):
    """What a cell that is a user of its own inherits from its zygote.

    seccomp: the filter, as BPF. address_space: bytes that torch takes. bait: what to try.
    readable: the folders of Python. folder: holds the scratch folders. parent: the zygote's id.
    user: who this cell is.
    """

    seccomp: bytes
    address_space: int
    bait: Bait
    readable: list[str]
    folder: str
    parent: int
    user: int

    @property
    def scratch(self) -> Path:
        """A folder named after the user, whom it belongs to."""
        return Path(self.folder, str(self.user))

    @property
    def descriptors(self) -> list[int]:
        """None."""
        return []

    def walls(self, bounds: CellLimits, groups: list[int]) -> list[Wall]:
        """Return the walls, as `walls.Inherited` says."""
        bait = self.bait

        def own_user() -> bool:
            scratch.give(Path(self.folder), str(self.user), self.user)  # as root, for the last time
            users.become(self.user, self.parent)
            return True

        def own_folder() -> bool:
            scratch.enter(self.scratch)
            return True

        def prove_user() -> None:
            users.prove(bait)
            users.prove_packages(self.readable)

        return [
            common.control_group(bounds, groups),
            Wall(users.WALL, own_user, prove_user),
            Wall(scratch.WALL, own_folder, lambda: scratch.prove(self.scratch)),
            # The kernel counts tasks per user: this cell's alone.
            common.resource_limits(bounds, self.address_space),
            common.files_beneath(self.readable, DEVICES, self.scratch),
            # Closed by Landlock; where there is none, by who may open them.
            Wall(users.CLOSED, common.already, lambda: users.prove_closed(bait)),
            common.no_rights(self.scratch),
            # Last: everything above makes calls that it refuses.
            common.filtered(self.seccomp),
        ]
