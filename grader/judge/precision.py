"""Questions in another precision than a hidden test asks them in."""

from typing import Any

import numpy as np
import torch

from grader.judge.conditions import Precision

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
