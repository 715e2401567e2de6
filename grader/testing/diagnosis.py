"""What one mistake explains the whole difference between an answer and what is right.

Only what holds for every entry is said, and only of tensors whose entries differ in size: whoever
is told that all of those are twice too large knew them already. Small whole factors alone: any
other one could be a hidden number.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

LEAST_ENTRIES = 4
LARGEST_FACTOR = 64
NO_COUNTS: Mapping[str, Collection[int]] = MappingProxyType({})
RTOL = 1e-5  # the answer is wrong anyhow; this asks whether it is wrong by that and no more


def telling(got: Array, want: Array, *, counts: Mapping[str, Collection[int]] = NO_COUNTS) -> str:
    """Return the mistake in words that follow "it is"; empty if none explains it all.

    got, want: real or complex numbers of any shape. counts: how many there are of what a mean
    would divide by, such as {"batch": [4]}.
    """
    if got.size < LEAST_ENTRIES or not np.isfinite(got).all() or not np.isfinite(want).all():
        return ""
    if got.shape == want.shape and not got.any() and want.any():
        return "zero everywhere"
    if is_even(want):
        return ""
    if got.shape == want.shape:
        found = _sign(got, want) or _factor(got, want, counts)
        if found:
            return found
    if got.ndim == 2 and got.T.shape == want.shape and matches(got.T, want):
        return "transposed"
    return ""


def matches(got: Array, want: Array) -> bool:
    """Return whether numbers of one shape are the same, up to rounding."""
    with np.errstate(all="ignore"):
        return bool((np.abs(got - want) <= RTOL * np.abs(want).max(initial=0.0)).all())


def is_even(want: Array) -> bool:
    """Return whether all entries are of one size, so that one tells all."""
    sizes = np.abs(want)
    return want.size < LEAST_ENTRIES or bool(sizes.max() - sizes.min() <= RTOL * sizes.max())


def _sign(got: Array, want: Array) -> str:
    return "right but for its sign" if matches(-got, want) else ""


def _factor(got: Array, want: Array, counts: Mapping[str, Collection[int]]) -> str:
    with np.errstate(all="ignore"):
        ratio = float(np.vdot(want, got).real / np.vdot(want, want).real)
    if not np.isfinite(ratio) or ratio <= 0:
        return ""
    is_large = ratio > 1
    whole = round(ratio if is_large else 1 / ratio) if ratio > 1 / (2 * LARGEST_FACTOR) else 0
    if not 2 <= whole <= LARGEST_FACTOR:
        return ""
    if not matches(got, want * whole if is_large else want / whole):
        return ""
    side = "large" if is_large else "small"
    means = " or the ".join(name for name, own in counts.items() if whole in own)
    if means and not is_large:
        return f"everywhere {whole} times too small, like a mean over the {means}, not a sum"
    return f"everywhere {whole} times too {side}"
