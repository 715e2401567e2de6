"""What hidden tests may say: the verbs of this field, and the values that cross as recipes."""

from grader.testing.close import assert_close, assert_equal, assert_rejects, check
from grader.wire import GeneratorSeed as generator

__all__ = ["assert_close", "assert_equal", "assert_rejects", "check", "generator"]
