"""Visible examples: run them with `grader check ridge_regression`, or with plain pytest.

They show what is asked for. Hidden tests ask more, and with other numbers.
"""

import pytest
import ridge
import torch


def tensor(*values: object) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def examples_of(n: int, p: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(n, p, generator=generator, dtype=torch.float64)
    return X, X.sum(dim=1) + torch.randn(n, generator=generator, dtype=torch.float64)


def test_loss_of_one_weight():
    """One example, one weight: (5 - 2·1)² + 3·1² = 12, a Python number."""
    loss = ridge.ridge_loss(tensor(1), tensor([2]), tensor(5), 3.0)

    assert isinstance(loss, float)
    assert loss == pytest.approx(12)


def test_gradient_of_one_weight():
    """Of the same: -6, in a tensor."""
    gradient = ridge.ridge_gradient(tensor(1), tensor([2]), tensor(5), 3.0)

    assert gradient.tolist() == pytest.approx([-6])


def test_gradient_is_the_slope_of_the_loss():
    """Move one weight a little each way: the loss changes by its gradient."""
    X, y = examples_of(6, 3)
    w, step = tensor(0.5, -1, 2), tensor(0, 1e-5, 0)
    rise = ridge.ridge_loss(w + step, X, y, 0.3) - ridge.ridge_loss(w - step, X, y, 0.3)

    assert ridge.ridge_gradient(w, X, y, 0.3)[1].item() == pytest.approx(rise / 2e-5, rel=1e-6)


def test_fit_of_one_weight():
    """One example, one weight, λ = 1: the fit is 2, where least squares says 2.5."""
    assert ridge.ridge_fit(tensor([2]), tensor(5), 1.0).tolist() == pytest.approx([2])
    assert ridge.ridge_fit(tensor([2]), tensor(5), 0.0).tolist() == pytest.approx([2.5])


def test_nothing_near_the_fit_is_better():
    """Four examples, six weights: every step away from the fit makes the loss larger."""
    X, y = examples_of(4, 6)
    w = ridge.ridge_fit(X, y, 0.3)
    least = ridge.ridge_loss(w, X, y, 0.3)

    for step in 0.01 * torch.eye(6, dtype=torch.float64):
        assert ridge.ridge_loss(w + step, X, y, 0.3) > least
        assert ridge.ridge_loss(w - step, X, y, 0.3) > least


def test_fit_with_intercept():
    """Two examples on the line 5 + 2x, λ = 2: slope 1, and still through the middle."""
    w, b = ridge.ridge_fit_intercept(tensor([0], [2]), tensor(5, 9), 2.0)

    assert w.tolist() == pytest.approx([1])
    assert b == pytest.approx(6)


def test_lambda_of_noise_and_prior():
    """Noise of 2, weights of 1: λ is 4."""
    assert ridge.map_lambda(2.0, 1.0) == pytest.approx(4)


def test_posterior_of_two_weights():
    """The weight 1 is e^7.5 times as probable as the weight 0."""
    X, y = tensor([2]), tensor(5)
    gain = ridge.log_posterior(tensor(1), X, y, 1.0, 1.0)
    gain -= ridge.log_posterior(tensor(0), X, y, 1.0, 1.0)

    assert gain == pytest.approx(7.5)


def test_what_the_penalty_leaves():
    """Two directions of length 1, λ = 1: half of each, one degree of freedom altogether."""
    eye = torch.eye(2, dtype=torch.float64)

    assert ridge.shrinkage(eye, 1.0).tolist() == pytest.approx([0.5, 0.5])
    assert ridge.effective_dof(eye, 1.0) == pytest.approx(1)


def test_error_of_one_weight():
    """One example, the weight 2, noise 1, λ = 1: squared bias 1, variance 1/4."""
    error = ridge.bias_variance(tensor([1]), tensor(2), 1.0, 1.0)

    assert error == pytest.approx({"bias2": 1, "variance": 0.25, "mse": 1.25})


def test_a_negative_penalty_is_refused():
    """Whoever pays for long weights asks for infinite ones: a ValueError."""
    with pytest.raises(ValueError):
        ridge.ridge_fit(tensor([2]), tensor(5), -1.0)
