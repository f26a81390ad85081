"""Inside the sandbox `check` does nothing, whatever a notebook does with it."""

from __future__ import annotations

import inspect
import subprocess
import sys

from autograder.feedback.result import CheckResult
from autograder.inside import stand_in


def test_it_takes_anything_and_gives_no_points() -> None:
    """Any arguments, right or wrong, give a result that shows as 0.0 and helps nobody."""
    for result in (stand_in.check(), stand_in.check("l02_scale_pixels", None, 3, seed=1, other=2)):
        assert (repr(result), float(result), bool(result)) == ("0.0", 0.0, False)
        assert result.hint() == result.hint(2) == result.solution() == ""


def test_it_has_all_that_a_real_result_has() -> None:
    """A notebook that uses a result's attributes runs on: no name of the real one is missing."""
    public = {name for name, _ in inspect.getmembers(CheckResult) if not name.startswith("_")}
    assert public <= set(dir(stand_in.check()))


def test_without_the_feedback_package_it_takes_its_place() -> None:
    """Where `autograder.feedback` is not on the disk, `from autograder import check` gives the stand-in."""
    code = (
        "import importlib.util, sys\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'autograder.feedback' else found(name, *rest)\n"
        "from autograder import check\n"
        "print(check.__module__, sorted(m for m in sys.modules if 'judging' in m or 'exercises' in m))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "autograder.inside.stand_in []"
