"""Text answers that a person decides: gathered from a batch's reports, decided once for all who
say the same, written into the answer key, and carried into every report.

What is decided stands in the key alone; `apply` can be done again, or later, at any time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Literal

from rapidfuzz import fuzz, process

from grader import batch
from grader.assignment import Reference, load, load_reference
from grader.errors import TextAnswer, UsageError
from grader.open_answers import Decided, Group, answers_in, grouped, with_decisions
from grader.report import Report, read
from grader.testing.answer import AnswerKey, verdict_on
from grader.testing.answer_key import Decision, KeyTable, open_for_change, read_table

COMPARED_CHARACTERS = 200  # a suggestion is not worth more time


@dataclass(frozen=True)
class Suggestion:
    """The phrases of a cell that look most like an answer; what looks alike may be the opposite.

    Empty where the cell has none. misconception: the one that `rejected` names.
    """

    accepted: str
    rejected: str
    misconception: str


@dataclass(frozen=True)
class Applied:
    """What became of a batch's reports: how many changed, how many answers are open still."""

    changed: int
    open: int


@dataclass(frozen=True)
class Review:
    """The open answers of a batch's folder, and assignment and keys as they were at the start."""

    out: Path
    reference: Reference
    answers: tuple[tuple[str, TextAnswer], ...]
    tables: Mapping[str, KeyTable]

    def path(self, key: str) -> Path:
        """Return where the file of a key lies."""
        return self.reference.folder / key

    def read(self) -> dict[str, AnswerKey]:
        """Return the keys as they are now; raises AssignmentError if one is not as it must be."""
        return {name: AnswerKey.read(self.path(name)) for name in self.tables}


def begin(assignment_id: str, course: Path, out: Path) -> Review:
    """Return what there is to decide in a batch's folder.

    Raises UsageError if a report cannot be read, is a student's copy or of another assignment, or
    if its key is not there; AssignmentError if the assignment or a key is not as it must be.
    """
    reference = load_reference(load(assignment_id, course))
    answers = tuple(_open_answers(out, assignment_id))
    folder, tables = reference.folder.resolve(), {}
    for name in sorted({own.key for _, own in answers}):
        path = reference.folder / name
        if not path.is_file() or not path.resolve().is_relative_to(folder):
            raise UsageError(f"{path}: a report names it as its answer key; there is no such file")
        tables[name] = read_table(path)
    return Review(out, reference, answers, tables)


def groups(review: Review) -> list[Group]:
    """Return what no decision is there for yet, the most frequent first."""
    keys = review.read()

    def is_open(own: TextAnswer) -> bool:
        key = keys[own.key]
        place = (own.row, own.column, own.normal_form)
        return place[:2] in key.cells and place not in key.decisions

    return grouped((submission, own) for submission, own in review.answers if is_open(own))


def outside(review: Review) -> int:
    """Return how many open answers belong to a cell that their key no longer has."""
    keys = review.read()
    return sum((own.row, own.column) not in keys[own.key].cells for _, own in review.answers)


def decision(
    group: Group, verdict: Literal["right", "wrong"], misconception: str, by: str
) -> Decision:
    """Return what somebody decides on a group, now."""
    return Decision(
        row=group.row,
        column=group.column,
        answer=group.normal_form,
        verdict=verdict,
        misconception=misconception,
        by=by,
        at=datetime.now(UTC).replace(microsecond=0),
    )


def save(review: Review, group: Group, made: Decision) -> Decision:
    """Write a decision into the key; return the one that stands there then.

    That is another one if somebody else has decided the same answer meanwhile.
    """
    with open_for_change(review.path(group.key)) as key:
        for known in key.table.decisions:
            if known.place == made.place:
                return known
        key.decide([*key.table.decisions, made])
    return made


def withdraw(review: Review, group: Group, made: Decision) -> None:
    """Take a decision out of the key again."""
    with open_for_change(review.path(group.key)) as key:
        key.decide([own for own in key.table.decisions if own != made])


