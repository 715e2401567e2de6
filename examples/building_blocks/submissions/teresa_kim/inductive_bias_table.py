import torch

TABLE = {
    "fully_connected": {"inputs": "units", "interactions": "all-to-all", "invariance": "none", "bias": "weak"},
    "convolutional": {"inputs": "pixels", "interactions": "local", "invariance": "translation", "bias": "locality"},
    "recurrent": {"inputs": "time steps", "interactions": "sequential", "invariance": "time translation", "bias": "sequentiality"},
}


def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


def rel(got, want):
    return round(((got - want).norm() / want.norm()).item(), 3)


def equivariance_error(layer, x, shift):
    return rel(layer(x.roll(shift, -1)), layer(x).roll(shift, -1))


def invariance_error(layer, x, shift):
    return rel(layer(x.roll(shift, -1)), layer(x))


def permutation_error(layer, x, perm):
    return rel(layer(x[:, perm]), layer(x)[:, perm])


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    return [j for j in range(length) if J[..., j].abs().max() > 0]


def delay_error(rnn, x, k):
    return rel(rnn(torch.cat([x.new_zeros(k, *x.shape[1:]), x]))[k:], rnn(x))
