"""Why two reports of one submission differ: what each was made with, compared."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.report import (
    AssignmentId,
    Environment,
    MadeWith,
    Report,
    SubmissionId,
    seed_fingerprint,
)

NO_TASK: frozenset[str] = frozenset()
# No test is run with these: authors' proofs and what students read and try at home.
_READ_BY_NO_TEST = ("README.md", "test_examples.py")


@dataclass(frozen=True)
class Basis:
    """What a report was made with, or one made now would be."""

    assignment: AssignmentId
    submission: SubmissionId
    environment: Environment

    @classmethod
    def of(cls, report: Report) -> "Basis":
        """Return what the report says of itself."""
        return cls(report.assignment, report.submission, report.environment)


@dataclass(frozen=True)
class Cause:
    """One thing that is not as it was.

    words: for staff. tasks: those whose results it can change; None for every task. is_decisive:
    results from before are out of date; otherwise it only may explain a difference.
    """

    words: str
    tasks: frozenset[str] | None = None
    is_decisive: bool = True

    def can_change(self, task: str) -> bool:
        """Return whether results of that task can differ by it."""
        return self.tasks is None or task in self.tasks


def causes(old: Basis, new: Basis, tasks: Collection[str]) -> tuple[Cause, ...]:
    """Return all that differs between what two reports were made with, the nearest first.

    tasks: those of the assignment.
    """
    found = [
        *_of_submission(old.submission, new.submission),
        *_of_assignment(old.assignment, new.assignment, tasks),
        *_of_environment(old, new),
    ]
    by_words = {cause.words: cause for cause in found}  # many mistakes of a task are one cause
    return tuple(by_words.values())


def out_of_date(found: Iterable[Cause], tasks: Sequence[str]) -> list[str]:
    """Return the tasks whose results from before do not hold any more, in their order."""
    decisive = [cause for cause in found if cause.is_decisive]
    return [task for task in tasks if any(cause.can_change(task) for cause in decisive)]


def why(found: Iterable[Cause], task: str) -> tuple[str, ...]:
    """Return in words what can have changed the results of that task."""
    return tuple(cause.words for cause in found if cause.can_change(task))


def _of_submission(old: SubmissionId, new: SubmissionId) -> Iterator[Cause]:
    if old.sha256 != new.sha256:
        yield Cause("the submission's own files changed")


def _of_assignment(old: AssignmentId, new: AssignmentId, tasks: Collection[str]) -> Iterator[Cause]:
    if old.version != new.version:
        yield Cause(f"version changed: {old.version} → {new.version}")
    if old.staff is not None and new.staff is not None:
        yield from _of_limits(old.staff, new.staff)
    if old.sha256 == new.sha256:
        return
    if old.staff is None or new.staff is None:
        yield Cause("the assignment changed; the old report does not say which files")
        return
    before, after = old.staff.files, new.staff.files
    names = [name for name in before | after if before.get(name) != after.get(name)]
    if not names:
        yield Cause("the assignment changed; the old report does not say which files")
    for name in sorted(names):
        verb = "is new" if name not in before else "is gone" if name not in after else "changed"
        yield _of_file(PurePosixPath(name), verb, tasks)


def _of_limits(old: MadeWith, new: MadeWith) -> Iterator[Cause]:
    changed = [
        f"{name} {old.limits.get(name, 'none')} → {new.limits.get(name, 'none')}"
        for name in sorted(old.limits.keys() | new.limits.keys())
        if old.limits.get(name) != new.limits.get(name)
    ]
    if changed:
        yield Cause(f"limits changed: {', '.join(changed)}")


def _of_file(path: PurePosixPath, verb: str, tasks: Collection[str]) -> Cause:
    """Return what a change of one file means.

    The files of a task are taken to matter to that task alone; whatever else a hidden test may
    read matters to every task.
    """
    room, *folders, name = path.parts if len(path.parts) > 1 else ("", path.name)
    folders = folders[1:]  # the assignment's own
    task = path.stem.removeprefix("test_") if room == "reference" and not folders else path.stem
    of_task = frozenset([task]) & frozenset(tasks) if path.suffix == ".py" else NO_TASK
    if folders[:1] == ["alternatives"] or (room == "assignments" and name in _READ_BY_NO_TEST):
        return Cause(f"{'/'.join([*folders, name])} {verb}, which no score depends on", NO_TASK)
    if folders[:1] == ["mistakes"] and of_task:
        return Cause(f"known mistakes of {task} changed", of_task)
    if of_task and not folders:
        if room == "assignments":
            return Cause(f"stub of {task} {verb}", of_task)
        kind = "hidden tests" if name.startswith("test_") else "solution"
        return Cause(f"{kind} of {task} changed", of_task)
    if path.suffix == ".json" and room == "reference":
        return Cause(f"answer key {name} {verb}")
    return Cause(f"{'/'.join([*folders, name])} {verb}")


def _of_environment(old: Basis, new: Basis) -> Iterator[Cause]:
    before, after = old.environment, new.environment
    for name in ("grader", "torch", "numpy", "python"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield Cause(f"{name} changed: {was} → {now}")
    if before.seed != after.seed:
        has_secret = after.seed != seed_fingerprint(new.assignment.sha256.encode())
        reason = "its secret changed" if has_secret else "the course has no secret"
        yield Cause(f"seed changed: hidden inputs are drawn anew, since {reason}")
    if before.threads != after.threads:
        yield Cause(f"threads changed: {before.threads} → {after.threads}")
    yield from _of_walls(before, after)


def _of_walls(old: Environment, new: Environment) -> Iterator[Cause]:
    lost = [wall for wall in old.sandbox.walls if wall not in new.sandbox.walls]
    more = [wall for wall in new.sandbox.walls if wall not in old.sandbox.walls]
    if lost or more:
        signed = [f"- {wall}" for wall in lost] + [f"+ {wall}" for wall in more]
        yield Cause(f"walls differ: {', '.join(signed)}", is_decisive=False)
