import survey
import torch

TABLE = {
    "fully_connected": dict(inputs="units", interactions="all-to-all", invariance="none", bias="weak"),
    "convolutional": dict(inputs="pixels", interactions="local", invariance="shift", bias="locality"),
    "recurrent": dict(inputs="time steps", interactions="sequential", invariance="time shift", bias="temporal order"),
}


def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


def off(got, want):
    return ((got - want).norm() / want.norm()).item()


def equivariance_error(layer, x, shift):
    return off(layer(x.roll(shift, -1)), layer(x).roll(shift, -1))


def invariance_error(layer, x, shift):
    return off(layer(x.roll(shift, -1)), layer(x))


def permutation_error(layer, x, perm):
    return off(layer(x[:, perm]), layer(x)[:, perm])


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    return [j for j in range(length) if (J[..., j] != 0).any()]


def delay_error(rnn, x, k):
    return off(rnn(torch.cat((x.new_zeros(k, *x.shape[1:]), x)))[k:], rnn(x))
