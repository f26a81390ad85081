"""What `digitlab doctor` prints and returns."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from digitlab.commands.doctor import as_text, status_of, summary
from digitlab.doctor.examination import CHECKS
from digitlab.doctor.finding import ok, problem, warning

WELL = ok("Data", "70,000 digits")
SLOW = warning("Bytecode", "not compiled", "Compile once.")
BROKEN = problem("Kernel", "does not start", "Name this Python.")


def test_status_says_how_it_stands() -> None:
    """0 where all is well, 3 where something could be better, 1 where the course cannot work."""
    assert (status_of([WELL]), status_of([WELL, SLOW]), status_of([SLOW, BROKEN])) == (0, 3, 1)


def test_state_is_told_in_words_and_symbols() -> None:
    """Each line has a symbol and a word; a remedy stands below; a terminal without the symbols gets others."""
    assert as_text(WELL, "utf-8") == "✓ ok       Data          70,000 digits"
    assert as_text(BROKEN, "utf-8").splitlines() == [
        "✗ problem  Kernel        does not start",
        "                         Remedy: Name this Python.",
    ]
    assert as_text(BROKEN, "cp1252").startswith("x problem  Kernel")


def test_summary_counts() -> None:
    """The last line says whether the course works here."""
    assert summary([WELL]) == "All is well. Begin with: digitlab lab"
    assert summary([SLOW]) == "The course works here. One thing could be better: see Remedy above."
    assert summary([SLOW, BROKEN]) == "One problem keeps the course from working here: see Remedy above."


@pytest.mark.slow
def test_this_machine_is_well() -> None:
    """On a machine that was set up by make every check is well; memory and disk may be scarce."""
    ran = subprocess.run([sys.executable, "-m", "digitlab", "doctor", "--json"], capture_output=True, text=True)
    told = json.loads(ran.stdout)
    assert [finding["name"] for finding in told["findings"]] == [name for name, _ in CHECKS]
    for finding in told["findings"]:
        assert finding["state"] == "ok" or finding["name"] in ("Memory", "Disk"), finding
    assert (ran.returncode in (0, 3), ran.stderr) == (True, "")


@pytest.mark.slow
def test_broken_installation_is_examined_to_the_end() -> None:
    """Where a library cannot be imported the doctor still gives every finding, with a remedy for what is broken."""
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['psutil', 'ipycanvas', 'jupyter_client']))\n"
        "from digitlab.cli import main; raise SystemExit(main(['doctor']))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr == ""
    for name in ("Memory", "Widgets", "Kernel"):
        assert f"✗ problem  {name}" in ran.stdout
    assert "✓ ok       TensorFlow" in ran.stdout
    assert "3 problems keep the course from working here" in ran.stdout
