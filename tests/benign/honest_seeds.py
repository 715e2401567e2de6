"""Honest: every generator seeded, and the state of some put back."""

import random

import numpy as np
import torch

random.seed(0)
np.random.seed(0)
torch.manual_seed(0)
torch.use_deterministic_algorithms(True)


def total(n):
    state = torch.get_rng_state()
    order = torch.randperm(n + 1, generator=torch.Generator().manual_seed(1)).tolist()
    random.shuffle(order)
    torch.set_rng_state(state)
    return sum(int(i) ** 2 for i in np.random.default_rng(2).permutation(order))


def blend(x, share):
    noise = torch.randn_like(x)
    return share * (x + noise) + (1 - share) * x.mean() - share * noise
