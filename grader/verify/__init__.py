"""Whether an assignment grades as its author says: run before students see it.

Every check runs through the same judge, cells and scoring as a submission does.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from grader.grade import Grader
from grader.report import Report
from grader.sandbox.backends import Choice
from grader.verify import certificate, leaks, matrix, mutation, state
from grader.verify.certificate import Certificate
from grader.verify.checks import Checked, check_all
from grader.verify.finding import Finding, Watch
from grader.verify.matrix import TaskMatrix
from grader.verify.mutation import TaskMutants

__all__ = ["Certificate", "Finding", "Plan", "TaskMatrix", "TaskMutants", "Verified", "verify"]


@dataclass(frozen=True)
class Plan:
    """How much is to be checked.

    is_quick: without mutants, certificate and planted tokens. show: what a terminal shows of a
    student's report. mutants: at most, of one task; 0 for none. least_score: of each task's
    mutants. seeds: the variations of the certificate; 0 for none. state: where what is done is
    kept; see `state.opened`.
    """

    sandbox: Choice
    show: Callable[[Report], str]
    jobs: int = 1
    is_quick: bool = False
    mutants: int = 200
    least_score: float = 0.8
    seeds: int = 200
    state: Path | None = None


@dataclass(frozen=True)
class Verified:
    """All that was found out. seconds: of each stage, in order."""

    findings: list[Finding] = field(default_factory=list)
    matrices: list[TaskMatrix] = field(default_factory=list)
    mutants: list[TaskMutants] = field(default_factory=list)
    certificate: Certificate | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)


def verify(grader: Grader, plan: Plan, watch: Watch) -> Verified:
    """Return what every check says; the watch is told as each is done.

    Raises UsageError if mutants are wanted and libcst is not installed.
    """
    stages = _Stages(watch)
    has_mutants = plan.mutants > 0 and not plan.is_quick
    if has_mutants:
        mutation.require_libcst()
    with stages.timed("answers"):
        checked = check_all(grader, plan.jobs, stages)
    mutants: list[TaskMutants] = []
    certified: Certificate | None = None
    with state.opened(grader, plan.state) if not plan.is_quick else nullcontext() as kept:
        if kept is not None and kept.taken_over:
            watch.found(Finding(f"{kept.taken_over} results are taken over from {kept.path}"))
        if kept is not None and has_mutants:
            with stages.timed("mutants"):
                mutants = mutation.try_mutants(grader, plan.mutants, plan.jobs, kept, stages)
                stages.tell(mutation.findings_of(mutants, plan.least_score))
        if kept is not None and plan.seeds:
            with stages.timed("certificate"):
                certified = certificate.certify(grader, plan.seeds, plan.jobs, kept, stages)
                stages.tell(certificate.findings_of(grader, certified))
    matrices = _matrices(grader, checked, mutants)
    stages.found(matrix.findings_of(matrices))
    with stages.timed("leaks"):
        reports = [report for one in checked for report in one.reports]
        leaks.find_leaks(grader, reports, plan.show, stages)
        if not plan.is_quick:
            leaks.find_planted(grader, plan.show, plan.jobs, plan.sandbox, stages)
    return Verified(stages.findings, matrices, mutants, certified, stages.seconds)


def _matrices(
    grader: Grader, checked: list[Checked], mutants: list[TaskMutants]
) -> list[TaskMatrix]:
    about = {mistake.name: frozenset(mistake.points) for mistake in grader.reference.mistakes}
    mistakes = {one.mistake: (one.reports[0], about[one.mistake]) for one in checked if one.mistake}
    solution = next(one.reports[0] for one in checked if len(one.reports) == 2)
    return matrix.matrix_of(solution, mistakes, {own.task: own.caught for own in mutants})


class _Stages:
    """Hands everything on to the watch, and keeps the findings and each stage's seconds."""

    def __init__(self, watch: Watch) -> None:
        self.findings: list[Finding] = []
        self.seconds: dict[str, float] = {}
        self._watch = watch

    def begin(self, stage: str, total: int) -> None:
        self._watch.begin(stage, total)

    def step(self) -> None:
        self._watch.step()

    def found(self, finding: Finding) -> None:
        self.findings.append(finding)
        self._watch.found(finding)

    def tell(self, findings: list[Finding]) -> None:
        for finding in findings:
            self.found(finding)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        self.seconds[stage] = time.monotonic() - start
