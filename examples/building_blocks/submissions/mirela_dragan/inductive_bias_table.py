#!/usr/bin/env python
# coding: utf-8

# # Homework: table

# In[1]:

import torch


# In[2]:

TABLE = {
    'fully_connected': {'inputs': 'units', 'interactions': 'all-to-all', 'invariance': 'none', 'bias': 'weak'},
    'convolutional': {'inputs': 'pixels', 'interactions': 'local', 'invariance': 'translation', 'bias': 'locality'},
    'recurrent': {'inputs': 'time steps', 'interactions': 'sequential', 'invariance': 'time translation', 'bias': 'sequentiality'},
}


# In[3]:

def ridge_statements():
    return ['linear', 'squared', 'gaussian_noise', 'gaussian_prior', 'small']


# In[7]:

def equivariance_error(layer, x, shift):
    y = layer(x)
    return ((layer(x.roll(shift, -1)) - y).norm() / y.norm()).item()

def invariance_error(layer, x, shift):
    y = layer(x)
    return ((layer(x.roll(shift, -1)) - y).norm() / y.norm()).item()

def permutation_error(layer, x, perm):
    y = layer(x)[:, perm]
    return ((layer(x[:, perm]) - y).norm() / y.norm()).item()


# In[13]:

def receptive_field(layer, length, position):
    x = torch.randn(1, 1, length, dtype=torch.float64, requires_grad=True)
    out = layer(x)[0, :, position]
    hit = torch.zeros(length)
    for o in out:
        hit += torch.autograd.grad(o, x, retain_graph=True)[0].flatten().abs()
    return [j for j, v in enumerate(hit.tolist()) if v > 0]


# In[15]:

def delay_error(rnn, x, k):
    y = rnn(x)
    z = rnn(torch.cat([torch.zeros(k, *x.shape[1:], dtype=x.dtype), x]))[k:]
    return ((z - y).norm() / y.norm()).item()


# In[ ]:




