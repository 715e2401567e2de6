"""What every check of an assignment works with: findings, submissions made up, work in parallel."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from grader.grade import Grader
from grader.submission import Submission

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Finding:
    """One check of an assignment: what should hold, and what does not, if so.

    notes: what is worth knowing though all holds.
    """

    check: str
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all is as it should be."""
        return not self.problems


class Watch(Protocol):
    """Whoever looks on: told of each finding as it is made, and how far a stage has come."""

    def begin(self, stage: str, total: int) -> None:
        """A stage of so many steps begins, and the one before it is over."""

    def step(self) -> None:
        """One step is done."""

    def found(self, finding: Finding) -> None:
        """A check is done."""


def in_parallel(
    work: Callable[[_Item], _Result], items: Iterable[_Item], jobs: int
) -> Iterator[_Result]:
    """Yield the results, in the order of the items, as soon as they are there.

    Closed early, or when one raises, what has not begun is not begun any more.
    """
    pool = ThreadPoolExecutor(jobs)
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def submission_of(grader: Grader, folder: Path, *, name: str) -> Submission:
    """Return the folder's answers as a submission; where it has none, the solution's are."""
    files = {}
    for task in grader.reference.assignment.tasks:
        own = folder / f"{task.id}.py"
        path = own if own.is_file() else grader.reference.solution(task.id)
        files[f"{task.id}.py"] = path.read_bytes()
    return submission(name, files)


def submission(name: str, files: Mapping[str, bytes]) -> Submission:
    """Return a submission of these files, each named like its task."""
    return Submission(
        id=name,
        files=files,
        sha256=hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest(),
        received=None,
        notes=(),
        answers={path.removesuffix(".py"): path for path in files},
    )


def answered_by(grader: Grader, folder: Path) -> frozenset[str]:
    """Return the tasks for which the folder has a file of its own."""
    tasks = grader.reference.assignment.tasks
    return frozenset(task.id for task in tasks if (folder / f"{task.id}.py").is_file())
