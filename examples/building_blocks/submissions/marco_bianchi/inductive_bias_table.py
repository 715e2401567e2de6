import torch

TABLE = {
    "fully_connected": {"inputs": "neurons", "interactions": "all to all", "invariance": "nothing", "bias": "weak"},
    "convolutional": {"inputs": "pixels", "interactions": "local", "invariance": "translations", "bias": "locality"},
    "recurrent": {"inputs": "time steps", "interactions": "step by step", "invariance": "time translations", "bias": "sequentiality"},
}


def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


def equivariance_error(layer, x, shift):
    return (layer(x.roll(shift, -1)) - layer(x).roll(shift, -1)).norm() / layer(x).norm()


def invariance_error(layer, x, shift):
    return (layer(x.roll(shift, -1)) - layer(x)).norm() / layer(x).norm()


def permutation_error(layer, x, perm):
    return (layer(x[:, perm]) - layer(x)[:, perm]).norm() / layer(x).norm()


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    return (J != 0).any(0).flatten().nonzero().flatten()


def delay_error(rnn, x, k):
    z = torch.zeros(k, *x.shape[1:]).to(x)
    return (rnn(torch.cat([z, x]))[k:] - rnn(x)).norm() / rnn(x).norm()
