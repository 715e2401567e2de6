"""Forge: a tensor without storage whose `__torch_dispatch__` makes values up on demand.

Goal: another value at every look.
Promise: S1, S4
Verdict: wrong, died, raised
"""

import torch


class Ghost(torch.Tensor):
    @staticmethod
    def __new__(cls, like):
        return torch.Tensor._make_wrapper_subclass(cls, like.shape, dtype=like.dtype)

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        return torch.zeros(3, 4, dtype=torch.float64)


def total(n):
    return 0


def blend(x, share):
    return Ghost(x)
