import torch

TABLE = {
    "fully_connected": {
        "inputs": "input features",
        "interactions": "everything with everything",
        "invariance": "nothing",
        "bias": "almost none",
    },
    "convolutional": {
        "inputs": "2d grid",
        "interactions": "local and sparse",
        "invariance": "translation equivariance",
        "bias": "local structure",
    },
    "recurrent": {
        "inputs": "steps of a sequence",
        "interactions": "one after another",
        "invariance": "time-translation equivariance",
        "bias": "the order matters",
    },
}


def ridge_statements():
    return ["gaussian_noise", "gaussian_prior", "linear", "small", "squared"]


def _ratio(a, b):
    return float(torch.linalg.vector_norm(a - b) / torch.linalg.vector_norm(b))


def equivariance_error(layer, x, shift):
    return _ratio(layer(x.roll(shift, -1)), layer(x).roll(shift, -1))


def invariance_error(layer, x, shift):
    return _ratio(layer(x.roll(shift, -1)), layer(x))


def permutation_error(layer, x, perm):
    index = torch.tensor(perm)
    return _ratio(layer(x.index_select(1, index)), layer(x).index_select(1, index))


def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64, requires_grad=True)
    at = layer(x)[0, :, position]
    # random mixture of the channels: nothing cancels by accident
    (at * torch.rand_like(at)).sum().backward()
    return x.grad.flatten().nonzero().flatten().tolist()


def delay_error(rnn, x, k):
    padded = torch.nn.functional.pad(x, (0, 0, 0, 0, k, 0))
    return _ratio(rnn(padded)[k:], rnn(x))
