"""What can be done to an input that a layer should not mind: shifts, permutations, turns.

Each is a small frozen value that is called on a tensor and reads as words behind "the input".
Axes are best counted from the last (-1), so that one value fits inputs and outputs of different
rank.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


class Transform(Protocol):
    """Something that is done to a tensor, and what it is in words."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return the transformed tensor; raises IndexError or ValueError if x is not fit for it."""

    def __str__(self) -> str:
        """Return it in words: "shifted by 3 along axis -1"."""


@dataclass(frozen=True)
class Shift:
    """Entries move along an axis, and come in again at its other end."""

    axis: int
    by: int = 1

    def __call__(self, x: Tensor) -> Tensor:
        return torch.roll(x, self.by, self.axis)

    def __str__(self) -> str:
        return f"shifted by {self.by} along axis {self.axis}"


@dataclass(frozen=True)
class Permutation:
    """Entry `order[i]` of an axis comes to place i."""

    axis: int
    order: tuple[int, ...]

    def __call__(self, x: Tensor) -> Tensor:
        if sorted(self.order) != list(range(x.shape[self.axis])):
            raise ValueError(f"axis {self.axis} has length {x.shape[self.axis]}")
        return x.index_select(self.axis, torch.tensor(self.order))

    def __str__(self) -> str:
        return f"permuted along axis {self.axis}"


@dataclass(frozen=True)
class Rotation90:
    """Turned by quarters in the plane of two axes, from the first towards the second."""

    axes: tuple[int, int] = (-2, -1)
    turns: int = 1

    def __call__(self, x: Tensor) -> Tensor:
        return torch.rot90(x, self.turns, self.axes)

    def __str__(self) -> str:
        return f"turned by {90 * self.turns} degrees in the axes {self.axes[0]} and {self.axes[1]}"


@dataclass(frozen=True)
class Reflection:
    """The order along an axis is turned round."""

    axis: int

    def __call__(self, x: Tensor) -> Tensor:
        return x.flip(self.axis)

    def __str__(self) -> str:
        return f"reflected along axis {self.axis}"


@dataclass(frozen=True)
class Unchanged:
    """Nothing is done: as the action on an output, it says that a layer is invariant."""

    def __call__(self, x: Tensor) -> Tensor:
        return x

    def __str__(self) -> str:
        return "unchanged"


@dataclass(frozen=True)
class Composed:
    """One after the other, the first one first."""

    parts: tuple[Transform, ...]

    def __call__(self, x: Tensor) -> Tensor:
        for part in self.parts:
            x = part(x)
        return x

    def __str__(self) -> str:
        return ", then ".join(str(part) for part in self.parts)


@dataclass(frozen=True)
class Element:
    """An element of a group with its two actions: what it does to inputs and to outputs."""

    on_input: Transform
    on_output: Transform


Group = Transform | Element | Sequence[Transform | Element]


def invariant(*elements: Transform) -> list[Element]:
    """Return elements that leave the output as it is."""
    return [Element(one, Unchanged()) for one in elements]


def elements_of(group: Group) -> list[Element]:
    """Return the elements that are given."""
    given = list(group) if isinstance(group, Sequence) else [group]
    return [one if isinstance(one, Element) else Element(one, one) for one in given]


def composed(elements: Sequence[Element]) -> Element:
    """Return the element that is all of them, the first one first."""
    return Element(
        Composed(tuple(one.on_input for one in elements)),
        Composed(tuple(one.on_output for one in elements)),
    )
