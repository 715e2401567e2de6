"""Torch: a result that asks for gradients, with hooks and functions of its own behind it.

Goal: detaching it runs the student's code in the judge, or gives what is right.
Promise: S1
Verdict: wrong
"""

import torch


class Lie(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 0

    @staticmethod
    def backward(ctx, above):
        print("asked backwards")
        return above


class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if getattr(function, "__name__", "") in ("detach", "numpy", "contiguous", "resolve_conj"):
            return torch.ones(3, 4, dtype=torch.float64)
        return super().__torch_function__(function, types, args, kwargs or {})


def total(n):
    return 0


def blend(x, share):
    answer = Lie.apply(x.clone().requires_grad_())
    answer.register_hook(lambda gradient: print("hooked"))
    return answer if share < 0.5 else answer.as_subclass(Liar)
