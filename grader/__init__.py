"""An autograder for deep-learning homework: a trusted judge, a walled cell, a wire for data."""

__version__ = "0.1.0"
