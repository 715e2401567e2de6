# Rosa Delgado -- tabla
import torch

TABLE = {
    "fully_connected": {
        "inputs": "units",
        "interactions": "all to all",
        "invariance": "none",
        "bias": "strong",
    },
    "convolutional": {
        "inputs": "pixels",
        "interactions": "neighbouring pixels",
        "invariance": "translation",
        "bias": "locality",
    },
    "recurrent": {
        "inputs": "time steps",
        "interactions": "sequential",
        "invariance": "time translation",
        "bias": "order",
    },
}


def ridge_statements():
    return ["linear", "squared", "small", "gaussian_prior", "gaussian_features"]


def norma(v):
    return (v * v).sum().sqrt()


def equivariance_error(layer, x, shift):
    y = layer(x)
    return (norma(layer(x.roll(shift, -1)) - y.roll(-shift, -1)) / norma(y)).item()


def invariance_error(layer, x, shift):
    y = layer(x)
    return (norma(layer(x.roll(shift, -1)) - y) / norma(y)).item()


def permutation_error(layer, x, perm):
    y = layer(x)
    vuelta = [perm.index(i) for i in range(len(perm))]
    return (norma(layer(x[:, perm]) - y[:, vuelta]) / norma(y)).item()


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    y = layer(x)[0, :, position]
    campo = []
    for j in range(length):
        otra = x.clone()
        otra[0, 0, j] += 1.0
        if (layer(otra)[0, :, position] - y).abs().max() > 1e-9:
            campo.append(j)
    return campo


def delay_error(rnn, x, k):
    y = rnn(x)
    nada = torch.zeros(k, *x.shape[1:], dtype=x.dtype)
    return (norma(rnn(torch.cat([nada, x]))[k:] - y) / norma(y)).item()
