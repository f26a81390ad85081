"""The learner's copies of the lessons, and JupyterLab on them."""

from __future__ import annotations

import doctest
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlab import lab
from digitlab.lab import Action, lay_out, plan
from digitlab.paths import lessons_folder
from digitlab.storage import DataError


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    """Two released lessons and a picture in a folder."""
    folder = tmp_path / "lessons"
    (folder / "images").mkdir(parents=True)
    (folder / ".gitkeep").touch()
    (folder / "01_look_first.ipynb").write_text("first, as released")
    (folder / "02_pixels_to_tensors.ipynb").write_text("second, as released")
    (folder / "images" / "seven.png").write_bytes(b"a picture")
    return folder


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(lab).failed == 0


def test_copies_are_made_once(lessons: Path, tmp_path: Path) -> None:
    """The first time everything is copied, hidden files left out; the second time nothing is."""
    mine = tmp_path / "mine"
    assert lay_out(lessons, mine).added == ("01_look_first.ipynb", "02_pixels_to_tensors.ipynb", "images/seven.png")
    assert (mine / "images" / "seven.png").read_bytes() == b"a picture"
    assert not (mine / ".gitkeep").exists()
    again = lay_out(lessons, mine)
    assert (again.added, again.replaced, again.beside) == ((), (), {})


def test_work_is_never_overwritten(lessons: Path, tmp_path: Path) -> None:
    """After an update, changed work stays and the new release is put beside it, once; unchanged copies are renewed."""
    mine = tmp_path / "mine"
    lay_out(lessons, mine)
    (mine / "02_pixels_to_tensors.ipynb").write_text("my work")
    (lessons / "01_look_first.ipynb").write_text("first, better")
    (lessons / "02_pixels_to_tensors.ipynb").write_text("second, better")
    (lessons / "03_linear_baseline.ipynb").write_text("third")

    done = lay_out(lessons, mine)
    assert done.added == ("03_linear_baseline.ipynb",)
    assert done.replaced == ("01_look_first.ipynb",)
    assert done.beside == {"02_pixels_to_tensors.ipynb": "02_pixels_to_tensors_new.ipynb"}
    assert (mine / "01_look_first.ipynb").read_text() == "first, better"
    assert (mine / "02_pixels_to_tensors.ipynb").read_text() == "my work"
    assert (mine / "02_pixels_to_tensors_new.ipynb").read_text() == "second, better"

    (mine / "02_pixels_to_tensors_new.ipynb").write_text("my work in the new one")
    assert lay_out(lessons, mine).beside == {}
    (lessons / "02_pixels_to_tensors.ipynb").write_text("second, better still")
    assert lay_out(lessons, mine).beside == {"02_pixels_to_tensors.ipynb": "02_pixels_to_tensors_new_2.ipynb"}
    assert (mine / "02_pixels_to_tensors_new.ipynb").read_text() == "my work in the new one"


def test_deleted_copy_comes_back_as_released(lessons: Path, tmp_path: Path) -> None:
    """A learner who deletes a notebook gets a fresh one: that is how to start a lesson anew."""
    mine = tmp_path / "mine"
    lay_out(lessons, mine)
    (mine / "01_look_first.ipynb").unlink()
    assert lay_out(lessons, mine).added == ("01_look_first.ipynb",)


@pytest.mark.parametrize("record", [None, "", "{", "[]", '{"copied": 3}', '{"schema": 1}'])
def test_without_a_record_work_is_kept(lessons: Path, tmp_path: Path, record: str | None) -> None:
    """Where the record of earlier copies is lost or damaged, what is there stays as it is."""
    mine = tmp_path / "mine"
    (mine / ".digitlab").mkdir(parents=True)
    (mine / "01_look_first.ipynb").write_text("my work")
    if record is not None:
        (mine / ".digitlab" / "released.json").write_text(record)
    done = lay_out(lessons, mine)
    assert (mine / "01_look_first.ipynb").read_text() == "my work"
    assert done.beside == {}
    assert "01_look_first.ipynb" not in done.added


def test_a_learners_own_file_under_a_new_lessons_name_is_kept(lessons: Path, tmp_path: Path) -> None:
    """A new lesson whose name the learner has used already is put beside the learner's file."""
    mine = tmp_path / "mine"
    lay_out(lessons, mine)
    (mine / "03_mine.ipynb").write_text("my own")
    (lessons / "03_mine.ipynb").write_text("third")
    assert lay_out(lessons, mine).beside == {"03_mine.ipynb": "03_mine_new.ipynb"}
    assert (mine / "03_mine.ipynb").read_text() == "my own"


names = st.sampled_from(["a", "b", "c"])
digests = st.dictionaries(names, st.sampled_from(["1", "2", "3"]))


@given(released=digests, present=digests, copied=st.none() | digests)
def test_only_a_known_release_is_ever_replaced(
    released: dict[str, str], present: dict[str, str], copied: dict[str, str] | None
) -> None:
    """A file is replaced only where it is exactly a release that was copied there before."""
    actions = plan(released, present, copied)
    assert set(actions) == set(released)
    for name, action in actions.items():
        if action is Action.REPLACE:
            assert copied is not None
            assert present[name] == copied[name] != released[name]
        assert (action is Action.ADD) == (name not in present)


def test_folder_that_is_a_file(lessons: Path, tmp_path: Path) -> None:
    """A file in the folder's place is left alone; the message says what it is and what to do."""
    place = tmp_path / "mine"
    place.write_text("a file of mine")
    with pytest.raises(DataError, match=r"mine is a file, and the lessons need a folder\. Name another: digitlab lab"):
        lay_out(lessons, place)
    assert place.read_text() == "a file of mine"


def test_folder_that_cannot_be_made(lessons: Path) -> None:
    """A folder that cannot be made is a sentence with the remedy."""
    with pytest.raises(DataError, match=r"The folder /proc/mine cannot be made .* Name another"):
        lay_out(lessons, Path("/proc/mine"))


def fetch(address: str) -> str:
    """Return a page of a server that may have printed its address a moment before it listens."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(address) as answer:
                return str(answer.read().decode())
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            time.sleep(0.2)
    pytest.fail(f"{address} was not served")


@pytest.mark.slow
def test_jupyterlab_serves_the_copies(tmp_path: Path) -> None:
    """`digitlab lab` starts a real JupyterLab on the learner's copies, opened at the first lesson that is not done.

    It asks for no news and shows nothing of nbgrader's, and prints little beside the address.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = f"--ServerApp.port={free.getsockname()[1]}"
    running = subprocess.Popen(
        [sys.executable, "-m", "digitlab", "lab", tmp_path / "mine", "--no-browser", "--", port],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    lines = []
    try:
        for line in running.stdout:
            lines.append(line)
            if found := re.search(r"(http://127\S+)(/lab/tree/\S+)\?token=(\w+)", line):
                break
        else:
            pytest.fail("".join(lines))
        address, page, token = found.groups()
        listed = {entry["name"] for entry in json.loads(fetch(f"{address}/api/contents?token={token}"))["content"]}
        html = fetch(f"{address}{page}?token={token}")
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.communicate(timeout=30)
    assert listed == {path.name for path in lessons_folder().glob("*.ipynb")}
    assert page == "/lab/tree/01_look_first.ipynb"
    found = re.search(r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found is not None
    disabled = json.loads(found[1])["disabledExtensions"]
    assert {"@jupyter/nbgrader", "@jupyterlab/apputils-extension:announcements"} <= set(disabled)
    assert len(lines) < 15, "".join(lines)
    assert lines[0].startswith(f"Your lessons are in {tmp_path / 'mine'}")
