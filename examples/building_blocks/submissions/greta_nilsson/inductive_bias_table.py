"""Greta Nilsson. I find that few of these can be said in two words, so I took more."""

import torch

TABLE = {
    "fully_connected": {
        "inputs": "a vector, it does not matter of what",
        "interactions": "matrix multiplication",
        "invariance": "it can learn any of them from enough data",
        "bias": "can fit to any function (universal approximation)",
    },
    "convolutional": {
        "inputs": "images",
        "interactions": "weight sharing",
        "invariance": "translation and small deformations",
        "bias": "locality",
    },
    "recurrent": {
        "inputs": "the words of a sentence, one after the other",
        "interactions": "recurrence through the hidden state",
        "invariance": "time translation",
        "bias": "Markov property",
    },
}


def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


def relative(error, reference):
    return (error.norm() / reference.norm()).item()


def equivariance_error(layer, x, shift):
    response = layer(x)
    return relative(layer(torch.roll(x, shift, dims=-1)) - torch.roll(response, shift, dims=-1), response)


def invariance_error(layer, x, shift):
    response = layer(x)
    return relative(layer(torch.roll(x, shift, dims=-1)) - response, response)


def permutation_error(layer, x, perm):
    response = layer(x)
    return relative(layer(x[:, perm]) - response[:, perm], response)


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    slopes = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    return [j for j in range(length) if bool((slopes[..., j] != 0).any())]


def delay_error(rnn, x, k):
    response = rnn(x)
    blank = torch.zeros(k, *x.shape[1:], dtype=x.dtype)
    return relative(rnn(torch.cat([blank, x]))[k:] - response, response)
