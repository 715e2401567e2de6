"""Honest: more threads inside torch, and a product large enough to use them."""

import torch

torch.set_num_threads(2)


def total(n):
    x = torch.arange(n + 1, dtype=torch.float64)
    return round((x @ x).item())


def blend(x, share):
    assert (torch.ones(400, 400) @ torch.ones(400, 400))[0, 0] == 400
    return share * x + (1 - share) * x.mean()
