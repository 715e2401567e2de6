"""The solution of `generalisation` against autograd, torch.optim, tosses, and the experiment."""

import importlib.util
import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, linear

COURSE = Path(__file__).parents[2]
PUBLIC, FOLDER = COURSE / "assignments/generalisation", COURSE / "reference/generalisation"


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"generalisation_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


given = load(PUBLIC / "given.py")
training, selection, curves = (
    load(FOLDER / f"{task}.py") for task in ("training", "selection", "curves")
)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Nets this small only lose time on more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def net(params: dict[str, Tensor], X: Tensor) -> Tensor:
    h = linear(X, params["W1"], params["b1"]).relu()
    return linear(h, params["W2"], params["b2"])


def random_net(seed: int, width: int) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    params = {"W1": normal(width, 4), "b1": normal(width), "W2": normal(3, width), "b2": normal(3)}
    return params, normal(20, 4), torch.randint(3, (20,), generator=generator)


@pytest.mark.parametrize("width", [1, 2, 9])
def test_one_step_is_autograd_s(width: int) -> None:
    params, X, y = random_net(1, width)
    own = {name: values.clone().requires_grad_() for name, values in params.items()}
    cross_entropy(net(own, X), y).backward()

    after = training.train_net(params, X, y, 0.7, 1)
    assert after.keys() == params.keys()
    for name, values in own.items():
        assert values.grad is not None
        want = params[name] - 0.7 * values.grad
        torch.testing.assert_close(after[name], want, rtol=1e-13, atol=1e-15)


def test_forty_steps_are_torch_s_sgd() -> None:
    """The hidden test allows 1e-7."""
    params, X, y = random_net(2, 7)
    own = {name: values.clone().requires_grad_() for name, values in params.items()}
    sgd = torch.optim.SGD(list(own.values()), lr=0.4)
    for _ in range(40):
        sgd.zero_grad()
        cross_entropy(net(own, X), y).backward()
        sgd.step()

    after = training.train_net(params, X, y, 0.4, 40)
    for name, values in own.items():
        torch.testing.assert_close(after[name], values.detach(), rtol=1e-12, atol=1e-14)


def test_training_leaves_its_arguments_alone() -> None:
    params, X, y = random_net(3, 5)
    before = {name: values.clone() for name, values in params.items()}
    training.train_net(params, X, y, 0.4, 3)

    assert all(torch.equal(params[name], values) for name, values in before.items())


@pytest.mark.parametrize("seed", range(3))
def test_accuracy_counts_right_answers(seed: int) -> None:
    params, X, y = random_net(seed, 6)
    right = sum(int(net(params, x).argmax()) == int(label) for x, label in zip(X, y, strict=True))

    assert training.accuracy(params, X, y) == right / len(y)


@pytest.mark.parametrize("m, n", [(m, n) for m in (1, 2, 3) for n in (1, 2, 3, 4)])
def test_gap_is_that_of_all_tosses(m: int, n: int) -> None:
    """Every way that m coins can fall on n examples, in exact fractions."""
    falls = itertools.product(itertools.product([0, 1], repeat=n), repeat=m)
    best = [max(sum(coin) for coin in coins) for coins in falls]

    want = Fraction(sum(best), len(best) * n) - Fraction(1, 2)
    assert selection.selection_gap(m, n) == pytest.approx(float(want), rel=1e-14, abs=1e-16)


@pytest.mark.parametrize("m, n", [(10, 20), (1000, 20), (100, 400)])
def test_gap_is_what_tosses_come_to(m: int, n: int) -> None:
    """20,000 times m coins: within five standard errors."""
    rng = np.random.default_rng(4)
    best = np.array([rng.binomial(n, 0.5, m).max() for _ in range(20_000)]) / n - 0.5

    error = best.std() / math.sqrt(len(best))
    assert selection.selection_gap(m, n) == pytest.approx(best.mean(), abs=5 * error)


@pytest.mark.parametrize("m, n", [(9000, 24), (800, 450), (10_000, 500)])
def test_gap_keeps_more_than_nine_digits(m: int, n: int) -> None:
    """Fractions rounded to 400 bits, which is exact for these digits."""
    scale, F, total = 2**400, 0, 0
    for k in range(n):
        F += math.comb(n, k)
        power, base, left = scale, F * scale // 2**n, m
        while left:
            power = power * base // scale if left % 2 else power
            base, left = base * base // scale, left // 2
        total += scale - power

    want = Fraction(total, scale * n) - Fraction(1, 2)
    assert selection.selection_gap(m, n) == pytest.approx(float(want), rel=1e-11)


