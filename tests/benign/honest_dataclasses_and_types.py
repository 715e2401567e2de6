"""Honest: dataclasses, generics, protocols, named tuples, enumerations and annotations."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

T = TypeVar("T")


class Kind(enum.Enum):
    SQUARE = 2


class Pair(NamedTuple):
    share: float
    rest: float


class Adds(Protocol):
    def add(self, item: int) -> None: ...


@dataclass(slots=True)
class Box(Generic[T]):
    items: list[T] = field(default_factory=list)

    def add(self, item: T) -> None:
        self.items.append(item)


def total(n: int) -> int:
    box: Box[int] = Box()
    for i in range(n + 1):
        box.add(i**Kind.SQUARE.value)
    return sum(box.items)


def blend(x: Any, share: float, of: Callable[[Any], Any] | None = None) -> Any:
    pair = Pair(share, 1 - share)
    return pair.share * x + pair.rest * (of or (lambda t: t.mean()))(x)


def _unused(items: Iterable[Adds]) -> dict[str, list[int]] | None:
    return None
