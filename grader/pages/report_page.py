"""reports/<id>.html: one submission, as staff read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.pages.rendering import render
from grader.report import Report


@dataclass(frozen=True)
class Remarks:
    """What staff have to say to the student.

    total: the points with all adjustments, None if there is none. adjustments: points with their
    sign, and the reason. comments: texts by place, as `rendering.anchor` names them; under "" those
    on the whole submission.
    """

    total: float | None = None
    adjustments: Sequence[tuple[str, str]] = ()
    comments: Mapping[str, Sequence[str]] = field(default_factory=dict)


def report_page(
    report: Report,
    *,
    class_page: str = "../index.html",
    back: str = "All submissions",
    remarks: Remarks | None = None,
) -> str:
    """Return the page of one submission.

    class_page: where its way back leads; empty for a page that stands alone. back: the words of
    that link. remarks: of staff, beside what was graded. Of a student's
    view (see `report.student_view`) the page shows what that holds, and nothing marked as staff's.
    """
    tests = [test for task in report.tasks for test in task.tests]
    return render(
        "report_page.html",
        style="style.css",
        report=report,
        class_page=class_page,
        back=back,
        remarks=remarks or Remarks(),
        passed=sum(test.verdict == "passed" for test in tests),
        tests=len(tests),
        is_for_staff=any(task.staff is not None for task in report.tasks)
        or any(test.staff is not None for test in tests),
    )
