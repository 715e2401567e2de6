"""A person's or group's attempts at an assignment, as they may know them now."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Rows

from grader.report import Report
from grader.service import extensions, policies
from grader.service.policies import Attempt, Policy
from grader.service.standing import attempts_in
from grader.service.tables import REPORT, Assignment, Result, Submission
from grader.service.visibility import Seen, may_hide, seen


@dataclass(frozen=True)
class Tried:
    """One attempt. attempt: without its score while tests are hidden.

    id: of the submission. kind, status: of its result, empty while there is none. seen: the report
    where something of it may be hidden, None otherwise.
    """

    id: int
    state: str
    kind: str
    status: str
    attempt: Attempt
    seen: Seen | None = None

    @property
    def hidden(self) -> int:
        """How many of its tests are hidden."""
        return 0 if self.seen is None else self.seen.count


@dataclass(frozen=True)
class History:
    """All attempts of a person, the oldest first, and the rules that hold for that person.

    counted: the number of the attempt that counts; None if none does, or nobody may know yet.
    """

    policy: Policy
    tried: tuple[Tried, ...]
    counted: int | None
    why: str = ""

    @property
    def hides(self) -> bool:
        """Whether a test of any attempt is hidden."""
        return any(one.hidden for one in self.tried)

    @property
    def attempts(self) -> list[Attempt]:
        """The attempts as the rules ask for them; without scores while tests are hidden."""
        return [one.attempt for one in self.tried]

    def of(self, number: int) -> Tried:
        """Return the attempt of this number."""
        return next(one for one in self.tried if one.attempt.number == number)

    def before(self, number: int) -> Tried | None:
        """Return the newest attempt before this one; None if it is the first."""
        earlier = [one for one in self.tried if one.attempt.number < number]
        return earlier[-1] if earlier else None


WITHHELD = "Which attempt counts is told when all tests are shown."


def history_of(
    rows: Rows, given: Assignment, person: int, now: datetime, number: int = 0
) -> History:
    """Return the attempts of a person at an assignment.

    number: of the attempt of which `why` is told.
    """
    policy = extensions.policy_of(rows, given, person)
    hides = may_hide(policy, now)
    # The texts of reports are long, and are looked at only where something may be hidden.
    wanted = [Result.kind, Result.status, *([Result.report] if hides else [])]
    attempts = attempts_in(rows, given.id, person).get(person, [])
    found = rows.execute(
        select(Submission.id, Submission.state, *wanted)
        .outerjoin(Result, Result.submission_id == Submission.id)
        .where(Submission.id.in_([attempt.id for attempt in attempts]))
    )
    by_id = {row.id: row for row in found}
    whole = []
    for attempt in attempts:
        row = by_id[attempt.id]
        own = seen_of(row.report, policy, now) if hides and row.kind == REPORT else None
        status = row.status or "" if own is None else own.report.status
        whole.append(Tried(row.id, row.state, row.kind or "", status, attempt, own))
    counted = policies.counted(policy, [one.attempt for one in whole])
    why = policies.why_counted(policy, [one.attempt for one in whole], number)
    hides = any(one.hidden for one in whole)
    if hides and policy.counts == "best":  # else an order of hidden scores would be told
        counted, why = None, WITHHELD
    tried = tuple(map(_withheld, whole)) if hides else tuple(whole)
    return History(policy, tried, counted.number if counted else None, why)


def seen_of(text: str, policy: Policy, now: datetime) -> Seen:
    """Return what a student may see of a stored report."""
    return seen(Report.model_validate_json(text), policy, now)


def _withheld(one: Tried) -> Tried:
    return replace(one, attempt=replace(one.attempt, score=None)) if one.hidden else one
