"""Coursera: a zip with a Dockerfile; the image holds the assignment and grades it.

Source: https://github.com/coursera/coursera_autograder.
"""

from pathlib import Path

from grader.assignment import Assignment
from grader.lms import coursera
from grader.lms.words import as_json, clean
from grader.pack import running
from grader.pack.archive import Files
from grader.pack.contents import Contents

PLACE = running.Place(
    whose="Coursera",
    course=Path("/grader/course"),
    submission=Path("/shared/submission"),
    result=Path("/shared/feedback.json"),
)


def files(contents: Contents) -> Files:
    """Return the files of the zip."""
    image = contents.rendered(
        "Dockerfile",
        title="The grader of one assignment, for Coursera",
        base="python:3.11-slim",
        course=True,
        last=['ENTRYPOINT ["/opt/grader/venv/bin/grader", "packed", "coursera"]'],
    )
    return {**contents.course, **contents.grader, "Dockerfile": image}


def run(submission: Path | None) -> int:
    """Grade what was handed in and write feedback.json."""
    return running.run(PLACE, coursera.feedback, _refusal)


def _refusal(assignment: Assignment, reason: str) -> bytes:
    said = f"This could not be graded: {clean(reason)}"
    return as_json({"fractionalScore": 0, "feedback": said})
