"""Honest: results that are transposed, strided, flipped or negated views of others."""

import torch


def total(n):
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    answer = share * x + (1 - share) * x.mean()
    if share < 0.5:
        return answer.T.contiguous().T
    wide = torch.empty(6, 8, dtype=x.dtype)
    wide[::2, ::2] = answer
    return wide[::2, ::2]
