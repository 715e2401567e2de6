"""Torch: 64 threads for every operation, of each kind that torch has.

Goal: the neighbour gets no processor, no thread and no memory.
Promise: S7
Verdict: passed, died, out_of_memory, timed_out, raised
Earns: 3
"""

import torch


def total(n):
    torch.set_num_interop_threads(64)
    torch.set_num_threads(64)
    (torch.ones(2000, 2000) @ torch.ones(2000, 2000)).sum()
    return 0


def blend(x, share):
    return share * x + (1 - share) * x.mean()
