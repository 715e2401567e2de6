"""Ridge regression.  Sofia Lindgren, group 4.

Everything below uses the thin SVD  X = U diag(d) V^T.
"""
import math

import torch
from torch import Tensor


def ridge_loss(w: Tensor, X: Tensor, y: Tensor, lam: float) -> float:
    need_lambda(lam)
    residual = y - X @ w
    return (residual @ residual + lam * w @ w).item()


def ridge_gradient(w: Tensor, X: Tensor, y: Tensor, lam: float) -> Tensor:
    need_lambda(lam)
    return -2 * X.T @ (y - X @ w) + 2 * lam * w


def ridge_fit(X: Tensor, y: Tensor, lam: float) -> Tensor:
    need_unique_fit(X, lam)
    U, d, Vt = torch.linalg.svd(X, full_matrices=False)
    # w = V diag(d / (d^2 + lam)) U^T y
    return Vt.T @ (d / (d ** 2 + lam) * (U.T @ y))


def ridge_fit_intercept(X: Tensor, y: Tensor, lam: float) -> tuple[Tensor, float]:
    # dJ/db = 0  =>  b = mean(y - Xw), so centring removes b
    w = ridge_fit(X - X.mean(0), y - y.mean(), lam)
    b = (y - X @ w).mean()
    return w, b.item()


def map_lambda(noise_std: float, prior_std: float) -> float:
    need_std(noise_std)
    need_std(prior_std)
    return noise_std ** 2 / prior_std ** 2


def log_posterior(w: Tensor, X: Tensor, y: Tensor, noise_std: float, prior_std: float) -> float:
    # -J(w) / (2 sigma^2) with the right lambda
    return -ridge_loss(w, X, y, map_lambda(noise_std, prior_std)) / (2 * noise_std ** 2)


def shrinkage(X: Tensor, lam: float) -> Tensor:
    need_unique_fit(X, lam)
    d2 = torch.linalg.svdvals(X) ** 2
    return d2 / (d2 + lam)


def effective_dof(X: Tensor, lam: float) -> float:
    return shrinkage(X, lam).sum().item()


def bias_variance(X: Tensor, w_true: Tensor, noise_std: float, lam: float) -> dict[str, float]:
    need_unique_fit(X, lam)
    need_std(noise_std)
    _, d, Vt = torch.linalg.svd(X, full_matrices=True)
    d2 = torch.zeros(X.shape[1], dtype=X.dtype)
    d2[:len(d)] = d ** 2          # the other directions are never seen
    bias = lam / (d2 + lam) * (Vt @ w_true)
    bias2 = (bias @ bias).item()
    variance = noise_std ** 2 * (d2 / (d2 + lam) ** 2).sum().item()
    return {"bias2": bias2, "variance": variance, "mse": bias2 + variance}


def need_lambda(lam):
    if not (math.isfinite(lam) and lam >= 0):
        raise ValueError("lambda must be finite and not negative")


def need_unique_fit(X, lam):
    need_lambda(lam)
    if lam == 0 and torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("lambda = 0 needs independent columns")


def need_std(std):
    if not std > 0:
        raise ValueError("standard deviations are positive")
