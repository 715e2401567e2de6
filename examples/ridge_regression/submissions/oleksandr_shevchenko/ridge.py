# Олександр Шевченко, гребенева регресія
import numpy as np
import torch


def ridge_loss(w, X, y, lam):
    if not 0 <= lam < np.inf:
        raise ValueError('λ')
    return float(torch.sum((y - X @ w)**2) + lam * torch.sum(w**2)


def ridge_gradient(w, X, y, lam):
    if not 0 <= lam < np.inf:
        raise ValueError('λ')
    return 2 * X.T @ (X @ w - y) + 2 * lam * w


def ridge_fit(X, y, lam):
    if not 0 <= lam < np.inf:
        raise ValueError('λ')
    A = X.T @ X + lam * torch.eye(X.shape[1], dtype=X.dtype)
    return torch.linalg.solve(A, X.T @ y)


def map_lambda(noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError('σ, τ')
    return (noise_std / prior_std)**2
