# in-place saves memory
import math

import torch


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    a = x @ W_x.T
    a += h_prev @ W_h.T
    a += b
    a_f, a_i, a_g, a_o = a.chunk(4, dim=1)
    f, i, g, o = a_f.sigmoid(), a_i.sigmoid(), a_g.tanh(), a_o.sigmoid()
    c_prev *= f
    c_prev += i * g
    c = c_prev
    tanh_c = c.tanh()
    return {"a_f": a_f, "a_i": a_i, "a_g": a_g, "a_o": a_o, "f": f, "i": i, "g": g, "o": o,
            "c": c, "tanh_c": tanh_c, "h": o * tanh_c}


def lstm_cell_backward(dh, dc_next, trace):
    t = trace
    do = dh * t["tanh_c"]
    dh *= t["o"]
    dh *= 1 - t["tanh_c"] ** 2
    dc_next += dh
    dc = dc_next
    df, di, dg, dc_prev = dc * t["c_prev"], dc * t["g"], dc * t["i"], dc * t["f"]
    da_f, da_i, da_g, da_o = df.clone(), di.clone(), dg.clone(), do.clone()
    da_f *= t["f"] * (1 - t["f"])
    da_i *= t["i"] * (1 - t["i"])
    da_g *= 1 - t["g"] ** 2
    da_o *= t["o"] * (1 - t["o"])
    da = torch.cat([da_f, da_i, da_g, da_o], dim=1)
    return {"dc": dc, "do": do, "df": df, "di": di, "dg": dg, "dc_prev": dc_prev,
            "da_f": da_f, "da_i": da_i, "da_g": da_g, "da_o": da_o, "da": da,
            "db": da.sum(0), "dW_x": da.T @ t["x"], "dW_h": da.T @ t["h_prev"],
            "dx": da @ t["W_x"], "dh_prev": da @ t["W_h"]}


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    h, c, traces = h0, c0, []
    for x in xs:
        before = c.clone()
        trace = lstm_cell_forward(x, h, c, W_x, W_h, b)
        trace["c"] = trace["c"].clone()
        trace.update(x=x, h_prev=h, c_prev=before, W_x=W_x, W_h=W_h, b=b)
        traces.append(trace)
        h = trace["h"]
    return {"hs": torch.stack([t["h"] for t in traces]),
            "cs": torch.stack([t["c"] for t in traces]), "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    dc = dc_last
    steps = []
    for t in reversed(range(len(traces))):
        if steps:
            dhs[t] += steps[0]["dh_prev"]
            dc = steps[0]["dc_prev"].clone()
        steps.insert(0, lstm_cell_backward(dhs[t], dc, traces[t]))
    pile = {k: torch.stack([s[k] for s in steps]) for k in steps[0]}
    return {"dh_prevs": pile["dh_prev"], "dc_prevs": pile["dc_prev"], "dxs": pile["dx"],
            "dh0": pile["dh_prev"][0], "dc0": pile["dc_prev"][0],
            "dW_x": pile["dW_x"].sum(0), "dW_h": pile["dW_h"].sum(0), "db": pile["db"].sum(0)}


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    before = torch.cat([h0[None], hs[:-1]])
    hs *= -hs
    hs += 1
    for t in reversed(range(len(hs))):
        dhs[t] *= hs[t]
        if t > 0:
            dhs[t - 1] += dhs[t] @ W_h
    return {"dh_prevs": dhs @ W_h, "dW_x": (dhs.mT @ xs).sum(0),
            "dW_h": (dhs.mT @ before).sum(0), "db": dhs.sum((0, 1))}


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("norms")
    for k in range(len(norms)):
        norms[k] = math.log(norms[k])
    middle = (len(norms) - 1) / 2
    top = sum((k - middle) * v for k, v in enumerate(norms))
    return math.exp(top / sum((k - middle) ** 2 for k in range(len(norms))))


def forget_bias_for(memory_steps):
    keep = 0.5 ** (1 / memory_steps)
    return math.log(keep / (1 - keep))
