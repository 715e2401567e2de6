"""What a zygote and whoever starts it say to each other before the first cell."""

import msgspec

from grader.sandbox.probe import Bait

ENTERED = b"entered"  # the zygote is in its user namespace and waits to be mapped
READY = b"ready"  # it is warm, behind its walls, and forks cells
MAX_PLAN_BYTES = 1 << 20


class Plan(msgspec.Struct, frozen=True):
    """What the zygote is told once it is in its user namespace.

    folders: what the cells' root shows, read-only. seccomp: the filter, as BPF. given: the
    assignment's public file of probes, which every cell finds loaded. bait: what a cell tries to
    reach when it is asked to prove its walls.
    """

    folders: list[str]
    seccomp: bytes
    given: bytes | None
    bait: Bait
