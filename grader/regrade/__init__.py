"""A class graded anew after something changed: who gains, who loses, by how much, and why."""

from grader.regrade.many import run
from grader.regrade.one import RERUNS, Change, Regraded, regrade
from grader.regrade.rows import Fate, Row, counted, needs_staff, row_of, rows_csv

__all__ = [
    "RERUNS",
    "Change",
    "Fate",
    "Regraded",
    "Row",
    "counted",
    "needs_staff",
    "regrade",
    "row_of",
    "rows_csv",
    "run",
]
