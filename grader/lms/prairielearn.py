"""PrairieLearn's results.json, of one submission to an external grader.

Source: https://docs.prairielearn.com/externalGrading/. `succeeded` is never written: false would
force a score of 0, which a fault of the grader must not become.
"""

from typing import Any

from grader.lms.graded import Graded, Settings, share, why_not_final
from grader.lms.words import as_json, clean, name_of, summary, verdict_of, what_to_do
from grader.report import TaskReport, TestReport


def results(graded: Graded, settings: Settings) -> list[bytes]:
    """Return results.json; without a final score it says so, and costs the student no attempt."""
    report = graded.report
    score = share(report)
    if score is None:
        said = f"This attempt was not counted: {why_not_final(report)}. Please tell your course."
        return [as_json({"gradable": False, "format_errors": [said], "message": summary(report)})]
    return [
        as_json(
            {
                "gradable": True,
                "score": score,
                "message": summary(report),
                "tests": [_test(task, test) for task in report.tasks for test in task.tests],
            }
        )
    ]


def _test(task: TaskReport, test: TestReport) -> dict[str, Any]:
    return {
        "name": name_of(task, test),
        "description": clean(test.id),
        # Both for every test, or PrairieLearn shows no points at all.
        "points": test.score,
        "max_points": test.max_score,
        "message": "\n".join(filter(None, [verdict_of(test), what_to_do(test)])),
    }
