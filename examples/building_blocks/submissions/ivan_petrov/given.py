"""What this homework gives to everyone: layers, statements, and probes.

A probe is a function whose first parameter is your module: the hidden tests call it beside your
code, where what you wrote is handed things that are no plain data: a net, a layer, a generator.
"""

import contextlib
import math
from collections.abc import Callable
from typing import Any, TypedDict

import torch
from torch import nn

# ---- parameter_counts ------------------------------------------------------------------------


def count_module(answers: Any, kind: str) -> dict[str, int]:
    """Return what `module_parameters` says of a small net: mixed, reused or tied."""
    return answers.module_parameters(build_module(kind))


def build_module(kind: str) -> nn.Module:
    """Return a net in which something is to be counted with care.

    mixed: a frozen layer, a batch norm and a bias-free layer. reused: one layer in two places.
    tied: two layers that share one weight tensor.
    """
    if kind == "mixed":
        net = nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7), nn.Linear(7, 3, bias=False))
        net[0].requires_grad_(False)
        return net
    if kind == "reused":
        layer = nn.Linear(6, 6)
        return nn.Sequential(nn.Linear(4, 6), layer, nn.Tanh(), layer)
    if kind == "tied":
        net = nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 9))
        net[1].weight = net[0].weight
        return net
    raise KeyError(kind)


# ---- glorot_init -----------------------------------------------------------------------------


class GlorotSeeding(TypedDict):
    """What `glorot_seeding` returns.

    first, second: two draws from one generator. again: one from a new generator of the same
    seed. gain_one: the same with the gain 1 said aloud. other: one from another seed. stream,
    stream_again: four numbers of torch's own generator, seeded, after all these draws and
    without them. own, own_again: without a generator, torch's own seeded the same. own_second:
    the draw after own_again.
    """

    first: torch.Tensor
    second: torch.Tensor
    again: torch.Tensor
    gain_one: torch.Tensor
    other: torch.Tensor
    stream: torch.Tensor
    stream_again: torch.Tensor
    own: torch.Tensor
    own_again: torch.Tensor
    own_second: torch.Tensor


def glorot_draws(
    answers: Any, sampler: str, shape: list[int], gain: float, seed: int, count: int
) -> list[torch.Tensor]:
    """Return that many successive draws of `glorot_normal` or `glorot_uniform`, one generator."""
    generator = torch.Generator().manual_seed(seed)
    draw = getattr(answers, sampler)
    return [draw(shape, gain, generator) for _ in range(count)]


def glorot_form(answers: Any, sampler: str, shape: list[int]) -> dict[str, Any]:
    """Return what kind of thing a sampler gives: type, shape, dtype and how it lies in memory."""
    weights = getattr(answers, sampler)(shape)
    is_tensor = isinstance(weights, torch.Tensor)
    return {
        "type": type(weights).__name__,
        "shape": [int(length) for length in weights.shape] if is_tensor else [],
        "dtype": str(weights.dtype) if is_tensor else "",
        "requires_grad": is_tensor and weights.requires_grad,
        "contiguous": is_tensor and weights.is_contiguous(),
    }


def glorot_seeding(answers: Any, sampler: str, shape: list[int], seed: int) -> GlorotSeeding:
    """Return draws that differ only in where their randomness comes from."""
    draw = getattr(answers, sampler)

    def new(own_seed: int) -> torch.Generator:
        return torch.Generator().manual_seed(own_seed)

    # Not torch.manual_seed: that one also queues the seed for every GPU there might be.
    seed_own = torch.default_generator.manual_seed

    generator = new(seed)
    seed_own(seed)
    first, second = draw(shape, generator=generator), draw(shape, generator=generator)
    again, gain_one = draw(shape, generator=new(seed)), draw(shape, 1.0, new(seed))
    other = draw(shape, generator=new(seed + 1))
    stream = torch.rand(4)

    seed_own(seed)
    stream_again = torch.rand(4)

    seed_own(seed)
    own = draw(shape)
    seed_own(seed)
    own_again, own_second = draw(shape), draw(shape)

    return {
        "first": first,
        "second": second,
        "again": again,
        "gain_one": gain_one,
        "other": other,
        "stream": stream,
        "stream_again": stream_again,
        "own": own,
        "own_again": own_again,
        "own_second": own_second,
    }


