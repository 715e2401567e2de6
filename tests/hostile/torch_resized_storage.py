"""Torch: a tensor whose storage is smaller than its shape says.

Goal: memory behind its end, in the cell or in the judge, or a crash.
Promise: S3, S4
Verdict: wrong, died, raised
"""

import torch


def total(n):
    return 0


def blend(x, share):
    answer = torch.zeros(1 << 16, dtype=x.dtype)
    answer.untyped_storage().resize_(0)
    if share < 0.5:
        return answer
    return torch.zeros(2, dtype=x.dtype).as_strided((3, 4), (4, 1), 0)
