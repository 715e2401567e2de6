"""Autolab's autoresult: the last line that a grading run prints, and the line before it.

Source: https://docs.autolabproject.com/lab/ and /features/formatted-feedback/. Our tasks are
Autolab's problems, by name. Whoever prints this prints nothing after it.
"""

import json
import re
from typing import Any

from grader.lms.graded import Graded, Settings
from grader.lms.words import clean, what_to_do
from grader.report import TaskReport


def autoresult(graded: Graded, settings: Settings) -> list[bytes]:
    """Return the two lines; nothing if no task's score is final.

    A task with an open answer or a fault of the grader is left out, and stays without a score;
    Autolab takes a line without any score for an error.
    """
    tasks = graded.report.tasks
    final = {task.id: task.score for task in tasks if _is_final(task)}
    if not final:
        return []
    stages = {f"task {task.id}": task for task in tasks}
    feedback: dict[str, Any] = {"_presentation": "semantic", "stages": list(stages)}
    for stage, task in stages.items():
        feedback[stage] = {
            clean(test.id): {"passed": test.verdict == "passed", "hint": what_to_do(test)}
            for test in task.tests
        }
    lines = [feedback | {"_scores_order": list(final)}, {"scores": final}]
    return ["".join(f"{_line(value)}\n" for value in lines).encode("ascii")]


def _is_final(task: TaskReport) -> bool:
    return not task.pending and all(test.verdict != "judge_error" for test in task.tests)


def _line(value: Any) -> str:
    """Return the value as one line of JSON in which no string holds a colon after a letter.

    Autolab writes `"word":` for every `word:` that it finds, before it reads the JSON.
    """
    return json.dumps(_without_colons(value), allow_nan=False)


def _without_colons(value: Any) -> Any:
    if isinstance(value, dict):
        return {_without_colons(name): _without_colons(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_colons(item) for item in value]
    # Before each colon a blank, also after a line feed or an umlaut: JSON writes these as \n and
    # \u00fc, and then a letter or a digit stands before it.
    return re.sub(" ?:", " :", value) if isinstance(value, str) else value
