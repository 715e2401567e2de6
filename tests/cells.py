"""Lines of Python, tried in a cell (`asked`).

As a program, each in a cell that is a user of its own; for `test_users.py`:

    python -m tests.cells '{"name": "result = 1", …}'

Prints, as JSON, the walls that stand and what `result` is after each of the lines, or the error.
They find the ids of processes that are not theirs, and where a neighbour has its files.
"""

import json
import sys
import time
from typing import Any

import numpy as np

from grader import wire
from grader.cell.limits import CellLimits
from grader.judge.connection import Cell
from grader.judge.walls import try_out
from grader.sandbox import launch

LIMITS = CellLimits(memory_mib=512, files_mib=4, threads=4, cpu_seconds=10.0)
SECONDS = 60.0
HEAD = (
    "import ctypes, os, signal, socket, sys, threading, time\n"
    "libc = ctypes.CDLL(None, use_errno=True)\n"
)


def asked(cell: Cell, lines: str, known: dict[str, Any], *, seconds: float) -> Any:
    """Return the value of `result` after the lines, or the error as "TypeName: message"."""
    body = "\n".join(f"    {line}" for line in lines.splitlines())
    constants = "".join(f"{name} = {value!r}\n" for name, value in known.items())
    source = f"{HEAD}{constants}def attempt():\n    result = None\n{body}\n    return result\n"
    files = {"attempt.py": np.frombuffer(source.encode(), np.uint8)}
    loaded = cell.ask(wire.encode(wire.Load(files=files, path="attempt.py")))
    assert isinstance(loaded, wire.Loaded), loaded
    call = wire.Call(id=1, name="attempt", args=[], kwargs={}, seed=0)
    answer = cell.ask(wire.encode(call), deadline=time.monotonic() + seconds)
    if isinstance(answer, wire.Raised):
        return f"{answer.type_names[0]}: {answer.text}"
    assert isinstance(answer, wire.Returned), answer
    return answer.value


def main() -> None:
    """Try each of the lines in a cell of its own."""
    attempts = json.loads(sys.argv[1])
    zygote = launch.begin_with_users()
    found: dict[str, Any] = {}
    try:
        found["walls"] = try_out(zygote)
        neighbour = Cell(zygote.control, LIMITS, max_output=0, least=zygote.least)
        lines = "open('secret', 'w').write('x')\nresult = [os.getpid(), os.getcwd(), os.getuid()]"
        pid, home, user = asked(neighbour, lines, {}, seconds=SECONDS)
        known = {"ZYGOTE": zygote.process.pid, "NEIGHBOUR": pid, "NEIGHBOURS_HOME": home}
        found["neighbour"] = [pid, home, user]
        for name, lines in attempts.items():
            cell = Cell(zygote.control, LIMITS, max_output=0, least=zygote.least)
            found[name] = asked(cell, lines, known, seconds=SECONDS)
            cell.end()
        found["neighbour lives"] = neighbour.ended_by_itself(0.1) is None
        neighbour.end()
    finally:
        zygote.end()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
