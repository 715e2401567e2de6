import math

import torch

# float32 everywhere, my GPU is slow in double
torch.set_default_dtype(torch.float32)


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    x, h_prev, c_prev = x.float(), h_prev.float(), c_prev.float()
    a = x @ W_x.float().T + h_prev @ W_h.float().T + b.float()
    a_f, a_i, a_g, a_o = a.chunk(4, dim=1)
    f, i, g, o = torch.sigmoid(a_f), torch.sigmoid(a_i), torch.tanh(a_g), torch.sigmoid(a_o)
    c = f * c_prev + i * g
    tanh_c = torch.tanh(c)
    return {
        "a_f": a_f,
        "a_i": a_i,
        "a_g": a_g,
        "a_o": a_o,
        "f": f,
        "i": i,
        "g": g,
        "o": o,
        "c": c,
        "tanh_c": tanh_c,
        "h": o * tanh_c,
    }


def lstm_cell_backward(dh, dc_next, trace):
    dh, dc_next = dh.float(), dc_next.float()
    t = {name: value.float() for name, value in trace.items()}
    dc = dc_next + dh * t["o"] * (1 - t["tanh_c"] ** 2)
    do = dh * t["tanh_c"]
    df, di, dg = dc * t["c_prev"], dc * t["g"], dc * t["i"]
    da_f = df * t["f"] * (1 - t["f"])
    da_i = di * t["i"] * (1 - t["i"])
    da_g = dg * (1 - t["g"] ** 2)
    da_o = do * t["o"] * (1 - t["o"])
    da = torch.cat([da_f, da_i, da_g, da_o], dim=1)
    return {
        "dc": dc,
        "do": do,
        "df": df,
        "di": di,
        "dg": dg,
        "dc_prev": dc * t["f"],
        "da_f": da_f,
        "da_i": da_i,
        "da_g": da_g,
        "da_o": da_o,
        "da": da,
        "db": da.sum(dim=0),
        "dW_x": da.T @ t["x"],
        "dW_h": da.T @ t["h_prev"],
        "dx": da @ t["W_x"],
        "dh_prev": da @ t["W_h"],
    }


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    h, c = h0.float(), c0.float()
    traces = []
    for x in xs.float():
        trace = lstm_cell_forward(x, h, c, W_x, W_h, b)
        trace.update(x=x, h_prev=h, c_prev=c)
        trace.update(W_x=W_x.float(), W_h=W_h.float(), b=b.float())
        h, c = trace["h"], trace["c"]
        traces.append(trace)
    return {
        "hs": torch.stack([trace["h"] for trace in traces]),
        "cs": torch.stack([trace["c"] for trace in traces]),
        "traces": traces,
    }


def lstm_backward(dhs, dc_last, traces):
    dh, dc = torch.zeros_like(dc_last).float(), dc_last.float()
    steps = []
    for t in range(len(traces) - 1, -1, -1):
        step = lstm_cell_backward(dhs[t].float() + dh, dc, traces[t])
        dh, dc = step["dh_prev"], step["dc_prev"]
        steps.insert(0, step)
    collected = {
        name: torch.stack([step[name] for step in steps])
        for name in ("dh_prev", "dc_prev", "dx", "dW_x", "dW_h", "db")
    }
    return {
        "dh_prevs": collected["dh_prev"],
        "dc_prevs": collected["dc_prev"],
        "dxs": collected["dx"],
        "dh0": dh,
        "dc0": dc,
        "dW_x": collected["dW_x"].sum(dim=0),
        "dW_h": collected["dW_h"].sum(dim=0),
        "db": collected["db"].sum(dim=0),
    }


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    dhs, hs, h0, xs = dhs.float(), hs.float(), h0.float(), xs.float()
    W_x, W_h = W_x.float(), W_h.float()
    dW_x, dW_h, db = torch.zeros_like(W_x), torch.zeros_like(W_h), torch.zeros(len(W_h))
    dh = torch.zeros_like(h0)
    dh_prevs = []
    for t in range(len(hs) - 1, -1, -1):
        da = (dhs[t] + dh) * (1 - hs[t] ** 2)
        h_before = hs[t - 1] if t > 0 else h0
        dW_x, dW_h, db = dW_x + da.T @ xs[t], dW_h + da.T @ h_before, db + da.sum(dim=0)
        dh = da @ W_h
        dh_prevs.insert(0, dh)
    return {"dh_prevs": torch.stack(dh_prevs), "dW_x": dW_x, "dW_h": dW_h, "db": db}


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("need two or more positive norms")
    n = len(norms)
    mean_k = (n - 1) / 2
    numerator = sum((k - mean_k) * math.log(norm) for k, norm in enumerate(norms))
    return math.exp(numerator / sum((k - mean_k) ** 2 for k in range(n)))


def forget_bias_for(memory_steps):
    half = torch.tensor(0.5)
    return torch.logit(half ** (1 / memory_steps)).item()
