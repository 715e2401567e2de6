"""A report made again under what it says of itself: the same, or what differs and the likely cause.

Times are left out: `seconds`, and when the submission was received.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from grader.assignment import Limits
from grader.causes import Basis, Cause, causes
from grader.errors import UsageError
from grader.grade import Grader, grade
from grader.judge.conditions import Conditions
from grader.report import Report, TestReport, to_json, without_key
from grader.submission import Submission

RERUNS = 2  # where nothing explains a difference
MAX_THREADS = 256
_TIMES = ("seconds", "received")


@dataclass(frozen=True)
class Difference:
    """One field that is not as it was; `old` and `new` as JSON writes them, empty if not there."""

    place: str
    old: str
    new: str


@dataclass(frozen=True)
class Replayed:
    """What making a report again came to; without differences it is the same, times aside.

    causes: in words, of what it is made with. flickering: tests, as task/test, of which runs
    under the same conditions disagree. is_unexplained: runs agree with each other and not with
    the report, and nothing it was made with has changed.
    """

    differences: tuple[Difference, ...]
    causes: tuple[str, ...] = ()
    flickering: tuple[str, ...] = ()
    is_unexplained: bool = False


def replay(grader: Grader, old: Report, submission: Submission) -> Replayed:
    """Grade the submission under the limits and threads of its report, and compare.

    A student's copy is compared with a student's copy. Raises UsageError if the report's limits
    or threads are none, SandboxError if a wall does not stand.
    """
    conditions = _conditions(grader, old)
    # A name is nothing that is graded: a copy elsewhere is the same submission.
    named = replace(submission, id=old.submission.id)
    new = grade(grader, named, old.submission.students, conditions)
    found = tuple(differences(old, new))
    if not found:
        return Replayed(())
    known = causes(Basis.of(old), Basis.of(new), [task.id for task in grader.assignment.tasks])
    left = _unexplained(old, new, known)
    if not left:
        return Replayed(found, tuple(cause.words for cause in known))
    asked = replace(conditions, tasks=frozenset(task for task, _ in left))
    again = [grade(grader, named, conditions=asked) for _ in range(RERUNS)]
    flickering = _disagreeing([_tests(run) for run in (new, *again)])
    return Replayed(
        found,
        tuple(cause.words for cause in known),
        flickering=tuple(f"{task}/{test}" for task, test in flickering),
        is_unexplained=not flickering,
    )


def differences(old: Report, new: Report) -> Iterator[Difference]:
    """Yield each field in which two reports differ, times aside, in the order of reading."""
    one, other = _timeless(old), _timeless(new)
    if old.assignment.staff is None:  # of an earlier version, or a student's copy
        other["assignment"]["staff"] = None
    if _is_students_copy(old):
        one, other = without_key(one, "staff"), without_key(other, "staff")
    yield from _compared(one, other, "")


def _conditions(grader: Grader, old: Report) -> Conditions:
    threads = old.environment.threads
    if not 1 <= threads <= MAX_THREADS:
        raise UsageError(f"environment.threads is {threads}; expected 1 to {MAX_THREADS}")
    if old.assignment.staff is None:
        return Conditions(threads=threads)
    try:
        limits = Limits.model_validate(old.assignment.staff.limits)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"assignment.staff.limits.{place}: {first['msg']}") from error
    own = grader.assignment.limits
    return Conditions(limits=None if limits == own else limits, threads=threads)


def _timeless(report: Report) -> dict[str, Any]:
    value: Any = json.loads(to_json(report))
    for key in _TIMES:
        value = without_key(value, key)
    assert isinstance(value, dict)
    return value


def _is_students_copy(report: Report) -> bool:
    return all(test.staff is None for task in report.tasks for test in task.tests)


def _compared(old: Any, new: Any, place: str) -> Iterator[Difference]:
    """Yield what differs below a place; entries of a list go by their id if they have one."""
    if isinstance(old, list) and isinstance(new, list):
        old, new = _by_id(old), _by_id(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            inner = f"{place}.{key}" if place else str(key)
            if key not in old or key not in new:
                yield Difference(inner, _written(old, key), _written(new, key))
            else:
                yield from _compared(old[key], new[key], inner)
    elif old != new:
        yield Difference(
            place, json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False)
        )


def _by_id(items: list[Any]) -> Any:
    """Return the entries by id; the list as it is if they have none."""
    ids = [item["id"] for item in items if isinstance(item, dict) and "id" in item]
    is_named = len(items) == len(set(ids)) > 0
    return dict(zip(ids, items, strict=True)) if is_named else items


def _written(values: dict[str, Any], key: str) -> str:
    return json.dumps(values[key], ensure_ascii=False) if key in values else ""


_Tests = dict[tuple[str, str], TestReport]


def _tests(report: Report) -> _Tests:
    return {(task.id, test.id): test for task in report.tasks for test in task.tests}


def _unexplained(old: Report, new: Report, known: Sequence[Cause]) -> list[tuple[str, str]]:
    """Return the tests that differ though nothing that can change them has changed."""
    before, after = _tests(old), _tests(new)
    return [
        (task, test)
        for task, test in dict.fromkeys([*before, *after])
        if not any(cause.can_change(task) for cause in known)
        and _result(before.get((task, test))) != _result(after.get((task, test)))
    ]


def _disagreeing(runs: Sequence[_Tests]) -> list[tuple[str, str]]:
    """Return the tests whose results are not the same in all runs that have them."""
    return [
        name for name in runs[0] if len({_result(run[name]) for run in runs if name in run}) > 1
    ]


def _result(test: TestReport | None) -> object:
    """Return what a test came to, as a student sees it."""
    if test is None:
        return None
    return test.verdict, test.score, test.cases_passed, test.feedback, test.hint
