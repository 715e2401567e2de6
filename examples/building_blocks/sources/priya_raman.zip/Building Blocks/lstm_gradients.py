"""Priya Raman, task 3."""

import math

import torch

GATES = ("f", "i", "g", "o")
SQUASH = {"f": torch.sigmoid, "i": torch.sigmoid, "g": torch.tanh, "o": torch.sigmoid}
SLOPE = {
    "f": lambda y: y * (1 - y),
    "i": lambda y: y * (1 - y),
    "g": lambda y: 1 - y * y,
    "o": lambda y: y * (1 - y),
}


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    pre = dict(zip(GATES, (x @ W_x.T + h_prev @ W_h.T + b).chunk(4, dim=1)))
    post = {gate: SQUASH[gate](pre[gate]) for gate in GATES}
    c = post["f"] * c_prev + post["i"] * post["g"]
    tanh_c = torch.tanh(c)
    return {
        **{f"a_{gate}": value for gate, value in pre.items()},
        **post,
        "c": c,
        "tanh_c": tanh_c,
        "h": post["o"] * tanh_c,
    }


def lstm_cell_backward(dh, dc_next, trace):
    dc = dc_next + dh * trace["o"] * (1 - trace["tanh_c"] ** 2)
    d = {
        "f": dc * trace["c_prev"],
        "i": dc * trace["g"],
        "g": dc * trace["i"],
        "o": dh * trace["tanh_c"],
    }
    da = {gate: d[gate] * SLOPE[gate](trace[gate]) for gate in GATES}
    stacked = torch.cat([da[gate] for gate in GATES], dim=1)
    return {
        "dc": dc,
        **{f"d{gate}": value for gate, value in d.items()},
        "dc_prev": dc * trace["f"],
        **{f"da_{gate}": value for gate, value in da.items()},
        "da": stacked,
        "db": stacked.sum(0),
        "dW_x": stacked.T @ trace["x"],
        "dW_h": stacked.T @ trace["h_prev"],
        "dx": stacked @ trace["W_x"],
        "dh_prev": stacked @ trace["W_h"],
    }


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    traces = []
    h, c = h0, c0
    for x in xs:
        inputs = {"x": x, "h_prev": h, "c_prev": c, "W_x": W_x, "W_h": W_h, "b": b}
        trace = inputs | lstm_cell_forward(**inputs)
        traces.append(trace)
        h, c = trace["h"], trace["c"]
    return {
        "hs": torch.stack([trace["h"] for trace in traces]),
        "cs": torch.stack([trace["c"] for trace in traces]),
        "traces": traces,
    }


def lstm_backward(dhs, dc_last, traces):
    dh_back, dc_back = torch.zeros_like(dc_last), dc_last
    steps = []
    for dh, trace in reversed(list(zip(dhs, traces))):
        step = lstm_cell_backward(dh + dh_back, dc_back, trace)
        dh_back, dc_back = step["dh_prev"], step["dc_prev"]
        steps.insert(0, step)
    gather = {key: torch.stack([step[key] for step in steps]) for key in steps[0]}
    return {
        "dh_prevs": gather["dh_prev"],
        "dc_prevs": gather["dc_prev"],
        "dxs": gather["dx"],
        "dh0": dh_back,
        "dc0": dc_back,
        **{key: gather[key].sum(0) for key in ("dW_x", "dW_h", "db")},
    }


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    h_prevs = torch.cat([h0.unsqueeze(0), hs])[:-1]
    das, dh_prevs = [], []
    dh_back = torch.zeros_like(h0)
    for dh, h in reversed(list(zip(dhs, hs))):
        da = (dh + dh_back) * (1 - h * h)
        dh_back = da @ W_h
        das.insert(0, da)
        dh_prevs.insert(0, dh_back)
    das = torch.stack(das)
    return {
        "dh_prevs": torch.stack(dh_prevs),
        "dW_x": (das.mT @ xs).sum(0),
        "dW_h": (das.mT @ h_prevs).sum(0),
        "db": das.sum((0, 1)),
    }


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("at least two norms, all positive")
    steps = [k - (len(norms) - 1) / 2 for k in range(len(norms))]
    rise = sum(k * math.log(norm) for k, norm in zip(steps, norms))
    return math.exp(rise / sum(k * k for k in steps))


def forget_bias_for(memory_steps):
    keep = 0.5 ** (1 / memory_steps)
    return math.log(keep / (1 - keep))
