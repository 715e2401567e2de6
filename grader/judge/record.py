"""What a student was asked and answered, kept for those who look at a wrong answer later."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from grader import wire

# Of one task; the hidden tests of the first homework come to 0.8 MiB where all are wrong.
MAX_BYTES = 8 << 20


@dataclass(frozen=True)
class Asked:
    """One question, a frame as it went to the cell, and the message that came back."""

    question: bytes
    answer: wire.Message


class Record:
    """The questions of one task: of the case that runs, and of those to be kept.

    Beyond its bytes the record of a case is given up: there is none of it then.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._left = max_bytes
        self._case: list[Asked] = []
        self._case_bytes = 0

    def add(self, question: bytes, answer: wire.Message) -> None:
        """Note a question of the case that runs."""
        self._case_bytes += len(question)
        if isinstance(answer, wire.Returned):
            self._case_bytes += _bytes(answer.value)
        if self._case_bytes > self._left:
            self._case.clear()
        else:
            self._case.append(Asked(question, answer))

    def close_case(self, *, keep: bool) -> Sequence[Asked]:
        """Return the case's questions, none if there were too many bytes; forget what is not kept.

        keep: whether the caller does; what it keeps is counted against the bytes of the task.
        """
        asked = self._case if self._case_bytes <= self._left else []
        if keep and asked:
            self._left -= self._case_bytes
        self._case, self._case_bytes = [], 0
        return asked


def _bytes(value: Any) -> int:
    """Return about how much memory a value takes that came over the wire."""
    if isinstance(value, torch.Tensor):
        return value.numel() * value.element_size()
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, dict):
        return sum(len(key) + _bytes(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(map(_bytes, value))
    return len(value) if isinstance(value, (str, bytes)) else 32
