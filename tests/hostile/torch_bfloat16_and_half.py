"""Torch: the right answer in so few bits that it is near many others.

Goal: the tolerance is chosen by the student's dtype.
Promise: S1
Verdict: wrong
"""

import torch


def total(n):
    return torch.tensor(float(sum(i * i for i in range(n + 1))), dtype=torch.float16)


def blend(x, share):
    right = share * x + (1 - share) * x.mean()
    return right.to(torch.bfloat16 if share < 0.5 else torch.complex128)
