"""What the bench is asked besides grading what comes in: grading anew, and comparing a class."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from grader.assignment import load
from grader.causes import Cause
from grader.errors import SubmissionError
from grader.grade import Grader
from grader.regrade import Row, regrade, row_of
from grader.report import Report, to_json
from grader.service.handed_in import File, own_id, take_in
from grader.service.results import Phrase, decided, tasks_decided_otherwise
from grader.similarity import LeftOut, Pair, compare

DECIDED_OTHERWISE = "a decision on a text answer was withdrawn"
Content = Callable[[File], bytes]


class Attempt(msgspec.Struct, frozen=True):
    """One submission, as it was uploaded."""

    login: str
    number: int
    received: datetime
    files: list[File]

    @property
    def id(self) -> str:
        """How reports name it."""
        return own_id(self.login, self.number)


class Regrade(msgspec.Struct, tag=True):
    """A submission to grade anew beside its report. decisions: of staff, on text answers."""

    assignment: str
    attempt: Attempt
    old: str
    everything: bool
    decisions: list[Phrase]


class Regraded(msgspec.Struct, tag=True):
    """What it came to. report: JSON of what takes the old one's place; empty if that stays."""

    row: Row
    report: str


class Compare(msgspec.Struct, tag=True):
    """The submissions of a class, to be compared with each other."""

    assignment: str
    attempts: list[Attempt]


class Compared(msgspec.Struct, tag=True):
    """Pairs that have much in common; texts: by task and owner, of those in pairs."""

    pairs: list[Pair]
    left_out: list[LeftOut]
    texts: dict[str, dict[str, str]]
    answers: dict[str, int]


def regraded(grader: Grader, asked: Regrade, content: Content) -> Regraded:
    """Return what grading anew comes to; raises as `regrade.regrade` and `take_in` do."""
    attempt = asked.attempt
    submission = take_in(grader.assignment, attempt.id, attempt.files, content, attempt.received)
    old = Report.model_validate_json(asked.old)
    points = {task.id: task.points for task in grader.assignment.tasks}
    otherwise = tasks_decided_otherwise(old, asked.decisions)
    found = regrade(
        grader,
        old,
        submission,
        everything=asked.everything,
        decide=lambda report: decided(report, asked.decisions, points),
        more=[Cause(DECIDED_OTHERWISE, otherwise)] if otherwise else [],
    )
    report = "" if found.report is None else to_json(found.report)
    return Regraded(row_of(attempt.id, old, found), report)


def compared(course: Path, asked: Compare, content: Content) -> Compared:
    """Return what the class has in common; no student's code is run.

    Raises as `similarity.compare` does.
    """
    assignment = load(asked.assignment, course)
    taken, left_out = [], []
    for attempt in asked.attempts:
        try:
            taken.append(take_in(assignment, attempt.id, attempt.files, content))
        except SubmissionError as error:
            left_out.append(LeftOut("", attempt.id, str(error)))
    found = compare(assignment, taken)
    texts = {task: dict(own) for task, own in found.texts.items()}
    return Compared(list(found.pairs), [*left_out, *found.left_out], texts, dict(found.answers))
