"""Hidden tests of `parameter_counts`; the weights add up to the task's 20 points."""

import pytest
import torch

from grader.testing import assert_close, assert_count, assert_equal, assert_rejects

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
ARROWS = "Count the arrows, not the dots: a layer from n to m units has n·m weights."


@pytest.mark.weight(2)
def test_shallow(both):
    """A net with one hidden layer has the weights of two layers."""
    for hidden in (1, 37, 512):
        got, want = both.shallow_parameters(hidden)
        assert_count(got, want, hint=ARROWS)


@pytest.mark.weight(2)
def test_deep(both):
    """A net with two hidden layers has the weights of three layers."""
    for hidden1, hidden2 in ((37, 11), (64, 300)):
        got, want = both.deep_parameters(hidden1, hidden2)
        assert_count(got, want, hint="784 -> hidden1 -> hidden2 -> 10: three weight layers.")


@pytest.mark.weight(2)
def test_bias(both):
    """With biases, every unit that a weight layer produces has one."""
    hint = "One bias for each unit a weight layer produces, none for the inputs."
    inputs_and_outputs = {"a bias for each input": 784, "the biases of the output layer": 10}
    got, want = both.shallow_parameters(53, bias=True)
    assert_count(
        got, want, parts={"the hidden layer's biases": 53, **inputs_and_outputs}, hint=hint
    )
    got, want = both.deep_parameters(29, 83, bias=True)
    assert_count(got, want, parts=inputs_and_outputs, hint=hint)


@pytest.mark.weight(2)
def test_mlp(both, rng):
    """The count holds for any number of layers, with and without biases."""
    for length in (2, 3, 6):
        sizes = [int(size) for size in rng.integers(2, 40, length)]
        for bias in (False, True):
            got, want = both.mlp_parameters(sizes, bias)
            assert_count(got, want, hint=ARROWS)


@pytest.mark.weight(1.5)
def test_conv(both):
    """A convolution has one kernel per output channel and input channel of its group."""
    hint = "With g groups an output channel sees only in/g channels."
    for layer in (
        {"kind": "conv2d", "in": 7, "out": 16, "kernel": [5, 3]},
        {"kind": "conv2d", "in": 8, "out": 12, "kernel": [3, 3], "bias": False},
        {"kind": "conv2d", "in": 12, "out": 24, "kernel": [3, 1], "groups": 4},
    ):
        got, want = both.layer_parameters(layer)
        assert_count(got, want, parts={"one bias vector": layer["out"]}, hint=hint)


@pytest.mark.weight(1.5)
def test_recurrent(both):
    """A recurrent layer as in torch: gates, directions, layers, two bias vectors."""
    for layer in (
        {"kind": "rnn", "in": 7, "hidden": 5},
        {"kind": "gru", "in": 4, "hidden": 9, "layers": 3},
        {"kind": "lstm", "in": 6, "hidden": 5, "layers": 2, "bidirectional": True},
        {"kind": "lstm", "in": 3, "hidden": 8, "bias_vectors": 0},
    ):
        vectors = GATES[layer["kind"]] * layer.get("layers", 1) * (1 + ("bidirectional" in layer))
        got, want = both.layer_parameters(layer)
        assert_count(
            got,
            want,
            parts={"one bias vector per gate": vectors * layer["hidden"]},
            hint="torch adds b_ih and b_hh; a later layer reads them all.",
        )


@pytest.mark.weight(1)
def test_one_bias(both):
    """A textbook cell has one bias vector per gate."""
    for kind in ("rnn", "gru", "lstm"):
        layer = {"kind": kind, "in": 6, "hidden": 5, "bias_vectors": 1}
        got, want = both.layer_parameters(layer)
        parts = {"one bias vector per gate": GATES[kind] * layer["hidden"]}
        hint = "bias_vectors says how many b there are per gate."
        assert_count(got, want, parts=parts, hint=hint)


