"""From the files of a class to its hand-ins, in every layout."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.handins import ClassFound, HandIn, NothingFound, find_handins
from autograder.handins.lessons import LessonNames

LESSONS = LessonNames({1: "01_look_first", 2: "02_pixels_to_tensors", 9: "09_evaluate"})
TWO = "02_pixels_to_tensors"
EMPTY = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'

Files = dict[str, bytes]
Places = Callable[[Files], Path]


def _folder(root: Path, files: Files) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def _zipped(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.fixture(params=["folder", "zip"])
def placed(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    """Put files into a folder, or into an archive: both must be read alike."""
    if request.param == "folder":
        return lambda files: _folder(tmp_path / "class", files)
    return lambda files: _zipped(tmp_path / "class.zip", files)


def _found(path: Path, only: str | None = None) -> dict[tuple[str, str], HandIn]:
    return {(one.student, one.lesson): one for one in find_handins(path, LESSONS, only).handins}


def _notebook(handin: HandIn) -> bytes:
    assert handin.notebook is not None
    return handin.notebook.read(1 << 20)


def test_nbgrader(placed: Places) -> None:
    """submitted/STUDENT/LESSON/*.ipynb; what else a course folder holds is not looked at."""
    found = _found(
        placed(
            {
                f"submitted/ada/{TWO}/{TWO}.ipynb": EMPTY + b"1",
                "submitted/ada/01_look_first/01_look_first.ipynb": EMPTY + b"2",
                f"submitted/bob/{TWO}/{TWO}.ipynb": EMPTY + b"3",
                f"submitted/bob/{TWO}/timestamp.txt": b"now",
                f"release/{TWO}/{TWO}.ipynb": EMPTY,
                f"autograded/ada/{TWO}/{TWO}.ipynb": EMPTY,
                "gradebook.db": b"",
            }
        )
    )
    assert {key: _notebook(one)[-1:] for key, one in found.items()} == {
        ("ada", "01_look_first"): b"2",
        ("ada", TWO): b"1",
        ("bob", TWO): b"3",
    }
    assert [entry.path for entry in found["bob", TWO].files] == [("timestamp.txt",)]


@pytest.mark.parametrize("prefix", ["", "submitted/", "class/", "export/submitted/"])
def test_one_folder_a_student(placed: Places, prefix: str) -> None:
    """STUDENT/notebook.ipynb, with and without folders around; several lessons in one folder."""
    found = _found(
        placed(
            {
                f"{prefix}ada/{TWO}.ipynb": EMPTY,
                f"{prefix}ada/09_evaluate.ipynb": EMPTY,
                f"{prefix}ada/my_cnn.keras": b"model",
                f"{prefix}bob/work/02.ipynb": EMPTY,
            }
        )
    )
    assert set(found) == {("ada", TWO), ("ada", "09_evaluate"), ("bob", TWO)}
    assert [entry.name for entry in found["ada", "09_evaluate"].files] == ["my_cnn.keras"]


def test_canvas(placed: Places) -> None:
    """Flat names with the student's id in them; late ones are noted; two of one name are kept apart."""
    found = _found(
        placed(
            {
                f"smithjane_12345_67890_{TWO}.ipynb": EMPTY + b"1",
                f"smithjane_LATE_54321_67891_{TWO}-1.ipynb": EMPTY + b"2",
                "smithjane_12345_67892_my_cnn.keras": b"model",
                f"anon_k3fQ1_67893_{TWO}.ipynb": EMPTY + b"3",
            }
        )
    )
    assert {key[0]: _notebook(one)[-1:] for key, one in found.items()} == {
        "smithjane_12345": b"1",
        "smithjane_54321": b"2",
        "anon_k3fQ1": b"3",
    }
    assert [entry.path for entry in found["smithjane_12345", TWO].files] == [("my_cnn.keras",)]
    assert found["smithjane_54321", TWO].notes == ("Canvas says that this was handed in late",)


def test_moodle(placed: Places) -> None:
    """A folder for each participant, or one flat name for each file."""
    found = _found(
        placed(
            {
                f"Jane Smith_12345_assignsubmission_file_/{TWO}.ipynb": EMPTY,
                "Jane Smith_12345_assignsubmission_onlinetext_/onlinetext.html": b"",
                f"Zoë van Dyk_12346_assignsubmission_file_{TWO}.ipynb": EMPTY,
            }
        )
    )
    assert set(found) == {("Jane Smith_12345", TWO), ("Zoë van Dyk_12346", TWO)}


METADATA = b"""\
submission_111:
  :submitters:
  - :name: Jane Smith
    :sid: '0042'
    :email: jane@example.edu
  :created_at: 2025-01-01 00:00:00
submission_222:
  :submitters:
  - :name: Ada
    :sid:
    :email: ada@example.edu
  - :name: Bob
    :sid: 7
    :email: bob@example.edu
"""


def test_gradescope(placed: Places) -> None:
    """Submission folders; the export's list says whose they are, and a group's members each get a result."""
    root = "assignment_9_export"
    found = _found(
        placed(
            {
                f"{root}/submission_metadata.yml": METADATA,
                f"{root}/submission_111/{TWO}.ipynb": EMPTY,
                f"{root}/submission_222/{TWO}.ipynb": EMPTY,
                f"{root}/submission_333/{TWO}.ipynb": EMPTY,
            }
        )
    )
    assert {key[0] for key in found} == {"Jane Smith_0042", "Ada_ada@example.edu", "Bob_7", "submission_333"}
    assert found["Bob_7", TWO].notes == ("handed in by a group of 2",)


@pytest.mark.parametrize("metadata", [b"", b"[", b"a: [1", b"&a [*a]", b"submission_111: 3", b"\xff\xfe", b"- x"])
def test_gradescope_with_a_broken_list(placed: Places, metadata: bytes) -> None:
    """Without a list that can be read, the submissions keep their numbers."""
    found = _found(placed({"submission_metadata.yml": metadata, f"submission_111/{TWO}.ipynb": EMPTY}))
    assert set(found) == {("submission_111", TWO)}


def test_single_student(placed: Places) -> None:
    """A folder with notebooks, or with a folder a lesson, is one student's."""
    assert set(_found(placed({f"{TWO}.ipynb": EMPTY, "09_evaluate.ipynb": EMPTY}))) == {
        ("class", TWO),
        ("class", "09_evaluate"),
    }


def test_single_student_by_lesson(placed: Places) -> None:
    """So is one with a folder for each lesson."""
    assert set(_found(placed({f"{TWO}/a.ipynb": EMPTY, "09_evaluate/b.ipynb": EMPTY}))) == {
        ("class", TWO),
        ("class", "09_evaluate"),
    }


def test_single_file(tmp_path: Path) -> None:
    """A notebook alone is its folder's student's, or its own name's."""
    _folder(tmp_path / "ada", {f"{TWO}.ipynb": EMPTY, "helper.py": b"", "other.ipynb": EMPTY})
    ((key, handin),) = _found(tmp_path / "ada" / f"{TWO}.ipynb").items()
    assert key == ("ada", TWO)
    assert [entry.name for entry in handin.files] == ["helper.py"]


def test_student_hands_in_an_archive(placed: Places) -> None:
    """A zip archive in a hand-in is read as the files in it."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(f"homework/{TWO}.ipynb", EMPTY)
        archive.writestr("homework/helper.py", b"K = 1")
        archive.writestr("../../evil.py", b"")
    found = find_handins(placed({"ada/work.zip": inner.getvalue(), f"bob/{TWO}.ipynb": EMPTY}), LESSONS)
    by_student = {one.student: one for one in found.handins}
    assert [entry.path for entry in by_student["ada"].files] == [("helper.py",)]
    assert "points outside" in by_student["ada"].notes[0]
    assert by_student["bob"].notes == ()


def test_broken_archive_costs_only_its_student(placed: Places) -> None:
    """What cannot be unpacked is named, and the rest is found."""
    found = find_handins(placed({"ada/work.zip": b"PK no", f"bob/{TWO}.ipynb": EMPTY}), LESSONS)
    assert [one.student for one in found.handins] == ["bob"]
    assert [stray.student for stray in found.strays] == ["ada"]


def test_lesson_from_the_content(placed: Places, handed_in: Callable[..., Any]) -> None:
    """Where neither folder nor file name says it, the notebook does."""
    assert set(_found(placed({"ada/untitled.ipynb": handed_in(2).data}))) == {("ada", TWO)}


def test_unknown_lesson_is_listed(placed: Places) -> None:
    """A notebook of no known lesson is no hand-in, and is listed with the reason."""
    found = find_handins(placed({"ada/notes.ipynb": EMPTY, f"bob/{TWO}.ipynb": EMPTY}), LESSONS)
    assert [one.student for one in found.handins] == ["bob"]
    assert "no lesson is known" in str(found.strays[0])
    assert str(found.strays[0]).startswith("ada: notes.ipynb")


def test_unknown_lesson_is_the_one_asked_for(placed: Places) -> None:
    """With `--lesson`, a lone notebook that does not say what it is counts as that lesson, and it is noted."""
    found = _found(placed({"ada/notes.ipynb": EMPTY, f"bob/{TWO}.ipynb": EMPTY, "eve/my.pdf": b""}), only=TWO)
    assert set(found) == {("ada", TWO), ("bob", TWO), ("eve", TWO)}
    assert "does not say which lesson" in found["ada", TWO].notes[0]
    assert found["eve", TWO].problem is not None


def test_other_lessons_are_left_out(placed: Places) -> None:
    """With `--lesson`, no other lesson is graded."""
    assert set(_found(placed({f"ada/{TWO}.ipynb": EMPTY, "ada/09_evaluate.ipynb": EMPTY}), only=TWO)) == {("ada", TWO)}


def test_missing_notebook_is_said(placed: Places) -> None:
    """A lesson's folder without a notebook is a hand-in without one; what lies there instead is named."""
    found = _found(placed({f"submitted/ada/{TWO}/answers.py": b"x = 1", f"submitted/bob/{TWO}/{TWO}.ipynb": EMPTY}))
    handin = found["ada", TWO]
    assert handin.notebook is None
    assert (
        handin.problem == f"There is no notebook of lesson {TWO}. There is answers.py; what counts is the .ipynb file."
    )
    assert not handin.ambiguous


def test_model_without_a_notebook_is_a_hand_in(placed: Places) -> None:
    """A model file alone can be graded."""
    found = _found(placed({"submitted/ada/09_evaluate/my_cnn.keras": b"model"}))
    assert [entry.name for entry in found["ada", "09_evaluate"].files] == ["my_cnn.keras"]


def test_two_notebooks_need_a_person(placed: Places) -> None:
    """Of two notebooks of one lesson neither is guessed to be the one."""
    found = _found(placed({f"ada/{TWO}-a.ipynb": EMPTY + b" ", f"ada/{TWO}-b.ipynb": EMPTY}))
    handin = found["ada", TWO]
    assert handin.ambiguous
    assert handin.notebook is None
    assert "-a.ipynb" in str(handin.problem)


def test_exact_name_wins_and_copies_do_not_count(placed: Places) -> None:
    """The lesson's own file name decides, with a note; a byte-for-byte copy does not matter."""
    found = _found(
        placed(
            {
                f"ada/{TWO}.ipynb": EMPTY + b"1",
                f"ada/{TWO}-Copy1.ipynb": EMPTY + b"2",
                f"bob/{TWO} (1).ipynb": EMPTY,
                f"bob/{TWO}.ipynb": EMPTY,
            }
        )
    )
    assert _notebook(found["ada", TWO])[-1:] == b"1"
    assert "by its name" in found["ada", TWO].notes[0]
    assert found["bob", TWO].notes == ()
    assert found["bob", TWO].notebook is not None


def test_files_that_come_along(placed: Places) -> None:
    """Small files beside and below come; large ones, odd names and other lessons' do not, and it is noted."""
    files = {
        f"ada/{TWO}.ipynb": EMPTY,
        "ada/data/points.csv": b"1,2",
        "ada/big.bin": b"x" * (6 << 20),
        "ada/09_evaluate/my_cnn.keras": b"m",
        "ada/bad\nname.txt": b"",
    }
    handin = _found(placed(files))["ada", TWO]
    assert [entry.path for entry in handin.files] == [("data", "points.csv")]
    assert len(handin.notes) == 2


def test_files_that_are_in_each_others_way(tmp_path: Path) -> None:
    """An archive can hold a file where another needs a folder: the first comes along."""
    path = _zipped(tmp_path / "class.zip", {f"ada/{TWO}.ipynb": EMPTY, "ada/a": b"1", "ada/a/b": b"2", "ada/x": b""})
    handin = _found(path)["ada", TWO]
    assert [entry.path for entry in handin.files] == [("a",), ("x",)]
    assert "a/b has a name" in handin.notes[0]


def test_models_are_bounded_together(tmp_path: Path) -> None:
    """Models come along as far as they are no more than a hundred megabytes together."""
    folder = _folder(tmp_path / "class", {f"ada/{TWO}.ipynb": EMPTY})
    for name in ("a.keras", "b.keras"):
        with (folder / "ada" / name).open("wb") as file:
            file.truncate(60 << 20)
    handin = _found(folder)["ada", TWO]
    assert [entry.name for entry in handin.files] == ["a.keras"]


def test_loose_files_are_nobodys(placed: Places) -> None:
    """A notebook beside the students' folders is not graded, and is listed."""
    found = find_handins(placed({f"ada/{TWO}.ipynb": EMPTY, f"bob/{TWO}.ipynb": EMPTY, "lost.ipynb": EMPTY}), LESSONS)
    assert "lost.ipynb: it lies outside" in str(found.strays[0])


@pytest.mark.parametrize(
    "student",
    [
        "a b",
        "ada\nbob",
        "=1+1",
        "\u202egnp",
        "\x1b[31mred",
        "x" * 200,
        "..ada",
        "CON",
        "Zoë",
        "ada'; DROP TABLE",
        "<b>x",
    ],
)
def test_strange_ids(tmp_path: Path, student: str) -> None:
    """Any id that a file system allows is found, and shown on one line."""
    _folder(tmp_path / "class", {f"{student}/{TWO}.ipynb": EMPTY, f"bob/{TWO}.ipynb": EMPTY})
    found = find_handins(tmp_path / "class", LESSONS)
    assert len(found.handins) == 2
    assert all(one.student.isprintable() for one in found.handins)


def test_ids_that_differ_in_case_are_two(tmp_path: Path) -> None:
    """`Ada` and `ada` stay two students."""
    _folder(tmp_path / "class", {f"Ada/{TWO}.ipynb": EMPTY, f"ada/{TWO}.ipynb": EMPTY})
    assert len(_found(tmp_path / "class")) == 2


def test_undecodable_names(tmp_path: Path) -> None:
    """A folder's name that is no UTF-8 is shown as well as may be."""
    folder = os.fsencode(tmp_path / "class") + b"/caf\xe9"
    _folder(Path(os.fsdecode(folder)), {f"{TWO}.ipynb": EMPTY})
    ((student, _),) = _found(tmp_path / "class")
    student.encode()


@pytest.mark.parametrize("name", ["nothing", "nothing.zip", "nothing.ipynb"])
def test_wrong_path_is_said(tmp_path: Path, name: str) -> None:
    """A path that is not there is named."""
    with pytest.raises(NothingFound, match=f"There is no .*{name}"):
        find_handins(tmp_path / name, LESSONS)


def test_empty_folder_is_said(tmp_path: Path) -> None:
    """A folder without hand-ins says what is expected."""
    with pytest.raises(NothingFound, match=r"There are no notebooks .*Expected"):
        find_handins(tmp_path, LESSONS)
    (tmp_path / "x.txt").write_text("x")
    with pytest.raises(NothingFound, match="neither a folder, a zip archive nor a notebook"):
        find_handins(tmp_path / "x.txt", LESSONS)


def test_digest_tells_hand_ins_apart(tmp_path: Path) -> None:
    """Any change in what was handed in, and nothing else, changes the digest."""
    files = {f"ada/{TWO}.ipynb": EMPTY, "ada/helper.py": b"1"}

    def digest(**changes: bytes) -> str:
        root = _folder(tmp_path / str(len(list(tmp_path.iterdir()))), {**files, **changes})
        (handin,) = find_handins(root, LESSONS).handins
        return handin.digest()

    assert digest() == digest()
    different = {
        digest(),
        digest(**{f"ada/{TWO}.ipynb": EMPTY + b" "}),
        digest(**{"ada/helper.py": b"2"}),
        digest(**{"ada/b": b""}),
    }
    assert len(different) == 4


_part = st.sampled_from(
    f"ada bob submitted {TWO} 09 x.ipynb {TWO}.ipynb my_cnn.keras a.zip submission_1 submission_metadata.yml "
    "Jane_1_assignsubmission_file_ jane_1_2_02.ipynb .. =1 .hidden b\nc".split(" ")
)


@settings(deadline=None)
@given(st.dictionaries(st.lists(_part, min_size=1, max_size=4).map("/".join), st.binary(max_size=20), max_size=8))
def test_any_tree_gives_a_class_or_nothing(files: Files) -> None:
    """No other exception escapes, and no student and lesson come twice, whatever an archive's members are called."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = _zipped(Path(folder) / "class.zip", files)
        try:
            found: ClassFound = find_handins(path, LESSONS)
        except NothingFound:
            return
        keys = [(one.student, one.lesson) for one in found.handins]
        assert len(keys) == len(set(keys))
        for handin in found.handins:
            handin.digest()
