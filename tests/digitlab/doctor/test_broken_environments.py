"""Environments that lack a package, made for real: the doctor says what is missing, and the remedy fits."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="links to packages need rights on Windows"),
]

EXAMINE = """
import json
from dataclasses import asdict
from pathlib import Path
from digitlab.doctor.examination import CHECKS
wanted = {wanted!r}
print(json.dumps([asdict(check(Path())) for name, check in CHECKS if name in wanted]))
"""


def environment_without(folder: Path, *patterns: str) -> Path:
    """Return the Python of a new environment that has all packages of this one but those whose files match."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site_packages = next((folder / "lib").glob("python3.*/site-packages"))
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not any(fnmatch(entry.name, pattern) for pattern in patterns) and not (site_packages / entry.name).exists():
            (site_packages / entry.name).symlink_to(entry)
    return folder / "bin" / "python"


def found_by(python: Path, folder: Path, *wanted: str) -> dict[str, dict[str, Any]]:
    """Return the doctor's findings of these names in that environment."""
    ran = subprocess.run(
        [python, "-c", EXAMINE.format(wanted=wanted)], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    return {finding["name"]: finding for finding in json.loads(ran.stdout.splitlines()[-1])}


def test_without_ipywidgets(tmp_path: Path) -> None:
    """Packages and widgets are problems; both remedies install it into that very environment."""
    python = environment_without(tmp_path / "env", "ipywidgets*")
    found = found_by(python, tmp_path, "Packages", "Widgets", "Data")
    assert found["Packages"]["found"] == "ipywidgets is missing"
    assert f'{python} -m pip install "ipywidgets>=' in found["Packages"]["remedy"]
    assert "ipywidgets is not installed" in found["Widgets"]["found"]
    assert found["Widgets"]["remedy"] == f"{python} -m pip install ipywidgets"
    assert found["Data"]["state"] == "ok"


def test_without_a_kernel(tmp_path: Path) -> None:
    """Without ipykernel no remedy calls ipykernel."""
    python = environment_without(tmp_path / "env", "ipykernel*")
    found = found_by(python, tmp_path, "Packages", "Kernel")
    assert found["Packages"]["found"] == "ipykernel is missing"
    assert found["Kernel"]["state"] == "problem"
    assert found["Kernel"]["remedy"] == f"{python} -m pip install ipykernel, then look again."


def test_without_tensorflow(tmp_path: Path) -> None:
    """TensorFlow is missing; what the lessons without it need is well."""
    python = environment_without(tmp_path / "env", "tensorflow*")
    found = found_by(python, tmp_path, "Packages", "TensorFlow", "Widgets")
    assert found["Packages"]["found"] == "tensorflow is missing"
    assert "No module named 'tensorflow'" in found["TensorFlow"]["found"]
    assert "pip install" in found["TensorFlow"]["remedy"]
