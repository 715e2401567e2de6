"""Control groups: the memory and the tasks of one cell, counted and capped by the kernel.

Where the caller may make control groups (root with version 1 or 2; others where version 2 is
delegated to them), the command makes one for all of its cells and the judge one in it per cell.
The cell moves in by itself, through descriptors opened outside; it sees no control group file.
"""

import contextlib
import errno
import itertools
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SandboxError

WALL = "cgroup"
MIB = 1 << 20
CONTROLLERS = ("memory", "pids")
PREFIX = "grader-"
REMOVE_SECONDS = 5.0  # the kernel lets go of a group a moment after its last process


@dataclass(frozen=True)
class Usage:
    """What a cell used: its memory at the peak, and whether it was ended for using too much."""

    peak_bytes: int
    is_out_of_memory: bool


@dataclass(frozen=True)
class Group:
    """The control group of one cell: one folder, or with version 1 one per controller."""

    folders: tuple[Path, ...]
    version: int

    def descriptors(self) -> list[int]:
        """Return descriptors through which a process moves itself in; the caller closes them."""
        return [os.open(folder / "cgroup.procs", os.O_WRONLY) for folder in self.folders]

    def usage(self) -> Usage:
        """Return what was used so far."""
        peak, events = _USAGE_FILES[self.version]
        memory = self.folders[0]
        words = (memory / events).read_text(encoding="ascii").split()
        kills = int(words[words.index("oom_kill") + 1]) if "oom_kill" in words else 0
        try:
            used = int((memory / peak).read_text(encoding="ascii"))
        except FileNotFoundError:  # version 2 before Linux 5.19 keeps no peak
            used = int((memory / "memory.current").read_text(encoding="ascii"))
        return Usage(used, kills > 0)

    def remove(self) -> None:
        """Remove the group, once its processes are gone; ends what is left in it."""
        for folder in self.folders:
            _remove(folder)


@dataclass(frozen=True)
class Groups:
    """Where a command's cells have their control groups."""

    folders: tuple[Path, ...]
    version: int

    def make(self, name: str, *, memory_mib: int, tasks: int) -> Group:
        """Make the group of a cell; raises SandboxError if the kernel refuses.

        memory_mib: of all kinds together, scratch space included. tasks: processes and threads.
        """
        group = Group(tuple(folder / name for folder in self.folders), self.version)
        limits = {"memory": str(memory_mib * MIB), "pids": str(tasks)}
        try:
            for folder in group.folders:
                folder.mkdir()
            for file, value in _limits(self.version, limits).items():
                _write(group.folders, file, value)
        except OSError as error:
            group.remove()
            raise SandboxError(f"{WALL}: {error.filename}: {error.strerror}") from error
        return group

    def remove(self) -> None:
        """Remove all of it; ends what is left in it."""
        for folder in self.folders:
            for own in _inner(folder):
                _remove(own)
            _remove(folder)


_numbers = itertools.count()


def make_groups() -> Groups | None:
    """Return a place for the control groups of this process's cells, None if it may have none.

    Found by trying. What a killed command left behind is removed on the way.
    """
    place = _own_place()
    if place is None:
        return None
    folders, version = place
    for folder in folders:
        for left in folder.glob(f"{PREFIX}*"):
            if not Path("/proc", left.name.removeprefix(PREFIX).split("-")[0]).exists():
                Groups((left,), version).remove()
    name = f"{PREFIX}{os.getpid()}-{next(_numbers)}"  # a process may have several at a time
    groups = Groups(tuple(folder / name for folder in folders), version)
    try:
        for folder in groups.folders:
            folder.mkdir(exist_ok=True)
        if version == 2:
            _hand_down(folders[0])
            _hand_down(groups.folders[0])
        groups.make("trial", memory_mib=1, tasks=1).remove()
    except (OSError, SandboxError):
        groups.remove()
        return None
    except BaseException:  # Ctrl-C: nobody else knows of them yet
        groups.remove()
        raise
    return groups


