"""CTRF, the Common Test Report Format, of one submission; points stand under `extra`.

Source: https://github.com/ctrf-io/ctrf, version 1.0.0 of its specification.
"""

from typing import Any

from grader.errors import Verdict
from grader.lms.graded import Graded, Settings, final_score
from grader.lms.words import as_json, clean, what_to_do
from grader.report import TaskReport, TestReport

_STATUSES: dict[Verdict, str] = {
    "passed": "passed",
    "needs_review": "pending",
    "judge_error": "other",
}
_COUNTED = ("passed", "failed", "skipped", "pending", "other")


def document(graded: Graded, settings: Settings) -> list[bytes]:
    """Return the document.

    A report does not hold when it was graded: `stop` is the time of the export, `start` as much
    earlier as the tests took. Without a final score `extra` has no score.
    """
    report = graded.report
    tests = [_test(task, test) for task in report.tasks for test in task.tests]
    statuses = [test["status"] for test in tests]
    stop = round(settings.now.timestamp() * 1000)
    start = stop - sum(test["duration"] for test in tests)
    extra = {
        "submission": report.submission.id,
        "assignment": report.assignment.id,
        "status": report.status,
        "max_score": report.max_score,
    }
    score = final_score(report)
    summary = {name: statuses.count(name) for name in _COUNTED}
    return [
        as_json(
            {
                "reportFormat": "CTRF",
                "specVersion": "1.0.0",
                "results": {
                    "tool": {"name": "grader", "version": report.environment.grader},
                    "summary": {"tests": len(tests), **summary, "start": start, "stop": stop},
                    "tests": tests,
                },
                "extra": extra if score is None else extra | {"score": score},
            }
        )
    ]


def _test(task: TaskReport, test: TestReport) -> dict[str, Any]:
    extra: dict[str, Any] = {"about": clean(test.about), "max_score": test.max_score}
    if test.verdict not in ("judge_error", "needs_review"):
        extra["score"] = test.score
    if test.staff is not None:
        extra["staff"] = [
            {"id": case.id, "verdict": case.verdict, "detail": clean(case.detail)}
            for case in test.staff.cases
        ]
    found: dict[str, Any] = {
        "name": clean(test.id) or "test",
        "status": _STATUSES.get(test.verdict, "failed"),
        "duration": round(test.seconds * 1000),
        "suite": [task.id],
        "rawStatus": test.verdict,
        "extra": extra,
    }
    return found | ({"message": what_to_do(test)} if what_to_do(test) else {})
