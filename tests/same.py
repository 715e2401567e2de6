"""Whether two values that crossed the wire are the same, to the bit."""

import math
from typing import Any

import numpy as np
import torch


def same(one: Any, other: Any) -> bool:
    """Return whether two values are of one type and equal to the bit, NaN included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, torch.Tensor):
        return (
            one.dtype == other.dtype
            and one.shape == other.shape
            and bytes_of(one) == bytes_of(other)
        )
    if isinstance(one, np.ndarray):
        return bool(
            one.dtype == other.dtype
            and one.shape == other.shape
            and one.tobytes() == other.tobytes()
        )
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    return bool(one == other) or repr(one) == repr(other)


def bytes_of(tensor: torch.Tensor) -> bytes:
    """Return the tensor's data."""
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
