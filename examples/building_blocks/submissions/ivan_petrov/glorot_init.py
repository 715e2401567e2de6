"""How large should the first weights be? Signals that neither die out nor explode.

A weight has shape (out, in), and y = x @ W.T; a convolution's has shape (out, in/groups,
*kernel). Scale means standard deviation, or the root of the mean square where the mean is not 0.

Keep the names, arguments and return types; helpers of your own are welcome. torch's own
`nn.init` may be used where it does exactly what is asked for.
"""

import torch
from torch import Tensor


def fans(shape: list[int], groups: int = 1) -> tuple[int, int]:
    """Return (fan_in, fan_out): how many inputs one unit reads, how many units read one input.

    shape: (out, in) for a linear layer, (out, in/groups, *kernel) for a convolution: both fans
    count a convolution's kernel positions, and with groups an input channel is read by
    out/groups output channels only. (torch's own count does not know of groups; this one must.)

    Raises ValueError if there are fewer than two axes, an axis is shorter than 1, groups is less
    than 1, or the groups do not divide the outputs.

    >>> fans([100, 784])
    (784, 100)
    >>> fans([32, 16, 3, 3])
    (144, 288)
    >>> fans([32, 4, 3, 3], groups=4)
    (36, 72)
    """
    raise NotImplementedError


def signal_scale(d0: int, d1: int, s: float) -> dict[str, float]:
    """Return {"z": …, "h": …, "dx": …}, the expected root mean squares around one ReLU layer.

    z = C x and h = relu(z), with C of shape (d1, d0). The entries of C are independent, lie
    evenly around 0 and have standard deviation s. All |x_i| = 1. dx stands for dl/dx, where all
    |dl/dh_j| = 1 and their signs are independent of C.

    >>> scale = signal_scale(50, 32, 0.5)
    >>> round(scale["z"], 6), scale["h"], scale["dx"]
    (3.535534, 2.5, 2.0)
    """
    raise NotImplementedError


def relu_std(d0: int, d1: int, mode: str) -> float:
    """Return the standard deviation that keeps the scale through a ReLU layer from d0 to d1 units.

    mode "forward": the root mean square of h, as in `signal_scale`, is 1. "backward": that of
    dl/dx is 1. "compromise": the variance is 4/(d0 + d1), so both are near 1 if d0 is near d1.

    Raises ValueError for another mode, or if d0 or d1 is less than 1.

    >>> round(relu_std(784, 100, "forward"), 6)
    0.050508
    >>> round(relu_std(784, 100, "backward"), 6)
    0.141421
    >>> round(relu_std(784, 100, "compromise"), 6)
    0.067267
    """
    raise NotImplementedError


def glorot_std(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """Return the standard deviation of Glorot & Bengio (2010), times the gain.

    The paper's variance is 2/(fan_in + fan_out). The gain multiplies the standard deviation; with
    gain √2 it is the "compromise" of `relu_std`, which holds the ReLU's factor already.

    Raises ValueError if a fan is less than 1 or the gain is not positive.

    >>> round(glorot_std(784, 100), 6)
    0.047565
    >>> round(glorot_std(784, 100, gain=2.0), 6)
    0.09513
    """
    raise NotImplementedError


def glorot_bound(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """Return the a for which the uniform law on [-a, a] has the standard deviation `glorot_std`.

    Raises ValueError as `glorot_std` does.

    >>> round(glorot_bound(784, 100), 6)
    0.082385
    """
    raise NotImplementedError


def glorot_normal(
    shape: list[int], gain: float = 1.0, generator: torch.Generator | None = None
) -> Tensor:
    """Return weights of that shape, drawn independently from the normal law around 0.

    The standard deviation is `glorot_std` of the shape's fans (one group). Plain normal: not
    truncated, not adjusted afterwards. float32, contiguous, without gradient, no nn.Parameter.

    generator: where all randomness comes from, so the same state gives the same weights, and the
    next call gives others; torch's own generator is then left as it is. None means torch's own.

    >>> weights = glorot_normal([100, 784])
    >>> tuple(weights.shape), weights.dtype
    ((100, 784), torch.float32)
    """
    raise NotImplementedError


def glorot_uniform(
    shape: list[int], gain: float = 1.0, generator: torch.Generator | None = None
) -> Tensor:
    """Return weights of that shape, drawn independently from the uniform law on [-a, a].

    a is `glorot_bound` of the shape's fans. All else is as in `glorot_normal`.

    >>> bool((glorot_uniform([100, 784]).abs() <= glorot_bound(784, 100)).all())
    True
    """
    raise NotImplementedError


def propagate(weights: list[Tensor], x: Tensor, grad: Tensor) -> dict[str, list[float]]:
    """Return the scales of all signals and gradients in a net with a ReLU after every layer.

    weights: W_1 … W_L, W_k of shape (d_k, d_(k-1)). x: (B, d_0). grad: (B, d_L), the gradient
    dl/dh^L. h^0 = x and h^k = relu(h^(k-1) @ W_k.T). Result: {"forward": [scale of h^0, …, h^L],
    "backward": [scale of dl/dh^L, …, dl/dh^0]}, a scale being the root of the mean square of all
    entries. Write the backward pass by hand.

    >>> W = torch.tensor([[1.0, 0.0], [0.0, -1.0]])
    >>> propagate([W], torch.tensor([[1.0, 7.0]]), torch.tensor([[6.0, 8.0]]))["forward"][0]
    5.0
    """
    raise NotImplementedError
