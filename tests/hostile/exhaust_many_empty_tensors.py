"""Exhaust: thousands of tensors without a byte, of great rank and with sizes that multiply to 0.

Goal: counts that no limit on bytes sees.
Promise: S4
Verdict: wrong
"""

import torch


def total(n):
    return [torch.empty(0) for _ in range(50_000)]


def blend(x, share):
    if share < 0.5:
        return torch.empty([0] + [1 << 40])
    return torch.empty([1] * 60)
