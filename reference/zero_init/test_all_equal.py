"""Hidden tests of `all_equal`; weights as specified, 6 in all.

What is trained comes back as parameters, and the judge's own forward pass decides what they are
worth. Batches are arguments, so nothing here is random for a student.
"""

import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from grader.testing import assert_close, assert_equal, check

FUNCTIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}

TRAIN = (
    "All gradients first, at one point; then all updates. Each batch once, in order; the loss is "
    "the mean over its rows; biases start at 0."
)
SAME = (
    "Compare the whole row of incoming weights, and the bias, with every unit seen so far. What "
    "leads out of a unit, and the output layer, do not count."
)
CANNOT_MOVE = "started at zero, something has moved that cannot"
NOT_THE_SHARES = "started at zero, the test loss is not what learning the class shares gives"
APART = "started alike, the hidden units have become different"
UNMOVED = "the incoming weights of the hidden units have not moved"
NOT_OF_ONE_UNIT = "the test loss is none that a single unit comes to"
MERGE = (
    "Keep one unit of each group and give it the sum of the group's outgoing weights: n equal "
    "units act n times. Then look at the next layer again."
)


@pytest.mark.weight(2)
@pytest.mark.parametrize("activation", FUNCTIONS)
def test_train(both, rng, activation):
    """Forty steps of plain SGD lead where they lead."""
    sizes, bias, value, lr = {
        "relu": ([4, 5, 3], True, 0.3, 0.2),
        "tanh": ([4, 3, 5, 3], False, -0.4, 0.3),
        "sigmoid": ([4, 6, 2, 3], True, 0.5, 0.5),
    }[activation]
    X = torch.from_numpy(rng.standard_normal((30, 4)))
    y = torch.from_numpy(rng.permutation([0] * 15 + [1] * 10 + [2] * 5))
    batches = [rng.integers(0, 30, 1 + step % 7).tolist() for step in range(40)]
    got, want = both.train_constant(X, y, sizes, activation, bias, value, lr, batches)
    # Rounding grows with the steps: 1e-7, as everywhere after forty; the solution is within 1e-15.
    assert_close(got, want, rtol=1e-7, hint=TRAIN)


@pytest.mark.weight(1)
@pytest.mark.parametrize("start", ["zero", "constant"])
def test_thousand(both, rng, start):
    """After a thousand steps the net has become what such a start allows, and no more."""
    if start == "zero":
        y, test_y = (torch.from_numpy(rng.permutation(labels(s))) for s in (TRAINED, TESTED))
        X, test_X = (torch.from_numpy(rng.standard_normal((len(v), 3))) for v in (y, test_y))
        got, _ = both.train_constant(X, y, [3, 5, 3], "relu", True, 0.0, 0.05, epochs(rng, len(y)))
        loss = cross_entropy(logits(got, test_X, "relu"), test_y).item()
        limit = -sum(
            q / sum(TESTED) * math.log(p / sum(TRAINED))
            for p, q in zip(TRAINED, TESTED, strict=True)
        )
        check(
            all(not got[name].any() for name in ("W1", "W2", "b1")),
            CANNOT_MOVE,
            hint="In a ReLU net at zero only the biases of the top layer get a gradient.",
        )
        # Batches of 8 leave a noise of 0.002 (standard deviation of 300 runs, the largest was
        # 0.010); guessing is 0.23 away.
        check(abs(loss - limit) < 0.03, NOT_THE_SHARES, hint=TRAIN)
    else:
        X, y = xor(rng, 300)
        test_X, test_y = xor(rng, 400)
        got, _ = both.train_constant(X, y, [2, 6, 2], "tanh", True, 0.1, 0.1, epochs(rng, len(y)))
        spread = max(float((got[name] - got[name][0]).abs().max()) for name in ("W1", "b1"))
        loss = cross_entropy(logits(got, test_X, "tanh"), test_y).item()
        # Rounding breaks the tie by 1e-16, and a thousand steps multiply that by about 100.
        check(spread < 1e-9, APART, hint=TRAIN)
        check(float((got["W1"] - 0.1).abs().max()) > 1e-3, UNMOVED, hint=TRAIN)
        # One unit: 0.69 to 0.74 in 100 runs; six different ones: 0.18 to 0.22 in 10.
        check(0.6 < loss < 0.8, NOT_OF_ONE_UNIT, hint=TRAIN)


