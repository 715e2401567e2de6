"""For people: a report as a page, as Markdown, and as it is."""

import re

from grader.lms.graded import Graded, Settings, final_score, why_not_final
from grader.lms.words import clean, task_line, verdict_of
from grader.pages import report_page
from grader.pages.rendering import points
from grader.report import Report, TestReport, to_json


def page(graded: Graded, settings: Settings) -> list[bytes]:
    """Return the page of a submission; it stands alone."""
    return [report_page(graded.report, class_page="").encode("utf-8")]


def json(graded: Graded, settings: Settings) -> list[bytes]:
    """Return the report itself."""
    return [to_json(graded.report).encode("utf-8")]


def markdown(graded: Graded, settings: Settings) -> list[bytes]:
    """Return the report as Markdown; what a student wrote stands in blocks of code."""
    report = graded.report
    lines = [f"# {_plain(report.assignment.title)}", "", f"{_code(report.submission.id)}", ""]
    lines += [_total(report), ""]
    if report.submission.notes:
        lines += [*(f"- {_plain(note)}" for note in report.submission.notes), ""]
    for task in report.tasks:
        lines += [f"## {_plain(task_line(task))}", ""]
        for test in task.tests:
            lines += _test(test)
    return ["\n".join(lines).encode("utf-8")]


def _total(report: Report) -> str:
    score = final_score(report)
    if score is None:
        return f"**Not graded yet**: {why_not_final(report)}."
    return f"**{points(score)} / {points(report.max_score)} points**"


def _test(test: TestReport) -> list[str]:
    is_final = test.verdict not in ("judge_error", "needs_review")
    share = f", {points(test.score)} / {points(test.max_score)}" if is_final else ""
    lines = [f"- **{verdict_of(test)}**{share}: {_plain(test.about)}", ""]
    lines += _block(test.feedback) + (_block(f"Hint: {test.hint}") if test.hint else [])
    for case in test.staff.cases if test.staff is not None else ():
        lines += _block(f"staff only: [{case.id}] {case.verdict} {case.detail}".rstrip())
    return lines


def _block(text: str) -> list[str]:
    """Return the text as a block of code in a list, between fences that it does not hold."""
    if not text:
        return []
    fence = _fence(text, 3)
    return [f"  {line}" for line in [f"{fence}text", *clean(text).split("\n"), fence]] + [""]


def _code(text: str) -> str:
    """Return the text as code in a line."""
    own = " ".join(clean(text).split())
    fence = _fence(own, 1)
    return f"{fence} {own} {fence}" if "`" in own else f"{fence}{own}{fence}"


def _fence(text: str, least: int) -> str:
    """Return more backticks than stand together anywhere in the text."""
    return "`" * max([least, *(len(run) + 1 for run in re.findall("`+", text))])


def _plain(text: str) -> str:
    """Return the text in one line; code between backticks stays, all else means itself."""
    parts = " ".join(clean(text).split()).split("`")
    if len(parts) % 2 == 0:
        return _escaped("`".join(parts))
    return "".join(
        f"`{part}`" if index % 2 and part else _escaped(part) for index, part in enumerate(parts)
    )


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>&#|~$@])", r"\\\1", text)
