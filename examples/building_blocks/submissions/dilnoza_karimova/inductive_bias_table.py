import torch
from torch import einsum

TABLE = {
    "fully_connected": {
        "inputs": "features",
        "interactions": "each output depends on all inputs",
        "invariance": "–",
        "bias": "minimal",
    },
    "convolutional": {
        "inputs": "pixels, patches",
        "interactions": "within the receptive field",
        "invariance": "equivariant to spatial shifts",
        "bias": "locality and weight sharing",
    },
    "recurrent": {
        "inputs": "tokens",
        "interactions": "through the hidden state",
        "invariance": "equivariance to time translation",
        "bias": "temporal dependencies",
    },
}


def ridge_statements():
    return sorted({"small", "linear", "squared", "gaussian_noise", "gaussian_prior"})


def _size(v):
    return einsum("i,i->", v.flatten(), v.flatten()).sqrt()


def _error(a, b):
    return (_size(a - b) / _size(b)).item()


def _roll_matrix(n, shift):
    return torch.eye(n, dtype=torch.float64).roll(shift, 0)


def equivariance_error(layer, x, shift):
    S = _roll_matrix(x.shape[-1], shift)
    return _error(layer(einsum("ij,bcj->bci", S, x)), einsum("ij,bcj->bci", S, layer(x)))


def invariance_error(layer, x, shift):
    S = _roll_matrix(x.shape[-1], shift)
    return _error(layer(einsum("ij,bcj->bci", S, x)), layer(x))


def permutation_error(layer, x, perm):
    P = torch.eye(len(perm), dtype=torch.float64)[perm]
    return _error(layer(einsum("ij,bjd->bid", P, x)), einsum("ij,bjd->bid", P, layer(x)))


def receptive_field(layer, length, position):
    x = torch.full((1, 1, length), 0.3, dtype=torch.float64, requires_grad=True)
    y = layer(x)[0, :, position]
    reads = torch.zeros(length, dtype=torch.bool)
    for value in y:
        (grad,) = torch.autograd.grad(value, x, retain_graph=True)
        reads |= grad[0, 0] != 0
    return [j for j, read in enumerate(reads.tolist()) if read]


def delay_error(rnn, x, k):
    T = x.shape[0]
    D = torch.eye(T + k, T, dtype=torch.float64).roll(k, 0)
    return _error(rnn(einsum("st,tbd->sbd", D, x))[k:], rnn(x))
