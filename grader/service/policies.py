"""When one may submit, how often, and what counts: calculations only, no clock and no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from grader.errors import UsageError
from grader.pages.rendering import points
from grader.service.totals import Adjustment, total

MAX_LATE_DAYS = 365

Count = Annotated[int, Field(ge=0)]
Counts = Literal["best", "last", "chosen"]
Visibility = Literal["always", "after_due", "after_published", "never"]
_DAY = timedelta(days=1)
_COUNTS = {"best": "The best", "last": "The last", "chosen": "The one that you choose"}


class Policy(BaseModel):
    """The rules of one assignment in one course.

    release: before it, students do not see the assignment. due: None if there is no end.
    grace_minutes: after due, still in time. late_days: how many begun days after due a submission
    is taken; 0: none. percent_per_day: of the score, for each begun day. attempts: None if as many
    as one likes. cool_down_seconds: between two of one student. counts: which attempt.
    visibility: when students see what hidden tests found; visibility_of: `task/test` -> of it
    alone. published: when staff published them; None while they have not. group_size: how many may
    work together, their attempts counted as one person's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    release: AwareDatetime | None = None
    due: AwareDatetime | None = None
    grace_minutes: Count = 0
    late_days: Annotated[int, Field(ge=0, le=MAX_LATE_DAYS)] = 0
    percent_per_day: Annotated[int, Field(ge=0, le=100)] = 0
    attempts: Annotated[int, Field(ge=1)] | None = None
    cool_down_seconds: Count = 0
    counts: Counts = "best"
    visibility: Visibility = "always"
    visibility_of: Mapping[str, Visibility] = {}
    published: AwareDatetime | None = None
    group_size: Annotated[int, Field(ge=1, le=20)] = 1

    @model_validator(mode="after")
    def _release_comes_first(self) -> "Policy":
        if self.release is not None and self.due is not None and self.due <= self.release:
            raise ValueError(f"due is {self.due}; expected a time after release, {self.release}")
        return self

    @model_validator(mode="after")
    def _after_due_has_a_due(self) -> "Policy":
        if self.due is None and "after_due" in {self.visibility, *self.visibility_of.values()}:
            raise ValueError("tests are shown after due, and there is no due; expected one")
        return self


def starting(table: Mapping[str, Any], where: str) -> Policy:
    """Return the rules that an assignment begins with; raises UsageError if they are none.

    table: [policy] of its manifest. where: what to call that.
    """
    try:
        return Policy.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, ("policy", *first["loc"])))
        found = f", found {str(first['input'])[:60]}" if first["loc"] else ""
        raise UsageError(f"{where}: {key}: {first['msg']}{found}") from error