@pytest.mark.weight(1)
def test_norm(both):
    """A normalisation trains a scale and a shift; running statistics are only stored."""
    for layer in (
        {"kind": "layernorm", "shape": [6, 5]},
        {"kind": "layernorm", "shape": [11], "bias": False},
        {"kind": "layernorm", "shape": [9], "affine": False},
        {"kind": "batchnorm", "features": 13},
        {"kind": "batchnorm", "features": 7, "affine": False},
        {"kind": "batchnorm", "features": 7, "track": False},
    ):
        got, want = both.layer_parameters(layer)
        parts = {"the number of batches seen": 1, "one vector": layer.get("features", 0)}
        assert_count(got, want, parts=parts, hint="No gradient reaches them: they are buffers.")


@pytest.mark.weight(1)
def test_attention(both):
    """Attention has four square maps, whatever the number of heads."""
    for heads in (1, 4):
        layer = {"kind": "attention", "dim": 24, "heads": heads, "bias": heads == 1}
        got, want = both.layer_parameters(layer)
        parts = {"one square map": 24 * 24, "one bias vector": 24}
        assert_count(got, want, parts=parts, hint="Heads split the width.")


@pytest.mark.weight(1)
def test_tied(both):
    """A table of tokens is stored once, also where it is used twice."""
    hint = "One tensor with two uses is stored and trained once."
    for layer in (
        {"kind": "embedding", "num": 31, "dim": 6},
        {"kind": "tied_lm", "num": 31, "dim": 6},
        {"kind": "tied_lm", "num": 17, "dim": 9, "bias": True},
        {"kind": "linear", "in": 31, "out": 6},
        {"kind": "linear", "in": 31, "out": 6, "bias": False},
    ):
        parts = {"one row of the table": layer.get("dim", 0)}
        parts["the table"] = layer.get("num", 0) * layer.get("dim", 0)
        got, want = both.layer_parameters(layer)
        assert_count(got, want, parts=parts, hint=hint)


@pytest.mark.weight(2)
def test_module(both):
    """A module's tensors count once each: trained, frozen, or buffers."""
    for kind in ("mixed", "reused", "tied"):
        got, want = both.given.count_module(kind)
        assert_count(got, want, hint="Each tensor once; frozen ones and buffers apart.")


@pytest.mark.weight(1.5)
def test_sharing(both, student):
    """Sharing multiplies the connections of a weight, not the weights."""
    for layer in (
        {"kind": "fully_connected", "in": 9, "out": 4},
        {"kind": "conv1d", "length": 17, "kernel": 4},
        {"kind": "conv1d", "length": 6, "kernel": 6},
        {"kind": "recurrent", "in": 3, "hidden": 5, "steps": 8},
    ):
        got, want = both.sharing(layer)
        assert_equal(got, want, hint="How many places does the same weight serve?")
    for layer in (
        {"kind": "conv1d", "length": 5, "kernel": 6},
        {"kind": "conv2d", "length": 5, "kernel": 2},
    ):
        assert_rejects(student.sharing, layer, hint="A kernel is no longer than its signal.")


@pytest.mark.weight(0.5)
def test_tie(both, rng):
    """The gradient of a shared weight adds up those of its uses."""
    got, want = both.tie_gradients(torch.from_numpy(rng.standard_normal((5, 3, 2))))
    assert_close(got, want, hint="The chain rule adds over uses.")


@pytest.mark.weight(1)
def test_reject(both, student):
    """What cannot be a net is refused with a ValueError."""
    got, want = both.mlp_parameters([4, 3, 2])
    assert_count(got, want, hint="first of all, a net that can be must be counted")
    got, want = both.layer_parameters({"kind": "attention", "dim": 8, "heads": 2})
    assert_count(got, want, hint="first of all, a layer that can be must be counted")
    assert_rejects(student.mlp_parameters, [784], hint="a net has inputs and outputs")
    assert_rejects(student.mlp_parameters, [784, 0, 10], hint="no layer is empty")
    for layer in (
        {"kind": "conv2d", "in": 6, "out": 8, "kernel": [3, 3], "groups": 4},
        {"kind": "conv2d", "in": 8, "out": 6, "kernel": [3, 3], "groups": 4},
        {"kind": "attention", "dim": 10, "heads": 4},
        {"kind": "perceptron", "in": 2, "out": 2},
    ):
        assert_rejects(student.layer_parameters, layer, hint="groups and heads must divide")
