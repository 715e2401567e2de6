import torch
from torch.nn import functional as F

TABLE = {
    "fully_connected": {
        "inputs": "features",
        "interactions": "dense",
        "invariance": "no built-in invariance",
        "bias": "weak",
    },
    "convolutional": {
        "inputs": ["pixels", "patches"],
        "interactions": "local receptive field",
        "invariance": "translation equivariance",
        "bias": "locality and weight sharing",
    },
    "recurrent": {
        "inputs": "tokens",
        "interactions": "one step after another",
        "invariance": "time-shift equivariance",
        "bias": "order matters",
    },
}


def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


@torch.no_grad()
def equivariance_error(layer, x, shift):
    out = layer(x)
    return (torch.dist(layer(x.roll(shift, -1)), out.roll(shift, -1)) / out.norm()).item()


@torch.no_grad()
def invariance_error(layer, x, shift):
    out = layer(x)
    return (torch.dist(layer(x.roll(shift, -1)), out) / out.norm()).item()


@torch.no_grad()
def permutation_error(layer, x, perm):
    out = layer(x)
    return (torch.dist(layer(x[:, perm]), out[:, perm]) / out.norm()).item()


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    jac = torch.func.jacrev(lambda v: layer(v)[0, :, position])(x)
    return jac.flatten(0, 2).abs().amax(0).nonzero().flatten().tolist()


@torch.no_grad()
def delay_error(rnn, x, k):
    out = rnn(x)
    delayed = rnn(F.pad(x, (0, 0, 0, 0, k, 0)))
    return (torch.dist(delayed[k:], out) / out.norm()).item()
