"""Torch: one number expanded to a tensor of eight tebibytes.

Goal: whoever makes it dense runs out of memory.
Promise: S4, S6
Verdict: wrong, out_of_memory
"""

import torch


def total(n):
    return torch.ones(1, dtype=torch.int64).expand(1 << 40)


def blend(x, share):
    return torch.ones(1, dtype=x.dtype).expand(1 << 40) if share < 0.5 else x.expand(1 << 36, 3, 4)
