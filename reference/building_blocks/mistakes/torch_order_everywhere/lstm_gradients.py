"""Known mistake: torch's order of the gates, forward and backward."""

import math
from typing import TypedDict

import torch
from torch import Tensor


class SequenceStates(TypedDict):
    """What `lstm_forward` returns: hs and cs (T, B, H), and a trace for each step."""

    hs: Tensor
    cs: Tensor
    traces: list[dict[str, Tensor]]


def lstm_cell_forward(
    x: Tensor, h_prev: Tensor, c_prev: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor
) -> dict[str, Tensor]:
    """Return a_f a_i a_g a_o f i g o c tanh_c h of one step, each (B, H).

    Source: Gers, Schmidhuber & Cummins 2000, without peepholes.
    """
    a_i, a_f, a_g, a_o = (x @ W_x.T + h_prev @ W_h.T + b).chunk(4, dim=1)
    f, i, g, o = a_f.sigmoid(), a_i.sigmoid(), a_g.tanh(), a_o.sigmoid()
    c = f * c_prev + i * g
    tanh_c = c.tanh()
    h = o * tanh_c
    return (
        {"a_f": a_f, "a_i": a_i, "a_g": a_g, "a_o": a_o}
        | {"f": f, "i": i, "g": g, "o": o}
        | {"c": c, "tanh_c": tanh_c, "h": h}
    )


