"""The environment inside is made, not inherited."""

from __future__ import annotations

import pytest

from autograder.sandbox import environment


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_are_told_to_every_library(threads: int) -> None:
    """TensorFlow, OpenMP, OpenBLAS and MKL are all told how many threads a job has."""
    told = environment.settings(threads)
    names = [name for name in told if "THREADS" in name]
    assert len(names) == 5
    assert {told[name] for name in names} == {str(threads)}


def test_home_and_temporary_files_are_the_jobs_own() -> None:
    """No variable leads out of /job, /tmp, the course and the programs."""
    inside = environment.inside("/course", 1)
    places = [value for name, value in inside.items() if value.startswith("/") and name != "PATH"]
    assert all(place.startswith(("/job", "/tmp", "/course")) for place in places)