def test_more_choice_widens_the_gap_and_more_examples_narrow_it() -> None:
    """The statements `more_choice`, `more_examples` and `untouched`."""
    by_coins = [selection.selection_gap(m, 50) for m in (1, 2, 10, 100, 1000)]
    by_examples = [selection.selection_gap(20, n) for n in (5, 20, 100, 500)]

    assert by_coins[0] == pytest.approx(0, abs=1e-15)
    assert by_coins == sorted(by_coins)
    assert by_examples == sorted(by_examples, reverse=True)


def test_weights_of_before_have_no_gap_on_average_and_some_below_zero() -> None:
    """The statements `untouched` and `never_negative`."""
    gaps = []
    for seed in range(300):
        params = given.start(16, seed)
        train = training.accuracy(params, *given.sign_data(100, 10_000 + seed))
        gaps.append(train - training.accuracy(params, *given.sign_data(1000, 20_000 + seed)))

    assert np.mean(gaps) == pytest.approx(0, abs=5 * np.std(gaps) / math.sqrt(len(gaps)))
    assert min(gaps) < -0.05


def test_descent_on_the_test_set_raises_its_accuracy_and_nothing_else() -> None:
    """The statements `cannot_descend` and `becomes_training`."""
    for seed in range(3):
        test, fresh = given.sign_data(100, 30_000 + seed), given.sign_data(2000, 40_000 + seed)
        params = training.train_net(given.start(64, seed), *test, 0.3, 300)

        assert training.accuracy(params, *test) > 0.95
        assert training.accuracy(params, *fresh) < 0.8


def test_statements_exist_and_naming_all_earns_nothing() -> None:
    named = selection.true_statements()

    assert set(named) < set(given.STATEMENTS)
    assert 2 * len(named) == len(given.STATEMENTS)


@pytest.fixture(scope="module")
def measured() -> dict[str, list[float]]:
    """The four curves as `python given.py` shows them."""
    settings = [(width, 0.3) for width in given.WIDTHS] + [(32, rate) for rate in given.RATES]
    both = [
        given.accuracies(training.train_net, training.accuracy, width, rate)
        for width, rate in settings
    ]
    train, test = ([pair[k] for pair in both] for k in (0, 1))
    cut = len(given.WIDTHS)
    return {
        "train_width": train[:cut],
        "test_width": test[:cut],
        "train_rate": train[cut:],
        "test_rate": test[cut:],
    }


@pytest.mark.parametrize("curve", ["train_width", "test_width", "train_rate", "test_rate"])
def test_sketch_is_what_the_experiment_shows(measured: dict[str, list[float]], curve: str) -> None:
    assert course(measured[curve]) == curves.SKETCH[curve]


def course(values: list[float]) -> str:
    """Return the word for a curve; changes of 0.03 between neighbours are none."""
    signs = [
        "rising" if step > 0 else "falling" if step < 0 else "level"
        for step in (round((b - a) / 0.03 / 2) for a, b in itertools.pairwise(values))
    ]
    runs = [word for word, _ in itertools.groupby(signs)]
    # A level stretch at the foot or at the top is no course of its own.
    turns = [word for k, word in enumerate(runs) if word != "level" or k == len(runs) - 1]
    if "falling" in turns and turns[-1] == "level":
        turns.pop()
    return "_then_".join(word for word, _ in itertools.groupby(turns))


def test_bars_of_the_hidden_tests_are_far_from_the_solution(
    measured: dict[str, list[float]],
) -> None:
    """Other draws than theirs; `reference/generalisation/experiment.py bars` shows more."""
    train, test = measured["train_width"], measured["test_width"]
    of_rate = dict(zip(given.RATES, measured["train_rate"], strict=True))

    assert train[-1] >= 0.985  # the bar is 0.97
    assert train[0] <= 0.75  # 0.80
    assert train[-1] - test[-1] >= 0.2  # 0.15
    assert of_rate[0.3] >= 0.93  # 0.89
    assert max(of_rate[0.0001], of_rate[1000]) <= 0.65  # 0.75
