"""What hidden tests may say: the verbs of this field, and the values that cross as recipes."""

from grader.testing.answer import AnswerKey, assert_answer
from grader.testing.close import assert_close, assert_equal, assert_rejects, check
from grader.testing.drawn import assert_drawn_from
from grader.testing.laws import Normal, Uniform
from grader.testing.trace import assert_trace, judge_trace
from grader.wire import GeneratorSeed

generator = GeneratorSeed  # reads as what arrives: `student.f(generator=generator(1))`

__all__ = [
    "AnswerKey",
    "Normal",
    "Uniform",
    "assert_answer",
    "assert_close",
    "assert_drawn_from",
    "assert_equal",
    "assert_rejects",
    "assert_trace",
    "check",
    "generator",
    "judge_trace",
]
