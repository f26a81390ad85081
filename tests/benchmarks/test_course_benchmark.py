"""The benchmark of the course: what it prints follows from what was measured; goals that are missed make it fail."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks.course import LessonCost, RunError, cost_of_lesson, import_seconds, summary


def lesson(seconds: float = 10.0, figure: float | None = 1.0, check: float = 0.05) -> LessonCost:
    """Return what a lesson took."""
    return LessonCost(
        name="02_pixels_to_tensors",
        processor_seconds=seconds,
        seconds=seconds,
        first_figure_seconds=figure,
        checks={"l02_one_hot": check, "l06_build_cnn": 9.0},
    )


def test_goals_that_are_reached() -> None:
    """The table names each goal; checks that need TensorFlow have no part in the median."""
    text, reached = summary([lesson(), lesson(figure=None)], digitlab=0.01, tensorflow=4.0)
    assert reached
    assert "20 s     under 240 s" in text
    assert "50 ms    under 100 ms" in text
    assert "1/400" in text
    assert "missed" not in text


@pytest.mark.parametrize(
    ("one", "digitlab"),
    [(lesson(seconds=300.0), 0.01), (lesson(figure=3.5), 0.01), (lesson(check=0.2), 0.01), (lesson(), 1.0)],
    ids=["processor", "figure", "check", "import"],
)
def test_a_goal_that_is_missed(one: LessonCost, digitlab: float) -> None:
    """Each goal that is missed is marked, and makes the benchmark fail."""
    text, reached = summary([one], digitlab=digitlab, tensorflow=4.0)
    assert not reached
    assert text.count("missed") == 1


@pytest.mark.slow
def test_a_notebook_is_measured() -> None:
    """The first figure is waited for, a check is timed, and processor time is that of the kernel."""
    cells = [
        new_code_cell("sum(range(5_000_000))", metadata={"digitlab": {"role": "setup"}}),
        new_code_cell(
            "from IPython.display import HTML\nHTML('<img alt=\"x\">')", metadata={"digitlab": {"role": "demo"}}
        ),
        new_code_cell(
            "import time; time.sleep(0.3)", metadata={"digitlab": {"role": "check", "exercise": "l02_one_hot"}}
        ),
    ]
    cost = cost_of_lesson("mine", new_notebook(cells=cells))
    assert cost.processor_seconds > 0.02
    assert cost.first_figure_seconds is not None
    assert cost.first_figure_seconds < cost.seconds - 0.3
    assert cost.checks["l02_one_hot"] >= 0.3


@pytest.mark.slow
def test_a_solution_that_raises() -> None:
    """A cell that raises ends the measurement and is named."""
    broken = new_notebook(cells=[new_code_cell("1 / 0", metadata={"digitlab": {"role": "demo"}})])
    with pytest.raises(RunError, match="mine: ZeroDivisionError"):
        cost_of_lesson("mine", broken)


def test_an_import_is_timed() -> None:
    """A module that a fresh Python has to load takes some time, and one that it holds takes next to none."""
    assert import_seconds("json", rounds=1) > import_seconds("sys", rounds=1)
