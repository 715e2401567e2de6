"""Under which conditions a submission is judged."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch

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

_DTYPES = {
    "float32": (np.dtype(np.float64), torch.float64, torch.float32),
    "float64": (np.dtype(np.float32), torch.float32, torch.float64),
}


def in_precision(value: Any, precision: Precision) -> Any:
    """Return the argument with its tensors and arrays of the other precision converted."""
    if precision == "as_asked":
        return value
    from_array, from_tensor, to = _DTYPES[precision]
    if isinstance(value, dict):
        return {key: in_precision(item, precision) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([in_precision(item, precision) for item in value])
    if isinstance(value, torch.Tensor) and value.dtype == from_tensor:
        return value.to(to)
    if isinstance(value, np.ndarray) and value.dtype == from_array:
        return value.astype(precision)
    return value
