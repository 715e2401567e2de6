"""The files of a submission, as they were uploaded, and as the grader takes them in."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from grader.assignment import Assignment
from grader.grade import intake_limits
from grader.submission import Part, Submission, fit_id, read_parts
from grader.submission.intake import FILE, Intake


class File(msgspec.Struct, frozen=True):
    """One uploaded file. name: as the browser said, for the intake to judge; sha256: of it."""

    name: str
    sha256: str
    size: int


def own_id(login: str, number: int) -> str:
    """Return how reports name an attempt."""
    return fit_id(f"{login}-{number}")


def take_in(
    assignment: Assignment,
    own_id: str,
    files: Sequence[File],
    content: Callable[[File], bytes],
    received: datetime | None = None,
) -> Submission:
    """Return the submission that these files are; the same in the web process and on the bench.

    content: returns a file's bytes. Raises SubmissionError as `submission.read_parts` does.
    """
    tasks = [task.id for task in assignment.tasks]
    parts = [Part(file.name, FILE, file.size, _reader(file, content)) for file in files]
    return read_parts(own_id, parts, tasks, intake_limits(assignment), received=received)


def _reader(file: File, content: Callable[[File], bytes]) -> Callable[[Intake], bytes]:
    return lambda _: content(file)
