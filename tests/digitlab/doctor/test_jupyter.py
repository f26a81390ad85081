"""The kernel and the widgets."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from digitlab.doctor.finding import State
from digitlab.doctor.jupyter import check_kernel, check_widgets, judge_kernel, judge_widgets

EXTENSIONS = {"@jupyter-widgets/jupyterlab-manager", "ipycanvas", "jupyterlab_pygments"}


def test_widgets_are_well() -> None:
    """With both extensions in JupyterLab the versions are reported."""
    finding = judge_widgets("ipywidgets 8.1.9, ipycanvas 0.14.3", EXTENSIONS, ())
    assert (finding.state, finding.found) == (State.OK, "ipywidgets 8.1.9, ipycanvas 0.14.3")


def test_missing_extension() -> None:
    """An extension that JupyterLab does not have is named, with the package that brings it."""
    finding = judge_widgets("", EXTENSIONS - {"ipycanvas"}, ())
    assert finding.state is State.PROBLEM
    assert "ipycanvas" in finding.found
    assert "pip install --force-reinstall ipycanvas" in str(finding.remedy)


def test_disabled_extension() -> None:
    """An extension that was switched off is named, with the command that switches it on."""
    finding = judge_widgets("", EXTENSIONS, ["@jupyter-widgets/jupyterlab-manager"])
    assert finding.state is State.PROBLEM
    assert "labextension enable @jupyter-widgets/jupyterlab-manager" in str(finding.remedy)


def test_widgets_of_this_installation() -> None:
    """JupyterLab here has what the widgets need."""
    assert check_widgets(Path()).state is State.OK


def test_kernel_that_cannot_import_digitlab() -> None:
    """A kernel of a Python without digitlab is a problem; the remedy names this Python to Jupyter."""
    reply = {"status": "error", "ename": "ModuleNotFoundError", "evalue": "No module named 'digitlab'"}
    finding = judge_kernel(reply, "", sys.prefix, 1.0)
    assert finding.state is State.PROBLEM
    assert "No module named 'digitlab'" in finding.found
    assert "ipykernel install --sys-prefix" in str(finding.remedy)


def test_kernel_of_another_python() -> None:
    """A kernel of another environment is a warning that names both."""
    finding = judge_kernel({"status": "ok"}, "/opt/other", "/home/ada/.venv", 1.0)
    assert finding.state is State.WARNING
    assert "/opt/other, not /home/ada/.venv" in finding.found


@pytest.mark.slow
def test_kernel_of_this_installation() -> None:
    """The lessons' kernel starts here and imports digitlab."""
    finding = check_kernel(Path())
    assert finding.state is State.OK, finding


@pytest.mark.slow
def test_kernel_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel whose program is gone is a problem with a remedy, not an exception."""
    kernel = tmp_path / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = [str(tmp_path / "no-such-python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "gone", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    finding = check_kernel(Path())
    assert finding.state is State.PROBLEM
    assert "does not start" in finding.found
    assert "ipykernel install" in str(finding.remedy)
