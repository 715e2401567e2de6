"""Ridge regression by its definitions: autograd, densities, inverses, traces, a bordered system."""

import math

import torch
from torch import Tensor
from torch.distributions import Normal


def ridge_loss(w: Tensor, X: Tensor, y: Tensor, lam: float) -> float:
    _check(lam)
    return _loss(w, X, y, lam).item()


def ridge_gradient(w: Tensor, X: Tensor, y: Tensor, lam: float) -> Tensor:
    _check(lam)
    w = w.detach().clone().requires_grad_()
    return torch.autograd.grad(_loss(w, X, y, lam), w)[0]


def ridge_fit(X: Tensor, y: Tensor, lam: float) -> Tensor:
    _check(lam, X)
    return _inverse(X, lam) @ X.T @ y


def ridge_fit_intercept(X: Tensor, y: Tensor, lam: float) -> tuple[Tensor, float]:
    """Both derivatives zero: XᵀXw + λw + Xᵀ1 b = Xᵀy and 1ᵀXw + nb = 1ᵀy."""
    _check(lam, X - X.mean(dim=0))
    n, p = X.shape
    ones = torch.ones(n, 1, dtype=X.dtype)
    A = torch.cat([X, ones], dim=1)
    penalty = lam * torch.eye(p + 1, dtype=X.dtype)
    penalty[p, p] = 0.0
    solution = torch.linalg.solve(A.T @ A + penalty, A.T @ y)
    return solution[:p], solution[p].item()


def map_lambda(noise_std: float, prior_std: float) -> float:
    _check_stds(noise_std, prior_std)
    return noise_std**2 / prior_std**2


def log_posterior(w: Tensor, X: Tensor, y: Tensor, noise_std: float, prior_std: float) -> float:
    _check_stds(noise_std, prior_std)
    likelihood = Normal(X @ w, noise_std).log_prob(y).sum()
    return float(likelihood + Normal(0.0, prior_std).log_prob(w).sum())


def shrinkage(X: Tensor, lam: float) -> Tensor:
    """The largest eigenvalues of the hat matrix."""
    _check(lam, X)
    return torch.linalg.eigvalsh(X @ _inverse(X, lam) @ X.T).flip(0)[: min(X.shape)]


def effective_dof(X: Tensor, lam: float) -> float:
    _check(lam, X)
    return (X @ _inverse(X, lam) @ X.T).trace().item()


def bias_variance(X: Tensor, w_true: Tensor, noise_std: float, lam: float) -> dict[str, float]:
    """E ŵ - w = -λ (XᵀX + λI)⁻¹ w; the covariance is σ² (XᵀX + λI)⁻¹ XᵀX (XᵀX + λI)⁻¹."""
    _check(lam, X)
    _check_stds(noise_std)
    inverse = _inverse(X, lam)
    bias = -lam * inverse @ w_true
    covariance = noise_std**2 * inverse @ X.T @ X @ inverse
    bias2, variance = bias.pow(2).sum().item(), covariance.diagonal().sum().item()
    return {"bias2": bias2, "variance": variance, "mse": bias2 + variance}


def _loss(w: Tensor, X: Tensor, y: Tensor, lam: float) -> Tensor:
    return torch.nn.functional.mse_loss(X @ w, y, reduction="sum") + lam * w.norm() ** 2


def _inverse(X: Tensor, lam: float) -> Tensor:
    return torch.inverse(X.T @ X + lam * torch.eye(X.shape[1]))


def _check(lam: float, X: Tensor | None = None) -> None:
    if math.isnan(lam) or math.isinf(lam) or lam < 0:
        raise ValueError("lam")
    if X is not None and lam == 0 and torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("rank")


def _check_stds(*stds: float) -> None:
    if any(std <= 0 for std in stds):
        raise ValueError("std")
