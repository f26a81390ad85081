"""Keras, imported when it is first needed, without the start-up messages of TensorFlow.

TensorFlow's C++ half writes to file descriptor 2 before any setting of Python's can reach it. In a notebook those
lines are red and alarming; under plain nbgrader a single line on standard error in a check cell costs all its points.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import Any


def import_keras() -> Any:
    """Return the module `keras`; the first call of a process takes seconds.

    Nothing is hidden that is not for TensorFlow's own developers: where the import fails, all that was written to
    standard error meanwhile is written again. Where TF_CPP_MIN_LOG_LEVEL is set already, it is left as it is.
    """
    if "keras" not in sys.modules:
        # 3 leaves only what is fatal: on a machine without a graphics card, 2 still reports an error of CUDA.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        with _told_only_if_it_fails():
            import keras  # noqa: F401 - returned below, out of sys.modules
        logging.getLogger("tensorflow").addFilter(_is_no_retracing)
    return sys.modules["keras"]


def _is_no_retracing(record: logging.LogRecord) -> bool:
    """Return false for the warning that several models were traced: a lesson trains several, and means to."""
    return "triggered tf.function retracing" not in record.getMessage()


@contextlib.contextmanager
def _told_only_if_it_fails() -> Iterator[None]:
    """Keep file descriptor 2 in a file meanwhile; where an exception passes, write what came to standard error."""
    try:
        real = os.dup(2)
    except OSError:  # there is no standard error, so there is nothing to keep
        yield
        return
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(real, 2)
            kept.seek(0)
            os.write(2, kept.read())
            raise
        finally:
            os.dup2(real, 2)
            os.close(real)
