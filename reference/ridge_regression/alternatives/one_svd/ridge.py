"""Ridge regression from one singular value decomposition, X = U diag(d) Vᵀ."""

import math

import torch
from torch import Tensor


def ridge_loss(w: Tensor, X: Tensor, y: Tensor, lam: float) -> float:
    _check(lam)
    return torch.sum((X.mv(w) - y) ** 2).item() + lam * torch.sum(w**2).item()


def ridge_gradient(w: Tensor, X: Tensor, y: Tensor, lam: float) -> Tensor:
    _check(lam)
    return torch.einsum("ni,n->i", X, 2 * (torch.einsum("ni,i->n", X, w) - y)) + (lam + lam) * w


def ridge_fit(X: Tensor, y: Tensor, lam: float) -> Tensor:
    _check(lam, X)
    U, d, Vt = torch.linalg.svd(X, full_matrices=False)
    return ((U.T @ y) * d / (d * d + lam)) @ Vt


def ridge_fit_intercept(X: Tensor, y: Tensor, lam: float) -> tuple[Tensor, float]:
    w = ridge_fit(X - X.mean(0, keepdim=True), y, lam)  # centred columns ignore the mean of y
    return w, y.mean().item() - torch.dot(X.mean(0), w).item()


def map_lambda(noise_std: float, prior_std: float) -> float:
    _check_stds(noise_std, prior_std)
    return noise_std * noise_std / (prior_std * prior_std)


def log_posterior(w: Tensor, X: Tensor, y: Tensor, noise_std: float, prior_std: float) -> float:
    """Completing the square: a normal law around the fit."""
    lam = map_lambda(noise_std, prior_std)
    away = w - ridge_fit(X, y, lam)
    return -(((X @ away) ** 2).sum() + lam * (away**2).sum()).item() / (2 * noise_std**2)


def shrinkage(X: Tensor, lam: float) -> Tensor:
    _check(lam, X)
    d = torch.linalg.svd(X).S
    return 1 - lam / (d.square() + lam)


def effective_dof(X: Tensor, lam: float) -> float:
    return float(sum(shrinkage(X, lam).tolist()))


def bias_variance(X: Tensor, w_true: Tensor, noise_std: float, lam: float) -> dict[str, float]:
    _check(lam, X)
    _check_stds(noise_std)
    _, d, Vt = torch.linalg.svd(X, full_matrices=False)
    seen = Vt @ w_true
    unseen = w_true - Vt.T @ seen
    lost = lam / (d**2 + lam) * seen
    bias2 = lost.dot(lost).item() + unseen.dot(unseen).item()
    variance = (noise_std * d / (d**2 + lam)).norm().item() ** 2
    return {"mse": variance + bias2, "variance": variance, "bias2": bias2}


def _check(lam: float, X: Tensor | None = None) -> None:
    if math.isnan(lam) or math.isinf(lam) or lam < 0:
        raise ValueError("lam")
    if X is not None and lam == 0 and torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("rank")


def _check_stds(*stds: float) -> None:
    if any(std <= 0 for std in stds):
        raise ValueError("std")
