"""Torch: sparse tensors, one with a number at a place far out, one with a shape that lies.

Goal: whoever makes it dense runs out of memory or reads behind its end.
Promise: S4, S6
Verdict: wrong, out_of_memory, raised, died
"""

import torch


def total(n):
    return torch.sparse_coo_tensor([[1 << 39]], [1.0], (1 << 40,))


def blend(x, share):
    if share < 0.5:
        return torch.sparse_coo_tensor([[0]], [1.0], (1 << 30,)).to_sparse_csr()
    return torch._sparse_csr_tensor_unsafe(
        torch.tensor([0, 1 << 40]), torch.tensor([1 << 40]), torch.ones(1), (1, 4)
    )
