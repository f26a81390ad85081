"""One zygote for all tests of the walls, and a short way to run a program in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Protocol

import pytest

from autograder.sandbox import BARE, Ending, Job, Limits, Zygote

collect_ignore_glob = [] if sys.platform == "linux" else ["test_[!u]*.py"]

SCRIPT = "autograder.inside.script:run"


class Run(Protocol):
    """Runs a program in the sandbox."""

    def __call__(
        self, source: str, *, files: tuple[tuple[str, bytes], ...] = (), limits: Limits | None = None
    ) -> Ending:
        """Return how it ended."""


def script(source: str, *, files: tuple[tuple[str, bytes], ...] = (), limits: Limits | None = None) -> Job:
    """Return the job that runs a program."""
    return Job(id="test", entry=SCRIPT, payload=source.encode(), files=files, limits=limits or Limits(wall_seconds=30))


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """A zygote that every test may use and none may kill."""
    with Zygote(BARE) as running:
        yield running


@pytest.fixture
def run(zygote: Zygote) -> Run:
    """Run a program in the sandbox."""

    def run_script(source: str, *, files: tuple[tuple[str, bytes], ...] = (), limits: Limits | None = None) -> Ending:
        return zygote.run(script(source, files=files, limits=limits))

    return run_script
