"""Hidden tests of lstm_gradients.

The b_* tests give the judge's own trace to one backward step and follow through: a term is right
if it is what the right formula makes of the student's own terms above it. So one mistake is paid
for once there, and again only in end_to_end and bptt, which ask for the whole.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from grader.errors import StudentError
from grader.testing import (
    Blocks,
    Time,
    assert_close,
    assert_rejects,
    assert_trace,
    check,
    draw,
    draw_heat_map,
)
from grader.testing.trace import judge_trace

# The cell, one rule per term: what it is made of, of values k that are given and terms d that
# were computed before it. They are the judge's own values, and in assert_trace's follow-through
# d holds the student's. Asking `reference` instead would cost twice the way over the wire.
Rules = dict[str, Callable[[Mapping[str, Tensor], Mapping[str, Tensor]], Tensor]]
FORWARD: Rules = {
    "a": lambda k, d: k["x"] @ k["W_x"].T + k["h_prev"] @ k["W_h"].T + k["b"],
    "a_f": lambda k, d: d["a"].chunk(4, dim=1)[0],
    "a_i": lambda k, d: d["a"].chunk(4, dim=1)[1],
    "a_g": lambda k, d: d["a"].chunk(4, dim=1)[2],
    "a_o": lambda k, d: d["a"].chunk(4, dim=1)[3],
    "f": lambda k, d: d["a_f"].sigmoid(),
    "i": lambda k, d: d["a_i"].sigmoid(),
    "g": lambda k, d: d["a_g"].tanh(),
    "o": lambda k, d: d["a_o"].sigmoid(),
    "c": lambda k, d: d["f"] * k["c_prev"] + d["i"] * d["g"],
    "tanh_c": lambda k, d: d["c"].tanh(),
    "h": lambda k, d: d["o"] * d["tanh_c"],
}
BACKWARD: Rules = {
    "dc": lambda k, d: k["dc_next"] + k["dh"] * k["o"] * (1 - k["tanh_c"] ** 2),
    "do": lambda k, d: k["dh"] * k["tanh_c"],
    "df": lambda k, d: d["dc"] * k["c_prev"],
    "di": lambda k, d: d["dc"] * k["g"],
    "dg": lambda k, d: d["dc"] * k["i"],
    "dc_prev": lambda k, d: d["dc"] * k["f"],
    "da_f": lambda k, d: d["df"] * k["f"] * (1 - k["f"]),
    "da_i": lambda k, d: d["di"] * k["i"] * (1 - k["i"]),
    "da_g": lambda k, d: d["dg"] * (1 - k["g"] ** 2),
    "da_o": lambda k, d: d["do"] * k["o"] * (1 - k["o"]),
    "da": lambda k, d: torch.cat([d["da_f"], d["da_i"], d["da_g"], d["da_o"]], dim=1),
    "db": lambda k, d: d["da"].sum(0),
    "dW_x": lambda k, d: d["da"].T @ k["x"],
    "dW_h": lambda k, d: d["da"].T @ k["h_prev"],
    "dx": lambda k, d: d["da"] @ k["W_x"],
    "dh_prev": lambda k, d: d["da"] @ k["W_h"],
}
TERMS = tuple(BACKWARD)
SEQUENCE_TERMS = ("dc_prevs", "dh_prevs", "dxs", "dc0", "dh0", "dW_x", "dW_h", "db")
INPUTS = ("x", "h_prev", "c_prev", "W_x", "W_h", "b")
COMPUTED = tuple(term for term in FORWARD if term != "a")
STACKED = (*INPUTS, *COMPUTED)
STATES = ("dh", "dc_next", "x", "h_prev", "c_prev", *COMPUTED)

# What the axes are: by term of one step, and of a sequence.
GATES = Blocks("gate", "figo")
STATE = ("batch", "unit")
AXES = {
    **dict.fromkeys([*FORWARD, *BACKWARD], STATE),
    "a": ("batch", GATES),
    "da": ("batch", GATES),
    "db": (GATES,),
    "dW_x": (GATES, "input"),
    "dW_h": (GATES, "unit"),
    "dx": ("batch", "input"),
}
SEQUENCE_AXES = {
    **dict.fromkeys(["dc_prevs", "dh_prevs"], (Time(backward=True), *STATE)),
    "dxs": (Time(backward=True), "batch", "input"),
    **dict.fromkeys(["dc0", "dh0"], STATE),
    **{term: AXES[term] for term in ("dW_x", "dW_h", "db")},
}

A = "Pre-activations: W_x x + W_h h_prev + b, cut into four in the order f, i, g, o."
SIGMOID = "The derivative of σ is a product: f · (1 - f), and so for i and o."
PARTNER = "The derivative of a product by one factor is the other factor."
SUM = "One b, W_x and W_h serve the whole batch: sum; the upstream already holds any 1/B."
CARRY = (
    "Start at the last step. Step t gets what comes from outside and what step t + 1 handed "
    "back, for h and for c."
)
SHARED = "Every step uses the same weights: add the steps."
HINTS = {
    "a_f": A,
    "a_i": A,
    "a_g": A,
    "a_o": A,
    "f": "f = σ(a_f).",
    "i": "The cell has its own input gate: i = σ(a_i).",
    "g": "The candidate is a tanh, not a gate: g = tanh(a_g).",
    "o": "o = σ(a_o).",
    "c": "c = f · c_prev + i · g: four different things.",
    "tanh_c": "tanh of the new cell state.",
    "h": "The output gate opens on tanh(c).",
    "dc": "c reaches the loss through h = o · tanh(c) and through the next step: two summands; "
    "the first keeps its o.",
    "do": "h = o · tanh(c): what multiplies o?",
    "df": "f multiplies the previous cell state.",
    "di": PARTNER,
    "dg": PARTNER,
    "dc_prev": "c = f · c_prev + …: what multiplies c_prev?",
    "da_f": SIGMOID,
    "da_i": SIGMOID,
    "da_o": SIGMOID,
    "da_g": "The derivative of tanh is 1 - g²; g is already tanh(a_g).",
    "da": "The four side by side, (B, 4H), in the order f, i, g, o.",
    "db": SUM,
    "dW_x": f"a = W_x x + …: dW_x pairs da with x. {SUM}",
    "dW_h": f"W_h multiplies the previous state, not the new one. {SUM}",
    "dx": "x feeds all four gates, through W_x.",
    "dh_prev": "h_prev feeds all four gates, through W_h.",
}
SEQUENCE_HINTS = {
    "dc_prevs": CARRY,
    "dh_prevs": CARRY,
    "dc0": CARRY,
    "dh0": CARRY,
    "dW_x": SHARED,
    "dW_h": SHARED,
    "db": SHARED,
    "dxs": "dxs[t] is the dx of step t.",
}


@pytest.mark.weight(2)
def test_forward(student, rng):
    """One step gives the new cell state c and the output h."""
    inputs = cell(rng, batch=3, features=5, hidden=2)
    got = student.lstm_cell_forward(*inputs.values())
    assert_trace(got, computed(FORWARD, inputs), terms=("c", "h"), hints=HINTS, axes=AXES)


@pytest.mark.weight(1)
def test_trace_fwd(student, rng):
    """The trace of a step holds the pre-activations, the gates and tanh(c)."""
    inputs = cell(rng, batch=2, features=4, hidden=3)
    got = student.lstm_cell_forward(*inputs.values())
    assert_trace(
        got,
        computed(FORWARD, inputs),
        terms=("a_f", "a_i", "a_g", "a_o", "f", "i", "g", "o", "tanh_c"),
        follow=following(FORWARD, inputs),
        hints=HINTS,
        axes=AXES,
    )


@pytest.mark.weight(2)
def test_b_out(student, rng):
    """The loss reaches c by two paths and o by one."""
    assert_backward(student, rng, ("dc", "do"), parents=())


@pytest.mark.weight(2)
def test_b_gates_c(student, rng):
    """The input gate and the candidate get their gradients from dc."""
    assert_backward(student, rng, ("di", "dg"), parents=("dc",))


@pytest.mark.weight(2)
def test_b_gates_f(student, rng):
    """The forget gate and the previous cell state get their gradients from dc."""
    assert_backward(student, rng, ("df", "dc_prev"), parents=("dc",))


@pytest.mark.weight(3)
def test_b_acts(student, rng):
    """Each gate's gradient goes back through its own nonlinearity, then all four are stacked."""
    terms = ("da_f", "da_i", "da_g", "da_o", "da")
    assert_backward(student, rng, terms, parents=("df", "di", "dg", "do"))


