"""`autograder.reports.run_facts`: what is known of a run, kept and read again."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from autograder.reports.run_facts import RUN_FILE, facts_of_run, facts_to_plain, read_facts

WHEN = datetime(2025, 3, 14, 9, 30, tzinfo=UTC)


def test_facts_are_read_as_they_were_kept(tmp_path: Path) -> None:
    """A run keeps its facts in `run.json`, beside whatever else it keeps there."""
    facts = facts_of_run(WHEN, ["x.ipynb: no lesson is known"])
    (tmp_path / RUN_FILE).write_text(json.dumps({"seed": 7, "facts": facts_to_plain(facts)}), encoding="utf-8")
    assert read_facts(tmp_path) == facts


def test_versions_are_those_that_are_installed() -> None:
    """What decides grades is told with its version."""
    versions = dict(facts_of_run(WHEN).versions)
    assert versions["Python"] == platform.python_version()
    assert versions["keras"] == version("keras")


@pytest.mark.parametrize(
    "text", ["", "[", "[]", "{}", '{"facts": 3}', '{"facts": {"when": 1, "versions": [], "unplaced": 0}}', "[" * 9999]
)
def test_facts_that_cannot_be_read_stop_nothing(tmp_path: Path, text: str) -> None:
    """No grade hangs on them: the page goes without."""
    (tmp_path / RUN_FILE).write_text(text, encoding="utf-8")
    assert read_facts(tmp_path) is None


def test_a_folder_without_a_run_has_no_facts(tmp_path: Path) -> None:
    """Results that were copied elsewhere can be reported without them."""
    assert read_facts(tmp_path) is None
