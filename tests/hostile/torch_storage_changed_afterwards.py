"""Torch: a thread that writes on into the storage of an answer that has been given.

Goal: what is compared is not what was sent.
Promise: S1, S4
Verdict: wrong, raised
"""

import threading
import time

import torch


def total(n):
    return 0


def blend(x, share):
    answer = torch.zeros(3, 4, dtype=x.dtype)
    right = share * x + (1 - share) * x.mean()

    def later():
        time.sleep(0.05)
        answer.copy_(right)

    threading.Thread(target=later, daemon=True).start()
    return answer
