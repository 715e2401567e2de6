"""The solution of lstm_gradients, and the rules its hidden tests judge by, against torch's own."""

import importlib.util
import math
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor

FOLDER = Path(__file__).parents[2] / "reference" / "building_blocks"
INPUTS = ("x", "h_prev", "c_prev", "W_x", "W_h", "b")
# Rounding leaves 1e-15 of the largest entry; this is what the hidden tests allow.
CLOSE = {"rtol": 0.0, "atol": 1e-12}


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"checked_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


solution = load("lstm_gradients")


@pytest.fixture(scope="module")
def hidden(request: pytest.FixtureRequest) -> ModuleType:
    """The hidden tests, whose one mark only the judge knows."""
    request.config.addinivalue_line("markers", "weight(points): the test's share of its task")
    return load("test_lstm_gradients")


def normal(seed: int, *shapes: tuple[int, ...]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]


def a_cell(seed: int, B: int, D: int, H: int) -> list[Tensor]:
    return normal(seed, (B, D), (B, H), (B, H), (4 * H, D), (4 * H, H), (4 * H,))


def torch_rows(weight: Tensor) -> Tensor:
    """Return the rows in torch's order of the gates, i f g o, from ours, f i g o."""
    f, i, g, o = weight.chunk(4)
    return torch.cat([i, f, g, o])


def torch_lstm(W_x: Tensor, W_h: Tensor, b: Tensor) -> torch.nn.LSTM:
    """Return torch's LSTM with our weights; its second bias is zero."""
    lstm = torch.nn.LSTM(W_x.shape[1], W_h.shape[1], dtype=torch.float64)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch_rows(W_x))
        lstm.weight_hh_l0.copy_(torch_rows(W_h))
        lstm.bias_ih_l0.copy_(torch_rows(b))
        lstm.bias_hh_l0.zero_()
    return lstm


def by_autograd(inputs: list[Tensor], dh: Tensor, dc_next: Tensor) -> dict[str, Tensor]:
    """Return every term of one backward step as autograd finds it."""
    leaves = [value.clone().requires_grad_() for value in inputs]
    x, h_prev, c_prev, W_x, W_h, b = leaves
    a = x @ W_x.T + h_prev @ W_h.T + b
    a_f, a_i, a_g, a_o = a.chunk(4, dim=1)
    f, i, g, o = a_f.sigmoid(), a_i.sigmoid(), a_g.tanh(), a_o.sigmoid()
    c = f * c_prev + i * g
    loss = (o * c.tanh() * dh).sum() + (c * dc_next).sum()
    nodes = dict(zip(INPUTS, leaves, strict=True))
    nodes |= {"a": a, "a_f": a_f, "a_i": a_i, "a_g": a_g, "a_o": a_o}
    nodes |= {"f": f, "i": i, "g": g, "o": o, "c": c}
    gradients = torch.autograd.grad(loss, list(nodes.values()))
    return {f"d{name}": value for name, value in zip(nodes, gradients, strict=True)}


@pytest.mark.parametrize("B, D, H", [(1, 3, 2), (5, 4, 4), (3, 2, 6)])
def test_forward_step_is_torchs_cell(B: int, D: int, H: int) -> None:
    x, h_prev, c_prev, W_x, W_h, b = inputs = a_cell(1, B, D, H)
    cell = torch.nn.LSTMCell(D, H, dtype=torch.float64)
    with torch.no_grad():
        cell.weight_ih.copy_(torch_rows(W_x))
        cell.weight_hh.copy_(torch_rows(W_h))
        cell.bias_ih.copy_(torch_rows(b))
        cell.bias_hh.zero_()
        h, c = cell(x, (h_prev, c_prev))
    trace = solution.lstm_cell_forward(*inputs)

    torch.testing.assert_close((trace["h"], trace["c"]), (h, c), **CLOSE)


@pytest.mark.parametrize("B, D, H", [(1, 3, 2), (5, 4, 4), (3, 2, 6)])
def test_every_term_of_a_backward_step_is_autograds(B: int, D: int, H: int) -> None:
    inputs = a_cell(2, B, D, H)
    dh, dc_next = normal(3, (B, H), (B, H))
    trace = solution.lstm_cell_forward(*inputs) | dict(zip(INPUTS, inputs, strict=True))
    got = solution.lstm_cell_backward(dh, dc_next, trace)
    want = by_autograd(inputs, dh, dc_next)

    assert got.keys() == want.keys()
    torch.testing.assert_close(got, want, **CLOSE)


