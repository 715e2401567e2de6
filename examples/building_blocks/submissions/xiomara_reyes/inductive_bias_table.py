import torch

TABLE = {
    "fully_connected": {
        "inputs": "scalars",
        "interactions": "every unit to every unit",
        "invariance": "there is none",
        "bias": "slight",
    },
    "convolutional": {
        "inputs": "voxels",
        "interactions": "small neighbourhoods",
        "invariance": "position",
        "bias": "nearby pixels matter more",
    },
    "recurrent": {
        "inputs": "elements of a sequence",
        "interactions": "past to future",
        "invariance": "temporal shifts",
        "bias": "sequence structure",
    },
}


def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]


def measure(moved, expected, size):
    return ((moved - expected).square().sum() / size.square().sum()).sqrt().item()


def equivariance_error(layer, x, shift):
    y = layer(x)
    return measure(layer(x.roll(shift, -1)), y.roll(shift, -1), y)


def invariance_error(layer, x, shift):
    y = layer(x)
    return measure(layer(x.roll(shift, -1)), y, y)


def permutation_error(layer, x, perm):
    y = layer(x)
    return measure(layer(x[:, perm]), y[:, perm], y)


def receptive_field(layer, length, position):
    # try many inputs, a place counts if any of them reacts
    field = set()
    x = torch.randn(200, 1, 1, length, dtype=torch.float64)
    for one in x:
        base = layer(one)[0, :, position]
        for j in set(range(length)) - field:
            bumped = one.clone()
            bumped[0, 0, j] += 1
            if (layer(bumped)[0, :, position] != base).any():
                field.add(j)
    return sorted(field)


def delay_error(rnn, x, k):
    y = rnn(x)
    late = rnn(torch.cat([x.new_zeros(k, *x.shape[1:]), x]))
    return measure(late[k:], y, y)
