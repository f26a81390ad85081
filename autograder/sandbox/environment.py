"""Everything that is in the environment of a job."""

from __future__ import annotations

import sys

JOB = "/job"
_TMP = "/tmp"  # noqa: S108 (each job has one of its own)


def settings(threads: int) -> dict[str, str]:
    """Return what numerical libraries are told, in the sandbox or out of it.

    Parameters
    ----------
    threads : int
        How many threads NumPy and TensorFlow compute with in one job: processors divided by jobs at a time. More
        would make the jobs wait for each other, and with one thread the sums come out the same in each run.
    """
    count = str(threads)
    return {
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        "KERAS_BACKEND": "tensorflow",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": count,
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
    }


def inside(course: str, threads: int) -> dict[str, str]:
    """Return the whole environment of the sandbox; nothing of the teacher's is in it."""
    return {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": JOB,
        "USER": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "dumb",
        "TMPDIR": _TMP,
        "PYTHONPATH": course,
        "XDG_CACHE_HOME": f"{_TMP}/cache",
        "MPLCONFIGDIR": f"{_TMP}/matplotlib",
        "IPYTHONDIR": f"{_TMP}/ipython",
        "KERAS_HOME": f"{_TMP}/keras",
        **settings(threads),
    }