def test_rules_of_the_hidden_tests_are_autograds(hidden: ModuleType) -> None:
    """The hidden tests judge by rules of their own; those must be right too."""
    inputs = a_cell(4, 3, 4, 4)
    known = dict(zip(INPUTS, inputs, strict=True))
    dh, dc_next = normal(5, (3, 4), (3, 4))
    trace = hidden.trace_of(known)
    got = hidden.computed(hidden.BACKWARD, trace | {"dh": dh, "dc_next": dc_next})

    torch.testing.assert_close(trace, known | solution.lstm_cell_forward(*inputs), **CLOSE)
    torch.testing.assert_close(got, by_autograd(inputs, dh, dc_next), **CLOSE)


def test_rules_follow_the_right_values_to_the_right_values(hidden: ModuleType) -> None:
    """On the right terms the follow-through says what is right, for each term."""
    trace = hidden.trace_of(dict(zip(INPUTS, a_cell(6, 3, 4, 4), strict=True)))
    dh, dc_next = normal(7, (3, 4), (3, 4))
    known = trace | {"dh": dh, "dc_next": dc_next}
    right = solution.lstm_cell_backward(dh, dc_next, trace)
    follow = hidden.following(hidden.BACKWARD, known)

    assert set(hidden.TERMS) == set(right)
    torch.testing.assert_close({term: follow(term, right) for term in right}, right, **CLOSE)


@pytest.mark.parametrize("T", [1, 2, 6])
def test_sequence_is_torchs_lstm(T: int) -> None:
    B, D, H = 3, 2, 4
    xs, h0, c0 = normal(8, (T, B, D), (B, H), (B, H))
    _, _, _, W_x, W_h, b = a_cell(9, B, D, H)
    dhs, dc_last = normal(10, (T, B, H), (B, H))
    lstm = torch_lstm(W_x, W_h, b)
    leaves = [value.clone().requires_grad_() for value in (xs, h0, c0)]
    hs, (_, c_last) = lstm(leaves[0], (leaves[1][None], leaves[2][None]))
    loss = (hs * dhs).sum() + (c_last[0] * dc_last).sum()
    want = torch.autograd.grad(loss, [*leaves, *list(lstm.parameters())[:3]])

    sequence = solution.lstm_forward(xs, h0, c0, W_x, W_h, b)
    got = solution.lstm_backward(dhs, dc_last, sequence["traces"])

    torch.testing.assert_close(sequence["hs"], hs.detach(), **CLOSE)
    torch.testing.assert_close(sequence["cs"][-1], c_last[0].detach(), **CLOSE)
    torch.testing.assert_close(
        (got["dxs"], got["dh0"], got["dc0"]), want[:3], rtol=1e-12, atol=1e-12
    )
    weights = tuple(torch_rows(got[name]) for name in ("dW_x", "dW_h", "db"))
    torch.testing.assert_close(weights, want[3:], rtol=1e-12, atol=1e-12)


def test_what_a_step_hands_back_is_the_gradient_without_the_losss_own() -> None:
    """dh_prevs[t] + dhs[t-1] is the whole gradient of h_{t-1}, which autograd knows."""
    T, B, D, H = 4, 2, 3, 3
    xs, h0, c0 = normal(11, (T, B, D), (B, H), (B, H))
    _, _, _, W_x, W_h, b = a_cell(12, B, D, H)
    dhs, dc_last = normal(13, (T, B, H), (B, H))
    h, c, states = h0, c0, []
    for x in xs:
        h, c = (value.requires_grad_() for value in (h, c))
        states.append((h, c))
        trace = solution.lstm_cell_forward(x, h, c, W_x, W_h, b)
        h, c = trace["h"], trace["c"]
    outputs = [*[h for h, _ in states[1:]], h]
    loss = sum((out * dh).sum() for out, dh in zip(outputs, dhs, strict=True))
    loss = loss + (c * dc_last).sum()
    dh_whole = torch.stack(torch.autograd.grad(loss, [h for h, _ in states], retain_graph=True))
    dc_whole = torch.stack(torch.autograd.grad(loss, [c for _, c in states]))
    with torch.no_grad():
        traces = solution.lstm_forward(xs, h0, c0, W_x, W_h, b)["traces"]
        got = solution.lstm_backward(dhs, dc_last, traces)
    from_loss = torch.cat([torch.zeros(1, B, H, dtype=torch.float64), dhs[:-1]])

    torch.testing.assert_close(got["dh_prevs"] + from_loss, dh_whole, rtol=1e-12, atol=1e-12)
    # c_t reaches the loss through h_t as well; dc_prevs leaves that to step t's own dc.
    through_h = [
        (dh_whole[t + 1] * traces[t]["o"] * (1 - traces[t]["tanh_c"] ** 2)) for t in range(T - 1)
    ]
    through_h = torch.stack([torch.zeros(B, H, dtype=torch.float64), *through_h])
    torch.testing.assert_close(got["dc_prevs"] + through_h, dc_whole, rtol=1e-12, atol=1e-12)


