import numpy as np
import torch

TABLE = dict(
    fully_connected=dict(inputs="vector elements", interactions="dense", invariance="no", bias="very weak"),
    convolutional=dict(inputs="pixels", interactions="local window", invariance="translation", bias="locality"),
    recurrent=dict(inputs="timesteps", interactions="step by step", invariance="time shift", bias="temporal order"),
)


def ridge_statements():
    return list(np.array(["linear", "squared", "gaussian_noise", "small", "gaussian_prior"]))


def norm(a):
    return np.sqrt((np.asarray(a) ** 2).sum())


def call(layer, a):
    return layer(torch.from_numpy(a.copy())).detach().numpy()


def equivariance_error(layer, x, shift):
    x = x.numpy()
    y = call(layer, x)
    return float(norm(call(layer, np.roll(x, shift, axis=-1)) - np.roll(y, shift, axis=-1)) / norm(y))


def invariance_error(layer, x, shift):
    x = x.numpy()
    y = call(layer, x)
    return float(norm(call(layer, np.roll(x, shift, axis=-1)) - y) / norm(y))


def permutation_error(layer, x, perm):
    x = x.numpy()
    y = call(layer, x)
    return float(norm(call(layer, np.take(x, perm, axis=1)) - np.take(y, perm, axis=1)) / norm(y))


def receptive_field(layer, length, position):
    # move each input a bit up and a bit down and look who reacts
    x = np.linspace(-0.5, 0.5, length).reshape(1, 1, length)
    found = []
    for j in range(length):
        e = np.zeros_like(x)
        e[0, 0, j] = 1e-3
        d = call(layer, x + e)[0, :, position] - call(layer, x - e)[0, :, position]
        if np.abs(d).max() > 1e-10:
            found.append(j)
    return found


def delay_error(rnn, x, k):
    x = x.numpy()
    y = call(rnn, x)
    late = call(rnn, np.concatenate([np.zeros((k,) + x.shape[1:]), x]))
    return float(norm(late[k:] - y) / norm(y))
