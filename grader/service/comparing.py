"""Two attempts of one person beside each other, as that person may know them now."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session as Rows

from grader.errors import SubmissionError
from grader.service import changes
from grader.service.changes import FileChange, TestChange
from grader.service.handed_in import File, files_of, take_in
from grader.service.history import History, Tried, history_of, seen_of
from grader.service.shelf import Shelf
from grader.service.store import Store
from grader.service.tables import REPORT, Assignment, Result, Submission
from grader.service.visibility import Seen


@dataclass(frozen=True)
class Comparison:
    """What changed since an earlier attempt.

    before: that attempt. others: all that could be compared with. has_reports: both have one.
    when: sentences about hidden tests. words: why no files are shown, "" if they are.
    """

    before: Tried
    others: list[Tried]
    has_reports: bool
    when: tuple[str, ...]
    tests: list[TestChange]
    words: str
    files: list[FileChange]


@dataclass(frozen=True)
class Sources:
    """Where the files of attempts are. room: held while they are in memory, as uploads hold it."""

    store: Store
    shelf: Shelf
    room: AbstractContextManager[Any]


def compared(
    rows: Rows, sources: Sources, row: Submission, since: int, now: datetime
) -> Comparison | None:
    """Return what changed in an attempt; None if there is none to compare with.

    since: the number of the earlier attempt; 0: the one before.
    """
    given = rows.get_one(Assignment, row.assignment_id)
    history = history_of(rows, given, row.person_id, now, row.number)
    others = [one for one in history.tried if one.attempt.number != row.number]
    before = history.before(row.number)
    if since:
        before = next((one for one in others if one.attempt.number == since), None)
    if before is None:
        return None
    old, new = (_seen(rows, id, history, now) for id in (before.id, row.id))
    files = [files_of(rows, id) for id in (before.id, row.id)]
    rows.commit()  # what follows takes a while, and needs no connection
    words, found = _file_changes(sources, given, *files)
    return Comparison(
        before=before,
        others=others,
        has_reports=old is not None and new is not None,
        when=() if new is None else new.when,
        tests=changes.test_changes(old.report, new.report) if old and new else [],
        words=words,
        files=found,
    )


def _seen(rows: Rows, id: int, history: History, now: datetime) -> Seen | None:
    result = rows.get(Result, id)
    if result is None or result.kind != REPORT:
        return None
    return seen_of(result.report, history.policy, now)


def _file_changes(
    sources: Sources, given: Assignment, before: list[File], after: list[File]
) -> tuple[str, list[FileChange]]:
    """Return the changes of files, or in words why there are none to show."""
    public = sources.shelf.assignment(given.name)
    try:
        with sources.room:  # no more of them at a time than uploads
            old, new = (
                take_in(public, "attempt", files, lambda file: sources.store.get(file.sha256))
                for files in (before, after)
            )
            found = changes.file_changes(old.files, new.files)
    except SubmissionError:  # the assignment takes in other files by now
        return "The files can no longer be read as this assignment asks for them.", []
    return ("" if found else "The files are the same."), found
