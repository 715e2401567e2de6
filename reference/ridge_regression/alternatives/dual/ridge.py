"""Ridge regression in its dual form: with examples instead of weights, w = Xᵀ(XXᵀ + λI)⁻¹y."""

import math

import torch
from torch import Tensor


def ridge_loss(w: Tensor, X: Tensor, y: Tensor, lam: float) -> float:
    _check(lam)
    r = X @ w - y
    return float(r @ r + lam * (w @ w))


def ridge_gradient(w: Tensor, X: Tensor, y: Tensor, lam: float) -> Tensor:
    _check(lam)
    return 2 * (X.T @ X @ w - X.T @ y + lam * w)


def ridge_fit(X: Tensor, y: Tensor, lam: float) -> Tensor:
    _check(lam, X)
    if lam == 0:
        return torch.linalg.lstsq(X, y[:, None], driver="gelsd").solution[:, 0]
    return X.T @ (_gram_inverse(X, lam) @ y)


def ridge_fit_intercept(X: Tensor, y: Tensor, lam: float) -> tuple[Tensor, float]:
    centre = torch.eye(len(X), dtype=X.dtype) - 1 / len(X)
    w = ridge_fit(centre @ X, centre @ y, lam)
    return w, float((y - X @ w).mean())


def map_lambda(noise_std: float, prior_std: float) -> float:
    _check_stds(noise_std, prior_std)
    return (noise_std / prior_std) ** 2


def log_posterior(w: Tensor, X: Tensor, y: Tensor, noise_std: float, prior_std: float) -> float:
    """Everything over 2σ²: the loss with the right λ."""
    lam = map_lambda(noise_std, prior_std)
    return -ridge_loss(w, X, y, lam) / (2 * noise_std**2)


def shrinkage(X: Tensor, lam: float) -> Tensor:
    """The eigenvalues of XXᵀ, the largest min(n, p) of them."""
    _check(lam, X)
    d2 = torch.linalg.eigvalsh(X @ X.T).flip(0)[: min(X.shape)]
    return 1 / (1 + lam / d2)


def effective_dof(X: Tensor, lam: float) -> float:
    _check(lam, X)
    if lam == 0:
        return float(X.shape[1])
    return float(torch.trace(X @ X.T @ _gram_inverse(X, lam)))


def bias_variance(X: Tensor, w_true: Tensor, noise_std: float, lam: float) -> dict[str, float]:
    _check(lam, X)
    _check_stds(noise_std)
    A = X.T @ _gram_inverse(X, lam) if lam > 0 else torch.linalg.pinv(X)
    bias = A @ X @ w_true - w_true
    parts = {"bias2": float(bias @ bias), "variance": noise_std**2 * float((A * A).sum())}
    return {**parts, "mse": sum(parts.values())}


def _gram_inverse(X: Tensor, lam: float) -> Tensor:
    return torch.linalg.inv(X @ X.T + lam * torch.eye(len(X), dtype=X.dtype))


def _check(lam: float, X: Tensor | None = None) -> None:
    if math.isnan(lam) or math.isinf(lam) or lam < 0:
        raise ValueError("lam")
    if X is not None and lam == 0 and torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("rank")


def _check_stds(*stds: float) -> None:
    if any(std <= 0 for std in stds):
        raise ValueError("std")
