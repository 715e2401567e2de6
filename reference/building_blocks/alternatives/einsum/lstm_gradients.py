"""Right, written with einsum, the four gates in one axis, and one product over all of time."""

import math

import torch
from torch import einsum

KINDS = (torch.sigmoid, torch.sigmoid, torch.tanh, torch.sigmoid)


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    B, H = h_prev.shape
    a = einsum("bd,kd->bk", x, W_x) + einsum("bh,kh->bk", h_prev, W_h) + b
    a = a.reshape(B, 4, H)
    f, i, g, o = gates = [kind(a[:, k]) for k, kind in enumerate(KINDS)]
    trace = {f"a_{name}": a[:, k] for k, name in enumerate("figo")}
    trace |= dict(zip("figo", gates, strict=True))
    trace["c"] = torch.addcmul(i * g, f, c_prev)
    trace["tanh_c"] = 1 - 2 / (torch.exp(2 * trace["c"]) + 1)
    trace["h"] = o * trace["tanh_c"]
    return trace


def lstm_cell_backward(dh, dc_next, trace):
    k = trace
    dc = dh * (k["o"] - k["h"] * k["tanh_c"]) + dc_next
    parts = [dc * k["c_prev"], dc * k["g"], dc * k["i"], dh * k["tanh_c"]]
    slopes = [k[name] - k[name].square() for name in "figo"]
    slopes[2] = torch.cosh(k["a_g"]) ** -2
    das = torch.stack([part * slope for part, slope in zip(parts, slopes, strict=True)], dim=1)
    da = das.flatten(1)
    result = {"dc": dc, "dc_prev": k["f"] * dc, "da": da}
    result |= {f"d{name}": part for name, part in zip("figo", parts, strict=True)}
    result |= {f"da_{name}": das[:, j] for j, name in enumerate("figo")}
    return result | {
        "db": einsum("bk->k", da),
        "dW_x": einsum("bk,bd->kd", da, k["x"]),
        "dW_h": einsum("bk,bh->kh", da, k["h_prev"]),
        "dx": einsum("bk,kd->bd", da, k["W_x"]),
        "dh_prev": einsum("bk,kh->bh", da, k["W_h"]),
        "note": dc,  # more than was asked for does no harm
    }


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    def walk(t, h, c):
        if t == len(xs):
            return []
        inputs = {"x": xs[t], "h_prev": h, "c_prev": c, "W_x": W_x, "W_h": W_h, "b": b}
        trace = inputs | lstm_cell_forward(**inputs)
        return [trace, *walk(t + 1, trace["h"], trace["c"])]

    traces = walk(0, h0, c0)
    hs, cs = (torch.stack([trace[name] for trace in traces]) for name in "hc")
    return {"hs": hs, "cs": cs, "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    W_x, W_h = traces[0]["W_x"], traces[0]["W_h"]
    dh, dc = torch.zeros_like(dc_last), dc_last
    das, dh_prevs, dc_prevs = [], [], []
    for t in reversed(range(len(traces))):
        step = lstm_cell_backward(dhs[t] + dh, dc, traces[t])
        dh, dc = step["da"] @ W_h, step["dc_prev"]
        das.insert(0, step["da"])
        dh_prevs.insert(0, dh)
        dc_prevs.insert(0, dc)
    da = torch.stack(das)
    xs, hs = (torch.stack([trace[name] for trace in traces]) for name in ("x", "h_prev"))
    return {
        "dW_x": einsum("tbk,tbd->kd", da, xs),
        "dW_h": einsum("tbk,tbh->kh", da, hs),
        "db": da.sum((0, 1)),
        "dxs": einsum("tbk,kd->tbd", da, W_x),
        "dh0": dh,
        "dc0": dc,
        "dh_prevs": torch.stack(dh_prevs),
        "dc_prevs": torch.stack(dc_prevs),
    }


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    das, carry = [], torch.zeros_like(h0)
    for dh, h in zip(reversed(dhs), reversed(hs), strict=True):
        das.append((dh + carry) * (1 - h) * (1 + h))
        carry = das[-1] @ W_h
    da = torch.stack(das[::-1])
    before = torch.cat((h0.unsqueeze(0), hs[:-1]))
    return {
        "dh_prevs": einsum("tbk,kh->tbh", da, W_h),
        "dW_x": einsum("tbk,tbd->kd", da, xs),
        "dW_h": einsum("tbk,tbh->kh", da, before),
        "db": einsum("tbk->k", da),
    }


def decay_per_step(norms):
    values = torch.tensor(norms, dtype=torch.float64)
    if len(values) < 2 or not bool((values > 0).all()):
        raise ValueError("expected at least two positive norms")
    steps = torch.arange(len(values), dtype=torch.float64)
    line = torch.stack([steps, torch.ones_like(steps)], dim=1)
    slope = torch.linalg.lstsq(line, values.log()[:, None]).solution[0, 0]
    return slope.exp().item()


def forget_bias_for(memory_steps):
    return -math.log(2 ** (1 / memory_steps) - 1)
