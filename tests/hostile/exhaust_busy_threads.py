"""Exhaust: threads that are always busy, outside the interpreter's lock.

Goal: the neighbour gets no processor.
Promise: S5, S7
Verdict: timed_out, died, raised
"""

import ctypes
import threading

import torch

ctypes.CDLL(None).mallopt(-8, 1)  # or each thread takes 64 MiB of address space
threading.stack_size(1 << 20)
x = torch.ones(300, 300)


def work():
    while True:
        x @ x


for _ in range(16):
    threading.Thread(target=work, daemon=True).start()
work()
