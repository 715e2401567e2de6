"""Ridge regression: a fit that would rather be a little wrong than wildly unsure.

Everywhere in this file

    J(w) = |y - Xw|² + λ|w|²        plain sums: no 1/n, no ½

with X (n, p), one example per row, y (n,), w (p,) and the penalty λ as `lam`. Tensors come as
float64 and go as they came; what is annotated `float` is a Python number, so say `.item()`.

λ is a finite number, 0 or more. λ = 0 asks for plain least squares, and where the columns of X are
linearly dependent (they always are if n < p) that has no single answer: what is about the fit
then raises ValueError. Ask for the rank; solvers do not always notice.

Keep the names, arguments and return types; more functions of your own are welcome.
"""

from typing import TypedDict

from torch import Tensor


class ErrorParts(TypedDict):
    """What `bias_variance` returns; mse is the sum of the other two."""

    bias2: float
    variance: float
    mse: float


def ridge_loss(w: Tensor, X: Tensor, y: Tensor, lam: float) -> float:
    """Return J(w) = |y - Xw|² + λ|w|².

    Raises ValueError if λ is negative or not finite.

    >>> w, X, y = torch.tensor([1.0]), torch.tensor([[2.0]]), torch.tensor([5.0])
    >>> ridge_loss(w, X, y, 3.0)
    12.0
    """
    raise NotImplementedError


def ridge_gradient(w: Tensor, X: Tensor, y: Tensor, lam: float) -> Tensor:
    """Return the gradient of J at w, shape (p,). Write it by hand: one line is enough.

    Raises ValueError if λ is negative or not finite.

    >>> w, X, y = torch.tensor([1.0]), torch.tensor([[2.0]]), torch.tensor([5.0])
    >>> ridge_gradient(w, X, y, 3.0)
    tensor([-6.])
    """
    raise NotImplementedError


def ridge_fit(X: Tensor, y: Tensor, lam: float) -> Tensor:
    """Return the w that makes J least, shape (p,). n may be smaller than p.

    Raises ValueError if λ is negative or not finite, or if λ = 0 and the columns of X are linearly
    dependent.

    >>> ridge_fit(torch.tensor([[2.0]]), torch.tensor([5.0]), 1.0)
    tensor([2.])
    """
    raise NotImplementedError


def ridge_fit_intercept(X: Tensor, y: Tensor, lam: float) -> tuple[Tensor, float]:
    """Return the w (p,) and b that make |y - Xw - b|² + λ|w|² least. b is not penalised.

    Raises ValueError if λ is negative or not finite, or if λ = 0 and the columns of X, with a
    column of ones beside them, are linearly dependent.

    >>> ridge_fit_intercept(torch.tensor([[0.0], [2.0]]), torch.tensor([5.0, 9.0]), 2.0)
    (tensor([1.]), 6.0)
    """
    raise NotImplementedError


def map_lambda(noise_std: float, prior_std: float) -> float:
    """Return the λ for which the w of least J is the most probable one, given X and y.

    The model: y_i = x_i·w + noise, the noise normal around 0 with standard deviation noise_std;
    before any data, the entries of w are normal around 0 with standard deviation prior_std. All
    are independent.

    Raises ValueError if one of the two is not positive.

    >>> map_lambda(2.0, 1.0)
    4.0
    """
    raise NotImplementedError


def log_posterior(w: Tensor, X: Tensor, y: Tensor, noise_std: float, prior_std: float) -> float:
    """Return log p(w | X, y) in the model of `map_lambda`, up to a number that w does not change.

    The natural logarithm. Which number you add or leave out is yours: only differences between
    two w count.

    Raises ValueError if one of the two standard deviations is not positive.

    >>> X, y = torch.tensor([[2.0]]), torch.tensor([5.0])
    >>> one, none = torch.tensor([1.0]), torch.tensor([0.0])
    >>> log_posterior(one, X, y, 1.0, 1.0) - log_posterior(none, X, y, 1.0, 1.0)
    7.5
    """
    raise NotImplementedError


def shrinkage(X: Tensor, lam: float) -> Tensor:
    """Return how much of each direction the penalty leaves, shape (min(n, p),).

    X = Σ_k d_k u_k v_kᵀ (singular value decomposition), and the prediction of the ridge fit is
    Xw = Σ_k s_k u_k (u_kᵀy). Result: the s_k, that of the largest d_k first.

    Raises ValueError as `ridge_fit` does.

    >>> shrinkage(torch.eye(2), 1.0)
    tensor([0.5000, 0.5000])
    """
    raise NotImplementedError


def effective_dof(X: Tensor, lam: float) -> float:
    """Return the effective degrees of freedom: the trace of the H in Xw = Hy, w the ridge fit.

    p for λ = 0, and less the larger λ is: as many weights as the fit still uses, so to speak.

    Raises ValueError as `ridge_fit` does.

    >>> effective_dof(torch.eye(2), 1.0)
    1.0
    """
    raise NotImplementedError


def bias_variance(X: Tensor, w_true: Tensor, noise_std: float, lam: float) -> ErrorParts:
    """Return what the error of the ridge fit is made of, on average over the noise.

    y = X w_true + noise, the noise normal around 0 with standard deviation noise_std, drawn anew
    for each data set; X stays. ŵ is the ridge fit. w_true (p,); n may be smaller than p.

    bias2: |E ŵ - w_true|². variance: E|ŵ - E ŵ|². mse: E|ŵ - w_true|². Exactly, by formula.

    Raises ValueError as `ridge_fit` does, or if noise_std is not positive.

    >>> bias_variance(torch.eye(1), torch.tensor([2.0]), 1.0, 1.0)
    {'bias2': 1.0, 'variance': 0.25, 'mse': 1.25}
    """
    raise NotImplementedError
