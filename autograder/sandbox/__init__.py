"""Runs a trusted routine beside a stranger's code, where that code can harm nobody."""

from autograder.inside.limits import Limits
from autograder.sandbox.ending import Ended, Ending
from autograder.sandbox.job import Job
from autograder.sandbox.kind import BARE, LIGHT, MODEL, TENSORFLOW, Kind
from autograder.sandbox.zygote import SandboxError, Zygote

__all__ = ["BARE", "LIGHT", "MODEL", "TENSORFLOW", "Ended", "Ending", "Job", "Kind", "Limits", "SandboxError", "Zygote"]
