"""What a zygote and whoever starts it say to each other before the first cell."""

import msgspec

from grader.sandbox.probe import Bait

ENTERED = b"entered"  # the zygote waits for its plan; in namespaces, to be mapped too
READY = b"ready"  # it is warm, behind its walls, and forks cells
MAX_PLAN_BYTES = 1 << 20


class Users(msgspec.Struct, frozen=True):
    """What cells that are users of their own need.

    ids: of a cell each, one after the other. folder: holds their scratch folders. bell: descriptor
    that has the sweeper look (see `scratch`).
    """

    ids: list[int]
    folder: str
    bell: int


class Plan(msgspec.Struct, frozen=True):
    """What the zygote is told once it is in its user namespace, should it enter one.

    folders: what the cells' root shows, or all that they may read. seccomp: the filter, as BPF.
    given: the assignment's public file of probes, which every cell finds loaded. bait: what a cell
    tries to reach when it is asked to prove its walls. users: only where there are no namespaces.
    """

    folders: list[str]
    seccomp: bytes
    given: bytes | None
    bait: Bait
    users: Users | None = None
