# Übung "Bausteine", Aufgabe 4 – Ursula Meier
import torch

TABLE = {
    "fully_connected": {
        "inputs": "Neurons",
        "interactions": "Fully–connected",
        "invariance": "—",
        "bias": "“weak”",
    },
    "convolutional": {
        "inputs": "Pixels / Patches",
        "interactions": "Local (neighbourhood)",
        "invariance": "Translation equivariance",
        "bias": "Locality…",
    },
    "recurrent": {
        "inputs": "Time–steps",
        "interactions": "Sequential!",
        "invariance": "Time–translation",
        "bias": "Sequentiality",
    },
}


def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


def fehler(ist, soll):
    return float((ist - soll).norm() / soll.norm())


def equivariance_error(layer, x, shift):
    return fehler(layer(x.roll(shift, -1)), layer(x).roll(shift, -1))


def invariance_error(layer, x, shift):
    return fehler(layer(x.roll(shift, -1)), layer(x))


def permutation_error(layer, x, perm):
    return fehler(layer(x[:, perm]), layer(x)[:, perm])


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64, requires_grad=True)
    gefunden = set()
    for wert in layer(x)[0, :, position]:
        (ableitung,) = torch.autograd.grad(wert, x, retain_graph=True)
        gefunden |= {j for j in range(length) if ableitung[0, 0, j] != 0}
    return sorted(gefunden)


def delay_error(rnn, x, k):
    leer = torch.zeros(k, *x.shape[1:], dtype=x.dtype)
    return fehler(rnn(torch.cat([leer, x]))[k:], rnn(x))
