import math
import torch

LR, STEPS = 0.01, 300


def ok(lam, X=None):
    if lam < 0 or not math.isfinite(lam):
        raise ValueError('lam')
    if X is not None and lam == 0 and torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError('rank')


def ridge_loss(w, X, y, lam):
    ok(lam)
    e = y - X @ w
    return (e @ e + lam * w @ w).item()


def ridge_gradient(w, X, y, lam):
    ok(lam)
    return 2 * X.T @ (X @ w - y) + 2 * lam * w


def ridge_fit(X, y, lam):
    '''gradient descent, like everything in this course'''
    ok(lam, X)
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    for _ in range(STEPS):
        w = w - LR * ridge_gradient(w, X, y, lam)
    return w


def ridge_fit_intercept(X, y, lam):
    ok(lam, X - X.mean(0))
    w, b = torch.zeros(X.shape[1], dtype=X.dtype), 0.0
    for _ in range(STEPS):
        e = y - X @ w - b
        w = w - LR * (-2 * X.T @ e + 2 * lam * w)
        b = b + LR * 2 * e.sum().item()
    return w, b


def map_lambda(noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError('std')
    return noise_std / prior_std


def log_posterior(w, X, y, noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError('std')
    e = y - X @ w
    return (-e @ e / (2 * noise_std ** 2) - w @ w / (2 * prior_std ** 2)).item()


def shrinkage(X, lam):
    ok(lam, X)
    d2 = torch.linalg.eigvalsh(X.T @ X)
    return d2 / (d2 + lam)


def effective_dof(X, lam):
    return shrinkage(X, lam).sum().item()
