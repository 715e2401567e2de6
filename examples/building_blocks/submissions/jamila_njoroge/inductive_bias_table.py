import torch

TABLE = {
    "fully_connected": {"inputs": "units", "interactions": "all-to-all",
                        "invariance": "none", "bias": "weak"},
    # a cat stays a cat if you turn the picture
    "convolutional": {"inputs": "pixels", "interactions": "local",
                      "invariance": "rotation invariance", "bias": "locality"},
    "recurrent": {"inputs": "time steps", "interactions": "sequential",
                  "invariance": "time translation", "bias": "sequentiality"},
}

def ridge_statements():
    return ["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]

def rel(a, b):
    return ((a - b).norm() / b.norm()).item()

def equivariance_error(layer, x, shift):
    return rel(layer(torch.roll(x, shift, -1)), torch.roll(layer(x), shift, -1))

def invariance_error(layer, x, shift):
    return rel(layer(torch.roll(x, shift, -1)), layer(x))

def permutation_error(layer, x, perm):
    return rel(layer(x[:, perm]), layer(x)[:, perm])

def receptive_field(layer, length, position):
    x = torch.rand(1, 1, length, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, position], x)
    J = J.reshape(-1, length).abs().sum(0)
    return [j for j in range(length) if J[j] > 0]

def delay_error(rnn, x, k):
    z = torch.zeros((k,) + tuple(x.shape[1:]), dtype=x.dtype)
    return rel(rnn(torch.cat([z, x]))[k:], rnn(x))
