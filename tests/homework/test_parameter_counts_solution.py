"""The solution of `parameter_counts` against torch's own modules and dense matrices."""

import importlib.util
import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

PATH = Path(__file__).parents[2] / "reference" / "building_blocks" / "parameter_counts.py"
SPEC = importlib.util.spec_from_file_location("parameter_counts_solution", PATH)
assert SPEC is not None
assert SPEC.loader is not None
solution: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(solution)


def trained(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def stored(module: nn.Module) -> int:
    return sum(b.numel() for b in module.buffers())


@pytest.mark.parametrize("sizes", [[3, 5], [784, 30, 10], [7, 1, 9, 4]])
@pytest.mark.parametrize("bias", [False, True])
def test_mlp_is_torch_s_count(sizes: list[int], bias: bool) -> None:
    net = nn.Sequential(*(nn.Linear(n, m, bias) for n, m in itertools.pairwise(sizes)))

    assert solution.mlp_parameters(sizes, bias) == trained(net)


def test_the_two_nets_have_their_closed_formulas() -> None:
    for h1, h2 in ((1, 1), (100, 7), (128, 64)):
        assert solution.shallow_parameters(h1) == 794 * h1
        assert solution.shallow_parameters(h1, bias=True) == 795 * h1 + 10
        assert solution.deep_parameters(h1, h2) == 784 * h1 + h1 * h2 + 10 * h2
        assert solution.deep_parameters(h1, h2, bias=True) == 785 * h1 + h1 * h2 + 11 * h2 + 10


@pytest.mark.parametrize(
    "layer, module",
    [
        ({"kind": "linear", "in": 5, "out": 3}, nn.Linear(5, 3)),
        ({"kind": "linear", "in": 5, "out": 3, "bias": False}, nn.Linear(5, 3, bias=False)),
        ({"kind": "conv2d", "in": 4, "out": 6, "kernel": [3, 5]}, nn.Conv2d(4, 6, (3, 5))),
        (
            {"kind": "conv2d", "in": 4, "out": 6, "kernel": [3, 5], "groups": 2, "bias": False},
            nn.Conv2d(4, 6, (3, 5), groups=2, bias=False),
        ),
        ({"kind": "embedding", "num": 11, "dim": 3}, nn.Embedding(11, 3, padding_idx=0)),
        ({"kind": "rnn", "in": 3, "hidden": 5}, nn.RNN(3, 5)),
        ({"kind": "gru", "in": 3, "hidden": 5, "layers": 3}, nn.GRU(3, 5, 3)),
        (
            {"kind": "lstm", "in": 3, "hidden": 5, "layers": 2, "bidirectional": True},
            nn.LSTM(3, 5, 2, bidirectional=True),
        ),
        ({"kind": "lstm", "in": 3, "hidden": 5, "bias_vectors": 0}, nn.LSTM(3, 5, bias=False)),
        ({"kind": "layernorm", "shape": [4, 3]}, nn.LayerNorm([4, 3])),
        ({"kind": "layernorm", "shape": [4], "bias": False}, nn.LayerNorm([4], bias=False)),
        (
            {"kind": "layernorm", "shape": [4], "affine": False},
            nn.LayerNorm([4], elementwise_affine=False),
        ),
        ({"kind": "batchnorm", "features": 8}, nn.BatchNorm1d(8)),
        ({"kind": "batchnorm", "features": 8, "affine": False}, nn.BatchNorm1d(8, affine=False)),
        (
            {"kind": "batchnorm", "features": 8, "track": False},
            nn.BatchNorm1d(8, track_running_stats=False),
        ),
        ({"kind": "attention", "dim": 12, "heads": 3}, nn.MultiheadAttention(12, 3)),
        (
            {"kind": "attention", "dim": 12, "heads": 4, "bias": False},
            nn.MultiheadAttention(12, 4, bias=False),
        ),
    ],
)
def test_a_layer_is_torch_s_count(layer: dict[str, Any], module: nn.Module) -> None:
    assert solution.layer_parameters(layer) == {
        "trainable": trained(module),
        "buffers": stored(module),
    }


def test_one_bias_vector_is_half_of_torch_s_two() -> None:
    layer = {"kind": "lstm", "in": 3, "hidden": 5, "layers": 2, "bias_vectors": 1}
    module = nn.LSTM(3, 5, 2)
    biases = sum(p.numel() for name, p in module.named_parameters() if "bias" in name)

    assert solution.layer_parameters(layer)["trainable"] == trained(module) - biases // 2


def test_a_tied_table_is_torch_s_count() -> None:
    net = nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 9))
    net[1].weight = net[0].weight

    layer = {"kind": "tied_lm", "num": 9, "dim": 4, "bias": True}
    assert solution.layer_parameters(layer)["trainable"] == trained(net)


def test_a_module_s_tensors_count_once() -> None:
    layer = nn.Linear(6, 6)
    net = nn.Sequential(layer, layer, nn.BatchNorm1d(6), nn.Linear(6, 2).requires_grad_(False))

    assert solution.module_parameters(net) == {"trainable": 42 + 12, "frozen": 14, "buffers": 13}


def test_connections_are_the_non_zeros_of_the_dense_matrix() -> None:
    length, kernel = 11, 4
    conv = nn.Conv1d(1, 1, kernel, bias=False)
    nn.init.ones_(conv.weight)
    dense = torch.autograd.functional.jacobian(
        lambda x: conv(x[None, None])[0, 0], torch.randn(length)
    )

    shared = solution.sharing({"kind": "conv1d", "length": length, "kernel": kernel})
    assert shared["connections"] == int(dense.count_nonzero())
    assert shared["parameters"] == conv.weight.numel()
    assert shared["reuse"] == shared["connections"] / shared["parameters"]


def test_uses_of_a_recurrent_weight_are_steps() -> None:
    cell = nn.RNNCell(3, 5, bias=False)

    shared = solution.sharing({"kind": "recurrent", "in": 3, "hidden": 5, "steps": 7})
    assert shared == {"parameters": trained(cell), "connections": 7 * trained(cell), "reuse": 7.0}


def test_a_tied_gradient_is_the_convolution_s_own() -> None:
    torch.manual_seed(0)
    x, kernel = torch.randn(9), torch.randn(3, requires_grad=True)
    uses = torch.stack([kernel.detach().clone() for _ in range(7)]).requires_grad_()
    upstream = torch.randn(7)
    windows = x.unfold(0, 3, 1)
    ((windows * uses).sum(1) * upstream).sum().backward()
    (nn.functional.conv1d(x[None, None], kernel[None, None])[0, 0] * upstream).sum().backward()

    assert uses.grad is not None
    assert torch.allclose(solution.tie_gradients(uses.grad), kernel.grad, atol=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: solution.mlp_parameters([5]),
        lambda: solution.mlp_parameters([5, 0]),
        lambda: solution.layer_parameters(
            {"kind": "conv2d", "in": 3, "out": 4, "kernel": [1, 1], "groups": 2}
        ),
        lambda: solution.layer_parameters({"kind": "attention", "dim": 5, "heads": 2}),
        lambda: solution.layer_parameters({"kind": "unknown"}),
        lambda: solution.sharing({"kind": "conv1d", "length": 2, "kernel": 3}),
        lambda: solution.sharing({"kind": "unknown"}),
    ],
)
def test_what_cannot_be_is_refused(call: Any) -> None:
    with pytest.raises(ValueError):
        call()
