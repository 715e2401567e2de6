# Emily Thornton
import torch

TABLE = {
    "fully_connected": {
        "inputs": "units",
        "interactions": "all to all",
        "invariance": "none at all",
        "bias": "hardly any",
    },
    "convolutional": {
        "inputs": "pixels of an image",
        "interactions": "locally",
        "invariance": "where the object is",
        "bias": "nearby pixels are related",
    },
    "recurrent": {
        "inputs": "time steps",
        "interactions": "one at a time",
        "invariance": "absolute time",
        "bias": "ordering",
    },
}


def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


def equivariance_error(layer, x, shift):
    y = layer(x)
    return ((layer(x.roll(shift, -1)) - y.roll(shift, -1)).norm() / y.norm()).item()


def invariance_error(layer, x, shift):
    y = layer(x)
    return ((layer(x.roll(shift, -1)) - y).norm() / y.norm()).item()


def permutation_error(layer, x, perm):
    y = layer(x)
    return ((layer(x[:, perm]) - y[:, perm]).norm() / y.norm()).item()


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    return [j for j in range(length) if J[..., j].abs().sum() > 0]


def delay_error(rnn, x, k):
    # a delay is not a number
    return float("nan")
