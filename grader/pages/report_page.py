"""reports/<id>.html: one submission, as staff read it."""

from grader.pages.rendering import render
from grader.report import Report


def report_page(
    report: Report, *, class_page: str = "../index.html", back: str = "All submissions"
) -> str:
    """Return the page of one submission.

    class_page: where its way back leads; empty for a page that stands alone. back: the words of
    that link. Of a student's
    view (see `report.student_view`) the page shows what that holds, and nothing marked as staff's.
    """
    tests = [test for task in report.tasks for test in task.tests]
    return render(
        "report_page.html",
        style="style.css",
        report=report,
        class_page=class_page,
        back=back,
        passed=sum(test.verdict == "passed" for test in tests),
        tests=len(tests),
        is_for_staff=any(task.staff is not None for task in report.tasks)
        or any(test.staff is not None for test in tests),
    )
