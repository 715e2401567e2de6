"""Honest: 150 MiB of tensors at once, within what is allowed, and again in every call."""

import torch


def total(n):
    big = torch.ones(150 << 20, dtype=torch.uint8)
    assert big[-1] == 1
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    big = [torch.zeros(25 << 20, dtype=torch.uint8) for _ in range(6)]
    assert len(big) == 6
    return share * x + (1 - share) * x.mean()
