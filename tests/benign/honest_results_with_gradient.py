"""Honest: a result that still asks for gradients, and one from a parameter."""

import torch


def total(n):
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    weight = torch.nn.Parameter(torch.tensor(share, dtype=x.dtype))
    answer = weight * x + (1 - weight) * x.mean()
    answer.sum().backward(retain_graph=True)
    return answer
