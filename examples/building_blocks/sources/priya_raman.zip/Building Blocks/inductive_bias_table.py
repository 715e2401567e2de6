"""Priya Raman, task 4."""

import torch
from torch import nn

TABLE = {
    "fully_connected": {
        "inputs": "units",
        "interactions": "all-to-all",
        "invariance": "none",
        "bias": "weak",
    },
    "convolutional": {
        "inputs": "pixels",
        "interactions": "local",
        "invariance": "spatial translation",
        "bias": "locality",
    },
    "recurrent": {
        "inputs": "time steps",
        "interactions": "sequential",
        "invariance": "time translation",
        "bias": "sequentiality",
    },
}


def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


def relative(difference, output):
    return (difference.norm() / output.norm()).item()


def equivariance_error(layer, x, shift):
    y = layer(x)
    return relative(layer(x.roll(shift, -1)) - y.roll(shift, -1), y)


def invariance_error(layer, x, shift):
    y = layer(x)
    return relative(layer(x.roll(shift, -1)) - y, y)


def permutation_error(layer, x, perm):
    y = layer(x)
    return relative(layer(x[:, perm]) - y[:, perm], y)


def receptive_field(layer, length, position):
    # half a kernel to the left, half a kernel to the right
    kernel = next(m.kernel_size[0] for m in layer.modules() if isinstance(m, nn.Conv1d))
    half = kernel // 2
    return [j for j in range(position - half, position + half + 1) if 0 <= j < length]


def delay_error(rnn, x, k):
    y = rnn(x)
    blank = torch.zeros(k, *x.shape[1:], dtype=x.dtype)
    return relative(rnn(torch.cat([blank, x]))[k:] - y, y)
