"""Forge: a tensor of its own class, which answers every question of torch with True.

Goal: assert_close asks the student's object.
Promise: S1
Verdict: wrong
"""

import torch


class Agreeable(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return torch.tensor(True)


def total(n):
    return torch.tensor(0).as_subclass(Agreeable)


def blend(x, share):
    return (x * 0).as_subclass(Agreeable)
