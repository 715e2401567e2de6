"""One submission graded anew, as far as something changed, and what that does to its report.

A lost point is not believed at once: the tasks that lost are graded again, and where the runs
disagree the student keeps the better. A fault of ours changes nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.assignment import Assignment
from grader.causes import Basis, Cause, causes, out_of_date, why
from grader.errors import JudgeError, SandboxError, UsageError
from grader.grade import Grader, assignment_id, environment, grade, submission_id
from grader.judge.conditions import Conditions
from grader.report import Report, TaskReport, TestReport
from grader.scoring import result_of, score
from grader.submission import Submission

RERUNS = 2  # of a task that lost points, before that is believed
FLICKERS = "flickers: runs of the same disagree, and the better is kept"
FAULT_BEFORE = Cause("a fault of the grader left no score before")
OTHER_TASKS = Cause("the assignment has other tasks now")


@dataclass(frozen=True)
class Change:
    """One test whose result is not what it was.

    was, now: its verdicts, empty where there is no such test; likewise its points. why: in words,
    whatever can have changed it.
    """

    task: str
    test: str
    was: str
    now: str
    points_before: float | None
    points_now: float | None
    why: tuple[str, ...]

    @property
    def is_of_verdict(self) -> bool:
        """Whether the verdict is another, and not points or words alone."""
        return self.was != self.now

    @property
    def is_of_points(self) -> bool:
        """Whether it earns other points."""
        return self.points_before != self.points_now


@dataclass(frozen=True)
class Regraded:
    """What grading one submission anew came to.

    report: what takes the place of the old one, None if that stays. flickering: tests whose runs
    disagreed, as task/test. graded: the tasks that were run. trouble: the fault of ours for which
    the old report stays.
    """

    report: Report | None
    changes: tuple[Change, ...] = ()
    flickering: tuple[str, ...] = ()
    graded: tuple[str, ...] = ()
    trouble: str = ""


def regrade(
    grader: Grader,
    old: Report,
    submission: Submission,
    *,
    everything: bool = False,
    decide: Callable[[Report], Report] = lambda report: report,
    more: Sequence[Cause] = (),
) -> Regraded:
    """Return what the submission comes to now, beside its report from before.

    Only tasks whose results are out of date are run; of the others the old results are kept as
    they are. everything: run all of them. decide: what is done to each new report before it is
    compared, such as carrying decisions on text answers into it. more: what has changed besides,
    such as such a decision.

    Raises UsageError if the old report is a student's copy.
    """
    if any(test.staff is None for task in old.tasks for test in task.tests):
        raise UsageError("its report is a student's copy; expected staff's view")
    assignment = grader.assignment
    tasks = [task.id for task in assignment.tasks]
    now = Basis(
        assignment_id(grader.reference),
        submission_id(submission, old.submission.students),
        environment(grader),
    )
    found = (*more, *causes(Basis.of(old), now, tasks))
    if old.status == "judge_error":
        found = (FAULT_BEFORE, *found)
    if [task.id for task in old.tasks] != tasks:
        found = (OTHER_TASKS, *found)
    stale = out_of_date(found, tasks)
    asked = tasks if everything else stale
    if not asked:
        return Regraded(_made_with(old, now) if any(own.is_decisive for own in found) else None)
    try:
        settled, flickering = _settled(grader, submission, old, asked, stale, decide)
    except (SandboxError, JudgeError) as error:
        return Regraded(None, graded=tuple(asked), trouble=str(error))
    kept = {task.id: task for task in old.tasks}
    new = _merged(assignment, now, [settled.get(task) or kept[task] for task in tasks])
    return Regraded(
        new,
        changes=_changes(old, new, found, flickering),
        flickering=tuple(f"{task}/{test}" for task, test in sorted(flickering)),
        graded=tuple(asked),
    )


def _made_with(old: Report, now: Basis) -> Report:
    """Return the same results, under the name of an assignment in which nothing of them changed."""
    return old.model_copy(update={"assignment": now.assignment, "submission": now.submission})


def _merged(assignment: Assignment, now: Basis, tasks: Sequence[TaskReport]) -> Report:
    """Return the report of these tasks, each as it is, and their exact sum."""
    points = score(
        [result_of(task, own.points) for task, own in zip(tasks, assignment.tasks, strict=True)]
    )
    return Report(
        assignment=now.assignment,
        submission=now.submission,
        status=points.status,
        score=points.earned,
        max_score=points.maximum,
        pending=points.pending,
        tasks=list(tasks),
        environment=now.environment,
    )


def _settled(
    grader: Grader,
    submission: Submission,
    old: Report,
    asked: Sequence[str],
    stale: Collection[str],
    decide: Callable[[Report], Report],
) -> tuple[dict[str, TaskReport], set[tuple[str, str]]]:
    """Return the tasks asked for, each test at its best of the runs that there were.

    Beside them (task, test) of which two runs of the same disagreed. Raises JudgeError or
    SandboxError if the first run found a fault of ours; one in a rerun says nothing.
    """
    points = {task.id: task.points for task in grader.assignment.tasks}
    before = {task.id: task for task in old.tasks}
    best = _graded(grader, submission, asked, decide)
    flickering: set[tuple[str, str]] = set()

    def compare(task: str, other: TaskReport) -> None:
        best[task], differing = _better(best[task], other, points[task])
        flickering.update((task, test) for test in differing)

    for task in asked:
        if task not in stale:  # nothing that the old results depend on changed: they are a run too
            compare(task, before[task])
    for _ in range(RERUNS):
        losing = [task for task in asked if task in before and _loses(before[task], best[task])]
        if not losing:
            break
        try:
            again = _graded(grader, submission, losing, decide)
        except (SandboxError, JudgeError):
            continue
        for task in losing:
            compare(task, again[task])
    return best, flickering


def _better(one: TaskReport, other: TaskReport, points: Fraction) -> tuple[TaskReport, list[str]]:
    """Return the better of both results of each test, and the tests where they differ."""
    others = {test.id: test for test in other.tests}
    pairs = [(test, others.get(test.id, test)) for test in one.tests]
    differing = [
        first.id
        for first, second in pairs
        if (_worth(first), first.verdict) != (_worth(second), second.verdict)
    ]
    tests = [second if _worth(second) > _worth(first) else first for first, second in pairs]
    best = one.model_copy(update={"tests": tests})
    [sums] = score([result_of(best, points)]).tasks
    return best.model_copy(update={"score": sums.score, "pending": sums.pending}), differing


def _graded(
    grader: Grader,
    submission: Submission,
    tasks: Sequence[str],
    decide: Callable[[Report], Report],
) -> dict[str, TaskReport]:
    """Return the reports of these tasks; raises JudgeError if a hidden test is at fault."""
    report = decide(grade(grader, submission, conditions=Conditions(tasks=frozenset(tasks))))
    for task in report.tasks:
        for test in task.tests:
            if test.verdict == "judge_error":
                raise JudgeError(f"{task.id}/{test.id} has the verdict judge_error{_said(test)}")
    return {task.id: task for task in report.tasks}


def _said(test: TestReport) -> str:
    """Return the last line of what a fault said, after a colon."""
    details = [case.detail for case in test.staff.cases] if test.staff is not None else []
    lines = [line for detail in details for line in detail.strip().splitlines()[-1:]]
    return f": {lines[0]}" if lines else ""


def _worth(test: TestReport) -> tuple[Fraction, Fraction]:
    """Return the share of its points that a test earned, and that with what is still open."""
    assert test.staff is not None  # `regrade` takes staff's reports alone
    cases = test.staff.cases
    earned = sum((Fraction(case.credit) for case in cases), Fraction(0))
    left = sum(
        (1 - Fraction(case.credit) for case in cases if case.verdict == "needs_review"), Fraction(0)
    )
    return earned / len(cases), (earned + left) / len(cases)


def _loses(old: TaskReport, new: TaskReport) -> bool:
    """Return whether a test of both has less now, earned or open."""
    before = {test.id: _worth(test) for test in old.tests}
    now = {test.id: _worth(test) for test in new.tests}
    both = [(before[test], own) for test, own in now.items() if test in before]
    return any(own[0] < was[0] or own[1] < was[1] for was, own in both)


def _changes(
    old: Report, new: Report, found: Sequence[Cause], flickering: Collection[tuple[str, str]]
) -> tuple[Change, ...]:
    before, after = _tests(old), _tests(new)
    changes = []
    for task, test in dict.fromkeys([*after, *before]):
        was, now = before.get((task, test)), after.get((task, test))
        if was is not None and now is not None and _shown(was) == _shown(now):
            continue
        reasons = why(found, task)
        if (task, test) in flickering:
            reasons = (*reasons, FLICKERS)
        changes.append(
            Change(
                task=task,
                test=test,
                was=was.verdict if was is not None else "",
                now=now.verdict if now is not None else "",
                points_before=was.score if was is not None else None,
                points_now=now.score if now is not None else None,
                why=reasons,
            )
        )
    return tuple(changes)


def _tests(report: Report) -> Mapping[tuple[str, str], TestReport]:
    return {(task.id, test.id): test for task in report.tasks for test in task.tests}


def _shown(test: TestReport) -> tuple[object, ...]:
    """Return what a student can notice of a test."""
    return test.verdict, test.score, test.max_score, test.feedback, test.hint
