"""Read: errors made inside the harness, whose texts and frames could carry what is hidden.

Goal: the feedback shows hidden inputs or the judge's own lines.
Promise: S19
Verdict: raised
"""

import sys


class Telling(Exception):
    def __str__(self):
        frame, text = sys._getframe(), ""
        while frame is not None:
            text += f"{frame.f_code.co_filename}:{frame.f_lineno} {list(frame.f_locals)}\n"
            frame = frame.f_back
        return text


def total(n):
    raise Telling


def blend(x, share):
    raise ExceptionGroup("many", [Telling(str(x)), ValueError(share)]) from Telling()
