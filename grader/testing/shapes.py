"""Verbs for what can be said without looking at values: shapes, and how many there are."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import prod
from types import EllipsisType, MappingProxyType
from typing import Any

import numpy as np
import torch

from grader.errors import JudgeError, WrongAnswer

Length = int | str | None | EllipsisType

NO_SIZES: Mapping[str, int] = MappingProxyType({})
NO_PARTS: Mapping[str, int | Sequence[int]] = MappingProxyType({})
MAX_PARTS = 3  # that are missing together; more fit many a number by chance


def assert_shape(
    got: Any,
    shape: Sequence[Length],
    *,
    sizes: Mapping[str, int] = NO_SIZES,
    name: str = "the answer",
    hint: str = "",
) -> dict[str, int]:
    """Check the shape of a tensor or array; return the lengths of its named axes.

    shape: for each axis its length, a name ("batch"), or None for any length; one `...` stands for
        any further axes. Axes of one name have one length.
    sizes: lengths of names, such as an earlier call returned. name: what it is, for the message.

    Raises WrongAnswer naming the shape found and the one expected.
    """
    if list(shape).count(...) > 1:
        raise JudgeError(f"shape {_said(shape, sizes)}: expected at most one ...")
    if not isinstance(got, (torch.Tensor, np.ndarray)):
        raise WrongAnswer(
            f"{name} is of type {type(got).__name__}; expected a tensor of shape "
            f"{_said(shape, sizes)}",
            hint=hint,
        )
    found = tuple(int(length) for length in got.shape)
    known = dict(sizes)
    if not _fits(found, shape, known):
        raise WrongAnswer(
            f"{name} has shape {found}; expected {_said(shape, sizes)}",
            hint=hint,
        )
    return known


def assert_count(
    got: Any,
    want: int | Mapping[str, int],
    *,
    parts: Mapping[str, int | Sequence[int]] = NO_PARTS,
    name: str = "the count",
    hint: str = "",
) -> None:
    """Check a count, of parameters for example, or a dict of them; say which part is the matter.

    parts: what is easily forgotten or counted twice, by name: how many there are in it, or the
        shape of it. Few, and of sizes that nothing else comes to by chance.
    name: what is counted, for the message; of a dict, the key is said.

    Raises WrongAnswer that says whether it is too large or too small, and by which parts if that
    is so to the last one; never the right number.
    """
    if isinstance(want, Mapping):
        if not isinstance(got, Mapping) or got.keys() != want.keys():
            raise WrongAnswer(f"{name} has other keys than asked for", hint=hint)
        for key in want:
            assert_count(got[key], want[key], parts=parts, name=f"`{key}`", hint=hint)
        return
    if type(got) is not int:
        raise WrongAnswer(f"{name} is of type {type(got).__name__}; expected int", hint=hint)
    if got == want:
        return
    side = "large" if got > want else "small"
    sizes = {part: size if isinstance(size, int) else prod(size) for part, size in parts.items()}
    found = _explained(abs(got - want), {part: size for part, size in sizes.items() if size > 0})
    by = f", by exactly {found}" if found else ""
    raise WrongAnswer(f"{name} is too {side}{by}", hint=hint, staff=f"found {got}, expected {want}")


def _fits(found: Sequence[int], shape: Sequence[Length], known: dict[str, int]) -> bool:
    """Return whether the shape is as asked for; names get their lengths in `known`."""
    asked = list(shape)
    if ... in asked:
        place = asked.index(...)
        asked[place : place + 1] = [None] * max(0, len(found) - len(asked) + 1)
    if len(found) != len(asked):
        return False
    for length, wanted in zip(found, asked, strict=True):
        if isinstance(wanted, str):
            wanted = known.setdefault(wanted, length)
        if wanted is not None and length != wanted:
            return False
    return True


def _said(shape: Sequence[Length], sizes: Mapping[str, int]) -> str:
    words = []
    for length in shape:
        if isinstance(length, str):
            words.append(f"{length}={sizes[length]}" if length in sizes else length)
        else:
            words.append("any" if length is None else "..." if length is ... else str(length))
    return f"({', '.join(words)}{',' if len(words) == 1 else ''})"


def _explained(difference: int, parts: Mapping[str, int]) -> str:
    """Return which parts make up the difference: one, or several if no others do too.

    Where more than one part alone would do, all of them are named.
    """
    alone = [part for part, size in parts.items() if size == difference]
    if alone:
        return " or ".join(alone)
    for count in range(2, MAX_PARTS + 1):
        together = [
            some
            for some in combinations(parts, count)
            if sum(parts[part] for part in some) == difference
        ]
        if together:
            return " and ".join(together[0]) if len(together) == 1 else ""
    return ""
