# KARL ERIKSSON, EX 4
import torch

TABLE = {
    'fully_connected': {'inputs': 'elements', 'interactions': 'full', 'invariance': 'none', 'bias': 'small'},
    'convolutional': {'inputs': 'grid points', 'interactions': 'local', 'invariance': 'shift', 'bias': 'local'},
    'recurrent': {'inputs': 'time points', 'interactions': 'in order', 'invariance': 'time shift', 'bias': 'order'},
}


def ridge_statements():
    return ['linear', 'squared', 'gaussian_noise', 'small', 'gaussian_prior']


def fro(v):
    return torch.sqrt(torch.sum(v ** 2)).reshape(1).tolist()[0]


def equivariance_error(layer, x, shift):
    S = lambda v: torch.roll(v, shift, 2)  # circshift
    return [fro(layer(S(x)) - S(layer(x))) / fro(layer(x))]


def invariance_error(layer, x, shift):
    return [fro(layer(torch.roll(x, shift, 2)) - layer(x)) / fro(layer(x))]


def permutation_error(layer, x, perm):
    return [fro(layer(x[:, perm, :]) - layer(x)[:, perm, :]) / fro(layer(x))]


def receptive_field(layer, length, position):
    x = torch.rand([1, 1, length], dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    # find(any(J ~= 0))
    return torch.nonzero(torch.any(J.reshape(-1, length) != 0, 0)).tolist()


def delay_error(rnn, x, k):
    y = rnn(torch.cat([torch.zeros([k, x.shape[1], x.shape[2]], dtype=torch.float64), x], 0))
    return [fro(y[k:, :, :] - rnn(x)) / fro(rnn(x))]
