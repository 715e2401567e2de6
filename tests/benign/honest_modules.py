"""Honest: a module, its parameters, hooks on it, and an optimiser that takes a step."""

import torch
from torch import nn


class Blend(nn.Module):
    def __init__(self, share):
        super().__init__()
        self.share = nn.Parameter(torch.tensor(share, dtype=torch.float64))
        self.register_buffer("one", torch.ones((), dtype=torch.float64))

    def forward(self, x):
        return self.share * x + (self.one - self.share) * x.mean()


def total(n):
    model = nn.Linear(1, 1)
    optimiser = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 1)).sum().backward()
    optimiser.step()
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    model = Blend(share)
    seen = []
    model.register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
    answer = model.eval()(x)
    assert seen
    return answer.detach().clone()
