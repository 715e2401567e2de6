# Abgabe Tobias Lang
import torch

TABLE = {
    "fully_connected": {
        "inputs": "Neurons",
        "interactions": "Dense",
        "invariance": "Permutation",  # alle mit allen, also ist die Reihenfolge egal
        "bias": "Weak",
    },
    "convolutional": {
        "inputs": "Pixels",
        "interactions": "Neighbouring pixels",
        "invariance": "Translation",
        "bias": "Locality",
    },
    "recurrent": {
        "inputs": "Time steps",
        "interactions": "Sequential",
        "invariance": "Temporal translation",
        "bias": "Temporal order",
    },
}


def ridge_statements():
    return ["gaussian_prior", "gaussian_noise", "linear", "squared", "small"]


def _fehler(ist, soll):
    return (torch.norm(ist - soll) / torch.norm(soll)).item()


def equivariance_error(layer, x, shift):
    return _fehler(layer(x.roll(shift, dims=2)), layer(x).roll(shift, dims=2))


def invariance_error(layer, x, shift):
    return _fehler(layer(x.roll(shift, dims=2)), layer(x))


def permutation_error(layer, x, perm):
    return _fehler(layer(x[:, perm]), layer(x)[:, perm])


def receptive_field(layer, length, position):
    x = torch.ones(1, 1, length, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    treffer = (J != 0).any(dim=0).flatten().nonzero().flatten()
    # von der ersten bis zur letzten Stelle
    return list(range(int(treffer.min()), int(treffer.max()) + 1))


def delay_error(rnn, x, k):
    leer = torch.zeros_like(x[:1]).repeat(k, 1, 1)
    return _fehler(rnn(torch.cat([leer, x], dim=0))[k:], rnn(x))
