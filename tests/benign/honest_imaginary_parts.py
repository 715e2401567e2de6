"""Honest: a real result by way of conjugated and negated complex views."""

import torch


def total(n):
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    answer = share * x + (1 - share) * x.mean()
    return torch.complex(torch.zeros_like(answer), -answer).conj().imag
