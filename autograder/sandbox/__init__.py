"""Runs a trusted routine beside a stranger's code, where that code can harm nobody."""

from autograder.inside.limits import Limits
from autograder.sandbox.bubblewrap import SandboxError
from autograder.sandbox.ending import Ended, Ending
from autograder.sandbox.job import Job
from autograder.sandbox.kind import BARE, LIGHT, MODEL, TENSORFLOW, Kind
from autograder.sandbox.machine import Problem, available
from autograder.sandbox.unsandboxed import Unsandboxed
from autograder.sandbox.zygote import Zygote

__all__ = [
    "BARE",
    "LIGHT",
    "MODEL",
    "TENSORFLOW",
    "Ended",
    "Ending",
    "Job",
    "Kind",
    "Limits",
    "Problem",
    "SandboxError",
    "Unsandboxed",
    "Zygote",
    "available",
]
