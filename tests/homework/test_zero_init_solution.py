"""The solution of `zero_init` against autograd, torch.optim, long training, and the handout."""

import ast
import doctest
import importlib.util
import itertools
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

FOLDER = Path(__file__).parents[2] / "reference" / "zero_init"
HANDOUT = Path(__file__).parents[2] / "assignments" / "zero_init"
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def load(task: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"{task}_solution", FOLDER / f"{task}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


all_zero, all_equal, picture = load("all_zero"), load("all_equal"), load("picture")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Nets this small only lose time on more: on a busy machine, fifty times as much."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def build(sizes: list[int], activation: str, bias: bool, value: float = 0.0) -> nn.Sequential:
    """Return torch's own net, all weights `value` and all biases 0."""
    layers: list[nn.Module] = []
    for into, out in itertools.pairwise(sizes):
        linear = nn.Linear(into, out, bias, dtype=torch.float64)
        nn.init.constant_(linear.weight, value)
        if bias:
            nn.init.zeros_(linear.bias)
        layers += [linear, ACTIVATIONS[activation]()]
    return nn.Sequential(*layers[:-1])


def named(net: nn.Sequential) -> dict[str, nn.Parameter]:
    """Return a net's parameters by the names of the homework."""
    found = {}
    for k, linear in enumerate(net[::2], start=1):
        found[f"W{k}"] = linear.weight
        if linear.bias is not None:
            found[f"b{k}"] = linear.bias
    return found


def examples(seed: int, counts: tuple[int, ...], features: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    y = torch.tensor([k for k, count in enumerate(counts) for _ in range(count)])
    y = y[torch.randperm(len(y), generator=generator)]
    return torch.randn(len(y), features, generator=generator, dtype=torch.float64), y


def batches(seed: int, examples: int, steps: int, size: int = 8) -> list[list[int]]:
    generator = torch.Generator().manual_seed(seed)
    rounds = math.ceil(steps * size / examples)
    rows = torch.cat([torch.randperm(examples, generator=generator) for _ in range(rounds)])
    return rows[: steps * size].view(steps, size).tolist()


def trained(net: nn.Sequential, X: Tensor, y: Tensor, rows: list[list[int]], lr: float) -> None:
    sgd = torch.optim.SGD(net.parameters(), lr)
    for batch in rows:
        sgd.zero_grad()
        cross_entropy(net(X[batch]), y[batch]).backward()
        sgd.step()


@pytest.mark.parametrize("classes", [2, 3, 10, 1000])
def test_first_loss_is_torch_s(classes: int) -> None:
    loss = cross_entropy(build([4, 5, classes], "relu", True)(torch.ones(1, 4).double()), zero())

    assert all_zero.initial_loss(classes) == pytest.approx(loss.item(), rel=1e-14)


def zero() -> Tensor:
    return torch.tensor([0])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("sizes", [[4, 3], [4, 6, 3], [4, 2, 5, 3]], ids=str)
def test_gradients_are_autograd_s(activation: str, bias: bool, sizes: list[int]) -> None:
    X, y = examples(1, (5, 1, 3), 4)
    net = build(sizes, activation, bias)
    cross_entropy(net(X), y).backward()

    gradients = all_zero.initial_gradients(X, y, sizes, activation, bias)
    assert gradients.keys() == named(net).keys()
    for name, values in named(net).items():
        torch.testing.assert_close(gradients[name], values.grad, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("n_layers", [1, 2, 3, 4])
def test_what_moves_is_what_training_moves(activation: str, bias: bool, n_layers: int) -> None:
    X, y = examples(2, (5, 1, 2), 4)
    net = build([4, *[6] * (n_layers - 1), 3], activation, bias)
    trained(net, X, y, [list(range(8))] * 10, lr=1.0)

    moved = [name for name, values in named(net).items() if values.detach().any()]
    assert sorted(all_zero.moving_parameters(n_layers, activation, bias)) == sorted(moved)


@pytest.mark.parametrize("bias", [False, True])
def test_stuck_loss_is_where_long_training_ends(bias: bool) -> None:
    """Full batches and many steps: the limit itself, without the noise of batches."""
    X, y = examples(3, (12, 6, 2), 4)
    test_X, test_y = examples(4, (3, 3, 4), 4)
    net = build([4, 5, 3], "relu", bias)
    trained(net, X, y, [list(range(20))] * 2000, lr=0.5)

    loss = cross_entropy(net(test_X), test_y).item()
    assert all_zero.stuck_loss([12, 6, 2], [3, 3, 4], bias) == pytest.approx(loss, rel=1e-9)


def test_loss_of_an_unseen_class_grows_without_bound() -> None:
    X, y = examples(5, (6, 3), 4)
    net = build([4, 5, 3], "tanh", True)
    losses = []
    for _ in range(3):
        trained(net, X, y, [list(range(9))] * 300, lr=1.0)
        losses.append(cross_entropy(net(X[:1]), torch.tensor([2])).item())

    assert losses == sorted(losses)
    assert losses[-1] > 5
    assert all_zero.stuck_loss([6, 3, 0], [1, 1, 1], True) == math.inf
    assert math.isfinite(all_zero.stuck_loss([6, 3, 0], [1, 1, 0], True))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("bias", [False, True])
def test_training_is_torch_s_sgd(activation: str, bias: bool) -> None:
    X, y = examples(6, (15, 10, 5), 4)
    sizes, rows = [4, 5, 2, 3], batches(7, 30, 40, size=5)
    net = build(sizes, activation, bias, value=0.4)
    trained(net, X, y, rows, lr=0.3)

    params = all_equal.train_constant(X, y, sizes, activation, bias, 0.4, 0.3, rows)
    assert params.keys() == named(net).keys()
    for name, values in named(net).items():
        torch.testing.assert_close(params[name], values.detach(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("seed", range(5))
def test_thousand_steps_from_zero_learn_the_shares(seed: int) -> None:
    """As the hidden test has it, which allows 0.03; guessing would be 0.23 away."""
    X, y = examples(seed, (144, 72, 24), 3)
    rows = batches(seed, 240, 1000)

    params = all_equal.train_constant(X, y, [3, 5, 3], "relu", True, 0.0, 0.05, rows)
    assert not any(params[name].any() for name in ("W1", "b1", "W2"))
    loss = -(torch.tensor([0.65, 0.25, 0.1]).double() * params["b2"].log_softmax(0)).sum().item()
    limit = all_zero.stuck_loss([144, 72, 24], [65, 25, 10], True)
    assert loss == pytest.approx(limit, abs=0.015)
    assert all_zero.initial_loss(3) - limit > 0.2


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_thousand_steps_from_a_constant_leave_one_unit_per_layer(activation: str) -> None:
    X, _ = examples(8, (150, 150), 2)
    y = (X.prod(1) > 0).long()
    rows = batches(8, 300, 1000)

    params = all_equal.train_constant(X, y, [2, 8, 5, 2], activation, True, 0.1, 0.1, rows)
    assert all_equal.distinct_units(params) == [1, 1]
    narrow = all_equal.collapse(params)
    assert [tuple(narrow[name].shape) for name in ("W1", "W2", "W3")] == [(1, 2), (1, 1), (2, 1)]
    assert_same_function(params, narrow, activation)


def test_rounding_does_not_break_the_tie() -> None:
    """The hidden test allows 1e-9 between units; a thousand steps make 1e-13 no larger."""
    X, _ = examples(9, (150, 150), 2)
    y = (X.prod(1) > 0).long()
    net = build([2, 6, 2], "tanh", True, value=0.1)
    generator = torch.Generator().manual_seed(9)
    with torch.no_grad():
        net[0].weight += 1e-13 * torch.randn(6, 2, generator=generator, dtype=torch.float64)
    trained(net, X, y, batches(9, 300, 1000), lr=0.1)

    assert (net[0].weight - net[0].weight[0]).abs().max().item() < 1e-10


@pytest.mark.parametrize(
    "optimiser",
    [
        lambda parameters: torch.optim.SGD(parameters, 0.1, momentum=0.9),
        lambda parameters: torch.optim.Adam(parameters, 0.01),
    ],
    ids=["momentum", "adam"],
)
def test_other_optimisers_keep_the_tie(
    optimiser: Callable[[Any], torch.optim.Optimizer],
) -> None:
    """The handout asks students to try it: what treats equals equally keeps them equal."""
    net = build([2, 8, 2], "tanh", True, value=0.1)
    steps = optimiser(net.parameters())
    learn_xor(net, steps)

    assert all_equal.distinct_units(parameters(net)) == [1]


def test_dropout_breaks_the_tie() -> None:
    net = build([2, 8, 2], "tanh", True, value=0.1)
    net.insert(2, nn.Dropout(0.5))
    torch.manual_seed(1)
    learn_xor(net, torch.optim.SGD(net.parameters(), 0.1))

    assert all_equal.distinct_units(parameters(net)) == [8]


def learn_xor(net: nn.Sequential, steps: torch.optim.Optimizer) -> None:
    """Take 200 steps on points of the plane, whose class is whether their signs agree."""
    X, _ = examples(11, (150, 150), 2)
    y = (X.prod(1) > 0).long()
    for batch in batches(11, 300, 200):
        steps.zero_grad()
        cross_entropy(net(X[batch]), y[batch]).backward()
        steps.step()


def parameters(net: nn.Sequential) -> dict[str, Tensor]:
    linear = nn.Sequential(*(part for part in net if not isinstance(part, nn.Dropout)))
    return {name: values.detach() for name, values in named(linear).items()}


def test_different_units_are_kept_and_equal_ones_merge() -> None:
    """Layer by layer from the inputs, where merging makes two units of layer 2 equal."""
    W1 = torch.tensor([[1.0, 2], [3, 4], [1, 2], [2, 1]]).double()
    W2 = torch.tensor([[1.0, 5, 2, 0], [2, 5, 1, 0], [1, 5, 1, 0]]).double()
    wide = {"W1": W1, "W2": W2, "W3": torch.tensor([[1.0, 10, 100]]).double()}

    assert all_equal.distinct_units(wide) == [3, 3]
    narrow = all_equal.collapse(wide)
    assert narrow["W1"].tolist() == [[1, 2], [3, 4], [2, 1]]
    assert narrow["W2"].tolist() == [[3, 5, 0], [2, 5, 0]]
    assert narrow["W3"].tolist() == [[11, 100]]
    for activation in ACTIVATIONS:
        assert_same_function(wide, narrow, activation)


def assert_same_function(
    wide: dict[str, Tensor], narrow: dict[str, Tensor], activation: str
) -> None:
    X, _ = examples(10, (20,), wide["W1"].shape[1])
    torch.testing.assert_close(
        logits(narrow, X, activation), logits(wide, X, activation), rtol=1e-13, atol=1e-15
    )


def logits(params: dict[str, Tensor], X: Tensor, activation: str) -> Tensor:
    """Return what torch's own layers make of these parameters."""
    layers = sum(name.startswith("W") for name in params)
    for k in range(1, layers + 1):
        X = nn.functional.linear(X, params[f"W{k}"], params.get(f"b{k}"))
        X = ACTIVATIONS[activation]()(X) if k < layers else X
    return X


# ---- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [1, 0, -2])
def test_a_choice_needs_two_classes(classes: int) -> None:
    with pytest.raises(ValueError, match="two or more"):
        all_zero.initial_loss(classes)


@pytest.mark.parametrize("sizes, activation", [([4], "relu"), ([], "relu"), ([4, 3], "softplus")])
def test_a_net_has_a_layer_and_a_known_activation(sizes: list[int], activation: str) -> None:
    X, y = examples(1, (2, 2, 2), 4)
    with pytest.raises(ValueError, match="expected one"):
        all_zero.initial_gradients(X, y, sizes, activation)
    with pytest.raises(ValueError, match="expected one"):
        all_zero.moving_parameters(len(sizes) - 1, activation, True)


@pytest.mark.parametrize(
    "train, test",
    [([3, 1], [2, 3, 1]), ([3], [2]), ([], []), ([3, -1], [2, 3]), ([2, 3], [4, -1]),
     ([0, 0], [2, 3]), ([2, 3], [0, 0])],
)  # fmt: skip
@pytest.mark.parametrize("bias", [False, True])
def test_counts_are_of_the_same_classes_and_of_something(
    train: list[int], test: list[int], bias: bool
) -> None:
    with pytest.raises(ValueError, match="expected"):
        all_zero.stuck_loss(train, test, bias)


# ---- what students read ------------------------------------------------------------------------


@pytest.mark.parametrize("solution", [all_zero, all_equal], ids=["all_zero", "all_equal"])
def test_examples_of_the_stub_hold_for_the_solution(solution: Any) -> None:
    stub = HANDOUT / Path(solution.__file__).name
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            text = ast.get_docstring(node) or ""
            names = vars(solution) | {"torch": torch}
            runner.run(parser.get_doctest(text, names, node.name, None, 0))

    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries >= 6


def test_picture_is_drawn_from_the_trainings() -> None:
    """To a fifth of a point: a thousand steps, which other processors round otherwise."""
    number = re.compile(r"-?\d+\.\d")
    handed_out, drawn = picture.PICTURE.read_text(encoding="utf-8"), picture.drawn()

    assert number.sub("", handed_out) == number.sub("", drawn), (
        "python reference/zero_init/picture.py draws it anew"
    )
    for old, new in zip(number.findall(handed_out), number.findall(drawn), strict=True):
        assert float(old) == pytest.approx(float(new), abs=0.2)


@pytest.mark.parametrize("start", picture.STARTS)
def test_table_of_the_handout_is_what_the_picture_s_trainings_give(start: str) -> None:
    rows = {
        "zero, no biases": "0.69",
        "zero, biases": "0.55 to 0.60",
        "constant": "0.55 to 0.59",
        "random": "0.08 to 0.12",
    }
    assert f"| {rows[start]} |" in (HANDOUT / "README.md").read_text(encoding="utf-8")

    losses = [float(loss) for loss in rows[start].split(" to ")]
    last = picture.last_losses(start, range(5))
    assert [min(last), max(last)] == pytest.approx([losses[0], losses[-1]], abs=0.0051)
