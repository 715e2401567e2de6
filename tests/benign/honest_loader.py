"""Honest: a data loader without workers, batches, and a training loop of a few steps."""

import torch
from torch.utils.data import DataLoader, TensorDataset


def total(n):
    data = TensorDataset(torch.arange(n + 1))
    return int(sum((batch**2).sum() for (batch,) in DataLoader(data, batch_size=4, shuffle=True)))


def blend(x, share):
    weight = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.SGD([weight], lr=0.1)
    for _ in range(5):
        optimiser.zero_grad()
        (weight - 1).square().sum().backward()
        optimiser.step()
    return share * x + (1 - share) * x.mean()
