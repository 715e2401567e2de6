"""An upload becomes an accepted submission: on the disk and in the database before the answer."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader import assignment as folders
from grader.errors import SubmissionError, UsageError
from grader.service import attempts, extensions, groups, people
from grader.service.access import Viewer
from grader.service.database import Database
from grader.service.handed_in import UPLOAD, File, take_in
from grader.service.jobs import Job, Jobs
from grader.service.policies import Attempt, refusal
from grader.service.standing import attempts_in
from grader.service.store import Store
from grader.service.tables import (
    DONE,
    Assignment,
    Submission,
    Upload,
)

MAX_FILES = 64

_log = logging.getLogger("grader.web")


class Refused(UsageError):
    """It was not accepted, and counts as no attempt; the message says why."""


class NoRoom(Refused):
    """It could not be kept: our fault, and worth another try later."""


class TooMany(Refused):
    """More than anyone may do in a while; later it is taken. seconds: 0: in the next minute."""

    def __init__(self, said: str, seconds: int = 0) -> None:
        super().__init__(said)
        self.seconds = seconds


@dataclass(frozen=True)
class Uploaded:
    """A file as it came. name: whatever the browser said."""

    name: str
    data: bytes


def submit(
    base: Database,
    store: Store,
    jobs: Jobs,
    viewer: Viewer,
    given: Assignment,
    public: folders.Assignment,
    uploads: Sequence[Uploaded],
    now: datetime,
) -> int:
    """Return the id of the submission that was accepted.

    given: the assignment's row. public: its folder. Raises Refused if it was not accepted.
    """
    with base.reading() as rows:
        _refuse_by_policy(rows, given, viewer.person, now)
    files = _checked(public, uploads)
    try:
        for upload in uploads:
            store.put(upload.data)
    except OSError as error:
        _log.error("the store cannot be written to: %s", error)
        raise NoRoom("The upload could not be stored; nothing is lost. Try again later.") from error
    job, priority = _accept(base, viewer.person, given, files, now)
    try:
        attempts.enqueue(base, jobs, job, priority)
    except Exception:  # it is accepted; a worker's sweep enqueues it
        _log.warning("submission %s is not in the queue yet", job.submission, exc_info=True)
    return job.submission


def attempts_of(rows: Session, person: int, assignment: int) -> list[Attempt]:
    """Return all attempts of a person and their mates at an assignment, the oldest first."""
    return attempts_in(rows, assignment, person).get(person, [])


def _refuse_by_policy(
    rows: Session, given: Assignment, person: int, now: datetime
) -> list[Attempt]:
    earlier = attempts_of(rows, person, given.id)
    reason = refusal(extensions.policy_of(rows, given, person), now, earlier)
    if reason:
        raise Refused(reason)
    return earlier


def _checked(public: folders.Assignment, uploads: Sequence[Uploaded]) -> list[File]:
    """Return the files; raises Refused if no submission can be made of them."""
    if not uploads:
        raise Refused("There was no file; choose one or more.")
    if len(uploads) > MAX_FILES:
        raise Refused(f"There were {len(uploads)} files; put more than {MAX_FILES} into a zip.")
    files = [File(one.name, hashlib.sha256(one.data).hexdigest(), len(one.data)) for one in uploads]
    contents = {file.sha256: one.data for file, one in zip(files, uploads, strict=True)}
    try:
        taken = take_in(public, UPLOAD, files, lambda file: contents[file.sha256])
    except SubmissionError as error:
        raise Refused(str(error)) from error
    if not taken.answers:
        names = ", ".join(f"{task.id}.py" for task in public.tasks)
        raise Refused(f"No task is answered by these files; expected some of {names}.")
    return files


def _accept(
    base: Database,
    person: int,
    given: Assignment,
    files: Sequence[File],
    now: datetime,
) -> tuple[Job, int]:
    with base.writing() as rows:
        # Two uploads of one person or group, one after the other: the rules hold for both.
        people.lock(rows, groups.mates_of(rows, given.id, person))
        earlier = _refuse_by_policy(rows, given, person, now)
        # Fair queueing: the more of one's own wait, the later the next one's turn.
        waiting = rows.scalar(
            select(func.count()).where(Submission.person_id == person, Submission.state != DONE)
        )
        row = Submission(
            assignment_id=given.id,
            person_id=person,
            number=max((attempt.number for attempt in earlier), default=0) + 1,
            received=now,
            priority=(waiting or 0) + 1,
        )
        rows.add(row)
        rows.flush()
        rows.add_all(
            Upload(
                submission_id=row.id,
                position=position,
                name=file.name,
                sha256=file.sha256,
                size=file.size,
            )
            for position, file in enumerate(files)
        )
        return Job(row.id, row.generation), row.priority
