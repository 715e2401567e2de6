"""Honest: a function with a gradient of its own, checked against numbers."""

import torch


class Blend(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, share):
        ctx.share = share
        return share * x + (1 - share) * x.mean()

    @staticmethod
    def backward(ctx, above):
        return ctx.share * above + (1 - ctx.share) * above.mean(), None


def total(n):
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    x = x.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda t: Blend.apply(t, share), x)
    return Blend.apply(x, share)
