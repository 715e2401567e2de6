"""Visible examples: run them with `grader check building_blocks`, or with plain pytest.

They show what is asked for. Hidden tests ask more, and with other numbers.
"""

import math

import glorot_init
import inductive_bias_table
import lstm_gradients
import parameter_counts
import pytest
import torch
from given import RIDGE_STATEMENTS, build_layer
from torch import nn

# ---- parameter_counts ------------------------------------------------------------------------


def test_the_shallow_net():
    """784 -> 100 -> 10 has 79,400 weights."""
    assert parameter_counts.shallow_parameters(100) == 79400


def test_the_deep_net_with_biases():
    """784 -> 128 -> 64 -> 10 has 109,386 weights and biases."""
    assert parameter_counts.deep_parameters(128, 64, bias=True) == 109386


def test_any_net_counts_its_arrows():
    """3 -> 5 -> 2 has 25 arrows."""
    assert parameter_counts.mlp_parameters([3, 5, 2]) == 25


def test_batch_norm_stores_more_than_it_trains():
    """Eight channels: 16 trained numbers, 17 stored ones."""
    counts = parameter_counts.layer_parameters({"kind": "batchnorm", "features": 8})
    assert counts == {"trainable": 16, "buffers": 17}


def test_a_module_of_torch():
    """A linear layer from 3 to 2 trains 8 numbers."""
    counts = parameter_counts.module_parameters(nn.Linear(3, 2))
    assert counts == {"trainable": 8, "frozen": 0, "buffers": 0}


def test_a_convolution_uses_each_weight_in_every_place():
    """A kernel of 2 on a signal of 5 serves 4 places."""
    shared = parameter_counts.sharing({"kind": "conv1d", "length": 5, "kernel": 2})
    assert shared == {"parameters": 2, "connections": 8, "reuse": 4.0}


# ---- glorot_init -----------------------------------------------------------------------------


def test_fans_count_the_kernel_and_the_groups():
    """A linear layer, a convolution, and the same in four groups."""
    assert tuple(glorot_init.fans([100, 784])) == (784, 100)
    assert tuple(glorot_init.fans([32, 16, 3, 3])) == (144, 288)
    assert tuple(glorot_init.fans([32, 4, 3, 3], groups=4)) == (36, 72)


def test_standard_deviations_of_the_first_layer():
    """784 pixels to 100 units: three rules for ReLU layers, and Glorot's two laws."""
    assert glorot_init.relu_std(784, 100, "forward") == pytest.approx(0.050508, abs=1e-6)
    assert glorot_init.relu_std(784, 100, "backward") == pytest.approx(0.141421, abs=1e-6)
    assert glorot_init.relu_std(784, 100, "compromise") == pytest.approx(0.067267, abs=1e-6)
    assert glorot_init.glorot_std(784, 100) == pytest.approx(0.047565, abs=1e-6)
    assert glorot_init.glorot_bound(784, 100) == pytest.approx(0.082385, abs=1e-6)


def test_formula_agrees_with_an_experiment():
    """The scale of z = C x is what one sees when it is tried."""
    C = 0.3 * torch.randn(2000, 100)
    x = torch.ones(100)
    measured = (C @ x).square().mean().sqrt().item()
    assert glorot_init.signal_scale(100, 2000, 0.3)["z"] == pytest.approx(measured, rel=0.1)


@pytest.mark.parametrize("sampler", ["glorot_normal", "glorot_uniform"])
def test_weights_have_the_standard_deviation(sampler):
    """78 400 weights: their standard deviation is within 2 % of the formula's."""
    weights = getattr(glorot_init, sampler)([100, 784])
    assert weights.shape == (100, 784)
    assert weights.dtype == torch.float32
    assert weights.std().item() == pytest.approx(glorot_init.glorot_std(784, 100), rel=0.02)


@pytest.mark.parametrize("sampler", ["glorot_normal", "glorot_uniform"])
def test_generator_decides(sampler):
    """One seed gives one set of weights; the next draw gives another."""
    draw = getattr(glorot_init, sampler)
    generator = torch.Generator().manual_seed(1)
    first, second = draw([3, 4], generator=generator), draw([3, 4], generator=generator)
    again = draw([3, 4], generator=torch.Generator().manual_seed(1))
    assert torch.equal(first, again)
    assert not torch.equal(first, second)


def test_ten_layers_keep_the_signal():
    """With a good start neither the signal nor the gradient dies out or explodes."""
    weights = [glorot_init.glorot_normal([256, 256], math.sqrt(2)) for _ in range(10)]
    scales = glorot_init.propagate(weights, torch.randn(64, 256), torch.randn(64, 256))
    for way in ("forward", "backward"):
        assert len(scales[way]) == 11
        assert 0.3 < scales[way][-1] / scales[way][0] < 3


# ---- lstm_gradients --------------------------------------------------------------------------


def one_cell() -> dict[str, torch.Tensor]:
    """Return the inputs of the example in the stub: one unit, all weights zero, c_prev = 2."""
    zero, weights = torch.zeros(1, 1, dtype=torch.float64), torch.zeros(4, 1, dtype=torch.float64)
    return {
        "x": zero,
        "h_prev": zero,
        "c_prev": torch.full_like(zero, 2.0),
        "W_x": weights,
        "W_h": weights,
        "b": weights[:, 0],
    }