# ---- lstm_gradients --------------------------------------------------------------------------


CELL_INPUTS = ("x", "h_prev", "c_prev", "W_x", "W_h", "b")
CELL_TRACE = ("a_f", "a_i", "a_g", "a_o", "f", "i", "g", "o", "c", "tanh_c", "h")


class Purity(TypedDict):
    """What `changed_inputs` returns."""

    changed: list[str]
    gradients: dict[str, torch.Tensor]


def backward_step(
    answers: Any,
    names: list[str],
    states: torch.Tensor,
    weights: dict[str, torch.Tensor],
    terms: list[str],
) -> dict[str, torch.Tensor]:
    """Return some of the terms that `lstm_cell_backward` answers.

    states (n, B, H): dh, dc_next and what else of the trace has this shape, by the names in
    `names`; one tensor crosses faster than sixteen.
    """
    known = dict(zip(names, states.unbind(), strict=True))
    dh, dc_next = known.pop("dh"), known.pop("dc_next")
    back = answers.lstm_cell_backward(dh, dc_next, known | weights)
    if not isinstance(back, dict):
        return back
    return {term: back[term] for term in terms if term in back}


def forward_then_backward(
    answers: Any, problems: list[dict[str, torch.Tensor]]
) -> list[dict[str, torch.Tensor]]:
    """Return for each problem what `lstm_cell_backward` makes of `lstm_cell_forward`'s trace.

    A problem holds x, h_prev, c_prev, W_x, W_h, b, dh and dc_next.
    """
    results = []
    for problem in problems:
        inputs = {name: problem[name] for name in CELL_INPUTS}
        trace = answers.lstm_cell_forward(*_copied(inputs).values())
        upstream = problem["dh"], problem["dc_next"]
        results.append(answers.lstm_cell_backward(*upstream, {**trace, **inputs}))
    return results


def forward_through_time(
    answers: Any,
    xs: torch.Tensor,
    h0: torch.Tensor,
    c0: torch.Tensor,
    W_x: torch.Tensor,
    W_h: torch.Tensor,
    b: torch.Tensor,
) -> dict[str, torch.Tensor]:
    """Return hs and cs of `lstm_forward`, and its traces stacked: each term (T, ...)."""
    sequence = answers.lstm_forward(xs, h0, c0, W_x, W_h, b)
    traces = sequence["traces"]
    stacked = {
        name: torch.stack([trace[name] for trace in traces])
        for name in CELL_INPUTS + CELL_TRACE
        if all(name in trace for trace in traces)
    }
    return {"hs": sequence["hs"], "cs": sequence["cs"], **stacked}


def backward_through_time(
    answers: Any,
    dhs: torch.Tensor,
    dc_last: torch.Tensor,
    stacked: dict[str, torch.Tensor],
    lengths: list[int],
) -> list[dict[str, torch.Tensor]]:
    """Return what `lstm_backward` says of the first steps of a sequence, for each length.

    stacked: the terms of the traces, as `forward_through_time` returns them.
    """
    return [
        answers.lstm_backward(dhs[:length].clone(), dc_last.clone(), _traces(stacked, length))
        for length in lengths
    ]


def changed_inputs(
    answers: Any, dhs: torch.Tensor, dc_last: torch.Tensor, stacked: dict[str, torch.Tensor]
) -> Purity:
    """Return which arguments the functions changed, and what `lstm_cell_backward` answered.

    Each function is called once, on copies; one that raises is judged elsewhere.
    """
    step = {name: value[0] for name, value in stacked.items()}
    xs, h0, c0, W_x, W_h, b = (stacked["x"], *(step[name] for name in CELL_INPUTS[1:]))
    H = h0.shape[1]
    calls: dict[str, dict[str, Any]] = {
        "lstm_cell_forward": {name: step[name] for name in CELL_INPUTS},
        "lstm_forward": {"xs": xs, "h0": h0, "c0": c0, "W_x": W_x, "W_h": W_h, "b": b},
        "lstm_backward": {"dhs": dhs, "dc_last": dc_last, "traces": _traces(stacked, len(dhs))},
        "rnn_backward": {
            "dhs": dhs,
            "hs": stacked["h"],
            "h0": h0,
            "xs": xs,
            "W_x": W_x[:H],
            "W_h": W_h[:H],
        },
    }
    changed = []
    for function, arguments in calls.items():
        given = _copied(arguments)
        with contextlib.suppress(Exception):
            getattr(answers, function)(*given.values())
        changed += _changed(function, arguments, given)
    arguments = {"dh": dhs[0], "dc_next": dc_last, "trace": step}
    given = _copied(arguments)
    gradients = answers.lstm_cell_backward(*given.values())
    changed += _changed("lstm_cell_backward", arguments, given)
    return {"changed": changed, "gradients": gradients}


