# -*- coding: utf-8 -*-
# Diego Castillo - tarea: regresión ridge
import math
import torch


def revisar(lam, X=None):
    if not (0 <= lam < math.inf):
        raise ValueError('lambda no es valido')
    if X is not None and lam == 0:
        if torch.linalg.matrix_rank(X).item() < X.shape[1]:
            raise ValueError('columnas dependientes')


def ridge_loss(w, X, y, lam):
    revisar(lam)
    return ((y - X @ w).pow(2).sum() + lam * w.pow(2).sum()).item()


def ridge_gradient(w, X, y, lam):
    # con autograd, asi no me equivoco
    revisar(lam)
    w = w.clone().requires_grad_(True)
    J = (y - X @ w).pow(2).sum() + lam * w.pow(2).sum()
    J.backward()
    return w.grad


def ridge_fit(X, y, lam):
    revisar(lam, X)
    I = torch.eye(X.shape[1], dtype=X.dtype)
    return torch.cholesky_solve((X.T @ y)[:, None], torch.linalg.cholesky(X.T @ X + lam * I))[:, 0]


def ridge_fit_intercept(X, y, lam):
    # una columna de unos: el intercepto es un peso mas
    unos = torch.ones(len(X), 1, dtype=X.dtype)
    w = ridge_fit(torch.hstack([X, unos]), y, lam)
    return w[:-1], w[-1].item()


def map_lambda(noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError('desviacion')
    return prior_std**2 / noise_std**2


def log_posterior(w, X, y, noise_std, prior_std):
    if noise_std <= 0 or prior_std <= 0:
        raise ValueError('desviacion')
    a = torch.distributions.Normal(X @ w, noise_std).log_prob(y).sum()
    b = torch.distributions.Normal(0, prior_std).log_prob(w).sum()
    return (a + b).item()


def shrinkage(X, lam):
    revisar(lam, X)
    d = torch.linalg.svdvals(X)
    return d**2 / (d**2 + lam)


def effective_dof(X, lam):
    return shrinkage(X, lam).sum().item()


def bias_variance(X, w_true, noise_std, lam):
    revisar(lam, X)
    if noise_std <= 0:
        raise ValueError('desviacion')
    U, d, Vt = torch.linalg.svd(X, full_matrices=False)
    sesgo = (lam / (d**2 + lam) * (Vt @ w_true)).pow(2).sum().item()
    varianza = (noise_std**2 * d**2 / (d**2 + lam)**2).sum().item()
    return {'bias2': sesgo, 'variance': varianza, 'mse': sesgo + varianza}