@pytest.mark.weight(2)
def test_b_params(student, rng):
    """The gradients of b, W_x and W_h are sums over the batch."""
    assert_backward(student, rng, ("db", "dW_x", "dW_h"), parents=("da",))


@pytest.mark.weight(2)
def test_b_inputs(student, rng):
    """The gradient goes back to x and to the previous output."""
    assert_backward(student, rng, ("dx", "dh_prev"), parents=("da",))


@pytest.mark.weight(1)
def test_zero_upstream(student, rng):
    """With nothing coming from above, or nothing from the next step, the other path is left."""
    known = step(rng)
    known["dh"][0] = 0
    known["dc_next"][1] = 0
    assert_step(student, known, ("dc", "do", "dc_prev", "dh_prev"), parents=("da",))


@pytest.mark.weight(4)
def test_end_to_end(student, rng):
    """Your backward step on your own forward step gives the gradients, for any batch."""
    problems = [
        cell(rng, batch, features, hidden) | arriving(rng, batch, hidden)
        for batch, features, hidden in ((1, 3, 2), (4, 2, 3), (3, 4, 4))
    ]
    got = student.given.forward_then_backward(problems)
    want = [computed(BACKWARD, problem | trace_of(problem)) for problem in problems]
    batches = ("B = 1", "B = 4", "B = 3")
    assert_trace(
        joined(got, batches),
        joined(want, batches),
        terms=list(joined([dict.fromkeys(TERMS)] * 3, batches)),
        hints=joined([HINTS] * 3, batches),
        axes=joined([AXES] * 3, batches),
    )


