# Everything with indices. e = example, u = unit, d = input feature, r = row of W.
import math

import torch


def new(*shape):
    return torch.zeros(*shape, dtype=torch.float64)


def sigmoid(a):
    return 1 / (1 + math.exp(-a))


GATES = ["f", "i", "g", "o"]


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    B = len(x)
    D = len(x[0])
    H = len(h_prev[0])
    X, HP, CP = x.tolist(), h_prev.tolist(), c_prev.tolist()
    WX, WH, BB = W_x.tolist(), W_h.tolist(), b.tolist()
    trace = {}
    for name in ["a_f", "a_i", "a_g", "a_o", "f", "i", "g", "o", "c", "tanh_c", "h"]:
        trace[name] = new(B, H)
    for e in range(B):
        for u in range(H):
            value = {}
            for k in range(4):
                r = k * H + u
                a = BB[r]
                for d in range(D):
                    a += WX[r][d] * X[e][d]
                for v in range(H):
                    a += WH[r][v] * HP[e][v]
                if GATES[k] == "g":
                    value[GATES[k]] = math.tanh(a)
                else:
                    value[GATES[k]] = sigmoid(a)
                trace["a_" + GATES[k]][e][u] = a
                trace[GATES[k]][e][u] = value[GATES[k]]
            c = value["f"] * CP[e][u] + value["i"] * value["g"]
            trace["c"][e][u] = c
            trace["tanh_c"][e][u] = math.tanh(c)
            trace["h"][e][u] = value["o"] * math.tanh(c)
    return trace


def lstm_cell_backward(dh, dc_next, trace):
    B = len(dh)
    H = len(dh[0])
    D = len(trace["x"][0])
    out = {}
    for name in ["dc", "do", "df", "di", "dg", "dc_prev", "da_f", "da_i", "da_g", "da_o", "dh_prev"]:
        out[name] = new(B, H)
    out["da"] = new(B, 4 * H)
    out["db"] = new(4 * H)
    out["dW_x"] = new(4 * H, D)
    out["dW_h"] = new(4 * H, H)
    out["dx"] = new(B, D)
    T = {}
    for name in ["f", "i", "g", "o", "tanh_c", "c_prev", "h_prev", "x", "W_x", "W_h"]:
        T[name] = trace[name].tolist()
    DH = dh.tolist()
    DC = dc_next.tolist()
    DA = [[0.0] * (4 * H) for e in range(B)]
    for e in range(B):
        for u in range(H):
            f, i, g, o = T["f"][e][u], T["i"][e][u], T["g"][e][u], T["o"][e][u]
            th = T["tanh_c"][e][u]
            dc = DC[e][u] + DH[e][u] * o * (1 - th * th)
            do = DH[e][u] * th
            df = dc * T["c_prev"][e][u]
            di = dc * g
            dg = dc * i
            out["dc"][e][u] = dc
            out["do"][e][u] = do
            out["df"][e][u] = df
            out["di"][e][u] = di
            out["dg"][e][u] = dg
            out["dc_prev"][e][u] = dc * f
            DA[e][u] = df * f * (1 - f)
            DA[e][H + u] = di * i * (1 - i)
            DA[e][2 * H + u] = dg * (1 - g * g)
            DA[e][3 * H + u] = do * o * (1 - o)
            for k in range(4):
                out["da_" + GATES[k]][e][u] = DA[e][k * H + u]
                out["da"][e][k * H + u] = DA[e][k * H + u]
    for r in range(4 * H):
        for e in range(B):
            out["db"][r] += DA[e][r]
            for d in range(D):
                out["dW_x"][r][d] += DA[e][r] * T["x"][e][d]
            for v in range(H):
                out["dW_h"][r][v] += DA[e][r] * T["h_prev"][e][v]
    for e in range(B):
        for d in range(D):
            total = 0.0
            for r in range(4 * H):
                total += DA[e][r] * T["W_x"][r][d]
            out["dx"][e][d] = total
        for v in range(H):
            total = 0.0
            for r in range(4 * H):
                total += DA[e][r] * T["W_h"][r][v]
            out["dh_prev"][e][v] = total
    return out


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    hs = new(len(xs), len(h0), len(h0[0]))
    cs = new(len(xs), len(h0), len(h0[0]))
    traces = []
    h = h0
    c = c0
    for t in range(len(xs)):
        trace = lstm_cell_forward(xs[t], h, c, W_x, W_h, b)
        trace["x"] = xs[t]
        trace["h_prev"] = h
        trace["c_prev"] = c
        trace["W_x"] = W_x
        trace["W_h"] = W_h
        trace["b"] = b
        traces.append(trace)
        h = trace["h"]
        c = trace["c"]
        hs[t] = h
        cs[t] = c
    return {"hs": hs, "cs": cs, "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    T = len(traces)
    B = len(dc_last)
    H = len(dc_last[0])
    D = len(traces[0]["x"][0])
    out = {
        "dh_prevs": new(T, B, H),
        "dc_prevs": new(T, B, H),
        "dxs": new(T, B, D),
        "dW_x": new(4 * H, D),
        "dW_h": new(4 * H, H),
        "db": new(4 * H),
    }
    dh_next = new(B, H)
    dc_next = dc_last
    t = T - 1
    while t >= 0:
        total = new(B, H)
        for e in range(B):
            for u in range(H):
                total[e][u] = dhs[t][e][u] + dh_next[e][u]
        step = lstm_cell_backward(total, dc_next, traces[t])
        for name in ["dW_x", "dW_h", "db"]:
            out[name] = out[name] + step[name]
        out["dh_prevs"][t] = step["dh_prev"]
        out["dc_prevs"][t] = step["dc_prev"]
        out["dxs"][t] = step["dx"]
        dh_next = step["dh_prev"]
        dc_next = step["dc_prev"]
        t = t - 1
    out["dh0"] = dh_next
    out["dc0"] = dc_next
    return out


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    T = len(hs)
    B = len(h0)
    H = len(h0[0])
    D = len(xs[0][0])
    dh_prevs = new(T, B, H)
    dW_x = new(H, D)
    dW_h = new(H, H)
    db = new(H)
    for e in range(B):
        back = [0.0] * H
        for t in range(T - 1, -1, -1):
            before = h0[e] if t == 0 else hs[t - 1][e]
            da = []
            for u in range(H):
                h = hs[t][e][u].item()
                da.append((dhs[t][e][u].item() + back[u]) * (1 - h * h))
            back = []
            for v in range(H):
                total = 0.0
                for u in range(H):
                    total += da[u] * W_h[u][v].item()
                back.append(total)
                dh_prevs[t][e][v] = total
            for u in range(H):
                db[u] += da[u]
                for d in range(D):
                    dW_x[u][d] += da[u] * xs[t][e][d]
                for v in range(H):
                    dW_h[u][v] += da[u] * before[v]
    return {"dh_prevs": dh_prevs, "dW_x": dW_x, "dW_h": dW_h, "db": db}


def decay_per_step(norms):
    n = len(norms)
    if n < 2:
        raise ValueError("two norms please")
    for norm in norms:
        if norm <= 0:
            raise ValueError("positive please")
    sk = skk = sl = skl = 0.0
    for k in range(n):
        log = math.log(norms[k])
        sk += k
        skk += k * k
        sl += log
        skl += k * log
    return math.exp((n * skl - sk * sl) / (n * skk - sk * sk))


def forget_bias_for(memory_steps):
    f = math.exp(math.log(0.5) / memory_steps)
    return math.log(f / (1 - f))
