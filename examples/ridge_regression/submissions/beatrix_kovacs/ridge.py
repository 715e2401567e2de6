"""Ridge regression. Kovács Beatrix"""
import math
import torch


def ridge_loss(w, X, y, lam):
    _lam(lam)
    return float(((y - X @ w)**2).sum() + lam * (w**2).sum())


def ridge_gradient(w, X, y, lam):
    # the derivative of lam |w|^2 is lam w
    _lam(lam)
    return 2 * X.T @ (X @ w - y) + lam * w


def ridge_fit(X, y, lam):
    _lam(lam)
    _rank(X, lam)
    return torch.linalg.solve(X.T @ X + lam * torch.eye(X.shape[1], dtype=X.dtype), X.T @ y)


def ridge_fit_intercept(X, y, lam):
    _lam(lam)
    Xc = X - X.mean(0)
    w = ridge_fit(Xc, y - y.mean(), lam)
    return w, float(y.mean())


def map_lambda(noise_std, prior_std):
    _std(noise_std, prior_std)
    return noise_std**2 / prior_std**2


def log_posterior(w, X, y, noise_std, prior_std):
    _std(noise_std, prior_std)
    r = y - X @ w
    return float(r @ r / (2 * noise_std**2) + w @ w / (2 * prior_std**2))


def shrinkage(X, lam):
    _lam(lam)
    _rank(X, lam)
    d = torch.linalg.svdvals(X)
    return d / (d + lam)


def effective_dof(X, lam):
    _lam(lam)
    _rank(X, lam)
    H = X @ torch.linalg.inv(X.T @ X + lam * torch.eye(X.shape[1], dtype=X.dtype)) @ X.T
    return float(H.trace())


def bias_variance(X, w_true, noise_std, lam):
    _lam(lam)
    _rank(X, lam)
    _std(noise_std)
    A = torch.linalg.inv(X.T @ X + lam * torch.eye(X.shape[1], dtype=X.dtype))
    bias = lam * A @ w_true
    bias2 = float(bias @ bias)
    # variance of least squares
    variance = float(noise_std**2 * A.trace())
    return {"bias2": bias2, "variance": variance, "mse": bias2 + variance}


def _lam(lam):
    if lam < 0 or math.isnan(lam):
        raise ValueError("lambda is negative")


def _rank(X, lam):
    if lam == 0 and torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("no unique solution")


def _std(*stds):
    if min(stds) <= 0:
        raise ValueError("std")
