"""Answers part by part: which parts of two answers are the same, but for rounding."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from grader.errors import WrongAnswer
from grader.testing.close import assert_close

SIMPLE_PARTS = 60  # multiples of 1/60: halves, thirds, quarters, fifths, 0.1 + 0.05, whole numbers

Place = tuple[str | int, ...]
Leaves = Mapping[Place, Any]


class Nothing:
    """In the place of an answer, or of a part of one, that is not there."""


NOTHING = Nothing()


def leaves(value: Any, like: Any) -> Leaves:
    """Return the parts of a value by place, as far down as it has the structure of `like`.

    In the order of `like`; what that has not, such as a further name, is not looked at.
    """
    return dict(_walk(value, like, ()))


def _walk(value: Any, like: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    if isinstance(like, dict) and isinstance(value, dict):
        for key in like:
            yield from _walk(value.get(key, NOTHING), like[key], (*place, key))
    elif isinstance(like, list) and isinstance(value, list) and len(value) == len(like):
        for number, (one, other) in enumerate(zip(value, like, strict=True)):
            yield from _walk(one, other, (*place, number))
    else:
        yield place, value


def agrees(place: Place, leaf: Any, others: Leaves) -> bool:
    """Return whether others have the same at that place."""
    return place in others and same(leaf, others[place])


def same(got: Any, want: Any) -> bool:
    """Return whether the one value may stand for the other: the same, but for rounding."""
    if got is NOTHING or want is NOTHING:
        return got is want
    try:
        assert_close(got, want)
    except WrongAnswer:
        return False
    return True


def is_telling(leaf: Any) -> bool:
    """Return whether a value is one that two different mistakes hardly have in common."""
    if isinstance(leaf, list):
        return any(map(is_telling, leaf))
    if isinstance(leaf, dict):
        return any(map(is_telling, leaf.values()))
    if isinstance(leaf, torch.Tensor):
        is_real = leaf.is_floating_point()
        leaf = leaf.to(torch.float64).numpy() if is_real else leaf.resolve_conj().numpy()
    if isinstance(leaf, (float, complex)):
        leaf = np.asarray(leaf)
    if not isinstance(leaf, np.ndarray) or leaf.dtype.kind not in "fc":
        return False
    with np.errstate(all="ignore"):
        parts = leaf[np.isfinite(leaf)] * SIMPLE_PARTS
        return bool((np.abs(parts - np.round(parts)) > 1e-6).any())