def enter(descriptors: list[int]) -> None:
    """Move this process into the group that the descriptors belong to, and close them.

    Raises SandboxError if the kernel refuses.
    """
    for descriptor in descriptors:
        try:
            os.write(descriptor, b"0")
        except OSError as error:
            raise SandboxError(f"{WALL}: moving in: {error.strerror}") from error
        finally:
            os.close(descriptor)


# By version: the files that hold the largest use of memory, and the count of kills for it.
_USAGE_FILES = {
    1: ("memory.max_usage_in_bytes", "memory.oom_control"),
    2: ("memory.peak", "memory.events"),
}


def _limits(version: int, limits: Mapping[str, str]) -> dict[str, str]:
    """Return file -> value, in the order in which the kernel wants them."""
    if version == 1:
        return {
            "memory.limit_in_bytes": limits["memory"],
            "memory.memsw.limit_in_bytes": limits["memory"],
            "pids.max": limits["pids"],
        }
    return {
        "memory.max": limits["memory"],
        "memory.swap.max": "0",
        "pids.max": limits["pids"],
    }


_WITHOUT_SWAP = ("memory.memsw.limit_in_bytes", "memory.swap.max")  # not there, none needed


def _write(folders: tuple[Path, ...], file: str, value: str) -> None:
    for folder in folders:
        if (folder / file).exists():
            (folder / file).write_text(value, encoding="ascii")
            return
    if file not in _WITHOUT_SWAP:
        raise FileNotFoundError(errno.ENOENT, "no such controller", file)


def _own_place() -> tuple[tuple[Path, ...], int] | None:
    """Return the folders of this process's own control groups, and their version."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    own = {names: path for _, names, path in (line.split(":", 2) for line in lines)}
    found: dict[str, Path] = {}
    for line in mounts:
        before, after = line.split(" - ", 1)
        root, point = before.split()[3:5]
        kind, _, options = after.split(" ", 2)
        names = [""] if kind == "cgroup2" else options.split(",") if kind == "cgroup" else []
        for names_of_one, path in own.items():
            for name in set(names_of_one.split(",")) & set(names):
                with contextlib.suppress(ValueError):  # it is mounted from another place on
                    found[name] = Path(point) / Path(path).relative_to(root)
    if all(name in found for name in CONTROLLERS):
        return tuple(found[name] for name in CONTROLLERS), 1
    return ((found[""],), 2) if "" in found else None


def _hand_down(folder: Path) -> None:
    """Have a version 2 group give its controllers to the groups in it.

    A group that does so may hold no process: where this one is alone in it, it moves to a leaf.
    """
    control = folder / "cgroup.subtree_control"
    if set(CONTROLLERS) <= set(control.read_text(encoding="ascii").split()):
        return
    wanted = " ".join(f"+{name}" for name in CONTROLLERS)
    try:
        control.write_text(wanted, encoding="ascii")
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        leaf = folder / f"{PREFIX}{os.getpid()}-command"
        leaf.mkdir()
        (leaf / "cgroup.procs").write_text("0", encoding="ascii")
        control.write_text(wanted, encoding="ascii")


def _inner(folder: Path) -> list[Path]:
    try:
        return [own for own in folder.iterdir() if own.is_dir()]
    except FileNotFoundError:
        return []


def _remove(folder: Path) -> None:
    """Remove a group's folder; ends the processes in it first, should there be any."""

    def try_to() -> bool:
        try:
            folder.rmdir()
        except OSError as error:
            if error.errno not in (errno.EBUSY, errno.ENOTEMPTY):
                return True  # it is gone, or nobody may remove it: waiting helps neither
            with contextlib.suppress(OSError):
                for pid in (folder / "cgroup.procs").read_text(encoding="ascii").split():
                    if int(pid) not in (0, os.getpid()):
                        os.kill(int(pid), signal.SIGKILL)
            return False
        return True

    _until(try_to, REMOVE_SECONDS)


def _until(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.01)
