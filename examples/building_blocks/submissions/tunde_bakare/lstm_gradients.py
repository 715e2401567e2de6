# ============================================================
#  Long short-term memory, forward and backward
#  Every line has the number of the equation in my notebook.
# ============================================================

import math

import torch


def sigma(a):
    return 1 / (1 + torch.exp(-a))


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    # (1) all four pre-activations at once
    a = x @ W_x.T + h_prev @ W_h.T + b
    # (2) cut: f, i, g, o
    H = c_prev.shape[1]
    a_f, a_i, a_g, a_o = a[:, :H], a[:, H : 2 * H], a[:, 2 * H : 3 * H], a[:, 3 * H :]
    # (3) gates
    f, i, o = sigma(a_f), sigma(a_i), sigma(a_o)
    # (4) candidate
    g = torch.tanh(a_g)
    # (5) cell
    c = f * c_prev + i * g
    # (6) output
    tanh_c = torch.tanh(c)
    h = o * tanh_c
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
        "h": h,
    }


def lstm_cell_backward(dh, dc_next, trace):
    f, i, g, o = trace["f"], trace["i"], trace["g"], trace["o"]
    tanh_c = trace["tanh_c"]
    # (7) from (6): two factors
    do = dh * tanh_c
    dtanh_c = dh * o
    # (8) two paths into c
    dc = dtanh_c * (1 - tanh_c * tanh_c) + dc_next
    # (9) from (5): four factors
    df = dc * trace["c_prev"]
    dc_prev = dc * f
    di = dc * g
    dg = dc * i
    # (10) from (3), (4)
    da_f = df * f * (1 - f)
    da_i = di * i * (1 - i)
    da_g = dg * (1 - g * g)
    da_o = do * o * (1 - o)
    # (11) glue: f, i, g, o
    da = torch.cat([da_f, da_i, da_g, da_o], dim=1)
    # (12) from (1): the batch shares the weights, so sum
    dW_x = torch.zeros_like(trace["W_x"])
    dW_h = torch.zeros_like(trace["W_h"])
    db = torch.zeros_like(da[0])
    for n in range(da.shape[0]):
        dW_x = dW_x + torch.outer(da[n], trace["x"][n])
        dW_h = dW_h + torch.outer(da[n], trace["h_prev"][n])
        db = db + da[n]
    # (13) from (1): the other factor
    dx = da @ trace["W_x"]
    dh_prev = da @ trace["W_h"]
    return {
        "dc": dc,
        "do": do,
        "df": df,
        "di": di,
        "dg": dg,
        "dc_prev": dc_prev,
        "da_f": da_f,
        "da_i": da_i,
        "da_g": da_g,
        "da_o": da_o,
        "da": da,
        "db": db,
        "dW_x": dW_x,
        "dW_h": dW_h,
        "dx": dx,
        "dh_prev": dh_prev,
    }


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    # (14) unroll
    h, c = h0, c0
    hs, cs, traces = [], [], []
    for x in xs:
        trace = lstm_cell_forward(x, h, c, W_x, W_h, b)
        trace["x"], trace["h_prev"], trace["c_prev"] = x, h, c
        trace["W_x"], trace["W_h"], trace["b"] = W_x, W_h, b
        h, c = trace["h"], trace["c"]
        hs.append(h)
        cs.append(c)
        traces.append(trace)
    return {"hs": torch.stack(hs), "cs": torch.stack(cs), "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    # (15) roll up again, last step first
    dh_from_future, dc_from_future = torch.zeros_like(dc_last), dc_last
    dW_x, dW_h, db = 0, 0, 0
    dxs, dh_prevs, dc_prevs = [], [], []
    for t in range(len(traces) - 1, -1, -1):
        step = lstm_cell_backward(dhs[t] + dh_from_future, dc_from_future, traces[t])
        dh_from_future, dc_from_future = step["dh_prev"], step["dc_prev"]
        dW_x, dW_h, db = dW_x + step["dW_x"], dW_h + step["dW_h"], db + step["db"]
        dxs.append(step["dx"])
        dh_prevs.append(step["dh_prev"])
        dc_prevs.append(step["dc_prev"])
    # (16) they were collected backwards
    dxs.reverse()
    dh_prevs.reverse()
    dc_prevs.reverse()
    return {
        "dh_prevs": torch.stack(dh_prevs),
        "dc_prevs": torch.stack(dc_prevs),
        "dh0": dh_from_future,
        "dc0": dc_from_future,
        "dxs": torch.stack(dxs),
        "dW_x": dW_x,
        "dW_h": dW_h,
        "db": db,
    }


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    # (17) the same with one tanh
    dh_from_future = torch.zeros_like(h0)
    dW_x, dW_h, db = torch.zeros_like(W_x), torch.zeros_like(W_h), torch.zeros_like(W_h[0])
    dh_prevs = []
    for t in range(len(hs) - 1, -1, -1):
        da = (dhs[t] + dh_from_future) * (1 - hs[t] * hs[t])
        h_before = hs[t - 1] if t > 0 else h0
        dW_x, dW_h, db = dW_x + da.T @ xs[t], dW_h + da.T @ h_before, db + da.sum(0)
        dh_from_future = da @ W_h
        dh_prevs.append(dh_from_future)
    dh_prevs.reverse()
    return {"dh_prevs": torch.stack(dh_prevs), "dW_x": dW_x, "dW_h": dW_h, "db": db}


def decay_per_step(norms):
    # (18) slope = cov(k, log) / var(k)
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("norms")
    n = len(norms)
    logs = [math.log(v) for v in norms]
    mean_k = sum(range(n)) / n
    mean_log = sum(logs) / n
    cov = sum((k - mean_k) * (logs[k] - mean_log) for k in range(n))
    var = sum((k - mean_k) ** 2 for k in range(n))
    return math.exp(cov / var)


def forget_bias_for(memory_steps):
    # (19) sigma(b)^n = 1/2  =>  b = -log(2^(1/n) - 1)
    return -math.log(math.pow(2, 1 / memory_steps) - 1)
