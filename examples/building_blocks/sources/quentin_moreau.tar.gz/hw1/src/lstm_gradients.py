# see notes/derivation.txt
import math

import torch


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    a_f, a_i, a_g, a_o = torch.chunk(x @ W_x.T + h_prev @ W_h.T + b, 4, dim=1)
    f, i, g, o = torch.sigmoid(a_f), torch.sigmoid(a_i), torch.tanh(a_g), torch.sigmoid(a_o)
    c = f * c_prev + i * g
    tanh_c = torch.tanh(c)
    return dict(
        a_f=a_f, a_i=a_i, a_g=a_g, a_o=a_o, f=f, i=i, g=g, o=o, c=c, tanh_c=tanh_c, h=o * tanh_c
    )


def lstm_cell_backward(dh, dc_next, trace):
    f, i, g, o = trace["f"], trace["i"], trace["g"], trace["o"]
    do = dh * trace["tanh_c"]
    dc = dc_next + dh * o * (1 - trace["tanh_c"].square())
    df, dc_prev, di, dg = dc * trace["c_prev"], dc * f, dc * g, dc * i
    da_f, da_i, da_o = (dy * y * (1 - y) for dy, y in ((df, f), (di, i), (do, o)))
    da_g = dg * (1 - g.square())
    da = torch.cat((da_f, da_i, da_g, da_o), dim=1)
    return dict(
        dc=dc, do=do, df=df, di=di, dg=dg, dc_prev=dc_prev,
        da_f=da_f, da_i=da_i, da_g=da_g, da_o=da_o, da=da,
        db=da.sum(0), dW_x=da.T @ trace["x"], dW_h=da.T @ trace["h_prev"],
        dx=da @ trace["W_x"], dh_prev=da @ trace["W_h"],
    )


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    traces, h, c = [], h0, c0
    for x in xs:
        trace = lstm_cell_forward(x, h, c, W_x, W_h, b)
        traces.append({**trace, "x": x, "h_prev": h, "c_prev": c, "W_x": W_x, "W_h": W_h, "b": b})
        h, c = trace["h"], trace["c"]
    hs = torch.stack([trace["h"] for trace in traces])
    cs = torch.stack([trace["c"] for trace in traces])
    return dict(hs=hs, cs=cs, traces=traces)


def lstm_backward(dhs, dc_last, traces):
    T = len(traces)
    steps, dh, dc = [{}] * T, torch.zeros_like(dc_last), dc_last
    for t in range(T - 1, -1, -1):
        steps[t] = lstm_cell_backward(dhs[t] + dh, dc, traces[t])
        dh, dc = steps[t]["dh_prev"], steps[t]["dc_prev"]
    over_time = {name: torch.stack([step[name] for step in steps]) for name in steps[0]}
    return dict(
        dh_prevs=over_time["dh_prev"], dc_prevs=over_time["dc_prev"], dxs=over_time["dx"],
        dh0=dh, dc0=dc,
        dW_x=over_time["dW_x"].sum(0), dW_h=over_time["dW_h"].sum(0), db=over_time["db"].sum(0),
    )


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    before = torch.cat((h0[None], hs[:-1]))
    da, dh_prevs = torch.zeros_like(hs), torch.zeros_like(hs)
    for t in range(len(hs) - 1, -1, -1):
        dh = dhs[t] + dh_prevs[t + 1] if t + 1 < len(hs) else dhs[t]
        da[t] = dh * (1 - hs[t].square())
        dh_prevs[t] = da[t] @ W_h
    return dict(
        dh_prevs=dh_prevs,
        dW_x=torch.einsum("tbh,tbd->hd", da, xs),
        dW_h=torch.einsum("tbh,tbj->hj", da, before),
        db=da.sum((0, 1)),
    )


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("norms")
    k = [j - (len(norms) - 1) / 2 for j in range(len(norms))]
    return math.exp(sum(a * math.log(b) for a, b in zip(k, norms)) / sum(a * a for a in k))


def forget_bias_for(memory_steps):
    return -math.log(2 ** (1 / memory_steps) - 1)