def _traces(stacked: dict[str, torch.Tensor], length: int) -> list[dict[str, torch.Tensor]]:
    """Return a trace of its own for each of the first steps."""
    steps = zip(*(value[:length].clone() for value in stacked.values()), strict=True)
    return [dict(zip(stacked, step, strict=True)) for step in steps]


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value.clone()


def _changed(function: str, arguments: dict[str, Any], given: dict[str, Any]) -> list[str]:
    return [
        f"{function}: {name}" for name in arguments if not _is_same(arguments[name], given[name])
    ]


def _is_same(before: Any, after: Any) -> bool:
    """Return whether all that was there still is; a new key in a trace does no harm."""
    if isinstance(before, dict):
        return all(name in after and _is_same(before[name], after[name]) for name in before)
    if isinstance(before, list):
        return len(before) == len(after) and all(map(_is_same, before, after))
    return isinstance(after, torch.Tensor) and torch.equal(before, after)


# ---- inductive_bias_table --------------------------------------------------------------------


RIDGE_STATEMENTS = {
    "linear": "The target is about linear in the features.",
    "sparse": "Most of the features do not matter: their weights should be exactly 0.",
    "squared": "Being off by 2 is four times as bad as being off by 1.",
    "gaussian_features": "The features are normally distributed.",
    "gaussian_noise": "The noise on the targets is additive and normal, with one variance for all.",
    "laplace_prior": "Before any data, the weights have a Laplace distribution around 0.",
    "small": "Of two weight vectors that fit equally well, the shorter one is the better guess.",
    "independent_features": "The features are independent of each other.",
    "gaussian_prior": "Before any data, the weights have a normal distribution around 0.",
    "heavy_tails": "Now and then a target is wildly wrong, and the fit should hardly mind.",
    "scale_free": "A feature in metres or in millimetres: the predictions are the same.",
    "locality": "Features that stand next to each other belong together.",
}

SIGNAL_LENGTH = 8
TOKENS, TOKEN_SIZE = 5, 4
STEP_SIZE, STATE_SIZE = 3, 4


def build_layer(kind: str, seed: int) -> nn.Module:
    """Return a float64 layer with random weights, which need no gradient.

    signals (B, 1, n) -> (B, 2, n): "fully_connected" (n = 8 only), "circular_conv",
    "zero_padded_conv", "dilated_conv", "two_convs", "coordconv"; "strided_conv" -> (B, 2, n/2);
    "pooled_circular_conv" and "pooled_zero_padded_conv" -> (B, 2).
    tokens (B, 5, 4) -> (B, 5, 4): "attention", "attention_with_positions", "per_token",
    "rnn_over_tokens".
    sequences (T, B, 3) -> (T, B, 4), from the state 0: "rnn", "lstm", "gru", "rnn_with_bias".
    """
    layer = _LAYERS[kind]().double().requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for weights in layer.parameters():
        bound = 1 / math.sqrt(max(1, weights[0].numel()))
        weights.uniform_(-bound, bound, generator=generator)
    return layer


def measure_equivariance(
    answers: Any, kinds: list[str], seed: int, x: torch.Tensor, shift: int
) -> dict[str, float]:
    """Return `equivariance_error` for a layer of each kind."""
    return {kind: answers.equivariance_error(build_layer(kind, seed), x, shift) for kind in kinds}


def measure_invariance(
    answers: Any, kinds: list[str], seed: int, x: torch.Tensor, shift: int
) -> dict[str, float]:
    """Return `invariance_error` for a layer of each kind."""
    return {kind: answers.invariance_error(build_layer(kind, seed), x, shift) for kind in kinds}


