import torch
from given import RIDGE_STATEMENTS
from nnmath import relative_error

TABLE = {
    "fully_connected": {
        "inputs": "units",
        "interactions": "every input to every output",
        "invariance": "no symmetries",
        "bias": "least",
    },
    "convolutional": {
        "inputs": "patches of the image",
        "interactions": "local receptive field",
        "invariance": "shift equivariance",
        "bias": "locality and parameter sharing",
    },
    "recurrent": {
        "inputs": "sequence elements",
        "interactions": "one step after another",
        "invariance": "time-shift equivariance",
        "bias": "sequential dependencies",
    },
}

BELIEVED = {"linear", "squared", "gaussian_noise", "small", "gaussian_prior"}


def ridge_statements():
    return [name for name in RIDGE_STATEMENTS if name in BELIEVED]


def equivariance_error(layer, x, shift):
    return relative_error(layer(x.roll(shift, -1)), layer(x).roll(shift, -1))


def invariance_error(layer, x, shift):
    return relative_error(layer(x.roll(shift, -1)), layer(x))


def permutation_error(layer, x, perm):
    return relative_error(layer(x[:, perm]), layer(x)[:, perm])


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    jacobian = torch.func.jacrev(lambda v: layer(v)[0, :, position])(x)
    return jacobian.reshape(-1, length).any(0).nonzero().flatten().tolist()


def delay_error(rnn, x, k):
    blank = torch.zeros(k, *x.shape[1:], dtype=x.dtype)
    return relative_error(rnn(torch.cat([blank, x]))[k:], rnn(x))
