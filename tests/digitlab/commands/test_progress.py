"""What `digitlab progress` prints."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import digitlab.commands.progress
from digitlab.commands.progress import as_json, as_text
from digitlab.progress import progress_of

LESSONS = [
    {
        "lesson": "01_look_first",
        "title": "Look first",
        "minutes": 40,
        "exercises": [
            {"id": "l01_describe", "title": "Describe a data set", "points": 2},
            {"id": "l01_mean_digit", "title": "The mean of a digit", "points": 2},
        ],
    },
    {
        "lesson": "02_pixels_to_tensors",
        "title": "Pixels to tensors",
        "minutes": 60,
        "exercises": [{"id": "l02_split", "title": "Split off a validation part", "points": 3}],
    },
]


def check(exercise: str, points: Any, status: str = "passed") -> dict[str, Any]:
    """Return a check as the journal has it."""
    return {"event": "check", "exercise": exercise, "points": points, "max_points": 2, "status": status}


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(digitlab.commands.progress).failed == 0


def test_text(tmp_path: Path) -> None:
    """The text says each lesson's state in words, the sum, the time left and the next step with its notebook."""
    (tmp_path / "01_look_first.ipynb").touch()
    text = as_text(progress_of(LESSONS, [check("l01_describe", 2)]), tmp_path)
    assert text.splitlines() == [
        "… begun    01 Look first            2 of   4 points  about 20 min",
        "· to come  02 Pixels to tensors     0 of   3 points  about 1 h",
        "",
        "2 of 7 points. About 1 h 20 min left.",
        f"Next: lesson 01, exercise “The mean of a digit” (l01_mean_digit). Open {tmp_path / '01_look_first.ipynb'}.",
    ]


def test_text_before_the_beginning(tmp_path: Path) -> None:
    """Where there are no copies yet, the next step is how to get them."""
    assert as_text(progress_of(LESSONS, []), tmp_path).endswith("(l01_describe). To begin: digitlab lab")


def test_json_is_the_whole_progress() -> None:
    """The JSON holds each exercise, the states in words, and the next step."""
    told = json.loads(json.dumps(as_json(progress_of(LESSONS, [check("l01_describe", 2)]))))
    assert told["next"] == {"lesson": "01_look_first", "exercise": "l01_mean_digit"}
    assert told["lessons"][0]["state"] == "begun"
    assert told["lessons"][0]["exercises"][0]["points"] == 2
    assert (told["points"], told["max_points"], told["minutes_left"]) == (2, 7, 80)


def test_text_at_the_end() -> None:
    """With full points everywhere the text says that the course is done, and names no next step."""
    events = [check("l01_describe", 2), check("l01_mean_digit", 2), check("l02_split", 3)]
    text = as_text(progress_of(LESSONS, events), Path("mine"))
    assert text.endswith("7 of 7 points. The whole course is done. Well done!")
    assert [line.split("  ")[0] for line in text.splitlines()[:2]] == ["✓ done", "✓ done"]
