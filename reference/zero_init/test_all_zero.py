"""Hidden tests of `all_zero`; weights as specified, 14 in all.

Numbers are compared as `assert_close` does: 1e-12 + 1e-9 · largest entry, where the solution is
off by less than 1e-15 of it. The 1e-12 also covers a balanced batch, whose sum of (1/K − y) is 0
only up to rounding.
"""

import functools

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from grader.testing import assert_close, assert_rejects, check

FUNCTIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}

LOSS = "All logits are 0, so all K classes are equally probable: −ln(1/K), with the natural log."
DEAD = (
    "A weight's gradient is (what comes from above) times (the unit below it). Which of the two "
    "is zero in the top layer, which below it? And what does a bias add to?"
)
MEAN = "The loss is a mean over the batch, and its gradient by the logits is p − y, not y − p."
ALIVE = (
    "Is every unit that feeds the top layer zero? Look at the inputs, if there is one layer only, "
    "and at σ(0)."
)
MOVING = {
    1: "A net of one layer reads the inputs directly, and there is no matrix above it.",
    2: "Do two steps on paper. What is still zero after the first, and why?",
    3: "Walk down from the top: what does a layer get through a matrix that is zero, and what "
    "once the matrix has moved?",
}
LIMIT = (
    "What moves at all? Fit it to the training set; then write down what that costs on the test "
    "set. Two distributions, and only one of them stands inside the logarithm."
)
RARE = "A class that never occurs in the test set is never paid for; 0 · ln 0 counts as 0."


@pytest.mark.weight(2)
def test_loss(both):
    """At zero the net finds all classes equally probable, and the loss says just that."""
    for classes in (3, 10, 1000):
        got, want = both.initial_loss(classes)
        assert_close(got, want, hint=LOSS)


@pytest.mark.weight(3)
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_grad_dead(both, rng, activation):
    """With hidden layers of ReLU or tanh, next to nothing gets a gradient: only one bias does."""
    X, y = examples(rng, features=5, counts=(6, 2, 1))
    # A call that leaves out the rest is about ReLU without biases.
    for net in (
        ([5, 4, 3],),
        ([5, 4, 3], activation),
        ([5, 2, 4, 3], activation, True),
        ([5, 4, 3], activation, True),
    ):
        got, want = both.initial_gradients(X, y, *net)
        assert_close(got, want, hint=f"{DEAD} {MEAN}")


@pytest.mark.weight(2)
@pytest.mark.parametrize("net", ["one_layer", "sigmoid"])
def test_grad_alive(both, rng, net):
    """A net of one layer, and one of sigmoid units, do get a gradient at zero."""
    if net == "one_layer":
        # With balanced classes the bias gets none, and the inputs still do.
        for counts, bias in (((5, 1, 2), False), ((1, 3, 4), True), ((3, 3, 3), True)):
            X, y = examples(rng, features=4, counts=counts)
            got, want = both.initial_gradients(X, y, [4, 3], "tanh", bias)
            assert_close(got, want, hint=f"{ALIVE} {MEAN}")
    else:
        X, y = examples(rng, features=4, counts=(5, 1, 2))
        for sizes in ([4, 6, 3], [4, 5, 6, 3]):
            got, want = both.initial_gradients(X, y, sizes, "sigmoid", True)
            assert_close(got, want, hint=f"{ALIVE} {MEAN}")


@pytest.mark.weight(3)
@pytest.mark.parametrize("n_layers", [1, 2, 3])
def test_moving(student, n_layers):
    """The parameters that ever leave zero are named: all of them, and no others."""
    for activation in FUNCTIONS:
        for bias in (False, True):
            got = student.moving_parameters(n_layers, activation, bias)
            check(
                sorted(got) == sorted(moved_in_training(n_layers, activation, bias)),
                f"{n_layers} weight layer{'s' * (n_layers > 1)} with{'' if bias else 'out'} "
                f"biases, {activation}: other parameters move",
                hint=MOVING[n_layers],
            )


