"""What a student may see of a report now: decided when looking, the stored report stays whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import get_args

from grader.errors import UsageError
from grader.report import Report, TaskReport, TestReport
from grader.scoring import rounded
from grader.service.policies import Policy, Visibility, closes, told_visibility


@dataclass(frozen=True)
class Seen:
    """A report as its student may see it.

    report: without the tests that are hidden, and if there are any without a score; the points of
    its tasks are then those of the tests shown. hidden: task -> how many of its tests are hidden.
    when: a sentence about each group of them.
    """

    report: Report
    hidden: dict[str, int]
    when: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many tests are hidden."""
        return sum(self.hidden.values())

    @property
    def earned(self) -> float:
        """The points of the tests that are shown."""
        return _sum(task.score for task in self.report.tasks)

    @property
    def most(self) -> float:
        """What the tests that are shown can earn."""
        return _sum(task.max_score for task in self.report.tasks)


def rules_of_tests(text: str) -> dict[str, str]:
    """Return the rules of single tests, as staff write them: `task/test rule`, one a line.

    Raises UsageError if a line is not so.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        test, _, rule = line.strip().partition(" ")
        if rule.strip() not in get_args(Visibility) or test.count("/") != 1:
            raise UsageError(
                f"{line.strip()[:100]!r} is no rule of a test; expected a line such as "
                f"`add/test_sums never`, with one of {', '.join(get_args(Visibility))}."
            )
        found[test] = rule.strip()
    return found


def name_of(task: str, test: str) -> str:
    """Return what a policy calls a test."""
    return f"{task}/{test}"


def is_shown(rule: Visibility, policy: Policy, now: datetime) -> bool:
    """Return whether what is under this rule is shown.

    After due means: after the last moment at which this policy takes a submission.
    """
    if rule == "after_due":
        end = closes(policy)
        return end is not None and now > end
    if rule == "after_published":
        return policy.published is not None and policy.published <= now
    return rule == "always"


def without_names(policy: Policy) -> Policy:
    """Return the policy without the names of single tests, as students read it."""
    return policy.model_copy(update={"visibility_of": {}})


def may_hide(policy: Policy, now: datetime) -> bool:
    """Return whether a report under this policy can have anything to hide now."""
    rules = {policy.visibility, *policy.visibility_of.values()}
    return not all(is_shown(rule, policy, now) for rule in rules)


def seen(report: Report, policy: Policy, now: datetime) -> Seen:
    """Return what a student may see of the report now, under the policy that holds for them."""
    if not may_hide(policy, now):
        return Seen(report, {})
    rules: list[Visibility] = []
    tasks, hidden = [], {}
    for task in report.tasks:
        kept = []
        for test in task.tests:
            rule = policy.visibility_of.get(name_of(task.id, test.id), policy.visibility)
            if is_shown(rule, policy, now):
                kept.append(test)
            else:
                rules.append(rule)
        if len(kept) < len(task.tests):
            hidden[task.id] = len(task.tests) - len(kept)
        tasks.append(_with_tests(task, kept))
    if not hidden:
        return Seen(report, {})
    pending = _sum(task.pending for task in tasks)
    status = report.status
    if status == "needs_review" and not pending:
        status = "graded"  # what a person reads belongs to a test that is hidden
    update = {"status": status, "score": None, "pending": pending, "tasks": tasks}
    return Seen(report.model_copy(update=update), hidden, _sentences(rules, policy))


def _with_tests(task: TaskReport, kept: list[TestReport]) -> TaskReport:
    """Return the task with these tests alone, its points theirs."""
    if len(kept) == len(task.tests):
        return task
    open_points = _sum(
        test.max_score - test.score for test in kept if test.verdict == "needs_review"
    )
    return task.model_copy(
        update={
            "tests": kept,
            "score": _sum(test.score for test in kept),
            "max_score": _sum(test.max_score for test in kept),
            "pending": min(task.pending, open_points),
            "staff": None,
        }
    )


def _sentences(rules: Sequence[Visibility], policy: Policy) -> tuple[str, ...]:
    """Return a sentence for each rule under which tests are hidden."""
    found = []
    for rule in dict.fromkeys(rules):
        count = rules.count(rule)
        words = "test" if count == 1 else "tests"
        found.append(f"{count} hidden {words}, {told_visibility(policy, rule)}.")
    return tuple(found)


def _sum(values: Iterable[float]) -> float:
    """Return the sum of points as they stand in a report, exact."""
    return rounded(sum((Fraction(str(value)) for value in values), Fraction(0)))
