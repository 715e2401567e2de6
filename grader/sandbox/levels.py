"""The level of isolation that a list of walls amounts to, as every report names it."""

from collections.abc import Collection
from typing import Literal

Level = Literal["L0", "L1", "L2", "L3"]

NAMESPACES = frozenset(
    {"user namespace", "pid namespace", "mount namespace", "network namespace", "ipc namespace"}
)
NEEDED: dict[Level, frozenset[str]] = {
    "L3": NAMESPACES | {"seccomp", "landlock", "rlimits", "cgroup"},
    "L2": NAMESPACES | {"seccomp", "rlimits"},
    "L1": frozenset({"seccomp", "landlock", "rlimits"}),
}
LEAST: Level = "L2"
HOW_TO_GET = {
    "landlock": "Linux 5.13 or later, with landlock among the boot option lsm=",
    "cgroup": "not raised by this version; memory is bounded by rlimits",
}


def level_of(walls: Collection[str]) -> Level:
    """Return the highest level whose walls all stand."""
    for level, needed in NEEDED.items():
        if needed <= set(walls):
            return level
    return "L0"


def missing_for(level: Level, walls: Collection[str]) -> list[str]:
    """Return the walls that the level needs and that do not stand."""
    return sorted(NEEDED.get(level, frozenset()) - set(walls))
