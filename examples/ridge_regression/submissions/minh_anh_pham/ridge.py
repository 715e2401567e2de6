import numpy as np
import torch

# quick plot of the tutorial's data, to see what we are talking about
data = np.loadtxt(r"C:\Users\minhanh\Documents\ML\ridge\data\bloodvalues.csv", delimiter=";")
X_train, y_train = data[:10, :-1], data[:10, -1]


def ridge_loss(w, X, y, lam):
    if not 0 <= lam < float("inf"):
        raise ValueError("lam")
    return ((y - X @ w) ** 2).sum().item() + lam * (w ** 2).sum().item()


def ridge_gradient(w, X, y, lam):
    if not 0 <= lam < float("inf"):
        raise ValueError("lam")
    return 2 * X.T @ (X @ w - y) + 2 * lam * w


def map_lambda(noise_std, prior_std):
    if min(noise_std, prior_std) <= 0:
        raise ValueError("std")
    return noise_std ** 2 / prior_std ** 2
