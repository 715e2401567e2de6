"""Gradescope: a zip with `setup.sh` and `run_autograder` at its root.

Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

from pathlib import Path

from grader.assignment import Assignment
from grader.lms import gradescope
from grader.lms.words import as_json, clean
from grader.pack import running
from grader.pack.archive import Files
from grader.pack.contents import Contents

_ROOT = Path("/autograder")
PLACE = running.Place(
    whose="Gradescope",
    course=_ROOT / "source" / "course",
    submission=_ROOT / "submission",
    result=_ROOT / "results" / "results.json",
)


def files(contents: Contents) -> Files:
    """Return the files of the zip."""
    return {
        **contents.course,
        **contents.grader,
        "setup.sh": contents.rendered("gradescope/setup.sh", is_program=True),
        "run_autograder": contents.rendered("gradescope/run_autograder", is_program=True),
    }


def run(submission: Path | None) -> int:
    """Grade what was uploaded and write results.json; its output is for staff alone."""
    return running.run(PLACE, gradescope.results, _refusal, staff_reads_output=True)


def _refusal(assignment: Assignment, reason: str) -> bytes:
    return as_json(
        {
            "score": 0,
            "execution_time": 0,
            "output": f"This could not be graded: {clean(reason)}",
            "output_format": "text",
            "test_output_format": "text",
            "test_name_format": "text",
            "tests": [],
            "visibility": "visible",
            "stdout_visibility": "hidden",
        }
    )
