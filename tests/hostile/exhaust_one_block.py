"""Exhaust: one block of two GiB, by Python, numpy, torch and C.

Goal: memory in one piece, before anyone has counted.
Promise: S6
Verdict: out_of_memory, wrong
"""

import ctypes

import numpy as np
import torch

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
SIZE = 2 << 30


def total(n):
    if n > 5:
        return len(bytes(SIZE))
    block = libc.malloc(ctypes.c_size_t(SIZE))
    if block:
        ctypes.memset(block, 1, SIZE)
        return sum(i * i for i in range(n + 1))
    return 0


def blend(x, share):
    return np.ones(SIZE // 8) if share < 0.5 else torch.ones(SIZE // 8)
