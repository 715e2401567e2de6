"""What of the host an attack could leave changed, looked at before and after."""

import os
import re
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

SHARED = ("/tmp", "/var/tmp", "/dev/shm")
# Attacks put this into every name they make, so that what others make there does not count.
NAME = "hostile"
# Of whoever else runs attacks here; the own one is looked at by content.
CANARY_FILE = f"{NAME}-canary-"
# And where a name is a number, they take this one: "host".
KEY = str(0x686F7374)
DOCKER = ("/var/lib/docker", "/run/docker", "/var/lib/containerd", "/run/containerd")


@dataclass(frozen=True)
class Host:
    """One look. processes: names of all below this one; files: path, mode and content."""

    processes: tuple[str, ...]
    mounts: tuple[str, ...]
    names: tuple[str, ...]
    queues: tuple[str, ...]
    sockets: tuple[str, ...]
    hostname: str
    files: tuple[str, ...]

    def changes(self, later: "Host") -> list[str]:
        """Return in words what is otherwise in the later look."""
        return [
            f"{field.name}: {_difference(getattr(self, field.name), getattr(later, field.name))}"
            for field in fields(self)
            if getattr(self, field.name) != getattr(later, field.name)
        ]


def look(own: Path, canary_files: Iterable[Path]) -> Host:
    """Return what there is now; everything in the folder `own` counts, by name."""
    return Host(
        processes=tuple(sorted(name for _, name in descendants(os.getpid()))),
        mounts=tuple(sorted(_mounts())),
        names=tuple(sorted(_names(own))),
        queues=tuple(sorted(_queues())),
        sockets=tuple(sorted(_abstract_sockets())),
        hostname=socket.gethostname(),
        files=tuple(_content(path) for path in canary_files),
    )


def settled(before: Host, own: Path, canary_files: list[Path], seconds: float = 3.0) -> list[str]:
    """Return what has changed and stays so: what is ending is given some time to end."""
    deadline = time.monotonic() + seconds
    while True:
        changes = before.changes(look(own, canary_files))
        if not changes or time.monotonic() > deadline:
            return changes
        time.sleep(0.02)


def descendants(pid: int) -> list[tuple[int, str]]:
    """Return id and name of the living processes below one, however deep."""
    children: dict[int, list[tuple[int, str]]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = path.read_text(errors="replace").split("(", 1)[1].rsplit(")", 1)
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent = rest.split()[:2]
        if state != "Z":
            children.setdefault(int(parent), []).append((int(path.parent.name), name))
    found: list[tuple[int, str]] = []
    todo = [pid]
    while todo:
        own = children.get(todo.pop(), [])
        found += own
        todo += [child for child, _ in own]
    return found


def empty_control_groups() -> set[str]:
    """Return the control groups of this project's that nobody is in: they were left behind.

    Not those that bear the number of a process that lives: another grader is at work.
    """
    return {
        str(path)
        for path in Path("/sys/fs/cgroup").glob("**/*grader*")
        if path.is_dir()
        and not _read(path / "cgroup.procs").strip()
        and not any(Path("/proc", number).exists() for number in re.findall(r"\d+", path.name))
    }


def _difference(before: object, later: object) -> str:
    if not isinstance(before, tuple) or not isinstance(later, tuple):
        return f"{before!r} became {later!r}"
    gone, new = list(before), []
    for item in later:
        if item in gone:
            gone.remove(item)
        else:
            new.append(item)
    return f"gone {gone}, new {new}"


def _mounts() -> list[str]:
    lines = (line.split() for line in _read(Path("/proc/self/mountinfo")).splitlines())
    return [" ".join(line[3:6]) for line in lines if not line[4].startswith(DOCKER)]


def _names(own: Path) -> list[str]:
    shared = [
        str(path)
        for top in SHARED
        for path in Path(top).glob("*")
        if NAME in path.name.lower() and not path.name.startswith(CANARY_FILE)
    ]
    found = []
    for folder, folders, files in os.walk(own):
        found += [os.path.join(folder, name) for name in (*folders, *files)]
        # What a cell has left lies in the sweeper's folder for as long as that takes; it counts at
        # the end, when the folder itself must be gone.
        folders[:] = [name for name in folders if name != "swept"]
    return shared + found


def _queues() -> list[str]:
    return [
        f"{kind} {' '.join(line.split()[:2])}"
        for kind in ("shm", "sem", "msg")
        for line in _read(Path("/proc/sysvipc") / kind).splitlines()[1:]
        if line.split()[0] == KEY
    ]


def _abstract_sockets() -> list[str]:
    return [
        line.split()[-1]
        for line in _read(Path("/proc/net/unix")).splitlines()
        if "@" in line and NAME in line
    ]


def _content(path: Path) -> str:
    return f"{path.name} {path.stat().st_mode:o} {path.read_text()}"


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
