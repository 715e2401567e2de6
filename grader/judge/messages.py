"""What a judge process and whoever started it say to each other: lines of JSON, one each."""

from collections.abc import Collection
from pathlib import Path

import msgspec

from grader.chart import Chart
from grader.errors import TextAnswer
from grader.judge.conditions import Precision
from grader.sandbox.cgroup import Groups
from grader.sandbox.levels import Level
from grader.scoring import Used


class Charge(msgspec.Struct, frozen=True):
    """To a judge, with its start: what to judge, and where its cells have control groups.

    least: the level of isolation that is accepted.
    """

    course: str
    assignment: str
    group_folders: list[str]
    group_version: int
    least: Level

    def groups(self) -> Groups | None:
        """Return the place of control groups, None if cells have none."""
        if not self.group_folders:
            return None
        return Groups(tuple(map(Path, self.group_folders)), self.group_version)


class CollectedCase(msgspec.Struct, frozen=True):
    """One case of a hidden test; the weight is exact, as text. draws: it takes random numbers."""

    task: str
    test: str
    case: str
    about: str
    weight: str
    draws: bool


class Collected(msgspec.Struct, frozen=True, tag=True):
    """Judge: I am ready to run submissions, and these walls stood around a first cell."""

    cases: list[CollectedCase]
    walls: list[str]
    python: str
    torch: str
    numpy: str


class CannotStart(msgspec.Struct, frozen=True, tag=True):
    """Judge: I am ending; `is_usage` if an author can mend it."""

    reason: str
    is_usage: bool


class RunLimits(msgspec.Struct, frozen=True):
    """See `assignment.Limits`."""

    call_seconds: float
    task_seconds: float
    memory_mib: int
    files_mib: int
    threads: int
    output_kib: int


class Near(msgspec.Struct, frozen=True):
    """A file that is nearly the solution, and the lines in which it is not; 0 for any."""

    path: str
    first_line: int
    last_line: int

    def is_run_by(self, lines: Collection[int]) -> bool:
        """Return whether one of its lines is among those that were run."""
        own = range(self.first_line, self.last_line + 1)
        return self.first_line == 0 or any(line in lines for line in own)


class Submitted(msgspec.Struct, frozen=True):
    """To a run: the files, which of them answers which task, and how to judge them from where."""

    files: dict[str, bytes]
    answers: dict[str, str]
    limits: RunLimits
    case_cpu_seconds: float
    first: int
    tasks: list[str]  # those to judge; see `conditions.Conditions` for what follows
    variation: int
    threads: int
    precision: Precision
    unlisted: list[str]
    near: list[Near] = []  # if any: copies of the one task's solution to try; see `trial`
    questions: int = 0


class Finished(msgspec.Struct, frozen=True, tag=True):
    """Run: what the case came to. If the run ends after it, the next one ended it."""

    index: int
    verdict: str
    credit: str
    feedback: str
    hint: str
    detail: str
    seconds: float
    tolerance_used: float | None = None
    charts: tuple[Chart, ...] = ()
    review: TextAnswer | None = None


class TaskEnded(msgspec.Struct, frozen=True, tag=True):
    """Run: what a task's code printed, and what it used."""

    task: str
    output: str
    used: Used


class Recognised(msgspec.Struct, frozen=True, tag=True):
    """Run: a wrong case's answers are those of a known mistake; its hint is for the student."""

    index: int
    mistake: str
    misconception: str
    hint: str


class Tried(msgspec.Struct, frozen=True, tag=True):
    """Run: what a near-copy of the solution came to; see `trial`.

    caught_by: the first test that does not pass, with its verdict and detail. If all pass: how
    many more questions were asked, and how an answer differs from the solution's, if one does.
    """

    index: int
    caught_by: str
    verdict: str
    detail: str
    asked: int
    difference: str


class NoSandbox(msgspec.Struct, frozen=True, tag=True):
    """Judge or run: a wall did not stand; nothing more is run."""

    reason: str


class Done(msgspec.Struct, frozen=True, tag=True):
    """Run: all cases have been run."""


FromJudge = Collected | CannotStart | NoSandbox
FromRun = Finished | TaskEnded | Recognised | Tried | NoSandbox | Done
