"""What staff say beside a report: comments on a mistake or a submission, points given or taken.

Results and reports stay as they are. Every change is one transaction with its note.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grader.errors import UsageError, Verdict
from grader.pages import Kind, Remarks, kinds_of
from grader.pages.rendering import anchor
from grader.report import Report
from grader.service import people
from grader.service.extensions import policy_of
from grader.service.policies import Attempt, Policy, counted_score
from grader.service.standing import adjustments_of, attempts_in, reports_of, shown_in
from grader.service.tables import Adjustment, Assignment, Comment, Person, Submission, now
from grader.service.totals import points_of

MAX_TEXT = 4000


@dataclass(frozen=True)
class Beside:
    """What stands beside one submission's result, and what that comes to.

    attempt: with its adjustments. policy: as it holds for its student. names: of who wrote these.
    """

    attempt: Attempt
    policy: Policy
    adjustments: Sequence[Adjustment]
    comments: Sequence[Comment]
    names: Mapping[int, Person]


@dataclass(frozen=True)
class Group:
    """A mistake and who made it. text: the words as the first of them reads them."""

    kind: Kind
    text: str
    submissions: tuple[int, ...]
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True)
class Failures:
    """Tests that failed alike. others: comments on mistakes that nobody makes any more.

    reports: of how many students these are. owners: of each submission. names: of who commented.
    """

    groups: Sequence[Group]
    others: Sequence[Comment]
    reports: int
    owners: Mapping[int, Person]
    names: Mapping[int, Person]


def groups(reports: Mapping[int, Report], comments: Iterable[Comment]) -> list[Group]:
    """Return the mistakes of these reports, the most frequent first. reports: by submission."""
    made: defaultdict[Kind, list[int]] = defaultdict(list)
    texts: dict[Kind, str] = {}
    for id, report in reports.items():
        for kind, text in kinds_of(report):
            made[kind].append(id)
            texts.setdefault(kind, text)
    said: defaultdict[Kind, list[Comment]] = defaultdict(list)
    for comment in comments:
        said[kind_of(comment)].append(comment)
    found = [
        Group(kind, texts[kind], tuple(dict.fromkeys(ids)), tuple(said[kind]))
        for kind, ids in made.items()
    ]
    return sorted(found, key=lambda group: (-len(group.submissions), group.kind))


def without_group(found: Iterable[Group], comments: Iterable[Comment]) -> list[Comment]:
    """Return the comments on mistakes that nobody of these groups makes."""
    kinds = {group.kind for group in found}
    return [comment for comment in comments if kind_of(comment) not in kinds]


def kind_of(comment: Comment) -> Kind:
    """Return the mistake that a comment is about."""
    return Kind(comment.task, comment.test, comment.verdict, comment.words)  # type: ignore[arg-type]


def comments_on(comments: Iterable[Comment]) -> dict[str, list[str]]:
    """Return the texts by their place in a report, as `pages.Remarks` has them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in comments:
        place = "" if one.submission_id is not None else anchor(one.task, one.test)
        found[place].append(one.text)
    return dict(found)


def failures_of(rows: Session, given: Assignment) -> Failures:
    """Return the mistakes in the attempts that stand for the students; eight queries."""
    shown = {one.id: person for person, one in shown_in(rows, given).items()}
    reports = reports_of(rows, list(shown))
    comments = group_comments(rows, given.id)
    names = people.by_id(rows, {*shown.values(), *(one.person_id for one in comments)})
    found = groups(reports, comments)
    return Failures(
        groups=found,
        others=without_group(found, comments),
        reports=len(reports),
        owners={id: names[person] for id, person in shown.items()},
        names=names,
    )


def beside(rows: Session, row: Submission, given: Assignment) -> Beside:
    """Return what staff have said on a submission, for staff; the number of queries is fixed."""
    own = attempts_in(rows, given.id, row.person_id)[row.person_id]
    [attempt] = [one for one in own if one.id == row.id]
    adjustments = adjustments_of(rows, row.id)
    comments = submission_comments(rows, row.id)
    authors = {one.person_id for one in adjustments} | {one.person_id for one in comments}
    return Beside(
        attempt=attempt,
        policy=policy_of(rows, given, row.person_id),
        adjustments=adjustments,
        comments=comments,
        names=people.by_id(rows, authors),
    )


def group_comments(rows: Session, assignment: int) -> Sequence[Comment]:
    """Return the comments on mistakes of an assignment, the oldest first."""
    return rows.scalars(
        select(Comment)
        .where(Comment.assignment_id == assignment, Comment.submission_id.is_(None))
        .order_by(Comment.id)
    ).all()


