"""Gradescope's results.json, of one submission.

Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/. No test is `hidden`: one
hidden test hides the total from the student, and a student's view has nothing to hide.
"""

from typing import Any

from grader.lms.graded import Graded, Settings, final_score, scaled
from grader.lms.words import as_json, name_of, summary, task_line, verdict_of, what_to_do
from grader.report import Report, TaskReport, TestReport


def results(graded: Graded, settings: Settings) -> list[bytes]:
    """Return results.json; nothing if the score is not final, since `score` must be a number."""
    report = graded.report
    score = final_score(report)
    if score is None:
        return []
    return [
        as_json(
            {
                # Given beside the tests', whose sum is off by a hundredth where thirds are rounded.
                "score": scaled(score, report.max_score, settings.points),
                "execution_time": _seconds(report),
                "output": "\n".join([summary(report), *map(task_line, report.tasks)]),
                "output_format": "text",
                "test_output_format": "text",
                "test_name_format": "text",
                "visibility": "visible",
                "stdout_visibility": "hidden",
                "tests": [
                    _test(task, test, f"{place}.{number}")
                    for place, task in enumerate(report.tasks, 1)
                    for number, test in enumerate(task.tests, 1)
                ],
                "extra_data": {
                    "assignment": report.assignment.id,
                    "version": report.assignment.version,
                    "sha256": report.assignment.sha256,
                    "grader": report.environment.grader,
                    "walls": report.environment.sandbox.level,
                },
            }
        )
    ]


def _test(task: TaskReport, test: TestReport, number: str) -> dict[str, Any]:
    return {
        "name": name_of(task, test),
        "number": number,
        "score": test.score,
        "max_score": test.max_score,
        "status": "passed" if test.verdict == "passed" else "failed",
        "output": "\n".join(filter(None, [verdict_of(test), what_to_do(test)])),
        "tags": [task.id],
        "visibility": "visible",
    }


def _seconds(report: Report) -> float:
    return round(sum(test.seconds for task in report.tasks for test in task.tests), 2)
