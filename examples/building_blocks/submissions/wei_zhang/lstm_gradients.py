# 张伟  LSTM 作业
import math

import torch


def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    # 四个门一起算
    a = torch.addmm(b, x, W_x.t()) + h_prev.mm(W_h.t())
    a_f, a_i, a_g, a_o = a.chunk(4, dim=1)
    f, i, g, o = a_f.sigmoid(), a_i.sigmoid(), a_g.tanh(), a_o.sigmoid()
    c = c_prev * f + g * i
    tanh_c = c.tanh()
    h = tanh_c * o
    names = "a_f a_i a_g a_o f i g o c tanh_c h".split()
    return dict(zip(names, (a_f, a_i, a_g, a_o, f, i, g, o, c, tanh_c, h)))


def lstm_cell_backward(dh, dc_next, trace):
    f, i, g, o, tanh_c = [trace[n] for n in "f i g o tanh_c".split()]
    do = dh * tanh_c
    dc = dc_next + dh * o * (1 - tanh_c.pow(2))  # 两条路
    df, di, dg, dc_prev = dc * trace["c_prev"], dc * g, dc * i, dc * f
    # 激活函数的导数
    da_f, da_i, da_o = [d * y * (1 - y) for d, y in ((df, f), (di, i), (do, o))]
    da_g = dg * (1 - g.pow(2))
    da = torch.hstack([da_f, da_i, da_g, da_o])
    out = dict(dc=dc, do=do, df=df, di=di, dg=dg, dc_prev=dc_prev)
    out.update(da_f=da_f, da_i=da_i, da_g=da_g, da_o=da_o, da=da)
    out.update(db=da.sum(0), dW_x=da.t().mm(trace["x"]), dW_h=da.t().mm(trace["h_prev"]))
    out.update(dx=da.mm(trace["W_x"]), dh_prev=da.mm(trace["W_h"]))
    return out


def lstm_forward(xs, h0, c0, W_x, W_h, b):
    traces, h, c = [], h0, c0
    for x in xs:
        inputs = dict(x=x, h_prev=h, c_prev=c, W_x=W_x, W_h=W_h, b=b)
        trace = lstm_cell_forward(**inputs)
        trace.update(inputs)
        traces.append(trace)
        h, c = trace["h"], trace["c"]
    hs = torch.stack([trace["h"] for trace in traces])
    cs = torch.stack([trace["c"] for trace in traces])
    return {"hs": hs, "cs": cs, "traces": traces}


def lstm_backward(dhs, dc_last, traces):
    # 从最后一步开始
    dh, dc = torch.zeros_like(dc_last), dc_last
    steps = []
    for t in range(len(traces))[::-1]:
        steps.append(lstm_cell_backward(dhs[t] + dh, dc, traces[t]))
        dh, dc = steps[-1]["dh_prev"], steps[-1]["dc_prev"]
    steps = steps[::-1]
    result = {"dh0": dh, "dc0": dc}
    for name, plural in (("dh_prev", "dh_prevs"), ("dc_prev", "dc_prevs"), ("dx", "dxs")):
        result[plural] = torch.stack([step[name] for step in steps])
    for name in ("dW_x", "dW_h", "db"):
        result[name] = torch.stack([step[name] for step in steps]).sum(0)
    return result


def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    h_before = torch.cat([h0[None], hs[:-1]])
    dW_x, dW_h, db = torch.zeros_like(W_x), torch.zeros_like(W_h), torch.zeros_like(W_h[0])
    dh, dh_prevs = torch.zeros_like(h0), torch.zeros_like(hs)
    for t in range(len(hs))[::-1]:
        da = (dhs[t] + dh) * (1 - hs[t].pow(2))
        dW_x += da.t().mm(xs[t])
        dW_h += da.t().mm(h_before[t])
        db += da.sum(0)
        dh = da.mm(W_h)
        dh_prevs[t] = dh
    return {"dh_prevs": dh_prevs, "dW_x": dW_x, "dW_h": dW_h, "db": db}


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("至少两个正数")
    K = len(norms)
    logs = [math.log(v) for v in norms]
    top = sum((k - (K - 1) / 2) * logs[k] for k in range(K))
    return math.exp(top / sum((k - (K - 1) / 2) ** 2 for k in range(K)))


def forget_bias_for(memory_steps):
    # 二分法
    low, high = -50.0, 50.0
    middle = 0.0
    while (1 / (1 + math.exp(-middle))) ** memory_steps != 0.5:
        if (1 / (1 + math.exp(-middle))) ** memory_steps < 0.5:
            low = middle
        else:
            high = middle
        middle = (low + high) / 2
    return middle
