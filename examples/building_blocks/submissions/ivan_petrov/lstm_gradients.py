"""Task lstm_gradients (32 points): an LSTM and its gradients, by hand.

Everything is float64. Letters: B examples in a batch, T steps, D features of x, H hidden units.
The rows of W_x (4H, D), W_h (4H, H) and b (4H,) belong to the gates f, i, g, o, **in this
order** (torch's own cells have i, f, g, o). A d in front of a name means the gradient of the
loss by it and has its shape: dW_x is (4H, D), like W_x.

No function changes its arguments.
"""

from typing import TypedDict

from torch import Tensor


class SequenceStates(TypedDict):
    """What `lstm_forward` returns: hs and cs (T, B, H), and a trace for each step."""

    hs: Tensor
    cs: Tensor
    traces: list[dict[str, Tensor]]


def lstm_cell_forward(
    x: Tensor, h_prev: Tensor, c_prev: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor
) -> dict[str, Tensor]:
    """Return the trace of one step: a_f a_i a_g a_o f i g o c tanh_c h, each (B, H).

    x (B, D); h_prev, c_prev (B, H).

        a = W_x x + W_h h_prev + b      cut into a_f, a_i, a_g, a_o
        f = σ(a_f)    i = σ(a_i)    g = tanh(a_g)    o = σ(a_o)
        c = f · c_prev + i · g
        h = o · tanh(c)

    Example: B = D = H = 1, all weights and x and h_prev 0, c_prev = [[2.]] gives
    f = i = o = [[0.5]], g = [[0.]], c = [[1.]], tanh_c = [[0.761594]], h = [[0.380797]].
    """
    raise NotImplementedError


def lstm_cell_backward(dh: Tensor, dc_next: Tensor, trace: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the gradients of one step, from the output back to the inputs.

    dh (B, H): the whole gradient of this step's h. dc_next (B, H): what the next step hands back
    to this step's c, and nothing of what comes through h. trace: all that `lstm_cell_forward`
    returned, and its inputs x, h_prev, c_prev, W_x, W_h, b.

    Result, in the order in which it is best computed:

        dc do                     (B, H)    dc is the whole gradient of c, by both its paths
        df di dg dc_prev          (B, H)
        da_f da_i da_g da_o       (B, H)
        da                        (B, 4H)   the four side by side, in the order f, i, g, o
        db dW_x dW_h              like b, W_x, W_h: sums over the batch
        dx dh_prev                (B, D), (B, H)

    Example: the trace of the example above with dh = [[1.]] and dc_next = [[0.]] gives
    dc = [[0.209987]], do = [[0.761594]], df = [[0.419974]], dc_prev = [[0.104994]],
    da_o = [[0.190399]].
    """
    raise NotImplementedError


def lstm_forward(
    xs: Tensor, h0: Tensor, c0: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor
) -> SequenceStates:
    """Return the states of a whole sequence: {"hs", "cs", "traces"}.

    xs (T, B, D); h0, c0 (B, H). hs, cs (T, B, H): the states after each step. traces: a list of
    T traces as `lstm_cell_backward` wants them, so each also holds the x, h_prev, c_prev, W_x,
    W_h, b of its step.
    """
    raise NotImplementedError


def lstm_backward(
    dhs: Tensor, dc_last: Tensor, traces: list[dict[str, Tensor]]
) -> dict[str, Tensor]:
    """Return the gradients of a whole sequence: backpropagation through time.

    dhs (T, B, H): dhs[t] is the gradient that h_t gets straight from the loss, without what comes
    back through step t + 1. dc_last (B, H): the gradient of the last step's c. traces: as
    `lstm_forward` returns them.

    Result:

        dh_prevs dc_prevs    (T, B, H)    at t: what step t hands back to h_{t-1} and c_{t-1},
                                          that is its dh_prev and dc_prev
        dh0 dc0              (B, H)       what the first step hands back
        dxs                  (T, B, D)
        dW_x dW_h db         like W_x, W_h, b: sums over the steps
    """
    raise NotImplementedError


def rnn_backward(
    dhs: Tensor, hs: Tensor, h0: Tensor, xs: Tensor, W_x: Tensor, W_h: Tensor
) -> dict[str, Tensor]:
    """Return the gradients of a plain RNN: {"dh_prevs", "dW_x", "dW_h", "db"}.

    h_t = tanh(W_x x_t + W_h h_{t-1} + b), with W_x (H, D), W_h (H, H), b (H,).
    hs (T, B, H): the states after each step; h0 (B, H) the one before; xs (T, B, D). dhs
    (T, B, H): dhs[t] is the gradient that h_t gets straight from the loss, without what comes
    back through step t + 1. dh_prevs (T, B, H): at t, what step t hands back to h_{t-1}.
    """
    raise NotImplementedError


def decay_per_step(norms: list[float]) -> float:
    """Return the factor by which a gradient shrinks (or grows) with each step back in time.

    norms[k] = |dL/dh_{T-k}|. The factor is exp of the slope of the least-squares line through
    the points (k, log norms[k]).

    Raises ValueError for fewer than two norms, and for one that is not positive.

    Example: decay_per_step([1.0, 0.5, 0.25]) == 0.5
    """
    raise NotImplementedError


def forget_bias_for(memory_steps: float) -> float:
    """Return the forget bias b_f with which half of the cell is left after so many steps.

    That is, σ(b_f)^memory_steps = 1/2, if nothing else opens or shuts the forget gate.
    memory_steps > 0, not only whole numbers.

    Example: forget_bias_for(1) == 0.0
    """
    raise NotImplementedError
