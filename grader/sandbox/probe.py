"""Trying what a wall forbids: a wall stands when the forbidden thing fails as it must.

A probe is run inside a cell right after its wall was raised and before the next one is, so that
no later wall can hide that an earlier one does not stand.
"""

import contextlib
import ctypes
import errno
import os
import signal
import socket
from collections.abc import Callable

import msgspec

from grader.errors import SandboxError
from grader.sandbox import libc
from grader.sandbox.levels import OPEN

IPC_PRIVATE, IPC_RMID = 0, 0
BYTES = 4096


class Bait(msgspec.Struct, frozen=True):
    """Things of the host that lie open to its own processes; a cell must reach none of them.

    process: one that may be signalled. socket: the abstract name of a listening socket. port: of
    a TCP socket on the loopback. shared_memory: the id of a segment. closed: folders and files
    that only the grader may open, and of each the paths to try; where cells have a root of their
    own, none of them is there.
    """

    process: int
    socket: str
    port: int
    shared_memory: int
    closed: dict[str, list[str]] = {}


class Lure:
    """The host's side of the bait; lives in the process that starts the zygote."""

    def __init__(self) -> None:
        self._local = socket.socket(socket.AF_UNIX)
        self._local.bind(b"\0grader-bait-" + os.urandom(8).hex().encode())
        self._local.listen(1)
        self._loopback: socket.socket | None = None
        with contextlib.suppress(OSError):  # without a loopback: nobody reaches it there either
            self._loopback = socket.create_server(("127.0.0.1", 0))
        wall = "ipc namespace"
        self._memory = libc.call(wall, "shmget", IPC_PRIVATE, BYTES, 0o600)
        # Removed at once, it stays for as long as it is attached: a kill leaves nothing behind.
        self._address = libc.attach_shared_memory(wall, self._memory)
        libc.call(wall, "shmctl", self._memory, IPC_RMID, None)

    def bait(self, process: int, closed: dict[str, list[str]] | None = None) -> Bait:
        """Return what a cell is to try; closed: see `Bait`."""
        port = self._loopback.getsockname()[1] if self._loopback is not None else 1
        name = self._local.getsockname()[1:].decode()
        return Bait(process, name, port, self._memory, closed or {})

    def close(self) -> None:
        """Take it all away."""
        self._local.close()
        if self._loopback is not None:
            self._loopback.close()
        if self._address:
            libc.call("ipc namespace", "shmdt", ctypes.c_void_p(self._address))
            self._address = 0


def expect_refusal(wall: str, what: str, attempt: Callable[[], object], *errnos: int) -> None:
    """Try what the wall forbids.

    Raises SandboxError if it was possible, or failed for another reason than the wall's.
    """
    try:
        attempt()
    except (OSError, SandboxError) as error:  # the latter is how `libc` says it
        refused = error.__cause__ if isinstance(error, SandboxError) else error
        if isinstance(refused, OSError) and refused.errno in errnos:
            return
        expected = " or ".join(errno.errorcode[number] for number in errnos)
        raise SandboxError(
            f"{wall}: {OPEN}: {what} ended otherwise ({error}); expected {expected}"
        ) from error
    raise SandboxError(f"{wall}: {OPEN}: {what} was possible")


def expect(wall: str, what: str, holds: bool) -> None:
    """Raise SandboxError unless what must hold behind the wall does."""
    if not holds:
        raise SandboxError(f"{wall}: {OPEN}: {what}")


def expect_no_more_tasks(wall: str, tasks: int) -> None:
    """Try to have more processes than that; raises SandboxError if it is possible."""
    children: list[int] = []

    def fork_too_many() -> None:
        for _ in range(tasks):  # beside this one
            child = os.fork()
            if child == 0:
                signal.pause()
            children.append(child)

    try:
        expect_refusal(wall, f"more than {tasks} processes", fork_too_many, errno.EAGAIN)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def make_a_process() -> None:
    """Fork, and have the child end at once; raises OSError where that is refused."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
