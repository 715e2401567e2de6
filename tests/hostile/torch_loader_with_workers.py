"""Torch: a DataLoader with worker processes.

Goal: processes, queues and shared memory by way of a library.
Promise: S7
Verdict: raised, timed_out
"""

import torch
from torch.utils.data import DataLoader


def total(n):
    loader = DataLoader(list(range(100)), num_workers=8, persistent_workers=True)
    for _ in loader:
        pass
    return sum(i * i for i in range(n + 1))
