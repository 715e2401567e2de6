import torch


def orbit(x, group):
    if group == "shift":
        out = [x]
        for _ in range(x.shape[-1] - 1):
            x = torch.cat([x[..., -1:], x[..., :-1]], dim=-1)
            out.append(x)
        return torch.stack(out)
    elif group == "c4":
        if x.dim() < 2 or x.shape[-1] != x.shape[-2]:
            raise ValueError("not a square")
        return torch.stack([torch.rot90(x, k, (-2, -1)) for k in range(4)])
    else:
        raise ValueError("unknown group " + str(group))


def augment(X, y, group):
    Xs, ys = [], []
    for x, label in zip(X, y):
        o = orbit(x, group)
        Xs.append(o)
        ys.append(label.repeat(len(o)))
    return torch.cat(Xs), torch.cat(ys)


def canonicalise(x, group):
    """Largest entry first (for images: nearest to the upper left corner)."""
    o = orbit(x, group)
    where = [int(torch.argmax(member.flatten())) for member in o]
    return o[where.index(min(where))]


def abstract(x, group):
    """All products of two entries, averaged over the orbit. And of three, to be sure."""
    o = orbit(x, group).flatten(1)
    pairs = torch.einsum("gi,gj->ij", o, o) / len(o)
    triples = torch.einsum("gi,gj->ij", o ** 2, o) / len(o)
    return torch.stack([pairs, triples])
