# LSTM in numpy. N() on the way in, T() on the way out.
import numpy as np
import torch


def N(t):
    return t.detach().numpy()


def T(a):
    return torch.from_numpy(np.ascontiguousarray(a))


def sigm(a):
    return 1.0 / (1.0 + np.exp(-a))


def forward_np(x, h_prev, c_prev, Wx, Wh, b):
    H = h_prev.shape[1]
    a = np.dot(x, Wx.T) + np.dot(h_prev, Wh.T) + b
    tr = {}
    tr["a_f"], tr["a_i"], tr["a_g"], tr["a_o"] = [a[:, k * H : (k + 1) * H] for k in range(4)]
    tr["f"], tr["i"], tr["o"] = sigm(tr["a_f"]), sigm(tr["a_i"]), sigm(tr["a_o"])
    tr["g"] = np.tanh(tr["a_g"])
    tr["c"] = tr["f"] * c_prev + tr["i"] * tr["g"]
    tr["tanh_c"] = np.tanh(tr["c"])
    tr["h"] = tr["o"] * tr["tanh_c"]
    return tr


def backward_np(dh, dc_next, t):
    r = {}
    r["dc"] = dc_next + dh * t["o"] * (1 - np.square(t["tanh_c"]))
    r["do"] = dh * t["tanh_c"]
    r["df"], r["di"], r["dg"] = r["dc"] * t["c_prev"], r["dc"] * t["g"], r["dc"] * t["i"]
    r["dc_prev"] = r["dc"] * t["f"]
    r["da_f"] = r["df"] * t["f"] * (1 - t["f"])
    r["da_i"] = r["di"] * t["i"] * (1 - t["i"])
    r["da_g"] = r["dg"] * (1 - np.square(t["g"]))
    r["da_o"] = r["do"] * t["o"] * (1 - t["o"])
    r["da"] = np.hstack([r["da_f"], r["da_i"], r["da_g"], r["da_o"]])
    r["db"] = np.sum(r["da"], axis=0)
    r["dW_x"] = np.dot(r["da"].T, t["x"])
    r["dW_h"] = np.dot(r["da"].T, t["h_prev"])
    r["dx"] = np.dot(r["da"], t["W_x"])
    r["dh_prev"] = np.dot(r["da"], t["W_h"])
    return r


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    tr = forward_np(N(x), N(h_prev), N(c_prev), N(W_x), N(W_h), N(b))
    return {k: T(v) for k, v in tr.items()}


def lstm_cell_backward(dh, dc_next, trace):
    r = backward_np(N(dh), N(dc_next), {k: N(v) for k, v in trace.items()})
    return {k: T(v) for k, v in r.items()}


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    h, c = h0, c0
    hs, cs, traces = [], [], []
    for t in range(xs.shape[0]):
        tr = lstm_cell_forward(xs[t], h, c, W_x, W_h, b)
        tr.update(x=xs[t], h_prev=h, c_prev=c, W_x=W_x, W_h=W_h, b=b)
        h, c = tr["h"], tr["c"]
        hs.append(N(h))
        cs.append(N(c))
        traces.append(tr)
    return {"hs": T(np.stack(hs)), "cs": T(np.stack(cs)), "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    steps = len(traces)
    dhs, carry_c = N(dhs), N(dc_last)
    carry_h = np.zeros_like(carry_c)
    out = {"dh_prevs": [None] * steps, "dc_prevs": [None] * steps, "dxs": [None] * steps}
    total = {"dW_x": 0.0, "dW_h": 0.0, "db": 0.0}
    for t in range(steps - 1, -1, -1):
        r = backward_np(dhs[t] + carry_h, carry_c, {k: N(v) for k, v in traces[t].items()})
        carry_h, carry_c = r["dh_prev"], r["dc_prev"]
        out["dh_prevs"][t], out["dc_prevs"][t], out["dxs"][t] = carry_h, carry_c, r["dx"]
        for k in total:
            total[k] = total[k] + r[k]
    result = {k: T(np.stack(v)) for k, v in out.items()}
    result.update({k: T(v) for k, v in total.items()})
    result.update(dh0=T(carry_h), dc0=T(carry_c))
    return result


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    dhs, hs, h0, xs, W_x, W_h = map(N, (dhs, hs, h0, xs, W_x, W_h))
    prev = np.concatenate([h0[None], hs[:-1]], axis=0)
    dWx, dWh, db = np.zeros(W_x.shape), np.zeros(W_h.shape), np.zeros(W_h.shape[0])
    dh_prevs = np.empty_like(hs)
    carry = 0.0
    for t in range(len(hs))[::-1]:
        da = (dhs[t] + carry) * (1 - hs[t] ** 2)
        dWx += da.T.dot(xs[t])
        dWh += da.T.dot(prev[t])
        db += da.sum(axis=0)
        carry = da.dot(W_h)
        dh_prevs[t] = carry
    return {"dh_prevs": T(dh_prevs), "dW_x": T(dWx), "dW_h": T(dWh), "db": T(db)}


def decay_per_step(norms):
    y = np.asarray(norms, dtype=float)
    if y.size < 2 or (y <= 0).any():
        raise ValueError("norms")
    slope, _ = np.polyfit(np.arange(y.size), np.log(y), deg=1)
    return float(np.exp(slope))


def forget_bias_for(memory_steps):
    p = np.power(0.5, 1.0 / memory_steps)
    return float(np.log(p) - np.log1p(-p))
