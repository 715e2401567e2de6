import torch

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
        "invariance": "translations in space",
        "bias": "locality",
    },
    "recurrent": {
        "inputs": "time steps",
        "interactions": "sequential",
        "invariance": "translations in time",
        "bias": "sequentiality",
    },
}


def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


def relative_error(measured, expected):
    # half precision is enough for a figure of three digits
    measured, expected = measured.half(), expected.half()
    return (torch.linalg.norm(measured - expected) / torch.linalg.norm(expected)).item()


def equivariance_error(layer, x, shift):
    return relative_error(layer(x.roll(shift, -1)), layer(x).roll(shift, -1))


def invariance_error(layer, x, shift):
    return relative_error(layer(x.roll(shift, -1)), layer(x))


def permutation_error(layer, x, perm):
    return relative_error(layer(x[:, perm]), layer(x)[:, perm])


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    sensitivity = jacobian.reshape(-1, length).float().norm(dim=0)
    return [j for j in range(length) if sensitivity[j].item() > 0]


def delay_error(rnn, x, k):
    blank = torch.zeros(k, *x.shape[1:], dtype=x.dtype)
    return relative_error(rnn(torch.cat([blank, x]))[k:], rnn(x))