def measure_permutation(
    answers: Any, kinds: list[str], seed: int, x: torch.Tensor, perm: list[int]
) -> dict[str, float]:
    """Return `permutation_error` for a layer of each kind."""
    return {kind: answers.permutation_error(build_layer(kind, seed), x, perm) for kind in kinds}


def measure_fields(
    answers: Any, positions: dict[str, int], seed: int, length: int
) -> dict[str, list[int]]:
    """Return `receptive_field` at one position of a layer of each kind."""
    return {
        kind: answers.receptive_field(build_layer(kind, seed), length, position)
        for kind, position in positions.items()
    }


def measure_delay(
    answers: Any, kinds: list[str], seed: int, x: torch.Tensor, k: int
) -> dict[str, float]:
    """Return `delay_error` for a layer of each kind."""
    return {kind: answers.delay_error(build_layer(kind, seed), x, k) for kind in kinds}


class _Mean(nn.Module):
    """The mean over the last axis."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(-1)


class _CoordConv(nn.Module):
    """A circular convolution that also reads where it is, from -1 to 1 (Liu et al. 2018)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(2, 2, 3, padding=1, padding_mode="circular")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        place = torch.linspace(-1, 1, x.shape[-1], dtype=x.dtype).expand_as(x)
        out: torch.Tensor = self.conv(torch.cat([x, place], dim=1))
        return out


class _Attention(nn.Module):
    """One head of self-attention, with learned positions if asked for (Vaswani et al. 2017)."""

    def __init__(self, *, positions: bool) -> None:
        super().__init__()
        self.query, self.key, self.value = (
            nn.Linear(TOKEN_SIZE, TOKEN_SIZE, bias=False) for _ in range(3)
        )
        self.positions = nn.Parameter(torch.empty(TOKENS, TOKEN_SIZE)) if positions else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.positions is not None:
            x = x + self.positions
        scores = self.query(x) @ self.key(x).mT / math.sqrt(TOKEN_SIZE)
        out: torch.Tensor = scores.softmax(-1) @ self.value(x)
        return out


class _Outputs(nn.Module):
    """A recurrent layer that returns its outputs only."""

    def __init__(self, recurrent: nn.Module) -> None:
        super().__init__()
        self.recurrent = recurrent

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs: torch.Tensor = self.recurrent(x)[0]
        return outputs


def _conv(in_channels: int = 1, *, circular: bool = False, **options: int) -> nn.Module:
    mode = "circular" if circular else "zeros"
    return nn.Conv1d(in_channels, 2, 3, **{"padding": 1, **options}, padding_mode=mode)


def _fully_connected() -> nn.Module:
    linear = nn.Linear(SIGNAL_LENGTH, 2 * SIGNAL_LENGTH)
    return nn.Sequential(nn.Flatten(), linear, nn.Unflatten(1, (2, SIGNAL_LENGTH)))


_LAYERS: dict[str, Callable[[], nn.Module]] = {
    "fully_connected": _fully_connected,
    "circular_conv": lambda: _conv(circular=True),
    "zero_padded_conv": _conv,
    "dilated_conv": lambda: _conv(padding=2, dilation=2),
    "strided_conv": lambda: _conv(stride=2),
    "two_convs": lambda: nn.Sequential(_conv(), nn.Tanh(), _conv(2)),
    "coordconv": _CoordConv,
    "pooled_circular_conv": lambda: nn.Sequential(_conv(circular=True), nn.ReLU(), _Mean()),
    "pooled_zero_padded_conv": lambda: nn.Sequential(_conv(), nn.ReLU(), _Mean()),
    "attention": lambda: _Attention(positions=False),
    "attention_with_positions": lambda: _Attention(positions=True),
    "per_token": lambda: nn.Linear(TOKEN_SIZE, TOKEN_SIZE),
    "rnn_over_tokens": lambda: _Outputs(nn.RNN(TOKEN_SIZE, TOKEN_SIZE, batch_first=True)),
    "rnn": lambda: _Outputs(nn.RNN(STEP_SIZE, STATE_SIZE, bias=False)),
    "lstm": lambda: _Outputs(nn.LSTM(STEP_SIZE, STATE_SIZE, bias=False)),
    "gru": lambda: _Outputs(nn.GRU(STEP_SIZE, STATE_SIZE, bias=False)),
    "rnn_with_bias": lambda: _Outputs(nn.RNN(STEP_SIZE, STATE_SIZE)),
}
