#!/usr/bin/env python
# coding: utf-8

# # Homework: Glorot

# In[1]:

import math
import torch


# In[2]:

def fans(shape, groups=1):
    if len(shape) < 2 or min(shape) < 1 or groups < 1 or shape[0] % groups != 0:
        raise ValueError('fans')
    k = math.prod(shape[2:])
    return (shape[1] * k, shape[0] * k // groups)

fans([32, 16, 3, 3])


# In[6]:

def signal_scale(d0, d1, s):
    return {'z': s * math.sqrt(d0), 'h': s * math.sqrt(d0 / 2), 'dx': s * math.sqrt(d1 / 2)}

def relu_std(d0, d1, mode):
    if min(d0, d1) < 1:
        raise ValueError('sizes')
    if mode == 'forward':
        return math.sqrt(2 / d0)
    elif mode == 'backward':
        return math.sqrt(2 / d1)
    elif mode == 'compromise':
        return math.sqrt(4 / (d0 + d1))
    raise ValueError('mode')


# In[9]:

def glorot_std(fan_in, fan_out, gain=1.0):
    if min(fan_in, fan_out) < 1 or gain <= 0:
        raise ValueError('positive')
    return gain * math.sqrt(2 / (fan_in + fan_out))

def glorot_bound(fan_in, fan_out, gain=1.0):
    # normal: std, uniform: bound, same number
    return glorot_std(fan_in, fan_out, gain)


# In[12]:

def glorot_normal(shape, gain=1.0, generator=None):
    return torch.empty(shape).normal_(0, glorot_std(*fans(shape), gain), generator=generator)

def glorot_uniform(shape, gain=1.0, generator=None):
    b = glorot_bound(*fans(shape), gain)
    return torch.empty(shape).uniform_(-b, b, generator=generator)


# In[14]:

def propagate(weights, x, grad):
    hs = [x]
    for W in weights:
        hs.append(torch.relu(hs[-1] @ W.T))
    ds = [grad]
    for W, h in zip(weights[::-1], hs[::-1]):
        ds.append((ds[-1] * (h > 0)) @ W)
    return {'forward': [h.std().item() for h in hs], 'backward': [d.std().item() for d in ds]}


# In[ ]:




