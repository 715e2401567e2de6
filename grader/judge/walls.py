"""Which walls stand: tried by a first cell, before any submission is run."""

import socket

from grader.cell.limits import CellLimits
from grader.sandbox.backends import Sandbox
from grader.sandbox.cgroup import Groups
from grader.sandbox.levels import Level

START_SECONDS = 120.0  # the zygote may still be warming up


def walls_of_a_first_cell(
    zygote: socket.socket, groups: Groups | None = None, least: Level | None = None
) -> list[str]:
    """Return the walls around a cell, each tried from inside; least: see `Cell`.

    Raises SandboxError if one that is needed is missing, or one that was raised does not hold.
    """
    from grader.judge.connection import Cell  # it loads torch: most commands leave that to a judge

    limits = CellLimits(memory_mib=64, files_mib=1, threads=1, cpu_seconds=10.0)
    cell = Cell(
        *(zygote, limits),
        max_output=0,
        groups=groups,
        least=least,
        prove=True,
        open_seconds=START_SECONDS,
    )
    cell.end()
    return cell.walls


def try_out(sandbox: Sandbox) -> list[str]:
    """Return the walls of a sandbox, once it is ready; raises as `walls_of_a_first_cell` does."""
    with sandbox.lend() as zygote:
        sandbox.await_ready()
        walls = walls_of_a_first_cell(zygote, sandbox.groups, sandbox.least)
    return [*walls, *sandbox.further_walls]
