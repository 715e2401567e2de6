"""Torch: tensors without data, on the meta device and on devices there are none of.

Goal: shape and dtype are right, the rest cannot be compared.
Promise: S1, S4
Verdict: wrong, raised
"""

import torch


def total(n):
    return torch.empty((), dtype=torch.int64, device="meta")


def blend(x, share):
    if share < 0.5:
        return torch.empty_like(x, device="meta")
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        return torch.empty(3, 4, dtype=torch.float64)
