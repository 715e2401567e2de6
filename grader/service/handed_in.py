"""The files of a submission, as they were uploaded, and as the grader takes them in."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session as Rows

from grader.assignment import Assignment
from grader.grade import intake_limits
from grader.service.tables import Upload
from grader.submission import Part, Submission, fit_id, read_parts
from grader.submission.intake import FILE, Intake

MAX_NAME = 120
UPLOAD = "upload"  # what a refusal calls the files, which have no name of ours yet


class File(msgspec.Struct, frozen=True):
    """One uploaded file. name: as the browser said, for the intake to judge; sha256: of it."""

    name: str
    sha256: str
    size: int


def own_id(login: str, number: int) -> str:
    """Return how reports name an attempt."""
    return fit_id(f"{login}-{number}")


def fit_name(name: str | None) -> str:
    """Return an upload's name as it is kept: its end says what it is, nothing is opened by it."""
    plain = (name or "").replace("\\", "/").rpartition("/")[2]
    fit = "".join(letter if letter.isprintable() else "_" for letter in plain)
    return fit[-MAX_NAME:] or UPLOAD


def files_of(rows: Rows, submission: int) -> list[File]:
    """Return the files of a submission, in the order in which they came."""
    found = rows.scalars(
        select(Upload).where(Upload.submission_id == submission).order_by(Upload.position)
    )
    return [File(one.name, one.sha256, one.size) for one in found]


def archive(folder: str, files: Sequence[File], content: Callable[[File], bytes]) -> bytes:
    """Return a zip archive of one folder with these files. content: returns a file's bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as found:
        for position, file in enumerate(files, 1):
            # Names are the browser's, cut to one part; these two are no names of files.
            name = fit_name(file.name)
            name = f"{UPLOAD}-{position}" if name in (".", "..") else name
            found.writestr(zipfile.ZipInfo(f"{folder}/{name}"), content(file))
    return buffer.getvalue()


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
