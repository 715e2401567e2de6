import torch

TABLE = {
    "fully_connected": {
        "inputs": "nuerons",
        "interactions": "fuly conected",
        "invariance": "nonne",
        "bias": "weak",
    },
    "convolutional": {
        "inputs": "pixles",
        "interactions": "lokal",
        "invariance": "tranlsation",
        "bias": "locality",
    },
    "recurrent": {
        "inputs": "timesteps",
        "interactions": "seqeuntial",
        "invariance": "time  TRANSLATION",
        "bias": "sequentiallity",
    },
}


def ridge_statements():
    # gausian_noise? gaussian_noise!
    return ["linear", "squared", "small", "gausian_noise", "gaussian_prior"]


def nrom(v):
    return v.pow(2).sum().sqrt()


def equivariance_error(layer, x, shift):
    return (nrom(layer(x.roll(shift, -1)) - layer(x).roll(shift, -1)) / nrom(layer(x))).item()


def invariance_error(layer, x, shift):
    return (nrom(layer(x.roll(shift, -1)) - layer(x)) / nrom(layer(x))).item()


def permutation_error(layer, x, perm):
    return (nrom(layer(x[:, perm]) - layer(x)[:, perm]) / nrom(layer(x))).item()


def receptive_feild(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    return [j for j in range(length) if J[..., j].abs().max() > 0]


def delay_error(rnn, x, k):
    z = torch.cat([torch.zeros(k, *x.shape[1:], dtype=x.dtype), x])
    return (nrom(rnn(z)[k:] - rnn(x)) / norm(rnn(x))).item()
