"""The LSTM backward pass, derived on paper first."""

import math

import torch


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    a = x @ W_x.T + h_prev @ W_h.T + b
    a_f, a_i, a_g, a_o = a.chunk(4, dim=-1)
    f, i, o = (torch.sigmoid(gate) for gate in (a_f, a_i, a_o))
    g = torch.tanh(a_g)
    c = f * c_prev + i * g
    tanh_c = torch.tanh(c)
    return dict(
        a_f=a_f, a_i=a_i, a_g=a_g, a_o=a_o, f=f, i=i, g=g, o=o, c=c, tanh_c=tanh_c, h=o * tanh_c
    )


def lstm_cell_backward(dh, dc_next, trace):
    t = trace
    d = {}
    d["dc"] = dh * t["o"] * (1 - t["tanh_c"] ** 2) + dc_next
    d["do"] = dh * t["tanh_c"]
    d["df"] = d["dc"] * t["c_prev"]
    d["di"] = d["dc"] * t["g"]
    d["dg"] = d["dc"] * t["i"]
    d["dc_prev"] = d["dc"] * t["f"]
    for gate in "fio":
        d[f"da_{gate}"] = d[f"d{gate}"] * t[gate] * (1 - t[gate])
    d["da_g"] = d["dg"] * (1 - t["g"] ** 2)
    da = d["da"] = torch.cat([d[f"da_{gate}"] for gate in "figo"], dim=-1)
    d["db"] = da.sum(dim=0)
    d["dW_x"] = da.T @ t["x"]
    d["dW_h"] = da.T @ t["h_prev"]
    d["dx"] = da @ t["W_x"]
    d["dh_prev"] = da @ t["W_h"]
    return d


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    traces, h, c = [], h0, c0
    for x in xs:
        inputs = dict(x=x, h_prev=h, c_prev=c, W_x=W_x, W_h=W_h, b=b)
        trace = inputs | lstm_cell_forward(**inputs)
        traces.append(trace)
        h, c = trace["h"], trace["c"]
    hs, cs = (torch.stack([trace[name] for trace in traces]) for name in "hc")
    return {"hs": hs, "cs": cs, "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    dh, dc = torch.zeros_like(dc_last), dc_last
    steps = []
    for t in reversed(range(len(traces))):
        step = lstm_cell_backward(dhs[t] + dh, dc, traces[t])
        dh, dc = step["dh_prev"], step["dc_prev"]
        steps.append(step)
    steps.reverse()

    def over_time(name):
        return torch.stack([step[name] for step in steps])

    return {
        "dh_prevs": over_time("dh_prev"),
        "dc_prevs": over_time("dc_prev"),
        "dh0": dh,
        "dc0": dc,
        "dxs": over_time("dx"),
        **{name: over_time(name).sum(0) for name in ("dW_x", "dW_h", "db")},
    }


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    before = torch.cat([h0.unsqueeze(0), hs[:-1]])
    das, dh_prevs, dh = [], [], torch.zeros_like(h0)
    for t in reversed(range(len(hs))):
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)
        dh = da @ W_h
        das.insert(0, da)
        dh_prevs.insert(0, dh)
    da = torch.stack(das)
    return {
        "dh_prevs": torch.stack(dh_prevs),
        "dW_x": (da.mT @ xs).sum(0),
        "dW_h": (da.mT @ before).sum(0),
        "db": da.sum((0, 1)),
    }


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("a slope needs two norms, a logarithm a positive one")
    logs = [math.log(norm) for norm in norms]
    middle = (len(logs) - 1) / 2
    slope = sum((k - middle) * log for k, log in enumerate(logs))
    return math.exp(slope / sum((k - middle) ** 2 for k in range(len(logs))))


def forget_bias_for(memory_steps):
    keep = 0.5 ** (1 / memory_steps)
    return math.log(keep / (1 - keep))
