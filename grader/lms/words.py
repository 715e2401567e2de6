"""A report in plain words, for systems that show their users text.

What a student's code can say is in it: every piece passes `clean`, and whoever puts it into
another language (XML, Markdown, a formula) escapes it there.
"""

import json
from collections.abc import Iterator
from typing import Any

from grader.lms.graded import final_score, why_not_final
from grader.pages.rendering import MARKS, points, visible
from grader.report import Report, TaskReport, TestReport

MAX_CHARACTERS = 4000  # of one text; PrairieLearn refuses more than a mebibyte of results


def clean(text: str) -> str:
    """Return a text without characters that hide, reorder or control others, and not too long."""
    seen = visible(text)
    return seen if len(seen) <= MAX_CHARACTERS else seen[: MAX_CHARACTERS - 1] + "…"


def of_points(score: float, maximum: float) -> str:
    """Return how many of how many points, in words."""
    return f"{points(score)} of {points(maximum)} points"


def summary(report: Report) -> str:
    """Return in one line what a submission has earned, or why that is open."""
    title = clean(report.assignment.title)
    score = final_score(report)
    if score is None:
        return f"{title}: not graded yet, {why_not_final(report)}"
    return f"{title}: {of_points(score, report.max_score)}"


def task_line(task: TaskReport) -> str:
    """Return in one line what a task has earned."""
    if any(test.verdict == "judge_error" for test in task.tests):
        return f"{task.id}: not graded yet"
    open_points = f", {points(task.pending)} still open" if task.pending else ""
    return f"{task.id}: {of_points(task.score, task.max_score)}{open_points}"


def name_of(task: TaskReport, test: TestReport) -> str:
    """Return what a test is called where tasks are not told apart otherwise."""
    return clean(f"{task.id}: {test.about}")


def verdict_of(test: TestReport) -> str:
    """Return the verdict in words, and how many cases passed if there are several."""
    cases = f" ({test.cases_passed} of {test.cases} cases passed)" if test.cases > 1 else ""
    return MARKS[test.verdict].words + (cases if test.verdict != "passed" else "")


def what_to_do(test: TestReport) -> str:
    """Return what was found and where to look; empty if the test passed."""
    hint = f"Hint: {clean(test.hint)}" if test.hint else ""
    return "\n".join(filter(None, [clean(test.feedback), hint]))


def in_full(report: Report) -> str:
    """Return the whole report as lines of plain text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield summary(report)
    for task in report.tasks:
        yield f"\n{task_line(task)}"
        for test in task.tests:
            yield f"  {verdict_of(test)}: {clean(test.about)}"
            yield from (f"    {line}" for line in what_to_do(test).splitlines())


def as_json(value: Any) -> bytes:
    """Return a value as JSON in UTF-8; raises ValueError for what JSON has no number for."""
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
