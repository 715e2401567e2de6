"""LSTM with einsum. Letters: t time, b batch, d input, h and j hidden, k the gate (f i g o)."""

import math

import torch
from torch import einsum


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    H = h_prev.size(1)
    Wx, Wh, bias = W_x.view(4, H, -1), W_h.view(4, H, H), b.view(4, H)
    a = einsum("bd,khd->kbh", x, Wx) + einsum("bj,khj->kbh", h_prev, Wh) + bias[:, None]
    f, i, o = torch.sigmoid(a[[0, 1, 3]])
    g = torch.tanh(a[2])
    c = f * c_prev + i * g
    names = ("a_f", "a_i", "a_g", "a_o")
    return dict(zip(names, a)) | dict(f=f, i=i, g=g, o=o, c=c, tanh_c=c.tanh(), h=o * c.tanh())


def lstm_cell_backward(dh, dc_next, trace):
    f, i, g, o, tc = (trace[n] for n in ("f", "i", "g", "o", "tanh_c"))
    H = dh.size(1)
    dc = dc_next + einsum("bh,bh,bh->bh", dh, o, 1 - tc * tc)
    do = einsum("bh,bh->bh", dh, tc)
    df, di, dg, dc_prev = einsum("bh,kbh->kbh", dc, torch.stack([trace["c_prev"], g, i, f]))
    slopes = torch.stack([f * (1 - f), i * (1 - i), 1 - g * g, o * (1 - o)])
    a = einsum("kbh,kbh->kbh", torch.stack([df, di, dg, do]), slopes)
    Wx, Wh = trace["W_x"].view(4, H, -1), trace["W_h"].view(4, H, H)
    out = dict(dc=dc, do=do, df=df, di=di, dg=dg, dc_prev=dc_prev)
    out |= dict(zip(("da_f", "da_i", "da_g", "da_o"), a))
    out["da"] = einsum("kbh->bkh", a).reshape(-1, 4 * H)
    out["db"] = einsum("kbh->kh", a).reshape(4 * H)
    out["dW_x"] = einsum("kbh,bd->khd", a, trace["x"]).reshape(4 * H, -1)
    out["dW_h"] = einsum("kbh,bj->khj", a, trace["h_prev"]).reshape(4 * H, H)
    out["dx"] = einsum("kbh,khd->bd", a, Wx)
    out["dh_prev"] = einsum("kbh,khj->bj", a, Wh)
    return out


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    states, traces = [(h0, c0)], []
    for x in xs:
        h, c = states[-1]
        trace = lstm_cell_forward(x, h, c, W_x, W_h, b)
        trace |= dict(x=x, h_prev=h, c_prev=c, W_x=W_x, W_h=W_h, b=b)
        traces.append(trace)
        states.append((trace["h"], trace["c"]))
    hs, cs = map(torch.stack, zip(*states[1:]))
    return {"hs": hs, "cs": cs, "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    dh, dc = torch.zeros_like(dc_last), dc_last.clone()
    keep = {n: [] for n in ("dh_prev", "dc_prev", "dx", "dW_x", "dW_h", "db")}
    for dh_loss, trace in zip(dhs.flip(0), traces[::-1]):
        step = lstm_cell_backward(dh + dh_loss, dc, trace)
        dh, dc = step["dh_prev"], step["dc_prev"]
        for name, values in keep.items():
            values.append(step[name])
    stacked = {name: torch.stack(values).flip(0) for name, values in keep.items()}
    result = {n: einsum("t...->...", stacked[n]) for n in ("dW_x", "dW_h", "db")}
    result |= {n + "s": stacked[n] for n in ("dh_prev", "dc_prev", "dx")}
    return result | {"dh0": dh, "dc0": dc}


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    slope = 1 - einsum("tbh,tbh->tbh", hs, hs)
    da, back = torch.empty_like(hs), torch.empty_like(hs)
    carry = torch.zeros_like(h0)
    for t in range(len(hs) - 1, -1, -1):
        da[t] = (dhs[t] + carry) * slope[t]
        carry = back[t] = einsum("bh,hj->bj", da[t], W_h)
    h_before = torch.cat([h0[None], hs[:-1]])
    return {
        "dh_prevs": back,
        "dW_x": einsum("tbh,tbd->hd", da, xs),
        "dW_h": einsum("tbh,tbj->hj", da, h_before),
        "db": einsum("tbh->h", da),
    }


def decay_per_step(norms):
    if len(norms) < 2 or any(not n > 0 for n in norms):
        raise ValueError("need two or more positive norms")
    y = torch.tensor(norms, dtype=torch.float64).log()
    k = torch.arange(len(norms), dtype=torch.float64)
    k = k - k.mean()
    return math.exp(einsum("k,k->", k, y) / einsum("k,k->", k, k))


def forget_bias_for(memory_steps):
    return -math.log(2 ** (1 / memory_steps) - 1)
