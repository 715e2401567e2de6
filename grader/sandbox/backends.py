"""Which walls students' code is put behind, and by whom they are raised."""

import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from grader.errors import SandboxError
from grader.sandbox import launch
from grader.sandbox.cgroup import Groups
from grader.sandbox.levels import Level

Backend = Literal["namespaces", "docker", "user", "strongest"]
Isolation = Literal["cell", "container"]


@dataclass(frozen=True)
class Choice:
    """How to wall off.

    backend: `namespaces` of this machine, a container of a `docker` engine around them, a `user`
    of its own for each cell where neither can be had, or the `strongest` of namespaces and users.
    isolation: of what is in a container: a cell per task, or a container per submission besides.
    image, runtime: the container's; those that are usual, if empty. jobs: how many submissions
    are graded at a time. closed: folders and files that cells must not be able to open, beside
    the reference; in namespaces and containers they see none anyway.
    """

    backend: Backend = "namespaces"
    isolation: Isolation = "cell"
    image: str = ""
    runtime: str = ""
    jobs: int = 1
    closed: tuple[Path, ...] = ()


DEFAULT = Choice()


class Sandbox(Protocol):
    """What was begun: something that lends zygotes to ask for cells.

    backend: its name in reports. least: the level that is accepted. further_walls: what stands
    around the zygote itself. groups: where cells have their control groups, None if they have none.
    """

    @property
    def backend(self) -> str: ...

    @property
    def least(self) -> Level: ...

    @property
    def further_walls(self) -> tuple[str, ...]: ...

    @property
    def groups(self) -> Groups | None: ...

    def await_ready(self) -> None:
        """Return once cells can be asked for; raises SandboxError if they cannot."""

    def lend(self) -> AbstractContextManager[socket.socket]:
        """Have a zygote's control socket for the length of one submission."""

    def end(self) -> None:
        """End it, and with it every cell."""


TryOut = Callable[[Sandbox], object]


def begin(
    choice: Choice, given: bytes | None, try_out: TryOut, *, memory_mib: int, threads: int
) -> Sandbox:
    """Begin to raise the walls; raises SandboxError if that is impossible.

    given: the source of an assignment's given.py; the cells find it loaded. try_out: opens a first
    cell, where it takes that to choose; raises SandboxError if a wall does not stand. memory_mib,
    threads: of one cell, scratch space included; a container is sized by them.
    """
    namespaces = partial(launch.begin, given)
    users = partial(launch.begin_with_users, given, choice.closed)
    if choice.backend == "namespaces":
        return namespaces()
    if choice.backend == "user":
        return users()
    if choice.backend == "strongest":
        return _first_that_stands([namespaces, users], try_out)
    from grader.sandbox import docker  # its client takes 0.2 s to import

    which = docker.Choice(choice.image or docker.IMAGE, choice.runtime)
    one = docker.Size(memory_mib, threads + 2)
    if choice.isolation == "container":
        return docker.Pool(which, given, one, choice.jobs + 1)
    size = docker.Size(choice.jobs * one.memory_mib, choice.jobs * one.tasks)
    return docker.begin(which, given, size)


def _first_that_stands(ways: Sequence[Callable[[], launch.Zygote]], try_out: TryOut) -> Sandbox:
    """Return what the first way begins whose walls all stand, each tried.

    Raises SandboxError saying of each why it does not.
    """
    reasons = []
    for begin_it in ways:
        try:
            sandbox = begin_it()
            try:
                sandbox.await_ready()
                try_out(sandbox)
            except BaseException:
                sandbox.end()
                raise
            return sandbox
        except SandboxError as error:
            reasons.append(str(error))
    raise SandboxError("\n".join(reasons))
