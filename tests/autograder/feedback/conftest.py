"""Each test of the feedback keeps its own journal, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitlab.journal import FOLDER_VARIABLE


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the empty folder that the learner works in."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path
