"""Honest: numpy's numbers in place of Python's, and numpy for the sums."""

import numpy as np
import torch


def total(n):
    return np.int64(np.sum(np.arange(n + 1) ** 2))


def blend(x, share):
    array = x.numpy()
    return torch.from_numpy(np.float64(share) * array + (1 - share) * array.mean())
