"""Honest: a result made by broadcasting, with strides of zero on the way."""

import torch


def total(n):
    ones = torch.ones(1, dtype=torch.int64).expand(n + 1)
    return int((ones.cumsum(0) - 1).square().sum())


def blend(x, share):
    mean = x.mean().expand(x.shape)
    return torch.lerp(mean, x, share)
