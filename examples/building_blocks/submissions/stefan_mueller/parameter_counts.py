from math import prod
def die(x):raise ValueError(x)
mlp_parameters=lambda s,bias=0:sum((a+(1 if bias else 0))*b for a,b in zip(s,s[1:]))if len(s)>1 and min(s)>0 else die(s)
shallow_parameters=lambda hidden,bias=0:mlp_parameters([784,hidden,10],bias)
deep_parameters=lambda hidden1,hidden2,bias=0:mlp_parameters([784,hidden1,hidden2,10],bias)
def rec(l,g):
 d,h,k,n=l["in"],l["hidden"],1+l.get("bidirectional",0),0
 for _ in range(l.get("layers",1)):n,d=n+k*g*h*(d+h+l.get("bias_vectors",2)),k*h
 return n
N={
"linear":lambda l,b:l["out"]*(l["in"]+b),
"conv2d":lambda l,b:die(l)if l["in"]%l.get("groups",1)or l["out"]%l.get("groups",1)else l["out"]*(l["in"]//l.get("groups",1)*prod(l["kernel"])+b),
"embedding":lambda l,b:l["num"]*l["dim"],
"rnn":lambda l,b:rec(l,1),"gru":lambda l,b:rec(l,3),"lstm":lambda l,b:rec(l,4),
"layernorm":lambda l,b:l.get("affine",1)*(1+b)*prod(l["shape"]),
"batchnorm":lambda l,b:l.get("affine",1)*2*l["features"],
"attention":lambda l,b:die(l)if l["dim"]%l["heads"]else 4*l["dim"]*(l["dim"]+b),
"tied_lm":lambda l,b:l["num"]*(l["dim"]+l.get("bias",0)),
}
layer_parameters=lambda layer:{"trainable":N.get(layer["kind"],lambda*_:die(layer))(layer,layer.get("bias",1)),"buffers":(2*layer["features"]+1)*layer.get("track",1)if layer["kind"]=="batchnorm"else 0}
module_parameters=lambda module:{k:sum(p.numel()for p in ps if f(p))for k,ps,f in(("trainable",[*module.parameters()],lambda p:p.requires_grad),("frozen",[*module.parameters()],lambda p:not p.requires_grad),("buffers",[*module.buffers()],lambda p:1))}
def sharing(layer):
 k=layer["kind"];p,u=(layer["in"]*layer["out"],1)if k=="fully_connected"else(layer["kernel"],layer["length"]-layer["kernel"]+1)if k=="conv1d"else(layer["hidden"]*(layer["in"]+layer["hidden"]),layer["steps"])if k=="recurrent"else die(k)
 return{"parameters":p,"connections":p*u,"reuse":float(u)}if u>0 else die(k)
tie_gradients=lambda grads:grads.sum(0)
