"""An upload becomes an accepted submission: on the disk and in the database before the answer."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader import assignment as folders
from grader.errors import SubmissionError, UsageError
from grader.service import attempts
from grader.service.access import Viewer
from grader.service.database import Database
from grader.service.handed_in import File, take_in
from grader.service.jobs import Job, Jobs
from grader.service.policies import Attempt, Policy, refusal
from grader.service.store import Store
from grader.service.tables import (
    DONE,
    Assignment,
    Person,
    Result,
    Submission,
    Upload,
)

MAX_FILES = 64
MAX_NAME = 120
UPLOAD = "upload"  # what a refusal calls the files, which have no name of ours yet

_log = logging.getLogger("grader.web")


class Refused(UsageError):
    """It was not accepted, and counts as no attempt; the message says why."""


class NoRoom(Refused):
    """It could not be kept: our fault, and worth another try later."""


class TooMany(Refused):
    """More than anyone may do in a minute; later it is taken."""


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
    policy = Policy.model_validate(given.policy)
    with base.reading() as rows:
        _refuse_by_policy(rows, policy, viewer.person, given.id, now)
    files = _checked(public, uploads)
    try:
        for upload in uploads:
            store.put(upload.data)
    except OSError as error:
        _log.error("the store cannot be written to: %s", error)
        raise NoRoom("The upload could not be stored; nothing is lost. Try again later.") from error
    job, priority = _accept(base, policy, viewer.person, given.id, files, now)
    try:
        attempts.enqueue(base, jobs, job, priority)
    except Exception:  # it is accepted; a worker's sweep enqueues it
        _log.warning("submission %s is not in the queue yet", job.submission, exc_info=True)
    return job.submission


def fit_name(name: str | None) -> str:
    """Return an upload's name as it is kept: its end says what it is, nothing is opened by it."""
    plain = (name or "").replace("\\", "/").rpartition("/")[2]
    fit = "".join(letter if letter.isprintable() else "_" for letter in plain)
    return fit[-MAX_NAME:] or UPLOAD


def attempts_of(rows: Session, person: int, assignment: int) -> list[Attempt]:
    """Return all attempts of a person at an assignment, the oldest first."""
    found = rows.execute(
        select(Submission, Result.score, Result.status)
        .outerjoin(Result, Result.submission_id == Submission.id)
        .where(Submission.person_id == person, Submission.assignment_id == assignment)
        .order_by(Submission.number)
    ).all()
    return [
        Attempt(
            row.number, row.received, Fraction(score) if score else None, is_chosen=row.is_chosen
        )
        for row, score, _ in found
    ]


def _refuse_by_policy(
    rows: Session, policy: Policy, person: int, assignment: int, now: datetime
) -> list[Attempt]:
    earlier = attempts_of(rows, person, assignment)
    reason = refusal(policy, now, earlier)
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
    policy: Policy,
    person: int,
    assignment: int,
    files: Sequence[File],
    now: datetime,
) -> tuple[Job, int]:
    with base.writing() as rows:
        # Two uploads of one person, one after the other: the rules hold for both.
        rows.execute(select(Person.id).where(Person.id == person).with_for_update())
        earlier = _refuse_by_policy(rows, policy, person, assignment, now)
        # Fair queueing: the more of one's own wait, the later the next one's turn.
        waiting = rows.scalar(
            select(func.count()).where(Submission.person_id == person, Submission.state != DONE)
        )
        row = Submission(
            assignment_id=assignment,
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
