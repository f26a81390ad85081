"""What holds for all tests: Hypothesis tries the same examples in each run, so that a failure is one for everybody.

To look for new ones: HYPOTHESIS_PROFILE=search.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True, max_examples=100, deadline=None)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
