import torch as t
TABLE={r:dict(zip("inputs interactions invariance bias".split(),c.split(";")))for r,c in{"fully_connected":"units;dense;no;weak","convolutional":"pixels;local;shift;locality","recurrent":"steps;in sequence;time;order"}.items()}
ridge_statements=lambda:"linear squared gaussian_noise small gaussian_prior".split()
q=lambda a,b:((a-b).norm()/b.norm()).item()
equivariance_error=lambda layer,x,shift:q(layer(x.roll(shift,-1)),layer(x).roll(shift,-1))
invariance_error=lambda layer,x,shift:q(layer(x.roll(shift,-1)),layer(x))
permutation_error=lambda layer,x,perm:q(layer(x[:,perm]),layer(x)[:,perm])
receptive_field=lambda layer,length,position:t.autograd.functional.jacobian(lambda v:layer(v)[0,:,position],t.rand(1,1,length).double()).flatten(0,-2).any(0).nonzero().flatten().tolist()
delay_error=lambda rnn,x,k:q(rnn(t.cat([0*x[:1]]*k+[x]))[k:],rnn(x))
