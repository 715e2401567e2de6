"""Start and end a zygote: behind namespaces, or with cells that are users of their own."""

import os
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import msgspec

import grader
from grader.errors import SandboxError
from grader.sandbox import cgroup, levels, namespaces, scratch, seccomp, users
from grader.sandbox.handshake import ENTERED, READY, Plan, Users
from grader.sandbox.probe import Lure

START_SECONDS = 120.0  # a cold disk and a busy machine; measured 2 to 4
THREADS = 1
TUNABLES = "glibc.malloc.hugetlb=1"
Kind = Literal["namespaces", "user"]


@dataclass(eq=False)
class Zygote:
    """A running zygote; cells are asked for through `control` (see `forkserver.request`).

    groups: where its cells have their control groups, if they may have any. backend: what keeps
    its cells apart. least: the level that is accepted. place: where cells have their folders, if
    they have no file system of their own.
    """

    process: subprocess.Popen[bytes]
    control: socket.socket
    lure: Lure
    groups: cgroup.Groups | None
    backend: Kind = "namespaces"
    least: levels.Level = levels.LEAST
    place: scratch.Scratch | None = None
    is_ready: bool = False

    further_walls: ClassVar[tuple[str, ...]] = ()

    def await_ready(self) -> None:
        """Return once it can fork cells; raises SandboxError if it cannot."""
        if self.is_ready:
            return
        try:
            _expect(self, READY)
        except SandboxError:
            self.end()
            raise
        self.is_ready = True

    @contextmanager
    def lend(self) -> Iterator[socket.socket]:
        """Have its control socket for one submission: all share the one zygote."""
        yield self.control

    def end(self) -> None:
        """End the zygote and with it every cell."""
        self.control.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.lure.close()
        if self.groups is not None:
            self.groups.remove()
        if self.place is not None:
            self.place.end()


@contextmanager
def started(given: bytes | None = None) -> Iterator[Zygote]:
    """Have a zygote for the length of a block; see `begin`.

    Raises SandboxError, saying which wall is missing and how to get it.
    """
    zygote = begin(given)
    zygote.await_ready()
    try:
        yield zygote
    finally:
        zygote.end()


def begin(given: bytes | None = None) -> Zygote:
    """Start a zygote and see it into its user namespace; it goes on warming up by itself.

    given: the source of an assignment's given.py; its cells find it loaded.
    """
    program = seccomp.build()
    zygote = Zygote(*_start("namespaces"), Lure(), cgroup.make_groups())
    with _ended_if_it_fails(zygote):
        _expect(zygote, ENTERED)
        try:
            namespaces.map_users(zygote.process.pid)
        except SandboxError as error:
            raise SandboxError(levels.explained(str(error))) from error
        bait = zygote.lure.bait(zygote.process.pid)
        _tell(zygote, Plan(_folders(), program, given, bait))
    return zygote


def begin_with_users(given: bytes | None = None, closed: Sequence[Path] = ()) -> Zygote:
    """Start a zygote whose cells are users of their own (level L1); it goes on warming up.

    closed: folders and files that no cell may open. Raises SandboxError unless this is root.
    """
    ids = users.choose()
    program = seccomp.build(may_kill_itself=False)
    place = scratch.begin(neighbour=ids[0])
    zygote = Zygote(
        *(*_start("user", place.bell), Lure(), cgroup.make_groups()),
        *("user", "L1", place),
    )
    with _ended_if_it_fails(zygote):
        _expect(zygote, ENTERED)
        bait = zygote.lure.bait(
            zygote.process.pid, users.named([*closed, place.folder / scratch.LURE])
        )
        own = Users(ids[1:], str(place.folder), place.bell)
        _tell(zygote, Plan(_folders(), program, given, bait, own))
    return zygote


def _start(kind: Kind, *passed: int) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Return a zygote's process and its control socket. passed: further descriptors it gets."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        # The environment is ours alone; with -P, nothing of a current folder is imported either.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.cell.zygote", str(theirs.fileno()), kind],
            pass_fds=[theirs.fileno(), *passed],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=zygote_environment(),
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the command, which hangs up
        )
    return process, ours


@contextmanager
def _ended_if_it_fails(zygote: Zygote) -> Iterator[None]:
    try:
        yield
    except BaseException:  # Ctrl-C too: its control groups and folders would stay
        zygote.end()
        raise


def _tell(zygote: Zygote, plan: Plan) -> None:
    zygote.control.sendall(msgspec.msgpack.encode(plan))


def _folders() -> list[str]:
    return [str(folder) for folder in python_folders()]


def python_folders() -> list[Path]:
    """Return the folders that Python, its packages and their libraries live in.

    Of this package only its own folder: a checkout of it has solutions beside.
    """
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {Path(sysconfig.get_path(name)) for name in names}
    folders |= {Path(sysconfig.get_path(name, vars=_base_prefix())) for name in names[:2]}
    folders |= {Path(sys.base_prefix) / "lib", Path(sys.prefix) / "lib"}
    folders |= {Path("/lib"), Path("/lib64"), Path("/usr/lib"), Path("/usr/lib64")}
    folders |= {Path(entry) for entry in sys.path if Path(entry).name.endswith("-packages")}
    folders.add(Path(grader.__file__).resolve().parent)
    return sorted(folder for folder in folders if folder.is_dir())


def _base_prefix() -> dict[str, str]:
    return {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}


def zygote_environment() -> dict[str, str]:
    """Return the zygote's whole environment: what torch needs to be quiet, and no secret."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return (
        kept
        | {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONUTF8": "1",
            "PYTHONHASHSEED": "0",  # the same order of a set for every submission
            "PYTHONDONTWRITEBYTECODE": "1",
            "USER": "student",
            "LOGNAME": "student",
            "MPLBACKEND": "Agg",
        }
        | warm_process_environment()
        # Every thread would reserve 64 MiB of address space for an arena of its own.
        | {"GLIBC_TUNABLES": f"{TUNABLES}:glibc.malloc.arena_max=1"}
    )


def warm_process_environment() -> dict[str, str]:
    """Return what makes a process that forks with torch inside quick and free of threads."""
    return {
        "OMP_NUM_THREADS": str(THREADS),
        "OPENBLAS_NUM_THREADS": str(THREADS),
        "MKL_NUM_THREADS": str(THREADS),
        "OMP_WAIT_POLICY": "passive",
        # The heap in large pages as it grows; `forkserver.settle` gathers the rest.
        "GLIBC_TUNABLES": TUNABLES,
    }


def _expect(zygote: Zygote, word: bytes) -> None:
    zygote.control.settimeout(START_SECONDS)
    try:
        answer = zygote.control.recv(4096)
    except OSError as error:
        raise SandboxError(f"the zygote did not start ({error})") from error
    if answer != word:
        reason = answer.decode("utf-8", "replace") or "the zygote ended while starting"
        raise SandboxError(levels.explained(reason))
    zygote.control.settimeout(None)
