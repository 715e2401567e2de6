"""Visible examples: run them with `grader check zero_init`, or with plain pytest.

They show what is asked for. Hidden tests ask more, and with other numbers.
"""

import all_equal
import all_zero
import pytest
import torch

# ---- all_zero --------------------------------------------------------------------------------


def test_two_classes_begin_at_ln_2():
    assert all_zero.initial_loss(2) == pytest.approx(0.693147, abs=1e-6)


def test_every_parameter_has_a_gradient_of_its_shape():
    """Four examples of two features, three hidden units, two classes."""
    X, y = torch.ones(4, 2, dtype=torch.float64), torch.tensor([0, 0, 0, 1])
    gradients = all_zero.initial_gradients(X, y, [2, 3, 2], "relu", bias=True)
    shapes = {name: tuple(values.shape) for name, values in gradients.items()}

    assert shapes == {"W1": (3, 2), "b1": (3,), "W2": (2, 3), "b2": (2,)}


def test_one_bias_moves():
    """In a ReLU net of two layers only the biases at the top ever leave zero."""
    assert all_zero.moving_parameters(2, "relu", True) == ["b2"]


def test_a_net_without_biases_stays_at_ln_2():
    assert all_zero.stuck_loss([30, 30], [5, 9], False) == pytest.approx(0.693147, abs=1e-6)


# ---- all_equal -------------------------------------------------------------------------------


def test_one_step_by_hand():
    """p = ½ for both classes, and the batch holds two examples of class 0."""
    X, y = torch.ones(3, 2, dtype=torch.float64), torch.tensor([0, 1, 0])
    params = all_equal.train_constant(X, y, [2, 2], "relu", False, 0.5, 0.3, [[0, 2]])

    assert params.keys() == {"W1"}
    assert params["W1"].flatten().tolist() == pytest.approx([0.65, 0.65, 0.35, 0.35])


def test_a_start_is_what_no_step_leaves():
    X, y = torch.zeros(1, 2, dtype=torch.float64), torch.tensor([0])
    params = all_equal.train_constant(X, y, [2, 3, 2], "tanh", True, 0.1, 0.3, [])

    assert {name: values.unique().tolist() for name, values in params.items()} == {
        "W1": [0.1],
        "b1": [0.0],
        "W2": [0.1],
        "b2": [0.0],
    }


def three_units() -> dict[str, torch.Tensor]:
    """Return the net in the stub: three hidden units, of which two are the same."""
    W1 = torch.tensor([[1.0, 2.0], [1.0, 2.0], [0.0, 3.0]])
    return {"W1": W1, "W2": torch.tensor([[5.0, 6.0, 7.0]])}


def test_two_units_of_three():
    assert all_equal.distinct_units(three_units()) == [2]


def test_the_narrow_net_computes_the_same():
    wide, x = three_units(), torch.tensor([[1.0, -2.0], [3.0, 4.0]])
    narrow = all_equal.collapse(wide)

    assert tuple(narrow["W1"].shape) == (2, 2)
    for net in (wide, narrow):
        says = torch.relu(x @ net["W1"].T) @ net["W2"].T
        assert says.flatten().tolist() == pytest.approx([0.0, 205.0])
