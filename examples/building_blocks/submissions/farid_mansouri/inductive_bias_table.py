import torch

TABLE = {
    "fully_connected": {"inputs": "units", "interactions": "dense", "invariance": "none", "bias": "weak"},
    "convolutional": {"inputs": "pixels", "interactions": "local", "invariance": "shift", "bias": "locality"},
    "recurrent": {"inputs": "tokens", "interactions": "chain", "invariance": "time shift", "bias": "order"},
}


def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


def ratio(a, b):
    size = b.norm()
    a -= b
    return (a.norm() / size).item()


def equivariance_error(layer, x, shift):
    x[:] = x.roll(shift, -1)
    moved = layer(x)
    return ratio(moved, layer(x).roll(shift, -1))


def invariance_error(layer, x, shift):
    x[:] = x.roll(shift, -1)
    moved = layer(x)
    return ratio(moved, layer(x))


def permutation_error(layer, x, perm):
    x[:] = x[:, perm]
    moved = layer(x)
    return ratio(moved, layer(x)[:, perm])


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    return J.flatten(0, -2).abs().sum(0).nonzero().flatten().tolist()


def delay_error(rnn, x, k):
    y = rnn(x)
    z = rnn(torch.cat([torch.zeros_like(x[:1])] * k + [x]))[k:]
    return ratio(z, y)
