"""The verb for generators: does the randomness come from where it was asked to come from?"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import torch

from grader.errors import WrongAnswer

NO_HINTS: Mapping[str, str] = MappingProxyType({})

# Hint's name, two draws of the probe, whether they must be the same, what is wrong otherwise.
Pair = tuple[str, str, str, bool, str]
HANDED_IN: tuple[Pair, ...] = (
    ("seed", "first", "again", True, "generators of one seed give different draws"),
    ("draws", "first", "second", False, "two draws from one generator are the same"),
    ("draws", "first", "other", False, "two draws from generators of two seeds are the same"),
)
GLOBAL: tuple[Pair, ...] = (
    (
        *("global", "stream", "stream_again", True),
        "the global generator is disturbed although another one is given",
    ),
    ("own", "own", "own_again", True, "without a generator the draws are not the global one's"),
    ("own", "own_again", "own_second", False, "without a generator two draws are the same"),
)


def assert_seeded(
    drawn: Mapping[str, Any],
    *,
    of_global: bool = True,
    name: str = "",
    hint: str = "",
    hints: Mapping[str, str] = NO_HINTS,
) -> None:
    """Check that draws come from the generator that was handed in, and from nothing else.

    drawn: tensors or arrays that a probe made, by name; others may stand beside them.
        first, second: two draws from one generator. again: from a new one of the same seed.
        other: from one of another seed.
        stream, stream_again: numbers of the library's global generator, seeded, after all those
        draws and without them. own, own_again: draws without a generator, the global one seeded
        the same; own_second: the draw after own_again.
    of_global: whether there is a global generator to ask about; without it, the last five are not
        looked at.
    name: of what draws, said first. hints: by what is wrong: seed, draws, global or own; `hint`
        for all others.

    What must be the same is the same to the last bit, so a right sampler never fails; what must
    differ is the same by chance once in 2**24 per number. Raises WrongAnswer naming what is wrong.
    """
    words = f"{name}: " if name else ""
    for topic, one, other, must_be_same, wrong in HANDED_IN + (GLOBAL if of_global else ()):
        if _same(_numbers(drawn, one, words), _numbers(drawn, other, words)) != must_be_same:
            raise WrongAnswer(f"{words}{wrong}", hint=hints.get(topic, hint))


def _numbers(drawn: Mapping[str, Any], key: str, words: str) -> Any:
    if not isinstance(drawn, Mapping):
        raise WrongAnswer(f"{words}expected a dict of draws, found {type(drawn).__name__}")
    if key not in drawn:
        raise WrongAnswer(f"{words}the draw {key!r} is missing")
    if not isinstance(drawn[key], (torch.Tensor, np.ndarray)):
        kind = type(drawn[key]).__name__
        raise WrongAnswer(f"{words}a draw is of type {kind}; expected a tensor or an array")
    return drawn[key]


def _same(one: Any, other: Any) -> bool:
    if type(one) is not type(other) or one.dtype != other.dtype:
        return False
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    return np.array_equal(one, other)