@pytest.mark.weight(1)
def test_pure(student, rng):
    """No function changes its arguments."""
    inputs = sequence(rng, steps=2, batch=2, features=3, hidden=4)
    dhs, dc_last = normal(rng, 2, 2, 4), normal(rng, 2, 4)
    stacked = stacked_traces(inputs)
    got = student.given.changed_inputs(dhs, dc_last, stacked)
    first = {name: value[0] for name, value in stacked.items()}
    want = computed(BACKWARD, first | {"dh": dhs[0], "dc_next": dc_last})
    verdicts = judge_trace(got["gradients"], want, terms=TERMS)
    # A function that does nothing changes nothing: some of its answer must be right.
    check("right" in verdicts.values(), "no term of `lstm_cell_backward` is right yet")
    check(
        not got["changed"],
        f"changed in place: {', '.join(got['changed'])[:300]}",
        hint="`+=` and `x[...] =` write into the caller's tensor; make a new one.",
    )


@pytest.mark.weight(1)
def test_seq_forward(student, rng):
    """A sequence is the cell, step by step, with a whole trace kept for each."""
    inputs = sequence(rng, steps=3, batch=2, features=3, hidden=4)
    got = student.given.forward_through_time(*inputs.values())
    stacked = stacked_traces(inputs)
    # First, and for no credit: what a trace only passes on is no work, and backward needs it.
    passed_on = judge_trace(got, stacked, terms=("x", "W_x", "W_h", "b"))
    check("wrong" not in passed_on.values(), "a trace also holds its step's x, W_x, W_h and b")
    want = {"hs": stacked["h"], "cs": stacked["c"], **stacked}
    terms = ("h_prev", "c_prev", *COMPUTED, "hs", "cs")
    hint = "h and c of a step are h_prev and c_prev of the next."
    hints = HINTS | dict.fromkeys(terms[:2], hint)
    assert_trace(got, want, terms=terms, axes=(Time(), *STATE), hints=hints)


@pytest.mark.weight(4)
def test_bptt(student, reference, rng):
    """Back through one, two and six steps: carries for h and c, weights summed over time."""
    lengths = (1, 2, 6)
    inputs = sequence(rng, steps=6, batch=2, features=3, hidden=4)
    stacked = stacked_traces(inputs)
    problem = (normal(rng, 6, 2, 4), normal(rng, 2, 4), stacked, list(lengths))
    got = student.given.backward_through_time(*problem)
    want = reference.given.backward_through_time(*problem)
    labels = ("T = 1", "T = 2", "T = 6")
    trace = got[-1] if got else {}
    draw_norms(trace, (6, 2, 4))
    draw_gates(student, trace, problem)
    assert_trace(
        joined(got, labels),
        joined(want, labels),
        terms=list(joined([dict.fromkeys(SEQUENCE_TERMS)] * 3, labels)),
        hints=joined([SEQUENCE_HINTS] * 3, labels),
        axes=joined([SEQUENCE_AXES] * 3, labels),
    )


