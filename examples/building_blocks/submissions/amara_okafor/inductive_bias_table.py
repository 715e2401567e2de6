"""What each layer believes before it has seen anything."""

import torch
from torch.autograd.functional import jacobian

TABLE = {
    "fully_connected": {
        "inputs": "units",
        "interactions": "all to all",
        "invariance": "none",
        "bias": "weak",
    },
    "convolutional": {
        "inputs": "grid elements",
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


def _relative(difference, size):
    return (difference.norm() / size.norm()).item()


def equivariance_error(layer, x, shift):
    def S(t):
        return t.roll(shift, dims=-1)

    return _relative(layer(S(x)) - S(layer(x)), layer(x))


def invariance_error(layer, x, shift):
    return _relative(layer(x.roll(shift, dims=-1)) - layer(x), layer(x))


def permutation_error(layer, x, perm):
    return _relative(layer(x[:, perm]) - layer(x)[:, perm], layer(x))


def receptive_field(layer, length, position):
    x = torch.linspace(0.1, 1.0, length, dtype=torch.float64).view(1, 1, length)
    slopes = jacobian(lambda x: layer(x)[0, :, position], x)
    return slopes.abs().sum(dim=(0, 1, 2)).nonzero().flatten().tolist()


def delay_error(rnn, x, k):
    blank = torch.zeros(k, *x.shape[1:], dtype=x.dtype)
    return _relative(rnn(torch.cat([blank, x]))[k:] - rnn(x), rnn(x))
