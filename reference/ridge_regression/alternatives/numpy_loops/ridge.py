"""Ridge regression with loops over single numbers, and numpy for what is left."""

import math

import numpy as np
import torch


def ridge_loss(w, X, y, lam):
    _check(lam)
    total = 0.0
    for i in range(len(y)):
        prediction = sum(float(X[i, j]) * float(w[j]) for j in range(len(w)))
        total += (float(y[i]) - prediction) ** 2
    for weight in w.tolist():
        total += lam * weight**2
    return total


def ridge_gradient(w, X, y, lam):
    _check(lam)
    X, y, w = X.numpy(), y.numpy(), w.numpy()
    gradient = np.zeros_like(w)
    for j in range(len(w)):
        for i in range(len(y)):
            gradient[j] -= 2 * X[i, j] * (y[i] - X[i] @ w)
        gradient[j] += 2 * lam * w[j]
    return torch.from_numpy(gradient)


def ridge_fit(X, y, lam):
    _check(lam)
    return torch.from_numpy(_solve(X.numpy(), y.numpy(), lam))


def ridge_fit_intercept(X, y, lam):
    _check(lam)
    X, y = X.numpy(), y.numpy()
    w = _solve(X - X.mean(axis=0), y - y.mean(), lam)
    return torch.from_numpy(w), float(np.mean(y - X @ w))


def map_lambda(noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError("spreads are positive")
    return float(np.var([-noise_std, noise_std]) / np.var([-prior_std, prior_std]))


def log_posterior(w, X, y, noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError("spreads are positive")
    total = 0.0
    for row, target in zip(X.tolist(), y.tolist(), strict=True):
        mean = sum(a * b for a, b in zip(row, w.tolist(), strict=True))
        total += _log_normal(target, mean, noise_std)
    for weight in w.tolist():
        total += _log_normal(weight, 0.0, prior_std)
    return total


def shrinkage(X, lam):
    _check(lam)
    _refuse_dependent(X.numpy(), lam)
    d = np.linalg.svd(X.numpy(), compute_uv=False)
    return torch.from_numpy(d**2 / (d**2 + lam))


def effective_dof(X, lam):
    total = 0.0
    for share in shrinkage(X, lam).tolist():
        total += share
    return total


def bias_variance(X, w_true, noise_std, lam):
    _check(lam)
    if noise_std <= 0:
        raise ValueError("noise is positive")
    X, w = X.numpy(), w_true.numpy()
    bias2 = np.sum((_solve(X, X @ w, lam) - w) ** 2)
    variance = 0.0
    for i in range(len(X)):
        noise = np.zeros(len(X), dtype=X.dtype)
        noise[i] = noise_std
        variance += np.sum(_solve(X, noise, lam) ** 2)
    return {"bias2": float(bias2), "variance": float(variance), "mse": float(bias2 + variance)}


def _log_normal(x, mean, std):
    return -((x - mean) ** 2) / (2 * std**2) - math.log(std) - 0.5 * math.log(2 * math.pi)


def _solve(X, y, lam):
    _refuse_dependent(X, lam)
    A = X.T @ X
    for j in range(len(A)):
        A[j, j] += lam
    return np.linalg.solve(A, X.T @ y)


def _refuse_dependent(X, lam):
    if lam == 0 and np.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("dependent columns")


def _check(lam):
    if not np.isfinite(lam) or lam < 0:
        raise ValueError("lam")
