"""The solution of `inductive_bias_table` against matrices, closed forms, and random layers."""

import ast
import doctest
import importlib.util
import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from grader.testing.answer import AnswerKey

COURSE = Path(__file__).parents[2]
REFERENCE = COURSE / "reference" / "building_blocks"
STUB = COURSE / "assignments" / "building_blocks" / "inductive_bias_table.py"

RANDOM_LAYERS = range(20)
ZERO = 1e-14  # rounding in float64; what is not 0 in theory is above 1e-2 here


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("inductive_bias_table_solution", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


solution = load(REFERENCE / "inductive_bias_table.py")


def seeded(seed: int, *shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def made(seed: int, build: Callable[[], nn.Module]) -> nn.Module:
    """Return a layer with torch's own random weights of that seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return build().double().requires_grad_(False)


def conv(mode: str = "zeros") -> nn.Module:
    return nn.Conv1d(2, 3, 3, padding=1, padding_mode=mode)


def outputs_of(rnn: nn.Module) -> Callable[[Tensor], Tensor]:
    def outputs(x: Tensor) -> Tensor:
        first: Tensor = rnn(x)[0]
        return first

    return outputs


# ---- the table and the statements


def test_every_cell_is_accepted_by_the_key():
    key = AnswerKey.read(REFERENCE / "answers.json")

    for row, columns in solution.TABLE.items():
        for column, text in columns.items():
            assert key.judge(text, row, column).verdict == "right", (row, column)


def test_true_statements_make_ridge_the_most_probable_weights():
    """linear, squared, gaussian_noise, small, gaussian_prior: with noise of variance s² and a
    normal prior of variance t², the log posterior is stationary at ridge's w for λ = s²/t²."""
    X, y = seeded(1, 30, 4), seeded(2, 30)
    zero, s, t = torch.tensor([0.0, 0.7, 1.3], dtype=X.dtype)
    w = torch.linalg.solve(
        X.T @ X + s**2 / t**2 * torch.eye(4, dtype=X.dtype), X.T @ y
    ).requires_grad_()
    noise = torch.distributions.Normal(zero, s).log_prob(y - X @ w).sum()
    prior = torch.distributions.Normal(zero, t).log_prob(w).sum()
    (slope,) = torch.autograd.grad(noise + prior, w)

    assert slope.abs().max() < 1e-12
    assert set(solution.ridge_statements()) == {
        *("linear", "squared", "gaussian_noise", "small", "gaussian_prior")
    }


def test_false_statements_do_not_describe_ridge():
    """scale_free: other units, other predictions. sparse: no weight is exactly 0. locality: the
    order of the features makes no difference."""
    X, y = seeded(1, 30, 4), seeded(2, 30)

    def fitted(X: Tensor) -> Tensor:
        return torch.linalg.solve(X.T @ X + torch.eye(4, dtype=X.dtype), X.T @ y)

    millimetres = X * torch.tensor([1000.0, 1, 1, 1])
    order = [2, 0, 3, 1]
    assert (X @ fitted(X) - millimetres @ fitted(millimetres)).abs().max() > 1e-3
    assert fitted(X).abs().min() > 1e-3
    torch.testing.assert_close(fitted(X)[order], fitted(X[:, order]))


# ---- the measurements against matrices


@pytest.mark.parametrize("shift", [1, 3, -2, 7, 12])
def test_shift_errors_are_those_of_matrices(shift: int):
    n = 7
    W, x = seeded(3, n, n).numpy(), seeded(4, n).numpy()
    S = np.zeros((n, n))
    for i in range(n):
        S[(i + shift) % n, i] = 1

    def layer(x: Tensor) -> Tensor:
        return x @ torch.from_numpy(W.T)

    rolled = torch.from_numpy(x)[None, None]
    norm = np.linalg.norm(W @ x)
    equivariance = np.linalg.norm(W @ S @ x - S @ W @ x) / norm
    invariance = np.linalg.norm(W @ S @ x - W @ x) / norm
    assert solution.equivariance_error(layer, rolled, shift) == pytest.approx(equivariance)
    assert solution.invariance_error(layer, rolled, shift) == pytest.approx(invariance, abs=ZERO)


def test_permutation_error_is_that_of_matrices():
    perm = [2, 0, 1, 4, 3]
    A, x = seeded(5, 5, 5), seeded(6, 2, 5, 3)  # A mixes the tokens
    P = torch.eye(5, dtype=torch.float64)[perm]
    want = (A @ P @ x - P @ A @ x).square().sum().sqrt() / (A @ x).square().sum().sqrt()

    assert solution.permutation_error(lambda x: A @ x, x, perm) == pytest.approx(want.item())


def test_field_is_where_a_matrix_has_entries():
    W = seeded(7, 6, 9)
    W[seeded(8, 6, 9) < 0] = 0
    field = solution.receptive_field(lambda x: x @ W.T, 9, 4)

    assert field == [j for j in range(9) if W[4, j] != 0]
    assert 0 < len(field) < 9


@pytest.mark.parametrize(
    "build, position, field",
    [
        (lambda: nn.Conv1d(1, 2, 3, padding=1, padding_mode="circular"), 0, [0, 1, 7]),
        (lambda: nn.Conv1d(1, 2, 3, padding=2, dilation=2), 3, [1, 3, 5]),
        (lambda: nn.Conv1d(1, 2, 3, padding=1, stride=2), 2, [3, 4, 5]),
        (lambda: nn.Sequential(nn.Conv1d(1, 2, 3), nn.Tanh(), nn.Conv1d(2, 1, 3)), 1, range(1, 6)),
        (lambda: nn.Linear(8, 2), 1, range(8)),
    ],
)
def test_field_of_a_layer(build: Callable[[], nn.Module], position: int, field: list[int]):
    for seed in RANDOM_LAYERS:
        assert solution.receptive_field(made(seed, build), 8, position) == list(field)


def test_delay_error_of_a_linear_state_is_its_closed_form():
    """h_t = a h_{t-1} + b + x_t: after k blank steps the state is b (1 - a^k) / (1 - a), and of
    that a^t is left at step t."""
    a, b, k, T = 0.5, 0.3, 3, 4
    x = seeded(9, T, 1, 1)

    def layer(x: Tensor) -> Tensor:
        states, h = [], torch.zeros_like(x[0])
        for step in x:
            h = a * h + b + step
            states.append(h)
        return torch.stack(states)

    drift = b * (1 - a**k) / (1 - a)
    left = math.sqrt(sum((drift * a**t) ** 2 for t in range(1, T + 1)))
    assert solution.delay_error(layer, x, k) == pytest.approx(left / layer(x).norm().item())


# ---- what the table says, measured on random layers


@pytest.mark.parametrize("seed", RANDOM_LAYERS)
def test_convolution_moves_along_but_for_its_border(seed: int):
    x = seeded(seed, 4, 2, 10)
    circular, zeros = made(seed, lambda: conv("circular")), made(seed, conv)
    pooled, pooled_zeros = (
        (lambda x, layer=layer: layer(x).relu().mean(-1)) for layer in (circular, zeros)
    )

    assert solution.equivariance_error(circular, x, 3) < ZERO
    assert solution.invariance_error(circular, x, 3) > 0.05  # so it is not invariant by itself
    assert solution.equivariance_error(zeros, x, 3) > 0.05
    assert solution.invariance_error(pooled, x, 3) < ZERO
    assert solution.invariance_error(pooled_zeros, x, 3) > 1e-3


@pytest.mark.parametrize("seed", RANDOM_LAYERS)
def test_fully_connected_layer_has_no_symmetry(seed: int):
    linear = made(seed, lambda: nn.Linear(12, 12))

    def layer(x: Tensor) -> Tensor:
        flat: Tensor = linear(x.flatten(1))
        return flat.reshape(x.shape)

    x = seeded(seed, 4, 4, 3)
    assert solution.equivariance_error(layer, x, 1) > 0.5
    assert solution.invariance_error(layer, x, 1) > 0.5
    assert solution.permutation_error(layer, x, [1, 3, 0, 2]) > 0.5


@pytest.mark.parametrize("seed", RANDOM_LAYERS)
def test_attention_reorders_and_recurrence_does_not(seed: int):
    attention = made(seed, lambda: nn.MultiheadAttention(4, 1, batch_first=True))
    rnn = made(seed, lambda: nn.RNN(4, 4, batch_first=True))
    x, perm = seeded(seed, 2, 5, 4), [2, 0, 1, 4, 3]

    assert solution.permutation_error(lambda x: attention(x, x, x)[0], x, perm) < ZERO
    assert solution.permutation_error(outputs_of(rnn), x, perm) > 0.05


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("seed", RANDOM_LAYERS[:5])
def test_blank_steps_only_delay_a_layer_without_bias(kind: type[nn.Module], seed: int):
    x = seeded(seed, 6, 2, 3)
    without = made(seed, lambda: kind(3, 4, bias=False))
    drifting = made(seed, lambda: kind(3, 4))

    assert solution.delay_error(outputs_of(without), x, 2) < ZERO
    assert solution.delay_error(outputs_of(drifting), x, 2) > 1e-2


# ---- what students read


def test_examples_of_the_stub_hold_for_the_solution():
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            text = ast.get_docstring(node) or ""
            names = dict(vars(solution))
            runner.run(parser.get_doctest(text, names, node.name, None, 0))

    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries > 15
