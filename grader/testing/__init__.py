"""What hidden tests may say: the verbs of this field, and the values that cross as recipes."""

from grader.testing.answer import AnswerKey, assert_answer
from grader.testing.close import assert_close, assert_equal, assert_rejects, check
from grader.testing.draw import draw, draw_heat_map, draw_sample
from grader.testing.drawn import assert_drawn_from
from grader.testing.equivariant import assert_equivariant
from grader.testing.gradient import assert_gradient, assert_own_gradient
from grader.testing.groups import (
    Element,
    Permutation,
    Reflection,
    Rotation90,
    Shift,
    Unchanged,
    invariant,
)
from grader.testing.laws import Normal, Uniform
from grader.testing.learns import assert_learns
from grader.testing.places import Blocks, Time
from grader.testing.seeded import assert_seeded
from grader.testing.shapes import assert_count, assert_shape
from grader.testing.trace import assert_trace, judge_trace
from grader.wire import GeneratorSeed

generator = GeneratorSeed  # reads as what arrives: `student.f(generator=generator(1))`

__all__ = [
    "AnswerKey",
    "Blocks",
    "Element",
    "Normal",
    "Permutation",
    "Reflection",
    "Rotation90",
    "Shift",
    "Time",
    "Unchanged",
    "Uniform",
    "assert_answer",
    "assert_close",
    "assert_count",
    "assert_drawn_from",
    "assert_equal",
    "assert_equivariant",
    "assert_gradient",
    "assert_learns",
    "assert_own_gradient",
    "assert_rejects",
    "assert_seeded",
    "assert_shape",
    "assert_trace",
    "check",
    "draw",
    "draw_heat_map",
    "draw_sample",
    "generator",
    "invariant",
    "judge_trace",
]
