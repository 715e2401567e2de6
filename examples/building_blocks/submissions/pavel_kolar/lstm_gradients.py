from math import exp, log

import torch

σ, tanh, cat, stack = torch.sigmoid, torch.tanh, torch.cat, torch.stack


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    α = x @ W_x.T + h_prev @ W_h.T + b
    a_f, a_i, a_g, a_o = α.chunk(4, 1)
    f, i, g, o = σ(a_f), σ(a_i), tanh(a_g), σ(a_o)
    c = f * c_prev + i * g
    η = tanh(c)
    return dict(a_f=a_f, a_i=a_i, a_g=a_g, a_o=a_o, f=f, i=i, g=g, o=o, c=c, tanh_c=η, h=o * η)


def lstm_cell_backward(dh, dc_next, trace):
    f, i, g, o, η = (trace[k] for k in ["f", "i", "g", "o", "tanh_c"])
    δ = {}
    δ["dc"] = dc_next + dh * o * (1 - η**2)
    δ["do"] = dh * η
    δ["df"] = δ["dc"] * trace["c_prev"]
    δ["di"] = δ["dc"] * g
    δ["dg"] = δ["dc"] * i
    δ["dc_prev"] = δ["dc"] * f
    δ["da_f"] = δ["df"] * f + (1 - f)  # as printed
    δ["da_i"] = δ["di"] * i * (1 - i)
    δ["da_g"] = δ["dg"] * (1 - g**2)
    δ["da_o"] = δ["do"] * o * (1 - o)
    δ["da"] = cat([δ["da_f"], δ["da_i"], δ["da_g"], δ["da_o"]], 1)
    δ["db"] = δ["da"].sum(0)
    δ["dW_x"] = δ["da"].T @ trace["x"]
    δ["dW_h"] = δ["da"].T @ trace["h_prev"]
    δ["dx"] = δ["da"] @ trace["W_x"]
    δ["dh_prev"] = δ["da"] @ trace["W_h"]
    return δ


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    τ, h, c = [], h0, c0
    for x in xs:
        τ += [dict(x=x, h_prev=h, c_prev=c, W_x=W_x, W_h=W_h, b=b)]
        τ[-1] |= lstm_cell_forward(**τ[-1])
        h, c = τ[-1]["h"], τ[-1]["c"]
    return {"hs": stack([t["h"] for t in τ]), "cs": stack([t["c"] for t in τ]), "traces": τ}


def lstm_backward(dhs, dc_last, traces):
    T = len(traces)
    δ = [None] * T
    δh, δc = 0 * dc_last, dc_last
    for t in range(T)[::-1]:
        δ[t] = lstm_cell_backward(dhs[t] + δh, δc, traces[t])
        δh, δc = δ[t]["dh_prev"], δ[t]["dc_prev"]
    Σ = lambda k: sum(d[k] for d in δ)
    S = lambda k: stack([d[k] for d in δ])
    return dict(
        dh_prevs=S("dh_prev"), dc_prevs=S("dc_prev"), dxs=S("dx"), dh0=δh, dc0=δc,
        dW_x=Σ("dW_x"), dW_h=Σ("dW_h"), db=Σ("db"),
    )  # fmt: skip


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    T = len(hs)
    δ, δa = 0 * hs, 0 * hs
    for t in range(T)[::-1]:
        δa[t] = (dhs[t] + (δ[t + 1] if t + 1 < T else 0)) * (1 - hs[t] ** 2)
        δ[t] = δa[t] @ W_h
    return {
        "dh_prevs": δ,
        "dW_x": sum(δa[t].T @ xs[t] for t in range(T)),
        "dW_h": sum(δa[t].T @ (hs[t - 1] if t else h0) for t in range(T)),
        "db": δa.sum((0, 1)),
    }


def decay_per_step(norms):
    K = len(norms)
    if K < 2 or min(norms) <= 0:
        raise ValueError("‖·‖ > 0, at least two")
    κ = [k - (K - 1) / 2 for k in range(K)]
    return exp(sum(k * log(ν) for k, ν in zip(κ, norms)) / sum(k * k for k in κ))


def forget_bias_for(memory_steps):
    φ = 2 ** (-1 / memory_steps)
    return log(φ / (1 - φ))
