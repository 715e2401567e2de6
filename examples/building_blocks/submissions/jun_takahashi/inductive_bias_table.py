# 高橋 純
import torch

TABLE = {
    "fully_connected": {
        "inputs": "The components of a vector.",
        "interactions": "Ｅｖｅｒｙｔｈｉｎｇ to everything",
        "invariance": "N/A",
        "bias": "I think: almost none",
    },
    "convolutional": {
        "inputs": "grid cells",
        "interactions": "Each with its neighbors only",
        "invariance": "equivariant to translations (in space)",
        "bias": "Nearby pixels are related.",
    },
    "recurrent": {
        "inputs": "one time-step",
        "interactions": "from one step to the next",
        "invariance": "Shifts in time",
        "bias": "The order of the sequence matters!",
    },
}


def ridge_statements():
    return list({"small": 1, "gaussian_prior": 2, "gaussian_noise": 3, "squared": 4, "linear": 5})


def error(got, want):
    return torch.sqrt(torch.sum((got - want) ** 2) / torch.sum(want**2)).item()


def equivariance_error(layer, x, shift):
    places = (torch.arange(x.shape[-1]) - shift) % x.shape[-1]
    return error(layer(x[..., places]), layer(x)[..., places])


def invariance_error(layer, x, shift):
    places = (torch.arange(x.shape[-1]) - shift) % x.shape[-1]
    return error(layer(x[..., places]), layer(x))


def permutation_error(layer, x, perm):
    return error(layer(x[:, perm]), layer(x)[:, perm])


def receptive_field(layer, length, position):
    # forward mode: one tangent for each input place
    x = torch.rand(1, 1, length, dtype=torch.float64)
    field = []
    for place in range(length):
        tangent = torch.zeros_like(x)
        tangent[0, 0, place] = 1
        _, moved = torch.func.jvp(lambda v: layer(v)[0, :, position], (x,), (tangent,))
        if moved.abs().max() > 0:
            field.append(place)
    return field


def delay_error(rnn, x, k):
    blank = x.new_zeros((k, *x.shape[1:]))
    return error(rnn(torch.vstack((blank, x)))[k:], rnn(x))