@pytest.mark.weight(3)
@pytest.mark.parametrize("sets", ["no_bias", "bias", "missing_classes"])
def test_stuck(both, sets):
    """Trained for ever from zero, the net pays what its only moving part cannot avoid."""
    questions = {
        "no_bias": [([30, 10, 5], [4, 4, 9], False), ([7, 1, 1, 1, 2], [1, 2, 3, 4, 5], False)],
        "bias": [([30, 10, 5], [4, 4, 9], True), ([7, 1, 1, 2], [14, 2, 2, 4], True)],
        "missing_classes": [([8, 3, 4], [5, 0, 2], True), ([6, 0, 3], [1, 0, 2], True)],
    }
    for question in questions[sets]:
        got, want = both.stuck_loss(*question)
        assert_close(got, want, hint=RARE if sets == "missing_classes" else LIMIT)
    if sets == "missing_classes":
        got, want = both.stuck_loss([6, 0, 3], [5, 1, 2], True)
        assert_close(got, want, hint="What has probability 0 and happens costs infinitely much.")


NET = "There are three activations, and a net has at least one weight layer."
REFUSAL = {
    "classes": "There are two classes or more.",
    "activation": NET,
    "layers": NET,
    "lengths": "Both lists count the same classes.",
    "count": "No class has fewer than 0 examples.",
    "empty": "A set without examples has no mean loss.",
}
INPUTS, LABELS = torch.eye(2, dtype=torch.float64), torch.tensor([1, 1])
# function -> arguments that must be answered, and those that must be refused, by what is wrong
REFUSED = {
    "initial_loss": ((5,), {"classes": [(1,), (0,)]}),
    "initial_gradients": (
        (INPUTS, LABELS, [2, 2]),
        {
            "activation": [(INPUTS, LABELS, [2, 3, 2], "softplus"), (INPUTS, LABELS, [2, 2], "id")],
            "layers": [(INPUTS, LABELS, [2], "relu")],
        },
    ),
    "moving_parameters": (
        (1, "tanh", True),
        {"activation": [(2, "softplus", True), (1, "linear", True)], "layers": [(0, "relu", True)]},
    ),
    "stuck_loss": (
        ([3, 1], [2, 3], False),
        {
            "lengths": [([3, 1], [2, 3, 1], bias) for bias in (False, True)],
            "classes": [([3], [2], bias) for bias in (False, True)],
            "count": [([3, -1], [2, 3], bias) for bias in (False, True)],
            "empty": [([2, 3], [0, 0], bias) for bias in (False, True)],
        },
    ),
}


@pytest.mark.weight(1)
@pytest.mark.parametrize("function", REFUSED)
def test_reject(student, function):
    """What cannot be a net or a data set is refused with a ValueError, and what can be is not."""
    good, refused = REFUSED[function]
    answer = getattr(student, function)
    answer(*good)  # must answer; what it answers is other tests' business
    for fault, calls in refused.items():
        for arguments in calls:
            assert_rejects(answer, *arguments, hint=f"{function}: {REFUSAL[fault]}")


@functools.cache
def moved_in_training(n_layers: int, activation: str, bias: bool) -> list[str]:
    """Return what has left 0 after eight steps of SGD by autograd, the judge's own."""
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(6, 4, generator=generator, dtype=torch.float64)
    y = torch.tensor([0, 0, 0, 1, 1, 2])
    sizes = [4, *range(5, 4 + n_layers), 3]
    params = {f"W{k}": X.new_zeros(sizes[k], sizes[k - 1]) for k in range(1, n_layers + 1)}
    if bias:
        params |= {f"b{k}": X.new_zeros(sizes[k]) for k in range(1, n_layers + 1)}
    moved: set[str] = set()
    for _ in range(8):
        for values in params.values():
            values.requires_grad_(True)
        h = X
        for k in range(1, n_layers + 1):
            h = h @ params[f"W{k}"].T + params.get(f"b{k}", 0)
            h = FUNCTIONS[activation](h) if k < n_layers else h
        gradients = torch.autograd.grad(cross_entropy(h, y), list(params.values()))
        params = {
            name: (values - gradient).detach()
            for (name, values), gradient in zip(params.items(), gradients, strict=True)
        }
        moved |= {name for name, values in params.items() if values.any()}
    return sorted(moved)


def examples(rng, features: int, counts: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Return X and shuffled labels y, so many of each class."""
    y = [k for k, count in enumerate(counts) for _ in range(count)]
    X = torch.from_numpy(rng.standard_normal((len(y), features)))
    return X, torch.from_numpy(rng.permutation(y))