def a_sequence(T: int, B: int, D: int, H: int) -> list[torch.Tensor]:
    """Return xs, h0, c0, W_x, W_h, b."""
    generator = torch.Generator().manual_seed(1)
    shapes = ((T, B, D), (B, H), (B, H), (4 * H, D), (4 * H, H), (4 * H,))
    return [torch.randn(shape, generator=generator, dtype=torch.float64) / 2 for shape in shapes]


def test_lstm_cell_forward_of_one_unit():
    trace = lstm_gradients.lstm_cell_forward(*one_cell().values())
    values = {name: trace[name].item() for name in ("f", "i", "g", "o", "c", "tanh_c", "h")}

    assert values == pytest.approx(
        {"f": 0.5, "i": 0.5, "g": 0, "o": 0.5, "c": 1, "tanh_c": 0.761594, "h": 0.380797}, abs=1e-6
    )


def test_lstm_cell_backward_of_one_unit():
    inputs = one_cell()
    trace = lstm_gradients.lstm_cell_forward(*inputs.values())
    one = torch.ones(1, 1, dtype=torch.float64)
    back = lstm_gradients.lstm_cell_backward(one, 0 * one, trace | inputs)
    values = {name: back[name].item() for name in ("dc", "do", "df", "dc_prev", "da_o")}

    assert values == pytest.approx(
        {"dc": 0.209987, "do": 0.761594, "df": 0.419974, "dc_prev": 0.104994, "da_o": 0.190399},
        abs=1e-6,
    )


def test_lstm_backward_gives_every_shape():
    T, B, D, H = 5, 3, 2, 4
    sequence = lstm_gradients.lstm_forward(*a_sequence(T, B, D, H))
    back = lstm_gradients.lstm_backward(
        torch.ones(T, B, H, dtype=torch.float64),
        torch.zeros(B, H, dtype=torch.float64),
        sequence["traces"],
    )

    assert {name: tuple(value.shape) for name, value in back.items()} == {
        "dW_x": (4 * H, D),
        "dW_h": (4 * H, H),
        "db": (4 * H,),
        "dxs": (T, B, D),
        "dh0": (B, H),
        "dc0": (B, H),
        "dh_prevs": (T, B, H),
        "dc_prevs": (T, B, H),
    }


def test_lstm_gradient_is_the_slope_of_the_loss():
    """Move one weight a little each way: the loss, here the sum of hs, changes by its gradient."""
    inputs = a_sequence(5, 3, 2, 4)
    sequence = lstm_gradients.lstm_forward(*inputs)
    ones = torch.ones_like(sequence["hs"])
    dW_h = lstm_gradients.lstm_backward(ones, 0 * ones[0], sequence["traces"])["dW_h"]

    def loss(step: float) -> float:
        moved = [value.clone() for value in inputs]
        moved[4][6, 1] += step
        return lstm_gradients.lstm_forward(*moved)["hs"].sum().item()

    assert dW_h[6, 1].item() == pytest.approx((loss(1e-5) - loss(-1e-5)) / 2e-5, rel=1e-6)


def test_decay_and_forget_bias():
    assert lstm_gradients.decay_per_step([1.0, 0.5, 0.25]) == pytest.approx(0.5)
    assert lstm_gradients.forget_bias_for(1) == pytest.approx(0.0, abs=1e-12)


# ---- inductive_bias_table --------------------------------------------------------------------


ROWS = {"fully_connected", "convolutional", "recurrent"}
COLUMNS = {"inputs", "interactions", "invariance", "bias"}


def signals(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def test_the_table_is_filled_in():
    """Whether the words are right is for the hidden tests; here only that each cell has some."""
    table = inductive_bias_table.TABLE

    assert table.keys() == ROWS
    for row in ROWS:
        assert table[row].keys() == COLUMNS
        for column in COLUMNS:
            words = table[row][column].split()
            assert 1 <= len(words) <= 25, f"TABLE[{row!r}][{column!r}] wants a few words"


def test_ridge_statements_are_known():
    assert set(inductive_bias_table.ridge_statements()) <= RIDGE_STATEMENTS.keys()


def test_shift_errors_of_a_layer_that_keeps_one_place():
    x = torch.tensor([[[3.0, 4.0]]], dtype=torch.float64)

    def first(x: torch.Tensor) -> torch.Tensor:
        return x * torch.tensor([1.0, 0.0], dtype=torch.float64)

    equivariance = inductive_bias_table.equivariance_error(first, x, 1)
    assert equivariance == pytest.approx(5 / 3)
    assert inductive_bias_table.invariance_error(first, x, 1) == pytest.approx(1 / 3)


def test_permutation_error_of_a_sum_over_earlier_tokens():
    x = torch.tensor([[[3.0], [4.0]]], dtype=torch.float64)
    error = inductive_bias_table.permutation_error(lambda x: x.cumsum(1), x, [1, 0])

    assert error == pytest.approx(0.656532, abs=1e-6)


def test_receptive_field_of_a_difference():
    field = inductive_bias_table.receptive_field(lambda x: x[..., 2:] - x[..., :-2], 6, 1)

    assert field == [1, 3]


def test_real_layers():
    """A convolution that wraps around moves along with a shift; an LSTM without bias waits."""
    conv, lstm = build_layer("circular_conv", seed=1), build_layer("lstm", seed=1)

    assert inductive_bias_table.equivariance_error(conv, signals(4, 1, 10), 3) < 1e-12
    assert inductive_bias_table.delay_error(lstm, signals(6, 2, 3), 4) < 1e-12
