"""Which processors a job may use: as few as it needs, and those where the fewest other jobs are.

Without this, a job that makes a hundred busy processes would take a hundred shares of all processors, and an honest job
beside it would run out of time.
"""

from __future__ import annotations

import contextlib
import os
import random
import threading
from collections import Counter
from collections.abc import Iterator

_lock = threading.Lock()
_jobs_on: Counter[int] = Counter()  # over all zygotes of this process


@contextlib.contextmanager
def lease(count: int) -> Iterator[tuple[int, ...]]:
    """Give the numbers of `count` processors for one job; all of them, where there are not so many."""
    with _lock:
        # Ties are broken at random, so that two grading processes on one machine do not meet on the same processors.
        allowed = sorted(os.sched_getaffinity(0), key=lambda one: (_jobs_on[one], random.random()))
        chosen = tuple(sorted(allowed[:count]))
        _jobs_on.update(chosen)
    try:
        yield chosen
    finally:
        with _lock:
            _jobs_on.subtract(chosen)