def test_cell_path_is_the_product_of_the_forget_gates() -> None:
    T, B, D, H = 5, 2, 3, 4
    xs, h0, c0, dc_last = normal(14, (T, B, D), (B, H), (B, H), (B, H))
    _, _, _, W_x, W_h, b = a_cell(15, B, D, H)
    traces = solution.lstm_forward(xs, h0, c0, W_x, 0 * W_h, b)["traces"]
    got = solution.lstm_backward(torch.zeros(T, B, H, dtype=torch.float64), dc_last, traces)

    want = dc_last * torch.stack([trace["f"] for trace in traces]).prod(0)
    torch.testing.assert_close(got["dc0"], want, rtol=1e-14, atol=0)


def test_rnn_is_torchs() -> None:
    T, B, D, H = 5, 2, 3, 4
    xs, h0, dhs = normal(16, (T, B, D), (B, H), (T, B, H))
    W_x, W_h, b = normal(17, (H, D), (H, H), (H,))
    rnn = torch.nn.RNN(D, H, dtype=torch.float64)
    with torch.no_grad():
        for parameter, value in zip(rnn.parameters(), (W_x, W_h, b, 0 * b), strict=True):
            parameter.copy_(value)
    start = h0.clone().requires_grad_()
    hs, _ = rnn(xs, start[None])
    want = torch.autograd.grad((hs * dhs).sum(), [start, *list(rnn.parameters())[:3]])
    got = solution.rnn_backward(dhs, hs.detach(), h0, xs, W_x, W_h)

    answer = (got["dh_prevs"][0], got["dW_x"], got["dW_h"], got["db"])
    torch.testing.assert_close(answer, want, rtol=1e-12, atol=1e-12)
    # Each later step is the first one of a shorter sequence.
    rest = solution.rnn_backward(dhs[2:], hs[2:].detach(), hs[1].detach(), xs[2:], W_x, W_h)
    torch.testing.assert_close(got["dh_prevs"][2], rest["dh_prevs"][0], **CLOSE)


def test_decay_is_exact_on_a_straight_line_and_least_squares_off_it() -> None:
    assert solution.decay_per_step([1.0, 0.5, 0.25]) == pytest.approx(0.5, rel=1e-15)
    assert solution.decay_per_step([2.0 * 0.9**k for k in range(40)]) == pytest.approx(0.9)
    norms = [1.0, 0.2, 0.5, 0.4, 0.05]
    slope = math.log(solution.decay_per_step(norms))
    steps = torch.arange(5, dtype=torch.float64)
    logs = torch.tensor(norms, dtype=torch.float64).log()
    residuals = logs - slope * steps
    # At the least squares the residuals are perpendicular to the steps.
    assert ((residuals - residuals.mean()) * steps).sum().item() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("norms", [[], [1.0], [1.0, 0.0], [1.0, -1.0], [1.0, math.nan]])
def test_norms_without_a_slope_are_refused(norms: list[float]) -> None:
    with pytest.raises(ValueError, match="two positive norms"):
        solution.decay_per_step(norms)


@pytest.mark.parametrize("memory_steps", [0.1, 0.4, 1, 7, 30.0, 1e6])
def test_forget_bias_halves_the_cell(memory_steps: float) -> None:
    kept = 1 / (1 + math.exp(-solution.forget_bias_for(memory_steps)))

    assert kept**memory_steps == pytest.approx(0.5, rel=1e-9)
    assert solution.forget_bias_for(1) == 0.0
