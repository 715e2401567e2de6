"""Which walls stand: asked of a first cell, before any submission is run."""

import socket

from grader.cell.limits import CellLimits
from grader.judge.connection import Cell

START_SECONDS = 120.0  # the zygote may still be warming up


def walls_of_a_first_cell(zygote: socket.socket) -> list[str]:
    """Return the walls around a cell; raises SandboxError if one that is needed is missing."""
    limits = CellLimits(memory_mib=64, files_mib=1, threads=1, cpu_seconds=10.0)
    cell = Cell(zygote, limits, max_output=0, open_seconds=START_SECONDS)
    cell.end()
    return cell.walls