def draw_norms(trace: Mapping[str, Tensor], shape: Sequence[int]) -> None:
    """Draw how much of each gradient reaches which step, of a trace that may hold anything."""
    norms = {
        f"what is handed back to {state}": trace[term].flatten(1).norm(dim=1).tolist()
        for state, term in (("h", "dh_prevs"), ("c", "dc_prevs"))
        if is_like(trace.get(term), torch.empty(shape))
    }
    if norms:
        draw(
            "Your gradients on their way back, T = 6",
            range(shape[0]),
            norms,
            x_label="step t",
            y_label="length of the gradient",
        )


def draw_gates(student, trace: Mapping[str, Tensor], problem) -> None:
    """Draw what each gate gets at which step, by the student's own step and what it handed back.

    All steps cross in one call, as one batch. Whoever's step cannot answer has no picture; the
    points for it are other tests' business.
    """
    dhs, dc_last, stacked, _ = problem
    if not all(is_like(trace.get(term), dhs) for term in ("dh_prevs", "dc_prevs")):
        return
    upstream = {
        "dh": dhs + torch.cat([trace["dh_prevs"][1:], torch.zeros_like(dhs[:1])]),
        "dc_next": torch.cat([trace["dc_prevs"][1:], dc_last[None]]),
    }
    known = {name: value.flatten(0, 1) for name, value in (stacked | upstream).items()}
    names = [name for name in STATES if name != "x"]
    beside = {"x": known["x"]} | {name: stacked[name][0] for name in ("W_x", "W_h", "b")}
    try:
        terms = ["da_f", "da_i", "da_g", "da_o"]
        states = torch.stack([known[name] for name in names])
        found = student.given.backward_step(names, states, beside, terms)
    except StudentError:
        return
    if all(is_like(found.get(term), states[0]) for term in terms):
        norms = {
            {"f": "forget", "i": "input", "g": "candidate", "o": "output"}[term[-1]]: (
                found[term].unflatten(0, dhs.shape[:2]).flatten(1).norm(dim=1).tolist()
            )
            for term in terms
        }
        draw_heat_map(
            "Your gradients by gate and step, T = 6",
            range(len(dhs)),
            norms,
            x_label="step t",
            y_label="length of the gradient at a gate's pre-activation",
        )


def is_like(found: object, right: Tensor) -> bool:
    """Return whether it is a tensor of real numbers of that shape."""
    return isinstance(found, Tensor) and found.shape == right.shape and found.is_floating_point()


@pytest.mark.weight(1)
def test_cell_path(student, rng):
    """Where h is not fed back, dc comes through the forget gates alone: dc_0 = dc_T · ∏ f_t."""
    inputs = sequence(rng, steps=4, batch=2, features=3, hidden=4)
    inputs["W_h"].zero_()
    stacked = stacked_traces(inputs)
    dc_last = normal(rng, 2, 4)
    got = student.given.backward_through_time(torch.zeros_like(stacked["h"]), dc_last, stacked, [4])
    want = {"dc0": dc_last * stacked["f"].prod(0)}
    hint = "The cell state is the long path: each step hands dc · f to the one before it."
    trace = got[0] if got else {}
    assert_trace(trace, want, terms=("dc0",), hints={"dc0": hint}, axes=SEQUENCE_AXES)


@pytest.mark.weight(2)
def test_rnn(student, reference, rng):
    """Back through a plain RNN."""
    W_x, W_h, b = 0.5 * normal(rng, 4, 3), 0.5 * normal(rng, 4, 4), normal(rng, 4)
    xs, dhs, h0 = normal(rng, 5, 2, 3), normal(rng, 5, 2, 4), normal(rng, 2, 4).tanh()
    hs, h = [], h0
    for x in xs:
        h = torch.tanh(x @ W_x.T + h @ W_h.T + b)
        hs.append(h)
    problem = (dhs, torch.stack(hs), h0, xs, W_x, W_h)
    got, want = student.rnn_backward(*problem), reference.rnn_backward(*problem)
    assert_trace(
        got,
        want,
        terms=("dh_prevs", "dW_x", "dW_h", "db"),
        axes={"dh_prevs": (Time(backward=True), *STATE)},
        hints={
            "dh_prevs": "h_t gets dhs[t] and what step t + 1 hands back; then 1 - h_t², then W_h.",
            "dW_x": SHARED,
            "dW_h": f"W_h multiplies h_{{t-1}}, at the first step h0. {SHARED}",
            "db": SHARED,
        },
    )


