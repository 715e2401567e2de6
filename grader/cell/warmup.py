"""What the zygote does once so that no cell has to: public code only, students can read it."""

import random

import numpy as np
import torch

from grader.cell import notebook


def warm_up() -> None:
    """Import and touch what student code commonly needs.

    Measured per cell without it: 0.5 s for the first `autograd.grad` with `grad_outputs`, 0.9 s
    for the first optimiser (it imports half of torch), a read of /proc/cpuinfo for the first
    matrix product.
    """
    torch.set_num_threads(1)  # before the first operation: a pool of threads survives no fork
    x = torch.randn(8, 8, requires_grad=True)
    (x @ x).tanh().sum().backward()
    torch.autograd.grad(x * 2, x, grad_outputs=torch.ones(8, 8))
    cell = torch.nn.LSTMCell(3, 4)
    optimiser = torch.optim.SGD(cell.parameters(), lr=0.1)
    cell(torch.randn(2, 3))[0].sum().backward()
    optimiser.step()
    torch.func.vmap(lambda row: row * 2)(x.detach())
    np.linalg.svd(np.random.default_rng(0).standard_normal((4, 4)))
    random.random()
    notebook.to_python(b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": []}')
