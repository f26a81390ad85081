"""Keras starts without a word, and with all its words where it fails. Each promise in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TRAINS_OFTEN = """
import numpy as np
import digitlab

x, y = np.zeros((32, 28, 28, 1), np.float32), np.arange(32) % 10
for seed in range(6):
    model = digitlab.build_linear(seed)
    digitlab.train(model, x, y, validation=(x, y), epochs=1, verbose=0)
    digitlab.predict_probabilities(model, x)
print("trained")
"""

FAILS = """
from digitlab.keras_import import import_keras

try:
    import_keras()
except ImportError as error:
    print("told:", error)
"""


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own, without the settings of this one that quieten TensorFlow."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "KERAS_"))}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=kept | environment)


@pytest.mark.slow
def test_training_leaves_standard_error_empty() -> None:
    """Start-up, six trainings and six predictions write nothing to standard error: no message, no warning."""
    ran = run(TRAINS_OFTEN)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("trained\n", "", 0)


def test_what_was_said_is_told_where_the_import_fails(tmp_path: Path) -> None:
    """A broken installation raises, and the lines that it wrote before, C++ or not, are on standard error."""
    (tmp_path / "keras.py").write_text('import os\nos.write(2, b"no such library\\n")\nraise ImportError("broken")\n')
    ran = run(FAILS, PYTHONPATH=str(tmp_path))
    assert (ran.stdout, ran.stderr, ran.returncode) == ("told: broken\n", "no such library\n", 0)


def test_a_closed_standard_error_is_no_obstacle(tmp_path: Path) -> None:
    """A program without standard error, as started from a window, can import all the same."""
    (tmp_path / "keras.py").write_text("name = 'keras'\n")
    code = "import os; os.close(2)\nfrom digitlab.keras_import import import_keras\nprint(import_keras().name)"
    assert run(code, PYTHONPATH=str(tmp_path)).stdout == "keras\n"


def test_a_setting_of_ones_own_is_kept(tmp_path: Path) -> None:
    """Who asks TensorFlow for its messages by its own variable still gets them; else they are set to fatal ones."""
    (tmp_path / "keras.py").write_text("")
    code = "import os\nfrom digitlab.keras_import import import_keras\nimport_keras()\n"
    code += "print(os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    assert run(code, PYTHONPATH=str(tmp_path), TF_CPP_MIN_LOG_LEVEL="0").stdout == "0\n"
    assert run(code, PYTHONPATH=str(tmp_path)).stdout == "3\n"
