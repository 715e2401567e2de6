"""The kill matrix: which test catches which known mistake. Pure arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from grader.report import Report
from grader.verify.finding import Finding


@dataclass(frozen=True)
class TaskMatrix:
    """One task's tests, and for each mistake in it those that it fails.

    mutants: how many mutants each test was the first to catch; see `mutation`.
    """

    task: str
    title: str
    tests: tuple[str, ...]
    caught: Mapping[str, frozenset[str]]
    mutants: Mapping[str, int]

    @property
    def uncaught(self) -> list[str]:
        """The mistakes that pass every test."""
        return [mistake for mistake, tests in self.caught.items() if not tests]

    @property
    def idle(self) -> list[str]:
        """The tests that catch no mistake, and were the first to catch no mutant."""
        return [
            test for test in self.tests if not self.mistakes_of(test) and not self.mutants.get(test)
        ]

    @property
    def twins(self) -> list[tuple[str, str]]:
        """The pairs of tests that catch the same mistakes, one or more."""
        return [
            (one, other)
            for one, other in combinations(self.tests, 2)
            if self.mistakes_of(one) and self.mistakes_of(one) == self.mistakes_of(other)
        ]

    def mistakes_of(self, test: str) -> frozenset[str]:
        """Return the mistakes that the test catches."""
        return frozenset(mistake for mistake, tests in self.caught.items() if test in tests)

    def alone(self, test: str) -> int:
        """Return how many mistakes this test catches and no other does."""
        return sum(tests == {test} for tests in self.caught.values())


def matrix_of(
    solution: Report,
    mistakes: Mapping[str, tuple[Report, frozenset[str]]],
    mutants: Mapping[str, Mapping[str, int]],
) -> list[TaskMatrix]:
    """Return one matrix per task.

    solution: for the tests that there are. mistakes: each with its report and the tasks that it
    is about. mutants: by task, how many each test was the first to catch.
    """
    return [
        TaskMatrix(
            task=task.id,
            title=task.title,
            tests=tuple(test.id for test in task.tests),
            caught={
                name: frozenset(
                    test.id
                    for own in report.tasks
                    if own.id == task.id
                    for test in own.tests
                    if test.verdict != "passed"
                )
                for name, (report, tasks) in mistakes.items()
                if task.id in tasks
            },
            mutants=mutants.get(task.id, {}),
        )
        for task in solution.tasks
    ]


def findings_of(matrices: list[TaskMatrix]) -> Finding:
    """Return what the matrices say of the tests; that a mistake is not caught is told of it."""
    notes = []
    for matrix in matrices:
        notes += [f"{matrix.task}: {test}: catches nothing" for test in matrix.idle]
        for one, other in matrix.twins:
            catches = len(matrix.mistakes_of(one))
            notes.append(
                f"{matrix.task}: {one} and {other} always agree ({catches} "
                f"{'mistake' if catches == 1 else 'mistakes'})"
            )
    return Finding("which test catches which mistake", notes=tuple(notes))
