"""TensorFlow's trial."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digitlab.doctor.finding import State
from digitlab.doctor.tensorflow import check_tensorflow, judge_tensorflow

WELL = json.dumps({"tensorflow": "2.21.0", "keras": "3.15.1", "seconds": 4.2, "answer": 6.0})


def test_well() -> None:
    """A trial with the right answer reports the versions and the time."""
    finding = judge_tensorflow(0, f"a line of somebody else's\n{WELL}\n", "")
    assert finding.state is State.OK
    assert finding.found == "2.21.0 with Keras 3.15.1, started in 4.2 s"


@pytest.mark.parametrize(
    ("status", "errors"),
    [
        (-4, ""),
        (132, ""),
        (0xC000001D, ""),
        (-6, "The TensorFlow library was compiled to use AVX instructions, but these aren't available"),
    ],
)
def test_old_processor(status: int, errors: str) -> None:
    """A processor without AVX is told as that, whether the process was ended by the system or by TensorFlow."""
    finding = judge_tensorflow(status, "", errors)
    assert finding.state is State.PROBLEM
    assert "AVX" in finding.found
    assert "lessons 01 to 05 need no TensorFlow" in str(finding.remedy)


def test_missing_library_on_windows() -> None:
    """A missing library of Windows is told with what to install."""
    finding = judge_tensorflow(1, "", "Traceback\nImportError: DLL load failed while importing _pywrap\n")
    assert "Visual C++ Redistributable" in str(finding.remedy)


def test_broken_installation() -> None:
    """Any other failure is told with its last line and how to install again."""
    finding = judge_tensorflow(1, "", "Traceback …\nModuleNotFoundError: No module named 'tensorflow'\n")
    assert finding.state is State.PROBLEM
    assert "No module named 'tensorflow'" in finding.found
    assert finding.remedy is not None


def test_wrong_answer() -> None:
    """A machine that computes something else is a problem."""
    assert judge_tensorflow(0, WELL.replace("6.0", "5.0"), "").state is State.PROBLEM


@pytest.mark.slow
def test_this_machine() -> None:
    """TensorFlow starts and computes here."""
    finding = check_tensorflow(Path())
    assert finding.state is State.OK, finding
