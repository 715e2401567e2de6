"""What each stage of one submission costs, as JSON: name -> milliseconds (medians)."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from grader import grade, submission, wire
from grader.cell.limits import CellLimits
from grader.cell.modules import Recipe
from grader.judge.connection import Cell
from grader.pages import report_page
from grader.report import to_json, write_atomically
from grader.sandbox import launch

ROOT = Path(__file__).parent.parent
ASSIGNMENT = "building_blocks"
ROUNDS = 40
MODULE = b"from torch import nn\n\nclass Layer(nn.Linear):\n    def __init__(self):\n" + (
    b"        super().__init__(64, 64)\n"
)


def median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median wall milliseconds of one call."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def module_stages(cell: Cell) -> dict[str, float]:
    """Return what questions about a module of 4,160 parameters cost, 32 rows at a time."""
    cell.ask(wire.encode(wire.Load({"a.py": np.frombuffer(MODULE, np.uint8)}, "a.py")))
    x = torch.ones(32, 64)

    def ask(question: str, args: list[torch.Tensor], **recipe: object) -> None:
        built = vars(Recipe([], {})) | recipe
        answer = cell.ask(
            wire.encode(wire.Call(1, "Layer", [question, built, args, {}, x], {}, 1, "modules"))
        )
        assert isinstance(answer, wire.Returned)

    state = dict(torch.nn.Linear(64, 64).state_dict())
    stages = {
        "ask a module for its state": median(lambda: ask("state", []), 200),
        "call a module with a given state": median(lambda: ask("call", [x], state=state), 200),
        "its vector-Jacobian product": median(lambda: ask("vjp", [x], state=state), 200),
    }
    cell.end()
    return stages


def main() -> None:
    """Print the stages."""
    stages: dict[str, float] = {}
    source = (ROOT / "reference" / ASSIGNMENT / "parameter_counts.py").read_bytes()
    with launch.started() as zygote:
        limits = CellLimits(memory_mib=1024, files_mib=64, threads=8, cpu_seconds=60.0)

        def opened() -> Cell:
            return Cell(zygote.control, limits, max_output=0)

        stages["open a cell (fork, walls) and end it"] = median(lambda: opened().end())
        load = wire.encode(wire.Load({"a.py": np.frombuffer(source, np.uint8)}, "a.py"))
        loads = []
        for _ in range(ROUNDS):
            cell = opened()
            start = time.perf_counter()
            cell.ask(load)
            loads.append(1000 * (time.perf_counter() - start))
            cell.end()
        stages["load the student's file"] = statistics.median(loads)
        cell = opened()
        cell.ask(load)

        def call(size: int) -> None:
            message = wire.Call(1, "tie_gradients", [torch.ones(2, size)], {}, 1)
            cell.ask(wire.encode(message))

        stages["a call with 16 numbers"] = median(lambda: call(8), 200)
        stages["a call with 32,768 numbers"] = median(lambda: call(16384), 200)
        cell.end()
        stages |= module_stages(opened())
    with grade.opened(ASSIGNMENT, ROOT) as grader, tempfile.TemporaryDirectory() as scratch:
        folder = ROOT / "reference" / ASSIGNMENT
        answers = Path(scratch, "solution")
        answers.mkdir()
        tasks = [task.id for task in grader.assignment.tasks]
        for task in tasks:
            (answers / f"{task}.py").write_bytes((folder / f"{task}.py").read_bytes())
        stages["take a submission in"] = median(lambda: submission.read(answers, tasks))
        handed_in = submission.read(answers, tasks)
        stages["judge it: fork, four cells, all tests"] = median(
            lambda: grader.session.judge(handed_in)
        )
        report = grade.grade(grader, handed_in)
        stages["report: JSON and page, written"] = median(
            lambda: (
                write_atomically(Path(scratch, "a.json"), to_json(report)),
                write_atomically(Path(scratch, "a.html"), report_page(report)),
            )
        )
    print(json.dumps(stages))


if __name__ == "__main__":
    main()
