"""Honest: warnings, logging with a configuration, and tracebacks printed."""

import logging
import sys
import traceback
import warnings

logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
log = logging.getLogger(__name__)


def total(n):
    warnings.warn("squares ahead", DeprecationWarning, stacklevel=1)
    log.warning("adding %d squares", n)
    try:
        1 / 0
    except ZeroDivisionError:
        traceback.print_exc()
        log.exception("as expected")
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return share * x + (1 - share) * x.mean()
