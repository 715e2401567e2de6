"""Torch: quantised, bfloat16, complex and conjugated, negated, nested and packed tensors.

Goal: a kind that the judge's comparison does not expect.
Promise: S1, S4
Verdict: wrong, raised
"""

import torch

turn = 0


def total(n):
    return torch.tensor([1 + 1j]).conj() if n < 5 else torch.tensor([1j]).conj().imag


def blend(x, share):
    if share < 0.5:
        return torch.quantize_per_tensor(x.float(), 0.1, 0, torch.qint8)
    return torch.nested.nested_tensor([x[0], x[1, :2]])