def lstm_cell_backward(dh: Tensor, dc_next: Tensor, trace: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the gradients of one step, given those of h and, from the step behind, of c.

    trace: what `lstm_cell_forward` returned, and x, h_prev, c_prev, W_x, W_h, b. Result: dc do
    df di dg dc_prev da_f da_i da_g da_o (B, H), da (B, 4H), db dW_x dW_h summed over the batch,
    dx (B, D), dh_prev (B, H).

    Source: chain rule on c = f * c_prev + i * g, h = o * tanh(c).
    """
    f, i, g, o, tanh_c = (trace[name] for name in ("f", "i", "g", "o", "tanh_c"))

    dc = dc_next + dh * o * (1 - tanh_c**2)
    do = dh * tanh_c

    df = dc * trace["c_prev"]
    di = dc * g
    dg = dc * i
    dc_prev = dc * f

    da_f = df * f * (1 - f)
    da_i = di * i * (1 - i)
    da_g = dg * (1 - g**2)
    da_o = do * o * (1 - o)
    da = torch.cat([da_i, da_f, da_g, da_o], dim=1)

    db = da.sum(0)
    dW_x = da.T @ trace["x"]
    dW_h = da.T @ trace["h_prev"]

    dx = da @ trace["W_x"]
    dh_prev = da @ trace["W_h"]
    return (
        {"dc": dc, "do": do, "df": df, "di": di, "dg": dg, "dc_prev": dc_prev}
        | {"da_f": da_f, "da_i": da_i, "da_g": da_g, "da_o": da_o, "da": da}
        | {"db": db, "dW_x": dW_x, "dW_h": dW_h, "dx": dx, "dh_prev": dh_prev}
    )


def lstm_forward(
    xs: Tensor, h0: Tensor, c0: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor
) -> SequenceStates:
    """Return the states after each of the T steps of xs (T, B, D), and the steps' traces."""
    h, c = h0, c0
    traces = []
    for x in xs:
        inputs = {"x": x, "h_prev": h, "c_prev": c, "W_x": W_x, "W_h": W_h, "b": b}
        trace = {**lstm_cell_forward(x, h, c, W_x, W_h, b), **inputs}
        traces.append(trace)
        h, c = trace["h"], trace["c"]
    return {
        "hs": torch.stack([trace["h"] for trace in traces]),
        "cs": torch.stack([trace["c"] for trace in traces]),
        "traces": traces,
    }


def lstm_backward(
    dhs: Tensor, dc_last: Tensor, traces: list[dict[str, Tensor]]
) -> dict[str, Tensor]:
    """Return the gradients of a sequence, given those of its outputs hs and of its last c.

    dhs (T, B, H): the gradient of h_t that does not come through step t + 1. dc_last (B, H).
    Result: dW_x dW_h db summed over the steps, dxs (T, B, D), dh0 dc0 (B, H), and dh_prevs
    dc_prevs (T, B, H): what step t hands back to h_{t-1} and c_{t-1}.

    Source: backpropagation through time, the cell's own gradients from the last step on.
    """
    dh_carry, dc_carry = torch.zeros_like(dc_last), dc_last
    steps = []
    for dh, trace in zip(dhs.flip(0), reversed(traces), strict=True):
        step = lstm_cell_backward(dh + dh_carry, dc_carry, trace)
        steps.insert(0, step)
        dh_carry, dc_carry = step["dh_prev"], step["dc_prev"]

    def stacked(name: str) -> Tensor:
        return torch.stack([step[name] for step in steps])

    return {
        "dW_x": stacked("dW_x").sum(0),
        "dW_h": stacked("dW_h").sum(0),
        "db": stacked("db").sum(0),
        "dxs": stacked("dx"),
        "dh0": dh_carry,
        "dc0": dc_carry,
        "dh_prevs": stacked("dh_prev"),
        "dc_prevs": stacked("dc_prev"),
    }


def rnn_backward(
    dhs: Tensor, hs: Tensor, h0: Tensor, xs: Tensor, W_x: Tensor, W_h: Tensor
) -> dict[str, Tensor]:
    """Return dh_prevs (T, B, H), dW_x (H, D), dW_h (H, H), db (H,) of a plain RNN.

    h_t = tanh(W_x x_t + W_h h_{t-1} + b). dhs, hs (T, B, H), xs (T, B, D), h0 (B, H); dhs is
    the gradient of h_t that does not come through step t + 1.

    Source: chain rule; tanh' = 1 - h².
    """
    h_prevs = torch.cat([h0[None], hs[:-1]])
    dh_carry = torch.zeros_like(h0)
    dh_prevs, dW_x, dW_h = torch.empty_like(hs), torch.zeros_like(W_x), torch.zeros_like(W_h)
    db = torch.zeros_like(W_h[0])
    for t in reversed(range(len(hs))):
        da = (dhs[t] + dh_carry) * (1 - hs[t] ** 2)
        dW_x += da.T @ xs[t]
        dW_h += da.T @ h_prevs[t]
        db += da.sum(0)
        dh_carry = da @ W_h
        dh_prevs[t] = dh_carry
    return {"dh_prevs": dh_prevs, "dW_x": dW_x, "dW_h": dW_h, "db": db}


def decay_per_step(norms: list[float]) -> float:
    """Return the factor by which the norms change from one to the next.

    norms[k] = |dL/dh_{T-k}|. The factor is exp of the slope of the least-squares line through
    the points (k, log norms[k]). Raises ValueError for fewer than two norms, and for one that
    is not positive.
    """
    if len(norms) < 2 or not all(norm > 0 for norm in norms):
        raise ValueError(f"expected at least two positive norms, got {norms}")
    logs = [math.log(norm) for norm in norms]
    mean_k, mean_log = (len(norms) - 1) / 2, math.fsum(logs) / len(norms)
    rise = math.fsum((k - mean_k) * (log - mean_log) for k, log in enumerate(logs))
    run = math.fsum((k - mean_k) ** 2 for k in range(len(norms)))
    return math.exp(rise / run)


def forget_bias_for(memory_steps: float) -> float:
    """Return the b_f with which half of the cell is kept for that many steps.

    σ(b_f)^memory_steps = 1/2, so σ(b_f) = 2^(-1/memory_steps) and, by the inverse of σ,
    b_f = -log(2^(1/memory_steps) - 1). memory_steps > 0.
    """
    return math.log(1 / math.expm1(math.log(2) / memory_steps))
