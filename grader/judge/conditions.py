"""Under which conditions a submission is judged."""

from dataclasses import dataclass, field
from typing import Literal

from grader.assignment import Limits

Precision = Literal["as_asked", "float32", "float64"]


@dataclass(frozen=True)
class Conditions:
    """What is otherwise than for students; the default is nothing.

    limits: in the place of the assignment's own.
    tasks: only these; all, if none is named.
    variation: each number gives every case other hidden inputs; 0 gives those that count.
    threads: of torch, in the cell.
    unlisted: known mistakes that are not recognised; to measure what their makers would be told.
    questions: made up for each near-copy of a solution that passes every test; see `trial`.
    precision: what the floating-point tensors and arrays of every question are made first.
    """

    limits: Limits | None = None
    tasks: frozenset[str] = field(default_factory=frozenset)
    variation: int = 0
    threads: int = 1
    precision: Precision = "as_asked"
    unlisted: frozenset[str] = field(default_factory=frozenset)
    questions: int = 0

    def includes(self, task: str) -> bool:
        """Return whether the task is judged."""
        return not self.tasks or task in self.tasks


USUAL = Conditions()
