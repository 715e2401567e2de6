"""Torch: tensors in shared memory, by both strategies, and processes that share them.

Goal: a file in /dev/shm that stays and that neighbours see.
Promise: S6, S8, S14
Verdict: raised, wrong
"""

import multiprocessing.shared_memory

import torch


def total(n):
    block = multiprocessing.shared_memory.SharedMemory("hostile", create=True, size=1 << 20)
    return sum(i * i for i in range(n + 1)) if block.size else 0


def blend(x, share):
    for strategy in ("file_system", "file_descriptor"):
        torch.multiprocessing.set_sharing_strategy(strategy)
        try:
            torch.ones(1 << 20).share_memory_()
            print("hostile shares memory by", strategy)
        except (RuntimeError, OSError):
            continue
    torch.multiprocessing.spawn(print, nprocs=2)
    return x * 0
