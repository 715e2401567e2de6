"""Exhaust: numbers of thousands of millions of digits, and their texts.

Goal: one operation that no signal interrupts.
Promise: S5
Verdict: timed_out, out_of_memory
"""

import sys

sys.set_int_max_str_digits(0)
print(len(str(7 ** (10**8))))
x = 10**10**9
