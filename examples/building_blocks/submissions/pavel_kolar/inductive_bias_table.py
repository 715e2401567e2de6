import torch

rows = ["fully_connected", "convolutional", "recurrent"]
columns = ["inputs", "interactions", "invariance", "bias"]
cells = [
    ["units", "all-to-all", "–", "weak"],
    ["time steps", "sequential", "time translation", "sequentiality"],
    ["pixels, patches", "local", "space translation", "locality"],
]
TABLE = {r: dict(zip(columns, line)) for r, line in zip(rows, cells)}


def ridge_statements():
    return ["linear", "small", "squared", "gaussian_noise", "gaussian_prior"]


def ε(a, b):
    return float((a - b).norm() / b.norm())


def equivariance_error(layer, x, shift):
    S = lambda v: v.roll(shift, -1)
    return ε(layer(S(x)), S(layer(x)))


def invariance_error(layer, x, shift):
    S = lambda v: v.roll(shift, -1)
    return ε(layer(S(x)), layer(x))


def permutation_error(layer, x, perm):
    P = lambda v: v[:, perm]
    return ε(layer(P(x)), P(layer(x)))


def receptive_field(layer, length, position):
    x = torch.randn(1, 1, length).double()
    J = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    return [j for j in range(length) if J[..., j].abs().max() > 0]


def delay_error(rnn, x, k):
    return ε(rnn(torch.cat([0 * x[:1]] * k + [x]))[k:], rnn(x))
