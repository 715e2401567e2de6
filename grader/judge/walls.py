"""Which walls stand: tried by a first cell, before any submission is run."""

import socket

from grader.cell.limits import CellLimits
from grader.judge.connection import Cell
from grader.sandbox.cgroup import Groups

START_SECONDS = 120.0  # the zygote may still be warming up


def walls_of_a_first_cell(zygote: socket.socket, groups: Groups | None = None) -> list[str]:
    """Return the walls around a cell, each tried from inside.

    Raises SandboxError if one that is needed is missing, or one that was raised does not hold.
    """
    limits = CellLimits(memory_mib=64, files_mib=1, threads=1, cpu_seconds=10.0)
    cell = Cell(zygote, limits, max_output=0, groups=groups, prove=True, open_seconds=START_SECONDS)
    cell.end()
    return cell.walls
