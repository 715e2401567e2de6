"""Same layout as torch.nn.LSTMCell (weights stacked i, f, g, o)."""

import math

import torch
from torch.nn import functional as F


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    gates = F.linear(x, W_x, b) + F.linear(h_prev, W_h)
    a_i, a_f, a_g, a_o = gates.chunk(4, 1)
    i, f, g, o = a_i.sigmoid(), a_f.sigmoid(), a_g.tanh(), a_o.sigmoid()
    c = f * c_prev + i * g
    tanh_c = c.tanh()
    h = o * tanh_c
    return {
        "a_f": a_f, "a_i": a_i, "a_g": a_g, "a_o": a_o,
        "f": f, "i": i, "g": g, "o": o, "c": c, "tanh_c": tanh_c, "h": h,
    }  # fmt: skip


def lstm_cell_backward(dh, dc_next, trace):
    i, f, g, o = trace["i"], trace["f"], trace["g"], trace["o"]
    do = dh * trace["tanh_c"]
    dc = dc_next + dh * o * (1 - trace["tanh_c"].square())
    di, df, dg, dc_prev = dc * g, dc * trace["c_prev"], dc * i, dc * f
    da_i = torch.ops.aten.sigmoid_backward(di, i)
    da_f = torch.ops.aten.sigmoid_backward(df, f)
    da_g = torch.ops.aten.tanh_backward(dg, g)
    da_o = torch.ops.aten.sigmoid_backward(do, o)
    da = torch.cat([da_i, da_f, da_g, da_o], dim=1)
    return {
        "dc": dc, "do": do, "df": df, "di": di, "dg": dg, "dc_prev": dc_prev,
        "da_f": da_f, "da_i": da_i, "da_g": da_g, "da_o": da_o, "da": da,
        "db": da.sum(0), "dW_x": da.t().mm(trace["x"]), "dW_h": da.t().mm(trace["h_prev"]),
        "dx": da.mm(trace["W_x"]), "dh_prev": da.mm(trace["W_h"]),
    }  # fmt: skip


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    state, traces = (h0, c0), []
    for x in xs.unbind(0):
        trace = lstm_cell_forward(x, *state, W_x, W_h, b)
        trace |= {"x": x, "h_prev": state[0], "c_prev": state[1], "W_x": W_x, "W_h": W_h, "b": b}
        state = trace["h"], trace["c"]
        traces.append(trace)
    return {
        "hs": torch.stack([trace["h"] for trace in traces]),
        "cs": torch.stack([trace["c"] for trace in traces]),
        "traces": traces,
    }


def lstm_backward(dhs, dc_last, traces):
    dh, dc = torch.zeros_like(dc_last), dc_last
    steps = []
    for dh_t, trace in zip(dhs.unbind(0)[::-1], traces[::-1]):
        steps.append(lstm_cell_backward(dh_t + dh, dc, trace))
        dh, dc = steps[-1]["dh_prev"], steps[-1]["dc_prev"]
    steps.reverse()
    return {
        "dh_prevs": torch.stack([s["dh_prev"] for s in steps]),
        "dc_prevs": torch.stack([s["dc_prev"] for s in steps]),
        "dxs": torch.stack([s["dx"] for s in steps]),
        "dh0": dh,
        "dc0": dc,
        "dW_x": torch.stack([s["dW_x"] for s in steps]).sum(0),
        "dW_h": torch.stack([s["dW_h"] for s in steps]).sum(0),
        "db": torch.stack([s["db"] for s in steps]).sum(0),
    }


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    grad_W_x, grad_W_h = torch.zeros_like(W_x), torch.zeros_like(W_h)
    grad_b = torch.zeros_like(W_h[:, 0])
    grad_h = torch.zeros_like(h0)
    dh_prevs = []
    for t in reversed(range(hs.size(0))):
        grad_a = torch.ops.aten.tanh_backward(dhs[t] + grad_h, hs[t])
        grad_W_x.addmm_(grad_a.t(), xs[t])
        grad_W_h.addmm_(grad_a.t(), hs[t - 1] if t > 0 else h0)
        grad_b.add_(grad_a.sum(0))
        grad_h = grad_a.mm(W_h)
        dh_prevs.append(grad_h)
    return {
        "dh_prevs": torch.stack(dh_prevs[::-1]),
        "dW_x": grad_W_x,
        "dW_h": grad_W_h,
        "db": grad_b,
    }


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("expected at least two positive norms")
    y = torch.tensor(norms, dtype=torch.float64).log()
    k = torch.arange(y.numel(), dtype=torch.float64)
    cov = torch.cov(torch.stack([k, y]))
    return math.exp((cov[0, 1] / cov[0, 0]).item())


def forget_bias_for(memory_steps):
    return torch.special.logit(torch.tensor(0.5, dtype=torch.float64).pow(1 / memory_steps)).item()
