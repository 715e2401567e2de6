"""Ridge regression by walking downhill, 20 000 steps for every fit."""

import math

import numpy as np
import torch
from torch import Tensor

STEPS = 20_000


def ridge_loss(w: Tensor, X: Tensor, y: Tensor, lam: float) -> float:
    _check(lam)
    return ((X @ w - y).norm().item()) ** 2 + lam * w.norm().item() ** 2


def ridge_gradient(w: Tensor, X: Tensor, y: Tensor, lam: float) -> Tensor:
    _check(lam)
    return 2.0 * (torch.matmul(X.t(), torch.matmul(X, w) - y) + lam * w)


def ridge_fit(X: Tensor, y: Tensor, lam: float) -> Tensor:
    _check(lam, X)
    A, t = (X.T @ X).numpy(), (X.T @ y).numpy()
    A = A + lam * np.eye(len(A), dtype=A.dtype)
    rate = 1 / np.linalg.norm(A, 2)
    w = np.zeros_like(t)
    for _ in range(STEPS):
        step = rate * (A @ w - t)
        w = w - step
        if not step.any():
            break
    return torch.from_numpy(w)


def ridge_fit_intercept(X: Tensor, y: Tensor, lam: float) -> tuple[Tensor, float]:
    means = X.mean(0)
    w = ridge_fit(X - means, y - y.mean(), lam)
    return w, (y.mean() - (means * w).sum()).item()


def map_lambda(noise_std: float, prior_std: float) -> float:
    _check_stds(noise_std, prior_std)
    return pow(noise_std / prior_std, 2)


def log_posterior(w: Tensor, X: Tensor, y: Tensor, noise_std: float, prior_std: float) -> float:
    _check_stds(noise_std, prior_std)
    return -ridge_loss(w / prior_std, X * (prior_std / noise_std), y / noise_std, 1.0) / 2


def shrinkage(X: Tensor, lam: float) -> Tensor:
    _check(lam, X)
    d, _ = torch.linalg.svdvals(X).sort(descending=True)
    return (d / torch.sqrt(d**2 + lam)) ** 2


def effective_dof(X: Tensor, lam: float) -> float:
    return torch.sum(shrinkage(X, lam)).item()


def bias_variance(X: Tensor, w_true: Tensor, noise_std: float, lam: float) -> dict[str, float]:
    _check(lam, X)
    _check_stds(noise_std)
    _, d, Vt = torch.linalg.svd(X, full_matrices=True)
    d = torch.cat([d, torch.zeros(X.shape[1] - len(d), dtype=d.dtype)])
    kept, lost = d / (d**2 + lam), lam / (d**2 + lam)
    bias2 = float(((lost * (Vt @ w_true)) ** 2).sum())
    variance = float(((noise_std * kept) ** 2).sum())
    return {"bias2": bias2, "variance": variance, "mse": bias2 + variance}


def _check(lam: float, X: Tensor | None = None) -> None:
    if math.isnan(lam) or math.isinf(lam) or lam < 0:
        raise ValueError("lam")
    if X is not None and lam == 0 and torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("rank")


def _check_stds(*stds: float) -> None:
    if any(std <= 0 for std in stds):
        raise ValueError("std")
