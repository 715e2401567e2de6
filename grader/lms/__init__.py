"""Scores out to, and submissions in from, the systems that courses use.

Here stands every format that reports can be exported to; a module per system makes its bytes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from grader.lms import (
    autolab,
    brightspace,
    canvas,
    coursera,
    ctrf,
    gradescope,
    junit,
    lti_ags,
    moodle,
    nbgrader,
    people,
    prairielearn,
    tables,
    xqueue,
)
from grader.lms.graded import Graded, Settings, Written


@dataclass(frozen=True)
class PerSubmission:
    """A format of one file per submission; of none where the system has no word for it.

    for_staff: whether there is a staff's view, since no student reads what becomes of it.
    by_student: whether it goes to a student's grade, so that nobody may have two. options: which
    of `column` and `points` mean something there.
    """

    ending: str
    files: Callable[[Graded, Settings], list[bytes]]
    for_staff: bool = False
    by_student: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class PerClass:
    """A format of one file for all; the other fields are those of `PerSubmission`.

    table: what of the system's own it fills in, in words; empty if nothing.
    """

    file: Callable[[Iterable[Graded], Settings], Written]
    for_staff: bool = False
    by_student: bool = True
    options: tuple[str, ...] = ()
    table: str = ""


_BOTH = ("column", "points")
FORMATS: dict[str, PerSubmission | PerClass] = {
    "canvas": PerClass(canvas.gradebook, options=_BOTH, table=canvas.TABLE),
    "moodle": PerClass(moodle.worksheet, options=("points",), table=moodle.TABLE),
    "brightspace": PerClass(brightspace.grade_file, options=_BOTH, table=brightspace.TABLE),
    "nbgrader": PerClass(nbgrader.grade_table, options=_BOTH),
    "csv": PerClass(tables.csv_table, for_staff=True),
    "xlsx": PerClass(tables.xlsx_table, for_staff=True),
    "gradescope": PerSubmission(".json", gradescope.results, options=("points",)),
    "prairielearn": PerSubmission(".json", prairielearn.results),
    "lti-ags": PerSubmission(".json", lti_ags.scores, by_student=True, options=("points",)),
    "autolab": PerSubmission(".txt", autolab.autoresult),
    "xqueue": PerSubmission(".json", xqueue.reply, options=("points",)),
    "coursera": PerSubmission(".json", coursera.feedback),
    "junit": PerSubmission(".xml", junit.document, for_staff=True),
    "ctrf": PerSubmission(".json", ctrf.document, for_staff=True),
    "html": PerSubmission(".html", people.page, for_staff=True),
    "markdown": PerSubmission(".md", people.markdown, for_staff=True),
    "json": PerSubmission(".json", people.json, for_staff=True),
}
