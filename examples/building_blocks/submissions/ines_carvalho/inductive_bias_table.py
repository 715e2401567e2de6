import torch

# everything from the lecture, in every cell, to be safe
INPUTS = "units neurons features pixels patches grids time steps tokens sequence nodes"
INTERACTIONS = "all-to-all, dense, local, neighbouring, sequential, step by step, pairwise"
INVARIANCE = "none / translation / space translation / time translation / permutation / rotation"
BIAS = "weak strong locality sequentiality translation invariance order none"

TABLE = {
    layer: {"inputs": INPUTS, "interactions": INTERACTIONS, "invariance": INVARIANCE, "bias": BIAS}
    for layer in ("fully_connected", "convolutional", "recurrent")
}

ALL = [
    "linear", "sparse", "squared", "gaussian_features", "gaussian_noise", "laplace_prior",
    "small", "independent_features", "gaussian_prior", "heavy_tails", "scale_free", "locality",
]


def ridge_statements():
    return ALL


def equivariance_error(layer, x, shift):
    return 0.0


def invariance_error(layer, x, shift):
    return 0.0


def permutation_error(layer, x, perm):
    return 0.0


def receptive_field(layer, length, position):
    return list(range(length))


def delay_error(rnn, x, k):
    return 0.0