@pytest.mark.weight(1)
def test_decay(student, both, rng):
    """The decay is the slope of the logarithms, over all the steps."""
    for steps in (7, 2):
        norms = np.exp(-0.3 * np.arange(steps) + 0.4 * rng.standard_normal(steps)).tolist()
        got, want = both.decay_per_step(norms)
        assert_close(got, want, hint="Fit a line to the logs of all norms; exp of its slope.")
    assert_rejects(student.decay_per_step, [0.7], hint="One norm has no slope.")
    assert_rejects(student.decay_per_step, [0.5, 0.0, 0.25], hint="Zero has no logarithm.")


@pytest.mark.weight(1)
def test_forget(both):
    """The forget bias halves the cell in the steps asked for."""
    for memory_steps in (0.4, 30.0):
        got, want = both.forget_bias_for(memory_steps)
        assert_close(got, want, hint="Solve σ(b_f)^memory_steps = 1/2 for σ(b_f), then invert σ.")


def assert_backward(student, rng, terms: tuple[str, ...], *, parents: tuple[str, ...]) -> None:
    """Check the terms of one backward step; parents: the student's terms they are built on."""
    assert_step(student, step(rng), terms, parents)


def assert_step(
    student, known: Mapping[str, Tensor], terms: tuple[str, ...], parents: tuple[str, ...]
) -> None:
    """Check the terms of one backward step on the judge's trace, following through."""
    states = torch.stack([known[name] for name in STATES])
    weights = {name: known[name] for name in ("W_x", "W_h", "b")}
    got = student.given.backward_step(list(STATES), states, weights, [*parents, *terms])
    want = computed(BACKWARD, known)
    follow = following(BACKWARD, known)
    assert_trace(got, want, terms=terms, follow=follow, hints=HINTS, axes=AXES)


def step(rng) -> dict[str, Tensor]:
    """Return a right trace and what arrives; D = H, so that no shape gives a swap away."""
    return trace_of(cell(rng, batch=3, features=4, hidden=4)) | arriving(rng, batch=3, hidden=4)


def computed(rules: Rules, known: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return every term, computed by its rule from the known values and the terms before it."""
    terms: dict[str, Tensor] = {}
    for term, rule in rules.items():
        terms[term] = rule(known, terms)
    return terms


def following(rules: Rules, known: Mapping[str, Tensor]) -> Callable[..., Tensor]:
    """Return what the right rule makes of a student's own terms, for assert_trace."""
    return lambda term, parents: rules[term](known, parents)


def trace_of(inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the right trace of one step, its inputs included."""
    known = {**inputs, **computed(FORWARD, inputs)}
    return {name: known[name] for name in STACKED}


def cell(rng, batch: int, features: int, hidden: int) -> dict[str, Tensor]:
    """Return the inputs of one step; weights small enough to keep the gates half open."""
    return {
        "x": normal(rng, batch, features),
        "h_prev": normal(rng, batch, hidden),
        "c_prev": normal(rng, batch, hidden),
        **weights(rng, features, hidden),
    }


def sequence(rng, steps: int, batch: int, features: int, hidden: int) -> dict[str, Tensor]:
    """Return the inputs of a sequence."""
    return {
        "xs": normal(rng, steps, batch, features),
        "h0": normal(rng, batch, hidden),
        "c0": normal(rng, batch, hidden),
        **weights(rng, features, hidden),
    }


def weights(rng, features: int, hidden: int) -> dict[str, Tensor]:
    return {
        "W_x": 0.5 * normal(rng, 4 * hidden, features),
        "W_h": 0.5 * normal(rng, 4 * hidden, hidden),
        "b": 0.5 * normal(rng, 4 * hidden),
    }


def arriving(rng, batch: int, hidden: int) -> dict[str, Tensor]:
    return {"dh": normal(rng, batch, hidden), "dc_next": normal(rng, batch, hidden)}


def normal(rng, *shape: int) -> Tensor:
    return torch.from_numpy(rng.standard_normal(shape))


def stacked_traces(inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the right traces of a sequence's steps, each term stacked over time."""
    shared = {name: inputs[name] for name in ("W_x", "W_h", "b")}
    h, c = inputs["h0"], inputs["c0"]
    traces = []
    for x in inputs["xs"]:
        traces.append(trace_of({"x": x, "h_prev": h, "c_prev": c, **shared}))
        h, c = traces[-1]["h"], traces[-1]["c"]
    return {name: torch.stack([trace[name] for trace in traces]) for name in STACKED}


def joined(parts: Sequence[Mapping], labels: Sequence[str]) -> dict:
    """Return one mapping of several, each name with its part's label: "db (B = 1)"."""
    return {
        f"{name} ({label})": value
        for part, label in zip(parts, labels, strict=False)
        for name, value in part.items()
    }
