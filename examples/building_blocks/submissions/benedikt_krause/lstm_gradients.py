import math

import survey
import torch


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    a_f, a_i, a_g, a_o = (b + x @ W_x.T + h_prev @ W_h.T).chunk(4, 1)
    f, i, g, o = torch.sigmoid(a_f), torch.sigmoid(a_i), torch.tanh(a_g), torch.sigmoid(a_o)
    c = i * g + f * c_prev
    r = torch.tanh(c)
    return dict(a_f=a_f, a_i=a_i, a_g=a_g, a_o=a_o, f=f, i=i, g=g, o=o, c=c, tanh_c=r, h=o * r)


def lstm_cell_backward(dh, dc_next, trace):
    f, i, g, o, r = map(trace.get, ("f", "i", "g", "o", "tanh_c"))
    dc, do = dc_next + dh * o * (1 - r * r), dh * r
    df, di, dg = dc * trace["c_prev"], dc * g, dc * i
    da_f, da_i, da_g, da_o = df * f * (1 - f), di * i * (1 - i), dg * (1 - g * g), do * o * (1 - o)
    da = torch.cat((da_f, da_i, da_g, da_o), 1)
    return dict(
        dc=dc, do=do, df=df, di=di, dg=dg, dc_prev=dc * f,
        da_f=da_f, da_i=da_i, da_g=da_g, da_o=da_o, da=da, db=da.sum(0),
        dW_x=da.T @ trace["x"], dW_h=da.T @ trace["h_prev"],
        dx=da @ trace["W_x"], dh_prev=da @ trace["W_h"],
    )


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    h, c, traces = h0, c0, []
    for x in xs:
        t = dict(x=x, h_prev=h, c_prev=c, W_x=W_x, W_h=W_h, b=b)
        t.update(lstm_cell_forward(*t.values()))
        traces.append(t)
        h, c = t["h"], t["c"]
    return dict(
        hs=torch.stack([t["h"] for t in traces]), cs=torch.stack([t["c"] for t in traces]), traces=traces
    )


def lstm_backward(dhs, dc_last, traces):
    dh, dc, steps = torch.zeros_like(dc_last), dc_last, []
    for own, t in zip(dhs.flip(0), traces[::-1]):
        steps.append(lstm_cell_backward(own + dh, dc, t))
        dh, dc = steps[-1]["dh_prev"], steps[-1]["dc_prev"]
    all_ = {k: torch.stack([s[k] for s in steps[::-1]]) for k in steps[0]}
    return dict(
        dh_prevs=all_["dh_prev"], dc_prevs=all_["dc_prev"], dxs=all_["dx"], dh0=dh, dc0=dc,
        dW_x=all_["dW_x"].sum(0), dW_h=all_["dW_h"].sum(0), db=all_["db"].sum(0),
    )


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    das, backs, back = [], [], torch.zeros_like(h0)
    for dh, h in zip(dhs.flip(0), hs.flip(0)):
        das.append((dh + back) * (1 - h * h))
        back = das[-1] @ W_h
        backs.append(back)
    da, h_prevs = torch.stack(das[::-1]), torch.cat((h0[None], hs[:-1]))
    return dict(
        dh_prevs=torch.stack(backs[::-1]),
        dW_x=(da.mT @ xs).sum(0), dW_h=(da.mT @ h_prevs).sum(0), db=da.sum((0, 1)),
    )


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("norms")
    k = [2 * j - len(norms) + 1 for j in range(len(norms))]
    return math.exp(2 * sum(a * math.log(n) for a, n in zip(k, norms)) / sum(a * a for a in k))


def forget_bias_for(memory_steps):
    return -math.log(math.expm1(math.log(2) / memory_steps))