def submission_comments(rows: Session, submission: int) -> Sequence[Comment]:
    """Return the comments on one submission, the oldest first."""
    return rows.scalars(
        select(Comment).where(Comment.submission_id == submission).order_by(Comment.id)
    ).all()


def comments_for(rows: Session, row: Submission, report: Report) -> list[Comment]:
    """Return the comments that concern a submission with this report, the oldest first."""
    kinds = {kind for kind, _ in kinds_of(report)}
    found = rows.scalars(
        select(Comment)
        .where(
            Comment.assignment_id == row.assignment_id,
            or_(Comment.submission_id.is_(None), Comment.submission_id == row.id),
        )
        .order_by(Comment.id)
    )
    return [one for one in found if one.submission_id is not None or kind_of(one) in kinds]


def remarks_on(rows: Session, row: Submission, policy: Policy, report: Report) -> Remarks:
    """Return what staff have to say on a submission; three queries."""
    comments = comments_for(rows, row, report)
    own = attempts_in(rows, row.assignment_id, row.person_id).get(row.person_id, [])
    [attempt] = [one for one in own if one.id == row.id]
    points = counted_score(policy, attempt)
    return Remarks(
        None if points is None else float(points),
        [(one.signed, one.reason) for one in attempt.adjustments],
        comments_on(comments),
    )


def adjust(
    rows: Session, by: int, submission: int, points: str, reason: str, *, may_exceed: bool
) -> Adjustment:
    """Give or take points; raises UsageError if they are none, or without a reason."""
    exact, words = points_of(points), _text(reason, "A reason")
    row = Adjustment(
        submission_id=submission,
        person_id=by,
        points=str(float(exact)),
        may_exceed=may_exceed,
        reason=words,
    )
    rows.add(row)
    detail = f"{float(exact):+g}{', may pass the maximum' if may_exceed else ''}: {words}"
    people.note(rows, by, "adjusted points", f"submission {submission}", detail)
    rows.flush()
    return row


def withdraw_adjustment(rows: Session, by: int, adjustment: int) -> None:
    """Take an adjustment back; the audit keeps what it was. None is left to take back twice."""
    row = rows.get(Adjustment, adjustment)
    if row is None:
        return
    detail = f"{float(row.points):+g}: {row.reason}"
    people.note(rows, by, "withdrew an adjustment", f"submission {row.submission_id}", detail)
    rows.delete(row)


def comment_on_submission(rows: Session, by: int, row: Submission, text: str) -> Comment:
    """Say something on one submission; raises UsageError if that is nothing, or too much."""
    words = _text(text, "A comment")
    said = Comment(assignment_id=row.assignment_id, submission_id=row.id, person_id=by, text=words)
    rows.add(said)
    people.note(rows, by, "commented", f"submission {row.id}", words)
    rows.flush()
    return said


def comment_on_group(
    rows: Session, by: int, assignment: int, kind: Kind, text: str, tasks: Collection[str]
) -> Comment:
    """Say something to all who make a mistake, now or later; raises UsageError as above.

    tasks: of the assignment; else it is none of its mistakes, and UsageError as well.
    """
    if kind.task not in tasks or kind.verdict not in get_args(Verdict):
        raise UsageError("This mistake is not one of the assignment; open the page anew.")
    words = _text(text, "A comment")
    said = Comment(
        assignment_id=assignment,
        person_id=by,
        task=kind.task,
        test=kind.test.replace("\0", ""),
        verdict=kind.verdict,
        words=kind.words.replace("\0", ""),
        text=words,
    )
    rows.add(said)
    detail = f"{anchor(said.task, said.test)} {said.verdict}: {words}"
    people.note(rows, by, "commented on a mistake", f"assignment {assignment}", detail)
    rows.flush()
    return said


def edit_comment(rows: Session, by: int, comment: int, text: str) -> Comment:
    """Say something else; raises UsageError as above, or if it was withdrawn meanwhile."""
    words = _text(text, "A comment")
    row = rows.get(Comment, comment)
    if row is None:
        raise UsageError("Somebody else has just withdrawn this comment.")
    people.note(rows, by, "changed a comment", f"comment {row.id}", f"{row.text} -> {words}")
    row.text, row.person_id, row.at = words, by, now()
    return row


def withdraw_comment(rows: Session, by: int, comment: int) -> None:
    """Take a comment back; the audit keeps what it was. None is left to take back twice."""
    row = rows.get(Comment, comment)
    if row is None:
        return
    people.note(rows, by, "withdrew a comment", f"comment {row.id}", row.text)
    rows.delete(row)


def _text(text: str, what: str) -> str:
    words = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not 1 <= len(words) <= MAX_TEXT:
        raise UsageError(f"{what} has 1 to {MAX_TEXT} characters; found {len(words)}.")
    return words
