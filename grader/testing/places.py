"""Where in a tensor an answer is wrong, in the words of its axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.errors import JudgeError
from grader.testing.diagnosis import matches

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Time:
    """An axis of steps; the first wrong one is named, in the order in which they are computed."""

    backward: bool = False


@dataclass(frozen=True)
class Blocks:
    """An axis along which equal blocks are stacked, such as the gates of an LSTM.

    kind: what a block is, in the singular. names: of the blocks, in their order.
    """

    kind: str
    names: Sequence[str]


# A plain name says what one index along the axis is: "batch", "feature", "channel".
Axis = str | Time | Blocks


def check_axes(name: str, shape: Sequence[int], axes: Sequence[Axis]) -> None:
    """Raise JudgeError if a tensor of that shape has no such axes."""
    if len(axes) != len(shape):
        raise JudgeError(f"axes of {name}: {len(axes)} for a tensor of {len(shape)} axes")
    for length, axis in zip(shape, axes, strict=True):
        if isinstance(axis, Blocks) and length % len(axis.names):
            raise JudgeError(
                f"axes of {name}: {len(axis.names)} blocks along an axis of length {length}"
            )


def where(wrong: Array, axes: Sequence[Axis]) -> str:
    """Return where the wrong entries lie: "at t=3, gate f, only in row 2 of the batch".

    wrong: for each entry whether it is. axes: one for each of its axes (`check_axes`). Of an axis
    along which it is wrong everywhere, nothing is said. Empty if there is nothing to say.
    """
    words = []
    for place, axis in enumerate(axes):
        if isinstance(axis, Time):
            steps = np.flatnonzero(_along(wrong, place))
            if steps.size and wrong.shape[place] > 1:
                step = int(steps[-1] if axis.backward else steps[0])
                words.append(f"at t={step}")
                # Behind the first wrong step, wrong ones follow from it.
                wrong = wrong.take([step], axis=place)
    for place, axis in enumerate(axes):
        if isinstance(axis, Blocks):
            words.append(_blocks(_along(wrong, place), axis))
    for place, axis in enumerate(axes):
        if isinstance(axis, str):
            words.append(_entries(_along(wrong, place), axis))
    return ", ".join(word for word in words if word)


def blocks_in_another_order(got: Array, want: Array, axes: Sequence[Axis]) -> str:
    """Return what kind of blocks are right but for their order; empty if none are."""
    for place, axis in enumerate(axes):
        if isinstance(axis, Blocks):
            ours = np.split(got, len(axis.names), axis=place)
            left = np.split(want, len(axis.names), axis=place)
            for block in ours:
                rest = [other for other in left if not matches(block, other)]
                if len(rest) != len(left) - 1:
                    break
                left = rest
            if not left:
                return axis.kind
    return ""


def _along(wrong: Array, place: int) -> Array:
    """Return for each index along an axis whether anything is wrong there."""
    others = tuple(axis for axis in range(wrong.ndim) if axis != place)
    return np.asarray(wrong.any(axis=others))


def _blocks(wrong: Array, axis: Blocks) -> str:
    blocks = np.split(wrong, len(axis.names))
    named = [name for name, block in zip(axis.names, blocks, strict=True) if block.any()]
    if not named or len(named) == len(axis.names):
        return ""
    if len(named) == 1:
        return f"{axis.kind} {named[0]}"
    return f"{axis.kind}s {', '.join(named[:-1])} and {named[-1]}"


def _entries(wrong: Array, name: str) -> str:
    one, of = ("row", " of the batch") if name == "batch" else (name, "")
    bad, good = np.flatnonzero(wrong), np.flatnonzero(~wrong)
    if not bad.size or not good.size:
        return ""
    if bad.size == 1:
        return f"only in {one} {bad[0]}{of}"
    if good.size == 1:
        but = {0: "the first", len(wrong) - 1: "the last"}.get(int(good[0]), f"{one} {good[0]}")
        return f"in every {one}{of} but {but}"
    return f"in {bad.size} of {wrong.size} {one}s{of}"
