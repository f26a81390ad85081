"""Instant feedback in the lesson: `check("l02_scale_pixels", scale_pixels)` judges an answer where it was written."""

from autograder.feedback.checking import check
from autograder.feedback.result import CheckResult

__all__ = ["CheckResult", "check"]