class Extension(BaseModel):
    """What one person has beyond the rules. late_days, attempts: added to those of the rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    due: AwareDatetime | None = None
    late_days: Annotated[int, Field(ge=0, le=MAX_LATE_DAYS)] = 0
    attempts: Annotated[int, Field(ge=0, le=1000)] = 0


@dataclass(frozen=True)
class Attempt:
    """What the rules ask of a submission. score: None while there is none."""

    number: int
    received: datetime
    score: Fraction | None = None
    is_chosen: bool = False
    id: int = 0
    most: Fraction | None = None
    adjustments: tuple[Adjustment, ...] = ()


def together(extensions: Sequence[Extension]) -> Extension | None:
    """Return what people who work together have beyond the rules: of each rule the most."""
    if not extensions:
        return None
    dues = [one.due for one in extensions if one.due is not None]
    return Extension(
        due=max(dues, default=None),
        late_days=max(one.late_days for one in extensions),
        attempts=max(one.attempts for one in extensions),
    )


def policy_for(policy: Policy, extension: Extension | None) -> Policy:
    """Return the rules that hold for a person with this extension; it takes nothing away."""
    if extension is None:
        return policy
    due, attempts = policy.due, policy.attempts
    return policy.model_copy(
        update={
            "due": due if due is None or extension.due is None else max(due, extension.due),
            "late_days": min(policy.late_days + extension.late_days, MAX_LATE_DAYS),
            "attempts": None if attempts is None else attempts + extension.attempts,
        }
    )


def closes(policy: Policy) -> datetime | None:
    """Return the last moment at which a submission is taken; None if there is no end."""
    if policy.due is None:
        return None
    grace, late = timedelta(minutes=policy.grace_minutes), policy.late_days * _DAY
    return policy.due + max(grace, late)


def is_released(policy: Policy, now: datetime) -> bool:
    """Return whether students see the assignment."""
    return policy.release is None or policy.release <= now


def late_days(policy: Policy, received: datetime) -> int:
    """Return how many days after due it came, a begun one in full; 0 within the grace."""
    if policy.due is None or received <= policy.due + timedelta(minutes=policy.grace_minutes):
        return 0
    return -((policy.due - received) // _DAY)  # rounded up


def share_left(policy: Policy, received: datetime) -> Fraction:
    """Return the share of its score that a submission keeps, 0 to 1."""
    lost = Fraction(policy.percent_per_day * late_days(policy, received), 100)
    return max(Fraction(0), 1 - lost)


def counted_score(policy: Policy, attempt: Attempt) -> Fraction | None:
    """Return the score after what being late costs and staff adjust; None while there is none."""
    if attempt.score is None:
        return None
    kept = attempt.score * share_left(policy, attempt.received)
    return total(kept, attempt.most, attempt.adjustments)


def refusal(policy: Policy, now: datetime, earlier: Sequence[Attempt]) -> str:
    """Return in one sentence why nothing can be submitted now, "" if it can.

    earlier: all attempts of this student, whatever became of them.
    """
    if not is_released(policy, now):
        return "This assignment is not open yet."
    late = late_days(policy, now)
    if late > policy.late_days:
        return f"The last day to submit has passed: due was {shown(policy.due)}" + (
            f", and {_days(policy.late_days)} late at most." if policy.late_days else "."
        )
    if policy.attempts is not None and len(earlier) >= policy.attempts:
        return f"All {policy.attempts} attempts are used."
    if earlier and policy.cool_down_seconds:
        last = max(attempt.received for attempt in earlier)
        left = last + timedelta(seconds=policy.cool_down_seconds) - now
        if left > timedelta(0):
            seconds = -(-left // timedelta(seconds=1))
            return f"Wait {seconds} s more: attempts are {policy.cool_down_seconds} s apart."
    return ""


def counted(policy: Policy, attempts: Sequence[Attempt]) -> Attempt | None:
    """Return the attempt that counts; None if none has a score.

    best: after what being late costs; of equals the earliest. last: the newest that has a score.
    chosen: the one chosen, the newest if none is.
    """
    scored = sorted(
        (attempt for attempt in attempts if attempt.score is not None),
        key=lambda attempt: attempt.number,
    )
    if not scored:
        return None
    if policy.counts == "best":
        return max(scored, key=lambda attempt: (counted_score(policy, attempt), -attempt.number))
    if policy.counts == "chosen":
        chosen = [attempt for attempt in scored if attempt.is_chosen]
        return chosen[-1] if chosen else scored[-1]
    return scored[-1]


def arithmetic(policy: Policy, attempt: Attempt) -> str:
    """Return how a score becomes what it counts as, as one writes it; "" while there is none."""
    counts = counted_score(policy, attempt)
    if attempt.score is None or counts is None:
        return ""
    days = late_days(policy, attempt.received)
    given = "".join(f" {one.signed[0]} {one.signed[1:]}" for one in attempt.adjustments)
    given = given.replace("-", "−")
    if not days or not policy.percent_per_day:
        written = points(float(attempt.score)) + given
        return f"{written} = {points(float(counts))}" if given else written
    lost = f"{days} × {policy.percent_per_day} %"
    if share_left(policy, attempt.received) == 0 and not given:
        return f"0, as {lost} takes all"
    written = f"{points(float(attempt.score))} × (1 − {lost})"
    if share_left(policy, attempt.received) == 0:
        written = f"0, as {lost} takes all,"
    return f"{written}{given} = {points(float(counts))}"


def why_total(policy: Policy, attempt: Attempt) -> list[str]:
    """Return why a score counts as another one, a sentence each; none if it does not."""
    if attempt.score is None or counted_score(policy, attempt) == attempt.score:
        return []
    days = late_days(policy, attempt.received)
    causes = [f"{_days(days)} late"] if days and policy.percent_per_day else []
    if attempt.adjustments:
        causes.append("points of staff")
    return [
        f"The score is what counts, after {' and '.join(causes)}: {arithmetic(policy, attempt)}.",
        *(f"{one.signed} points: {one.reason}" for one in attempt.adjustments),
    ]


def why_counted(policy: Policy, attempts: Sequence[Attempt], number: int) -> str:
    """Return in a sentence whether this attempt counts, and why."""
    found = counted(policy, attempts)
    if found is None:
        return "No attempt has a score yet."
    scored = [attempt for attempt in attempts if attempt.score is not None]
    if policy.counts == "best":
        reason = "it is the best, after what being late costs"
    elif policy.counts == "chosen" and found.is_chosen:
        reason = "it was chosen"
    elif policy.counts == "chosen":
        reason = "none was chosen, and it is the last with a score"
    else:
        reason = "it is the last with a score"
    if len(scored) == 1 and not found.is_chosen:
        reason = "it is the only one with a score"
    if found.number == number:
        return f"This attempt counts: {reason}."
    return f"This attempt does not count. Attempt {found.number} does: {reason}."


def described(policy: Policy) -> list[str]:
    """Return the rules as students read them, a sentence each."""
    lines = []
    if policy.due is not None:
        lines.append(f"Due {shown(policy.due)}.")
        if policy.late_days:
            cost = f", each costs {policy.percent_per_day} %" if policy.percent_per_day else ""
            lines.append(f"Taken up to {_days(policy.late_days)} late{cost}.")
    if policy.attempts is not None:
        lines.append(f"{policy.attempts} attempts at most.")
    lines.append(f"{_COUNTS[policy.counts]} attempt counts.")
    if policy.group_size > 1:
        lines.append(f"You may work in a group of up to {policy.group_size}.")
    if policy.visibility != "always":
        lines.append(f"Hidden tests are {told_visibility(policy, policy.visibility)}.")
    return lines


def told_visibility(policy: Policy, rule: Visibility) -> str:
    """Return when tests under this rule are shown, as the end of a sentence."""
    endings: dict[Visibility, str] = {
        "always": "shown at once",
        "after_due": f"shown after {shown(closes(policy))}",
        "after_published": "shown when staff publish them",
        "never": "not shown to students",
    }
    return endings[rule]


def described_extension(policy: Policy, own: Policy) -> list[str]:
    """Return what one's own rules give beyond those of the assignment, a sentence each."""
    lines = []
    if own.due != policy.due:
        lines.append(f"Your own due date: {shown(own.due)}.")
    if own.late_days != policy.late_days:
        lines.append(f"For you it is taken up to {_days(own.late_days)} late.")
    if own.attempts != policy.attempts:
        lines.append(f"You have {own.attempts} attempts.")
    return lines


def shown(moment: datetime | None) -> str:
    """Return a moment as pages show it, in UTC."""
    return "never" if moment is None else moment.strftime("%Y-%m-%d %H:%M UTC")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
