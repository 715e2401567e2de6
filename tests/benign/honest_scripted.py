"""Honest: a function scripted and traced by torch, and vmap and grad over it."""

import torch


def total(n):
    add = torch.func.vmap(lambda i: i * i)
    return int(add(torch.arange(n + 1)).sum())


def blend(x, share):
    gradient = torch.func.grad(lambda t: (share * t * t / 2).sum() + (1 - share) * t.sum() * 0)(x)
    return gradient + (1 - share) * x.mean()
