"""The benchmarks of grading: what they print follows from what was measured; claims that do not hold make them fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.runners import Runners
from benchmarks import grading, scale
from benchmarks.classes import SLIPS, hand_in, make_class
from benchmarks.grading import Compared
from benchmarks.measuring import Cost, cost_of
from benchmarks.scale import Scaled


def cost(wall: float, processor: float, own: float = 100e6) -> Cost:
    """A cost of so many seconds and bytes."""
    return Cost(
        wall_seconds=wall, processor_seconds=processor, own_bytes=int(own), all_bytes=int(3 * own), status=0, stdout=""
    )


def compared(peer: Cost, ours: Cost, differing: tuple[str, ...] = ()) -> Compared:
    """A comparison in which 20 times faster is asked for."""
    return Compared(lesson="02_x", students=20, peer=peer, ours=ours, differing=differing, times_faster=20.0)


def test_both_ratios_must_hold() -> None:
    """Wall-clock and processor seconds both count, and so does every grade."""
    assert compared(cost(210, 205), cost(10, 10)).holds
    assert not compared(cost(210, 195), cost(10, 10)).holds
    assert not compared(cost(195, 210), cost(10, 10)).holds
    assert not compared(cost(210, 210), cost(10, 10), ("ada: nbgrader 8.0, digitlab 10.0",)).holds


def test_the_table_tells_the_ratios() -> None:
    """The table has a row for each grader and one for how many times faster ours is."""
    text = grading.table([compared(cost(210, 300), cost(10, 12))])
    assert "| 20 × 02_x | nbgrader | 210.0 s | 300.0 s |" in text
    assert "|  | digitlab | 10.0 s | 12.0 s |" in text
    assert "**21.0** | **25.0**" in text


@pytest.mark.parametrize(
    ("large", "again", "expected"), [(110e6, 1.9, True), (130e6, 1.9, False), (110e6, 2.1, False), (260e6, 1.0, False)]
)
def test_small_flat_and_quick(large: float, again: float, expected: bool) -> None:
    """The process may neither grow with the class nor be large, and an unchanged class must be quick."""
    rows = [
        Scaled(students=10, first=cost(5, 5, min(large, 100e6)), again=cost(1, 1)),
        Scaled(students=1000, first=cost(200, 300, large), again=cost(again, 1)),
    ]
    assert scale.holds(rows) is expected
    assert f"{large / 1e6:.0f} MB" in scale.table(rows)


@pytest.mark.parametrize("number", sorted(SLIPS))
def test_slips_are_slips(number: int) -> None:
    """Every slip changes an answer of the lesson as it is now."""
    from autograder.course import lesson

    right = hand_in(lesson(number))
    for slip in SLIPS[number]:
        assert hand_in(lesson(number), [slip]) != right


def test_a_command_is_measured(tmp_path: Path) -> None:
    """Processor seconds of a grandchild and memory of the command itself are counted."""
    code = (
        "import subprocess, sys, time; block = bytearray(80_000_000)\n"
        "subprocess.run([sys.executable, '-c', 'sum(range(20_000_000))'])\n"
        "print('done'); time.sleep(0.6)"
    )
    told = cost_of([sys.executable, "-c", code], cwd=tmp_path)
    assert (told.status, told.stdout) == (0, "done\n")
    assert told.processor_seconds is None or told.processor_seconds > 0.1
    assert told.own_bytes > 80e6
    assert told.all_bytes > 60e6


@pytest.mark.slow
def test_nbgrader_and_we_agree(tmp_path: Path, sandbox: Runners) -> None:
    """Both graders come to the same grades for a class with slips, and both costs are real."""
    row = grading.compare(2, 2, tmp_path)
    assert row.differing == ()
    points = grading.our_points(tmp_path / "grades", row.lesson)
    assert len(points) == 2
    assert len(set(points.values())) > 1
    assert points == grading.nbgrader_points(tmp_path / "course" / "gradebook.db", row.lesson)
    assert row.peer.wall_seconds > 1
    assert row.processor_ratio is None or row.processor_ratio > 1


@pytest.mark.slow
def test_a_class_is_graded_twice(tmp_path: Path, sandbox: Runners) -> None:
    """The second run finds everything graded."""
    row = scale.scaled(4, tmp_path)
    assert "4 hand-ins, 4 of them graded now" in row.first.stdout
    if row.first.processor_seconds is not None:
        assert (row.again.processor_seconds or 0.0) < row.first.processor_seconds


def test_a_class_is_laid_out(tmp_path: Path) -> None:
    """Every third student has no slip; a model lies beside each notebook where one is given."""
    model = tmp_path / "m.keras"
    model.write_bytes(b"PK")
    folder = make_class(tmp_path / "class", 9, 4, model)
    notebooks = sorted(folder.glob("submitted/*/09_evaluate/09_evaluate.ipynb"))
    assert len(notebooks) == len(list(folder.glob("submitted/*/09_evaluate/my_cnn.keras"))) == 4
    texts = [path.read_text() for path in notebooks]
    assert texts[0] == texts[3]
    assert len(set(texts)) == 3
