"""Right, written with autograd: every gradient is asked of torch."""

import numpy as np
import torch

INPUTS = ("x", "h_prev", "c_prev", "W_x", "W_h", "b")
GRAPH = ("a", "a_f", "a_i", "a_g", "a_o", "f", "i", "g", "o", "c", "tanh_c", "h")


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    return _without(_graph(x, h_prev, c_prev, W_x, W_h, b), "a")


def lstm_cell_backward(dh, dc_next, trace):
    inputs = {name: trace[name].detach().clone().requires_grad_() for name in INPUTS}
    graph = _graph(*inputs.values())
    loss = (graph["h"] * dh).sum() + (graph["c"] * dc_next).sum()
    names = ("c", "o", "f", "i", "g", "a_f", "a_i", "a_g", "a_o", "a")
    variables = [graph[name] for name in names] + list(inputs.values())
    gradients = torch.autograd.grad(loss, variables)
    return {f"d{name}": grad for name, grad in zip((*names, *INPUTS), gradients, strict=True)}


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    hs, cs, traces = [], [], []
    h, c = h0, c0
    for x in xs:
        inputs = dict(zip(INPUTS, (x, h, c, W_x, W_h, b), strict=True))
        trace = lstm_cell_forward(*inputs.values()) | inputs
        h, c = trace["h"], trace["c"]
        hs.append(h)
        cs.append(c)
        traces.append(trace)
    return {"hs": torch.stack(hs), "cs": torch.stack(cs), "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    h, c = _leaf(traces[0]["h_prev"]), _leaf(traces[0]["c_prev"])
    weights = [_leaf(traces[0][name]) for name in ("W_x", "W_h", "b")]
    xs = [_leaf(trace["x"]) for trace in traces]
    # Each state in two copies, so that what a step hands back is told from what comes from above.
    loss, states = 0.0, [(h, c)]
    for x, dh in zip(xs, dhs, strict=True):
        graph = _graph(x, *states[-1], *weights)
        loss = loss + (graph["h"] * dh).sum()
        states.append((graph["h"] * 1, graph["c"] * 1))
    loss = loss + (states[-1][1] * dc_last).sum()
    before = [state for pair in states[:-1] for state in pair]
    gradients = torch.autograd.grad(loss, [*weights, *xs, *before])
    T = len(traces)
    dh_prevs, dc_prevs = (torch.stack(gradients[3 + T + k :: 2]) for k in (0, 1))
    return {
        "dW_x": gradients[0],
        "dW_h": gradients[1],
        "db": gradients[2],
        "dxs": torch.stack(gradients[3 : 3 + T]),
        "dh0": dh_prevs[0],
        "dc0": dc_prevs[0],
        "dh_prevs": dh_prevs,
        "dc_prevs": dc_prevs,
    }


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    # b is not given, but at each step it is what is left: a_t = atanh(h_t).
    h_prevs = torch.cat([h0[None], hs[:-1]])
    b = (torch.atanh(hs) - xs @ W_x.T - h_prevs @ W_h.T)[0, 0]
    W_x, W_h, b, h = (_leaf(value) for value in (W_x, W_h, b, h0))
    loss, states = 0.0, [h]
    for x, dh in zip(xs, dhs, strict=True):
        h = torch.tanh(x @ W_x.T + states[-1] @ W_h.T + b)
        loss = loss + (h * dh).sum()
        states.append(h * 1)
    gradients = torch.autograd.grad(loss, [W_x, W_h, b, *states[:-1]])
    dW_x, dW_h, db = gradients[:3]
    return {"dh_prevs": torch.stack(gradients[3:]), "dW_x": dW_x, "dW_h": dW_h, "db": db}


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("two positive norms at least")
    slope, _ = np.polyfit(np.arange(len(norms)), np.log(norms), 1)
    return float(np.exp(slope))


def forget_bias_for(memory_steps):
    kept = torch.tensor(0.5, dtype=torch.float64) ** (1 / memory_steps)
    return torch.logit(kept).item()


def _graph(x, h_prev, c_prev, W_x, W_h, b):
    a = torch.nn.functional.linear(x, W_x, b) + torch.nn.functional.linear(h_prev, W_h)
    a_f, a_i, a_g, a_o = a.split(a.shape[1] // 4, dim=1)
    f, i, g, o = torch.sigmoid(a_f), torch.sigmoid(a_i), torch.tanh(a_g), torch.sigmoid(a_o)
    c = f * c_prev + i * g
    tanh_c = torch.tanh(c)
    values = (a, a_f, a_i, a_g, a_o, f, i, g, o, c, tanh_c, o * tanh_c)
    return dict(
        zip(
            ["a", "a_f", "a_i", "a_g", "a_o", "f", "i", "g", "o", "c", "tanh_c", "h"],
            values,
            strict=True,
        )
    )


def _without(graph, name):
    return {key: value for key, value in graph.items() if key != name}


def _leaf(value):
    return value.detach().clone().requires_grad_()
