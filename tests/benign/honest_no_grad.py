"""Honest: gradients switched off in every way, and the default dtype set for a while."""

import torch


def total(n):
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        return int(torch.arange(n + 1.0).square().sum())
    finally:
        torch.set_default_dtype(before)


@torch.no_grad()
def blend(x, share):
    x = x.requires_grad_()
    with torch.inference_mode():
        answer = share * x + (1 - share) * x.mean()
    return answer
