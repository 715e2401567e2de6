"""The level of isolation that a list of walls amounts to, and how to get a wall that is missing."""

from collections.abc import Collection, Iterable
from typing import Literal

from grader.errors import SandboxError

Level = Literal["L0", "L1", "L2", "L3"]

NAMESPACES = frozenset(
    {"user namespace", "pid namespace", "mount namespace", "network namespace", "ipc namespace"}
)
NEEDED: dict[Level, frozenset[str]] = {
    "L3": NAMESPACES | {"seccomp", "landlock", "rlimits", "cgroup"},
    "L2": NAMESPACES | {"seccomp", "rlimits"},
    "L1": frozenset(
        {"separate user", "closed folders", "private folder", "capabilities", "rlimits", "seccomp"}
    ),
}
LEAST: Level = "L2"  # unless a backend that can do less was asked for by name
OPEN = "does not hold"  # how a probe says that a wall was raised and is open

_USER_NAMESPACES = """\
How to get user namespaces:
  Ubuntu 23.10 and later: an AppArmor profile that allows `userns` to this Python, or
    sysctl kernel.apparmor_restrict_unprivileged_userns=0
  Debian 10 and earlier: sysctl kernel.unprivileged_userns_clone=1
  everywhere: sysctl user.max_user_namespaces above 0
  inside a container: the options that docs/operators.md names
  where none of this can be had: --sandbox docker
  inside somebody's container, as root: --sandbox strongest (level L1, see docs/security.md)"""
_ROOT = "root, with the rights that a container has by default: --sandbox strongest"
HOW_TO_GET: dict[str, str] = {
    **dict.fromkeys([*NAMESPACES, "uts namespace"], _USER_NAMESPACES),
    "read-only root": "Linux 5.12 or later (mount_setattr)",
    "private tmpfs": "a kernel with tmpfs; inside a container, one that lets namespaces mount",
    "capabilities": "any Linux; tell the maintainers, please",
    "rlimits": "limits of the calling shell that are no lower (ulimit -H)",
    "seccomp": "a kernel with CONFIG_SECCOMP_FILTER, and the library libseccomp2",
    "landlock": "Linux 5.13 or later, with landlock among the boot option lsm=",
    "cgroup": (
        "root, where control groups are mounted; for others version 2 with memory and pids "
        "delegated: systemd-run --user --scope -p Delegate=yes grader ..."
    ),
    "container": "--sandbox docker",
    "separate user": _ROOT,
    "closed folders": _ROOT,
    "private folder": f"{_ROOT}; and a TMPDIR that any user may pass through",
}
WALLS = frozenset(HOW_TO_GET)


def level_of(walls: Collection[str]) -> Level:
    """Return the highest level whose walls all stand."""
    for level, needed in NEEDED.items():
        if needed <= set(walls):
            return level
    return "L0"


def missing_for(level: Level, walls: Collection[str]) -> list[str]:
    """Return the walls that the level needs and that do not stand."""
    return sorted(NEEDED.get(level, frozenset()) - set(walls))


def refuse_without(required: Iterable[str], walls: Collection[str]) -> None:
    """Raise SandboxError, with the way to get them, unless all required walls stand."""
    missing = [wall for wall in required if wall not in walls]
    if missing:
        raise SandboxError(
            f"{', '.join(missing)}: required by the assignment, but not standing\n{advice(missing)}"
        )


def advice(missing: Iterable[str]) -> str:
    """Return how each of the walls can be had, a line for each different way."""
    texts = (
        text if "\n" in (text := HOW_TO_GET[wall]) else f"How to get {wall}: {text}"
        for wall in missing
    )
    return "\n".join(dict.fromkeys(texts))


def explained(reason: str) -> str:
    """Return why a wall did not rise, with how to get it if the reason begins with its name."""
    wall = reason.split(":")[0]
    if wall not in WALLS or OPEN in reason:
        return reason
    return f"{reason}\n{advice([wall])}\n`grader doctor` tries each wall."