@pytest.mark.weight(1.5)
@pytest.mark.parametrize("nets", ["without_biases", "with_biases", "coarse"])
def test_distinct(both, rng, nets):
    """Units count once for each thing they do, and all hidden layers are counted."""
    # Six different units of five inputs: negated, reversed and doubled rows among them.
    W1 = grid(rng, 6, 5)
    W1[3], W1[4], W1[5] = -W1[1], W1[1].flip(0), 2 * W1[2]
    # The second twice side by side, the third and the first not; outgoing weights differ for all.
    W1 = W1[[0, 1, 1, 2, 3, 4, 5, 2, 0]]
    net = {"W1": W1, "W2": grid(rng, 3, 9)[[0, 1, 2, 1]], "W3": grid(rng, 3, 4)}
    if nets == "without_biases":
        assert_equal(*both.distinct_units(net), hint=SAME)
        return
    # Biases, of which one makes a difference that rounding does not.
    b1 = torch.tensor([1.0, 2, 2, 3, 1, 2, 3, 3, 5]).double()
    b1 += 1e-13 * torch.from_numpy(rng.standard_normal(9))
    net |= {"b1": b1, "b2": grid(rng, 1)[[0] * 4], "b3": grid(rng, 3)}
    if nets == "with_biases":
        assert_equal(*both.distinct_units(net), hint=f"{SAME} Equal means: within tol.")
        return
    net["W1"] = W1 + 1e-3 * torch.from_numpy(rng.uniform(0.1, 0.9, (9, 5)))
    for tol in (0.01, 0.0):
        got, want = both.distinct_units(net, tol)
        assert_equal(got, want, hint="tol is an argument; 1e-9 is its default, and 0 is exact.")


@pytest.mark.weight(1.5)
@pytest.mark.parametrize("net", ["trained", "with_biases", "without_biases"])
def test_collapse(both, reference, rng, net):
    """The narrow net computes what the wide one did, and no unit is there twice."""
    if net == "trained":
        X, y = xor(rng, 40)
        batches = [list(range(step % 5, 40, 5)) for step in range(20)]
        sizes = [2, 7, 5, 4, 2]
        wide = reference.train_constant(X, y, sizes, "sigmoid", True, 0.7, 0.5, batches)
        # As other processors round: equal up to that, never to the last bit.
        for values in wide.values():
            values += 1e-14 * torch.from_numpy(rng.standard_normal(values.shape))
    else:
        # Rows 0 and 1 of W2 become equal once columns 0 and 3 are added up; biases tell apart.
        W1 = grid(rng, 4, 3)[[0, 1, 2, 0, 3]]
        W2 = grid(rng, 3, 5)
        W2[1] = W2[0]
        W2[1, 0], W2[1, 3] = W2[0, 0] + 1, W2[0, 3] - 1
        W2 = W2[[0, 2, 1, 2]]
        wide = {"W1": W1, "W2": W2, "W3": grid(rng, 2, 4)}
        if net == "with_biases":
            b1, b2 = grid(rng, 5), torch.tensor([0.5, -1.0, 0.5, 2.0]).double()
            b1[3] = b1[0]
            wide |= {"b1": b1, "b2": b2, "b3": grid(rng, 2)}
    got, _ = both.collapse(wide)
    inputs = torch.from_numpy(rng.standard_normal((20, wide["W1"].shape[1])))
    # What is merged differs by 1e-14, sums of equal terms by their order: 1e-13 at most.
    for activation in ("relu", "tanh"):
        assert_close(logits(got, inputs, activation), logits(wide, inputs, activation), hint=MERGE)


TRAINED, TESTED = (144, 72, 24), (65, 25, 10)


def labels(counts: tuple[int, ...]) -> list[int]:
    return [k for k, count in enumerate(counts) for _ in range(count)]


def epochs(rng, examples: int, steps: int = 1000, size: int = 8) -> list[list[int]]:
    """Return batches of rows: shuffled epochs, strung together and cut."""
    rows = [row for _ in range(-(-steps * size // examples)) for row in rng.permutation(examples)]
    return [[int(row) for row in rows[k * size : (k + 1) * size]] for k in range(steps)]


def xor(rng, examples: int) -> tuple[Tensor, Tensor]:
    """Return points of the plane, and whether their signs agree."""
    X = torch.from_numpy(rng.standard_normal((examples, 2)))
    return X, (X[:, 0] * X[:, 1] > 0).long()


def grid(rng, *shape: int) -> Tensor:
    """Return multiples of a quarter: what is equal is so exactly, also after rounding to tol."""
    return torch.from_numpy(rng.integers(-8, 9, shape) / 4)


def logits(params: dict[str, Tensor], X: Tensor, activation: str) -> Tensor:
    """Return what the net says, by the judge's own forward pass."""
    layers = sum(name.startswith("W") for name in params)
    for k in range(1, layers + 1):
        X = X @ params[f"W{k}"].T + params.get(f"b{k}", 0)
        X = FUNCTIONS[activation](X) if k < layers else X
    return X
