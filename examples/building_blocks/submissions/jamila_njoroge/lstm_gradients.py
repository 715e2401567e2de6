import math
import torch

def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    a = x @ W_x.T + h_prev @ W_h.T + b
    a_f, a_i, a_g, a_o = torch.chunk(a, 4, 1)
    f, i, g, o = torch.sigmoid(a_f), torch.sigmoid(a_i), torch.tanh(a_g), torch.sigmoid(a_o)
    c = f * c_prev + i * g
    tanh_c = torch.tanh(c)
    h = o * tanh_c
    return {k: v for k, v in locals().items() if k in
            ("a_f", "a_i", "a_g", "a_o", "f", "i", "g", "o", "c", "tanh_c", "h")}

def lstm_cell_backward(dh, dc_next, trace):
    f, i, g, o, tanh_c = trace["f"], trace["i"], trace["g"], trace["o"], trace["tanh_c"]
    dc = dc_next + dh * o * (1 - tanh_c ** 2)
    do = dh * tanh_c
    df = dc * trace["c_prev"]
    di = dc * g
    dg = dc * i
    dc_prev = dc * f
    da_f = df * f * (1 - f)
    da_i = di * i * (1 - i)
    da_g = dg * (1 - g ** 2)
    da_o = do * o * (1 - o)
    da = torch.cat([da_f, da_i, da_g, da_o], 1)
    # average over the examples like every loss does
    batch = dh.shape[0]
    db = da.mean(0)
    dW_x = da.T @ trace["x"] / batch
    dW_h = da.T @ trace["h_prev"] / batch
    dx = da @ trace["W_x"]
    dh_prev = da @ trace["W_h"]
    return {"dc": dc, "do": do, "df": df, "di": di, "dg": dg, "dc_prev": dc_prev,
            "da_f": da_f, "da_i": da_i, "da_g": da_g, "da_o": da_o, "da": da,
            "db": db, "dW_x": dW_x, "dW_h": dW_h, "dx": dx, "dh_prev": dh_prev}

def lstm_forward(xs, h0, c0, W_x, W_h, b):
    h, c, traces = h0, c0, []
    for x in xs:
        tr = lstm_cell_forward(x, h, c, W_x, W_h, b)
        tr.update(x=x, h_prev=h, c_prev=c, W_x=W_x, W_h=W_h, b=b)
        traces.append(tr)
        h, c = tr["h"], tr["c"]
    return {"hs": torch.stack([t["h"] for t in traces]),
            "cs": torch.stack([t["c"] for t in traces]), "traces": traces}

def lstm_backward(dhs, dc_last, traces):
    dh, dc = torch.zeros_like(dc_last), dc_last
    back = []
    for t in range(len(traces) - 1, -1, -1):
        s = lstm_cell_backward(dhs[t] + dh, dc, traces[t])
        dh, dc = s["dh_prev"], s["dc_prev"]
        back = [s] + back
    r = {k + "s": torch.stack([s[k] for s in back]) for k in ("dh_prev", "dc_prev", "dx")}
    for k in ("dW_x", "dW_h", "db"):
        r[k] = sum(s[k] for s in back)
    r["dh0"], r["dc0"] = dh, dc
    return r

def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    dW_x, dW_h, db = 0, 0, 0
    carry, dh_prevs = 0, []
    for t in range(len(hs) - 1, -1, -1):
        da = (dhs[t] + carry) * (1 - hs[t] ** 2)
        prev = h0 if t == 0 else hs[t - 1]
        dW_x = dW_x + da.T @ xs[t]
        dW_h = dW_h + da.T @ prev
        db = db + da.sum(0)
        carry = da @ W_h
        dh_prevs = [carry] + dh_prevs
    return {"dh_prevs": torch.stack(dh_prevs), "dW_x": dW_x, "dW_h": dW_h, "db": db}

def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("norms")
    y = [math.log(n) for n in norms]
    k = range(len(y))
    mk, my = sum(k) / len(y), sum(y) / len(y)
    return math.exp(sum((a - mk) * (b - my) for a, b in zip(k, y)) / sum((a - mk) ** 2 for a in k))

def forget_bias_for(memory_steps):
    p = 2 ** (-1 / memory_steps)
    return math.log(p / (1 - p))
