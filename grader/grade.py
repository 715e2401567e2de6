"""The straight line: one submission to one report."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from grader import __version__
from grader.assignment import Assignment, Reference, load, load_reference
from grader.judge import session
from grader.judge.conditions import USUAL, Conditions
from grader.judge.walls import try_out
from grader.report import (
    AssignmentId,
    Environment,
    MadeWith,
    Report,
    Sandbox,
    SubmissionId,
    seed_fingerprint,
)
from grader.sandbox import backends, levels
from grader.sandbox.limits import MIB
from grader.scoring import score
from grader.submission import DEFAULT_LIMITS, IntakeLimits, Submission, read


@dataclass(frozen=True)
class Grader:
    """What grading one assignment needs: both folders, checked, and a warm judge."""

    reference: Reference
    session: session.Session

    @property
    def assignment(self) -> Assignment:
        """The public folder."""
        return self.reference.assignment


def grade(
    grader: Grader,
    submission: Submission,
    students: Sequence[str] = (),
    conditions: Conditions = USUAL,
) -> Report:
    """Grade one submission and return its report.

    conditions: others than those of students. Raises SandboxError if a wall did not stand;
    nothing is scored then.
    """
    points = score(grader.session.judge(submission, conditions))
    return Report(
        assignment=assignment_id(grader.reference, conditions),
        submission=submission_id(submission, students),
        status=points.status,
        score=points.earned,
        max_score=points.maximum,
        pending=points.pending,
        tasks=points.tasks,
        environment=environment(grader, conditions),
    )


def take_in(assignment: Assignment, path: Path) -> Submission:
    """Return the submission at a path, small enough for its cell.

    Raises SubmissionError, as `submission.read` does.
    """
    return read(path, [task.id for task in assignment.tasks], intake_limits(assignment))


def intake_limits(assignment: Assignment) -> IntakeLimits:
    """Return what a submission may hold, so that it is small enough for its cell."""
    # Half of a cell's scratch space is for what the code itself writes.
    room = assignment.limits.files_mib * MIB // 2
    return replace(DEFAULT_LIMITS, total_bytes=min(DEFAULT_LIMITS.total_bytes, room))


def assignment_id(reference: Reference, conditions: Conditions = USUAL) -> AssignmentId:
    """Return which assignment it is, as every report names it."""
    assignment = reference.assignment
    limits = conditions.limits or assignment.limits
    return AssignmentId(
        id=assignment.id,
        title=assignment.title,
        version=assignment.version,
        sha256=reference.sha256,
        staff=MadeWith(files=dict(reference.files), limits=limits.model_dump()),
    )


def submission_id(submission: Submission, students: Sequence[str] = ()) -> SubmissionId:
    """Return which submission it is, as its report names it."""
    return SubmissionId(
        id=submission.id,
        students=list(students),
        sha256=submission.sha256,
        received=submission.received,
        files=list(submission.files),
        notes=list(submission.notes),
    )


def environment(grader: Grader, conditions: Conditions = USUAL) -> Environment:
    """Return what is measured with, as every report names it."""
    collected = grader.session.collected
    return Environment(
        grader=__version__,
        python=collected.python,
        torch=collected.torch,
        numpy=collected.numpy,
        seed=seed_fingerprint(grader.reference.seed_key),
        threads=conditions.threads,
        sandbox=Sandbox(
            backend=grader.session.sandbox.backend,
            level=levels.level_of(grader.session.walls),
            walls=grader.session.walls,
        ),
    )


@contextmanager
def opened(
    assignment_id: str, course: Path, sandbox: backends.Choice = backends.DEFAULT
) -> Iterator[Grader]:
    """Have a grader for one assignment of a course for the length of a block.

    Raises AssignmentError for what its author must mend, SandboxError if no wall goes up.
    """
    reference = load_reference(load(assignment_id, course))
    assignment = reference.assignment
    given = assignment.given.read_bytes() if assignment.given is not None else None
    limits = assignment.limits
    closed = (reference.folder.parent, reference.folder, *sandbox.closed)
    begun = backends.begin(
        *(replace(sandbox, closed=closed), given, try_out),
        memory_mib=limits.memory_mib + limits.files_mib,
        threads=limits.threads,
    )
    try:
        with session.started(assignment, begun) as judge:
            levels.refuse_without(assignment.required_walls, judge.walls)
            yield Grader(reference, judge)
    finally:
        begun.end()
