"""Users: where no namespace can be had, each cell is a user of the machine that nobody else is.

What such a user may not touch, the kernel keeps from it as from any stranger: processes of others
and what /proc tells of them, files that are not open to all. Only root can make somebody else of a
process. It is a weaker wall than namespaces: see docs/security.md for what it lacks.
"""

import errno
import os
import random
import signal
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from grader.errors import SandboxError
from grader.sandbox import identity, libc
from grader.sandbox.probe import Bait, expect, expect_refusal

WALL = "separate user"
CLOSED = "closed folders"
CLOSED_WELL = (errno.EACCES, errno.ENOENT)  # the latter: a link to nowhere, a file that has gone
# Ids that no system gives to anyone: above those of directories of users, whose usual ranges end
# at 2,000,200,000, and below the end of what is a positive number everywhere.
IDS = range(0x78000000, 0x7FFFFFFF)
# Where a container has 65536 ids to itself: between people and what systemd takes.
FEW_IDS = range(20_000, 60_000)
COUNT = 1024  # in use at a time are as many as there are jobs
RIGHTS = {"CHOWN": 0, "DAC_OVERRIDE": 1, "KILL": 5, "SETGID": 6, "SETUID": 7}
MAX_PATHS = 200  # tried per closed folder; all of them have to go into one message


def choose() -> list[int]:
    """Return ids for cells, each nobody else's.

    Raises SandboxError unless this process is root and has root's rights to make use of them.
    """
    if os.geteuid() != 0:
        raise SandboxError(
            f"{WALL}: only root can start cells as another user, this is user {os.geteuid()}; "
            "a cell of the grader's own user could read whatever the grader can"
        )
    status = Path("/proc/self/status").read_text(encoding="ascii").split()
    held = int(status[status.index("CapEff:") + 1], 16)
    missing = [f"CAP_{name}" for name, number in RIGHTS.items() if not held >> number & 1]
    if missing:
        raise SandboxError(
            f"{WALL}: root lacks {', '.join(missing)} here; containers have them unless they are "
            "started with --cap-drop"
        )
    return random.SystemRandom().sample(IDS if _all_ids_exist() else FEW_IDS, COUNT)


def _all_ids_exist() -> bool:
    for name in ("uid_map", "gid_map"):
        spans = [line.split() for line in Path("/proc/self", name).read_text().splitlines()]
        if not any(int(first) + int(count) > IDS.stop for first, _, count in spans):
            return False
    return True


def named(folders: Iterable[Path]) -> dict[str, list[str]]:
    """Return the folders that must be closed to cells, and of each what a cell is to try.

    What lies in a folder is named too: one that cannot be listed may still be passed through.
    Folders and files that are not there are left out.
    """
    found = {}
    for folder in folders:
        whole = folder.resolve()
        if whole.exists():
            found[str(whole)] = [str(path) for path in islice(_below(whole), MAX_PATHS)]
    return found


def _below(top: Path) -> Iterator[Path]:
    yield top
    for folder, folders, files in os.walk(top):
        yield from (Path(folder, name) for name in (*files, *folders))


def become(user: int, parent: int) -> None:
    """Become that user, for good, and end with the zygote, whose id is `parent`.

    Raises SandboxError if the kernel refuses, or the zygote is gone already.
    """
    identity.drop_bounding_set()
    try:
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError as error:
        raise SandboxError(f"{WALL}: becoming user {user}: {error.strerror}") from error
    libc.prctl(WALL, libc.PR_SET_NO_NEW_PRIVS, 1)  # without root, Landlock asks for it
    libc.prctl(WALL, libc.PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        raise SandboxError(f"{WALL}: the zygote has ended")


def prove(bait: Bait) -> None:
    """Try to touch a process of root's; raises SandboxError if it is possible."""
    process = Path("/proc", str(bait.process))
    kill = partial(os.kill, bait.process, 0)
    expect_refusal(WALL, "a signal to a process of root's", kill, errno.EPERM)
    for name in ("environ", "mem", "maps"):
        read = partial(_open, process / name, os.O_RDONLY)
        # Where /proc is mounted so that it hides other users' processes, there is no such file.
        what = f"reading /proc/…/{name} of root's"
        expect_refusal(WALL, what, read, errno.EACCES, errno.ENOENT)
    look = partial(os.listdir, process / "fd")
    expect_refusal(WALL, "root's descriptors", look, errno.EACCES, errno.ENOENT)
    expect(WALL, "it is in groups of others", set(os.getgroups()) <= {os.getgid()})


def prove_packages(folders: Iterable[str]) -> None:
    """Raise SandboxError unless Python's folders can be read and cannot be changed."""
    for folder in folders:
        if not os.access(folder, os.R_OK | os.X_OK):
            raise SandboxError(
                f"cells that are users of their own cannot read {folder}, where Python lives; "
                "expected a place that any user may read"
            )
        make = partial(_make_and_remove, Path(folder, ".grader-probe"))
        expect_refusal(WALL, f"writing to {folder}", make, errno.EACCES, errno.EROFS)


def prove_closed(bait: Bait) -> None:
    """Try to read and to change all that is closed to cells.

    Raises SandboxError, with the command that closes it, if any of it is open.
    """
    for top, names in bait.closed.items():
        try:
            for name in names:
                _expect_closed(Path(name))
        except SandboxError as error:
            raise SandboxError(f"{error}; close it to other users: chmod -R go= {top}") from error


def _expect_closed(path: Path) -> None:
    read = partial(_open, path, os.O_RDONLY)
    expect_refusal(CLOSED, f"reading {path}", read, *CLOSED_WELL)
    write = partial(_open, path, os.O_WRONLY)
    if os.path.isdir(path):
        write = partial(_make_and_remove, path / ".grader-probe")
    expect_refusal(CLOSED, f"writing to {path}", write, *CLOSED_WELL, errno.EROFS)


def _open(path: Path, flags: int) -> None:
    os.close(os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC))


def _make_and_remove(folder: Path) -> None:
    folder.mkdir()
    folder.rmdir()
