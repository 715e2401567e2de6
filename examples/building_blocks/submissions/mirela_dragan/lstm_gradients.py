#!/usr/bin/env python
# coding: utf-8

# # Homework: LSTM

# In[1]:

import math
import torch


# In[3]:

def lstm_cell_forward(x, h_prev, c_prev, W_x, W_h, b):
    a = x @ W_x.T + h_prev @ W_h.T + b
    a_f, a_i, a_g, a_o = a.chunk(4, dim=1)
    f = torch.sigmoid(a_f)
    i = torch.sigmoid(a_i)
    g = torch.tanh(a_g)
    o = torch.sigmoid(a_o)
    c = f * c_prev + i * g
    return {'a_f': a_f, 'a_i': a_i, 'a_g': a_g, 'a_o': a_o, 'f': f, 'i': i, 'g': g, 'o': o,
            'c': c, 'tanh_c': c.tanh(), 'h': o * c.tanh()}


# In[8]:

def lstm_cell_backward(dh, dc_next, trace):
    t = trace
    dc = dc_next + dh * t['o'] * (1 - t['tanh_c'] ** 2)
    do = dh * t['tanh_c']
    df, di, dg = dc * t['c_prev'], dc * t['g'], dc * t['i']
    da_f = df * t['f'] * (1 - t['f'])
    da_i = di * t['i'] * (1 - t['i'])
    da_g = dg * (1 - t['g'] ** 2)
    da_o = do * t['o'] * (1 - t['o'])
    da = torch.cat([da_f, da_i, da_g, da_o], dim=1)
    return {'dc': dc, 'do': do, 'df': df, 'di': di, 'dg': dg, 'dc_prev': dc * t['f'],
            'da_f': da_f, 'da_i': da_i, 'da_g': da_g, 'da_o': da_o, 'da': da,
            'db': da.sum(0), 'dW_x': da.T @ t['x'], 'dW_h': da.T @ t['h_prev'],
            'dx': da @ t['W_x'], 'dh_prev': da @ t['W_h']}


# In[11]:

def lstm_forward(xs, h0, c0, W_x, W_h, b):
    h, c, hs, cs, traces = h0, c0, [], [], []
    for t in range(len(xs)):
        tr = lstm_cell_forward(xs[t], h, c, W_x, W_h, b)
        traces.append({'x': xs[t], 'h_prev': h, 'c_prev': c, 'W_x': W_x, 'W_h': W_h, 'b': b, **tr})
        h, c = tr['h'], tr['c']
        hs.append(h)
        cs.append(c)
    return {'hs': torch.stack(hs), 'cs': torch.stack(cs), 'traces': traces}


# In[19]:

def lstm_backward(dhs, dc_last, traces):
    out = {'dh_prevs': torch.zeros_like(dhs), 'dc_prevs': torch.zeros_like(dhs), 'dxs': []}
    dh, dc = torch.zeros_like(dc_last), dc_last
    for t in reversed(range(len(traces))):
        s = lstm_cell_backward(dhs[t] + dh, dc, traces[t])
        dh, dc = s['dh_prev'], s['dc_prev']
        out['dh_prevs'][t] = dh
        out['dc_prevs'][t] = dc
        out['dxs'].insert(0, s['dx'])
        out['dW_x'], out['dW_h'], out['db'] = s['dW_x'], s['dW_h'], s['db']
    out['dxs'] = torch.stack(out['dxs'])
    out['dh0'], out['dc0'] = dh, dc
    return out


# In[20]:

def rnn_backward(dhs, hs, h0, xs, W_x, W_h):
    prev = torch.cat([h0.unsqueeze(0), hs[:-1]])
    dh_prevs, das = torch.zeros_like(hs), torch.zeros_like(hs)
    carry = torch.zeros_like(h0)
    for t in reversed(range(len(hs))):
        das[t] = (dhs[t] + carry) * (1 - hs[t] ** 2)
        carry = das[t] @ W_h
        dh_prevs[t] = carry
    flat = das.flatten(0, 1)
    return {'dh_prevs': dh_prevs, 'dW_x': flat.T @ xs.flatten(0, 1),
            'dW_h': flat.T @ prev.flatten(0, 1), 'db': flat.sum(0)}


# In[23]:

def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError('norms')
    y = torch.tensor(norms, dtype=torch.float64).log()
    k = torch.arange(len(norms), dtype=torch.float64)
    k = k - k.mean()
    return math.exp((k @ y / (k @ k)).item())


# In[24]:

def forget_bias_for(memory_steps):
    # forgetting time: down to 1/e
    f = math.exp(-1 / memory_steps)
    return math.log(f / (1 - f))


# In[ ]:




