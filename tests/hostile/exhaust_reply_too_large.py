"""Exhaust: answers larger than may cross: tensors, texts, bytes and many of them.

Goal: the judge takes them all into memory.
Promise: S4
Verdict: wrong, out_of_memory
"""

import torch


def total(n):
    return "x" * (100 << 20) if n < 5 else bytes(100 << 20)


def blend(x, share):
    if share < 0.5:
        return torch.zeros(70 << 20, dtype=torch.uint8)
    return [torch.zeros(1 << 20, dtype=torch.uint8)] * 1000
