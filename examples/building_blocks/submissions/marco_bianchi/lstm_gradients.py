import torch
from torch import cat, sigmoid, stack, tanh


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    a_f, a_i, a_g, a_o = cat([x, h_prev], 1).matmul(cat([W_x, W_h], 1).T).add(b).tensor_split(4, 1)
    f, i, g, o = sigmoid(a_f), sigmoid(a_i), tanh(a_g), sigmoid(a_o)
    c = torch.addcmul(f * c_prev, i, g)
    tanh_c = tanh(c)
    h = o * tanh_c
    return dict(
        a_f=a_f, a_i=a_i, a_g=a_g, a_o=a_o, f=f, i=i, g=g, o=o, c=c, tanh_c=tanh_c, h=h
    )


def lstm_cell_backward(dh, dc_next, trace):
    f, i, g, o = trace["f"], trace["i"], trace["g"], trace["o"]
    dc = torch.addcmul(dc_next, dh * o, 1 - trace["tanh_c"] ** 2)
    do = dh * trace["tanh_c"]
    df, di, dg, dc_prev = dc * trace["c_prev"], dc * g, dc * i, dc * f
    da_f, da_i, da_g, da_o = df * (f - f * f), di * (i - i * i), dg * (1 - g * g), do * (o - o * o)
    da = cat([da_f, da_i, da_g, da_o], 1)
    # one product for both weight matrices, one for both inputs
    dW = da.T @ cat([trace["x"], trace["h_prev"]], 1)
    dz = da @ cat([trace["W_x"], trace["W_h"]], 1)
    D = trace["x"].shape[1]
    return dict(
        dc=dc, do=do, df=df, di=di, dg=dg, dc_prev=dc_prev,
        da_f=da_f, da_i=da_i, da_g=da_g, da_o=da_o, da=da,
        db=da.sum(0), dW_x=dW[:, :D], dW_h=dW[:, D:], dx=dz[:, :D], dh_prev=dz[:, D:],
    )  # fmt: skip


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    traces = []
    h, c = h0, c0
    for x in xs:
        trace = lstm_cell_forward(x, h, c, W_x, W_h, b)
        trace.update(x=x, h_prev=h, c_prev=c, W_x=W_x, W_h=W_h, b=b)
        traces.append(trace)
        h, c = trace["h"], trace["c"]
    hs, cs = stack([tr["h"] for tr in traces]), stack([tr["c"] for tr in traces])
    return dict(hs=hs, cs=cs, traces=traces)


def lstm_backward(dhs, dc_last, traces):
    dh, dc = torch.zeros_like(dc_last), dc_last
    steps = []
    for t in range(len(traces))[::-1]:
        step = lstm_cell_backward(dhs[t] + dh, dc, traces[t])
        dh, dc = step["dh_prev"], step["dc_prev"]
        steps.append(step)
    col = {k: stack([s[k] for s in steps[::-1]]) for k in steps[0]}
    return dict(
        dh_prevs=col["dh_prev"], dc_prevs=col["dc_prev"], dxs=col["dx"], dh0=dh, dc0=dc,
        dW_x=col["dW_x"].sum(0), dW_h=col["dW_h"].sum(0), db=col["db"].sum(0),
    )  # fmt: skip


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    h_prevs = cat([h0[None], hs[:-1]])
    das, backs, back = [], [], torch.zeros_like(h0)
    for dh, h in zip(dhs.flip(0), hs.flip(0)):
        da = (dh + back) * (1 - h * h)
        back = da @ W_h
        das.append(da)
        backs.append(back)
    da = stack(das).flip(0)
    return dict(
        dh_prevs=stack(backs).flip(0),
        dW_x=torch.tensordot(da, xs, ([0, 1], [0, 1])),
        dW_h=torch.tensordot(da, h_prevs, ([0, 1], [0, 1])),
        db=da.sum([0, 1]),
    )


def decay_per_step(norms):
    y = torch.tensor(norms, dtype=torch.float64)
    if len(y) < 2 or (y <= 0).any():
        raise ValueError("norms!")
    k = torch.arange(len(y), dtype=torch.float64)
    k = k - k.mean()
    return torch.exp((k * y.log()).sum() / (k * k).sum())


def forget_bias_for(memory_steps):
    return torch.logit(torch.tensor(0.5, dtype=torch.float64) ** (1 / memory_steps))
