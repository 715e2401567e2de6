"""What a judge process and whoever started it say to each other: lines of JSON, one each."""

from pathlib import Path

import msgspec

from grader.judge.conditions import Precision
from grader.sandbox.cgroup import Groups


class Charge(msgspec.Struct, frozen=True):
    """To a judge, with its start: what to judge, and where its cells have control groups."""

    course: str
    assignment: str
    group_folders: list[str]
    group_version: int

    def groups(self) -> Groups | None:
        """Return the place of control groups, None if cells have none."""
        if not self.group_folders:
            return None
        return Groups(tuple(map(Path, self.group_folders)), self.group_version)


class CollectedCase(msgspec.Struct, frozen=True):
    """One case of a hidden test; the weight is exact, as text."""

    task: str
    test: str
    case: str
    about: str
    weight: str


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


class Finished(msgspec.Struct, frozen=True, tag=True):
    """Run: what the case came to. If the run ends after it, the next one ended it."""

    index: int
    verdict: str
    credit: str
    feedback: str
    hint: str
    detail: str
    seconds: float


class TaskEnded(msgspec.Struct, frozen=True, tag=True):
    """Run: what a task's code printed."""

    task: str
    output: str


class NoSandbox(msgspec.Struct, frozen=True, tag=True):
    """Judge or run: a wall did not stand; nothing more is run."""

    reason: str


class Done(msgspec.Struct, frozen=True, tag=True):
    """Run: all cases have been run."""


FromJudge = Collected | CannotStart | NoSandbox
FromRun = Finished | TaskEnded | NoSandbox | Done