def apply(review: Review) -> Applied:
    """Carry all decisions of the keys into the reports; write those that change, and the pages.

    A report that was made with the assignment as it was at the start is then one of the assignment
    as it is now: nothing else of it would come out differently.
    """
    assignment = review.reference.assignment
    after = load_reference(load(assignment.id, assignment.course))
    keys = review.read()
    points = {task.id: task.points for task in after.assignment.tasks}
    is_only_decided = _is_only_decided(review, after)
    changed = still_open = 0
    for path in batch.report_paths(review.out):
        old = read(path)
        new = _with_decisions(old, keys, points)
        if is_only_decided and old.assignment.sha256 == review.reference.sha256:
            new = _made_with(new, after)
        if new != old:
            changed += 1
            batch.write_report(review.out, new)
        still_open += sum(1 for _ in answers_in(new))
    # Also if nothing did: a review that was killed may have left them as they were.
    batch.rewrite_class(review.out, title=after.assignment.title)
    return Applied(changed, still_open)


def suggestion(group: Group, key: AnswerKey) -> Suggestion:
    """Return the listed phrases that look most like the answer. Nothing is decided by it."""
    phrases = key.cells[group.row, group.column].phrases.values()
    misconception_of = {own.normal_form: own.misconception for own in phrases}

    def nearest(verdict: str) -> str:
        listed = [own.normal_form for own in phrases if own.verdict == verdict]
        answer = group.normal_form[:COMPARED_CHARACTERS]
        found = process.extractOne(answer, listed, scorer=fuzz.token_sort_ratio, score_cutoff=1)
        return found[0] if found is not None else ""

    rejected = nearest("wrong")
    return Suggestion(nearest("right"), rejected, misconception_of.get(rejected, ""))


def misconceptions(group: Group, key: AnswerKey) -> list[str]:
    """Return the names of all misconceptions of the key, those of the cell first."""
    phrases = key.cells[group.row, group.column].phrases.values()
    own = {one.misconception for one in phrases}
    return sorted(key.hints, key=lambda name: name not in own)  # the rest in the key's order


def _open_answers(out: Path, assignment_id: str) -> Iterator[tuple[str, TextAnswer]]:
    for path in batch.report_paths(out):
        report = read(path)
        if report.assignment.id != assignment_id:
            raise UsageError(
                f"{path}: is a report of {report.assignment.id!r}; expected {assignment_id!r}"
            )
        if any(test.staff is None for task in report.tasks for test in task.tests):
            raise UsageError(f"{path}: is a student's copy; expected what `grader batch` wrote")
        for own in answers_in(report):
            yield report.submission.id, own


def _with_decisions(
    report: Report, keys: Mapping[str, AnswerKey], points: Mapping[str, Fraction]
) -> Report:
    def decide(own: TextAnswer) -> Decided | None:
        key = keys[own.key]
        found = key.decisions.get((own.row, own.column, own.normal_form))
        return None if found is None else Decided(verdict_on(found, key, own.place))

    return with_decisions(report, decide, points)


def _is_only_decided(review: Review, after: Reference) -> bool:
    """Whether decisions were added to the keys since the start, and nothing else was changed."""
    names = {f"reference/{after.assignment.id}/{name}" for name in review.tables}
    was, now = review.reference.files, after.files
    changed = {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}
    return changed <= names and all(
        _has_only_more_decisions(read_table(review.path(name)), table)
        for name, table in review.tables.items()
    )


def _has_only_more_decisions(now: KeyTable, was: KeyTable) -> bool:
    neither = {"version": 0, "decisions": []}
    return (
        now.model_copy(update=neither) == was.model_copy(update=neither)
        and now.decisions[: len(was.decisions)] == was.decisions
    )


def _made_with(report: Report, reference: Reference) -> Report:
    """Return the report as one of the assignment as it is now."""
    staff = report.assignment.staff
    if staff is not None:
        staff = staff.model_copy(update={"files": dict(reference.files)})
    assignment = report.assignment.model_copy(update={"sha256": reference.sha256, "staff": staff})
    return report.model_copy(update={"assignment": assignment})
