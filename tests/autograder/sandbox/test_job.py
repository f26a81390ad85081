"""A job takes only what can be laid out safely."""

from __future__ import annotations

import pytest

from autograder.sandbox import Job, Limits

ENTRY = "autograder.inside.script:run"


def job(*files: tuple[str, bytes], limits: Limits | None = None) -> Job:
    """Return a job with these files."""
    return Job(id="ada", entry=ENTRY, payload=b"", files=files, limits=limits or Limits())


@pytest.mark.parametrize(
    "path",
    [
        "../x.py",
        "/etc/passwd",
        "a/../../x",
        "a/./b",
        "./x",
        "a//b",
        "a/",
        "",
        ".",
        "..",
        "a\0b",
        "\ud800.py",
        "x" * 256,
        "/".join(["folder"] * 200),
    ],
)
def test_paths_that_lead_elsewhere_are_refused(path: str) -> None:
    """Absolute, climbing, empty, too long, unprintable as bytes: refused, with the path in the message."""
    with pytest.raises(ValueError, match="cannot be laid beside the notebook"):
        job((path, b""))


@pytest.mark.parametrize(
    "path", ["x.py", "my helpers/ünï códe.py", "a/b/c.csv", "...", "-rf", "x" * 255, "a\nb", "‮fdp.exe"]
)
def test_strange_but_safe_names_are_taken(path: str) -> None:
    """Spaces, other scripts, newlines: a file name may hold them."""
    assert job((path, b"1")).files == ((path, b"1"),)


def test_one_path_is_used_once() -> None:
    """Two files of one path, or a file where another needs a folder, in either order, are refused."""
    for files in (
        (("a", b""), ("a", b"")),
        (("a", b""), ("a/b", b"")),
        (("a/b", b""), ("a", b"")),
        (("a", b""), ("a/b/c", b"")),
    ):
        with pytest.raises(ValueError, match="another file has the same path"):
            job(*files)


def test_files_have_to_fit() -> None:
    """One file over the limit, all together over it, or too many of them: refused, with the limit."""
    small = Limits(job_bytes=4000, file_bytes=2000, files=20)
    with pytest.raises(ValueError, match="it has 2001 bytes, the limit is 2000"):
        job(("a", bytes(2001)), limits=small)
    with pytest.raises(ValueError, match="3800 bytes together"):
        job(("a", bytes(1900)), ("b", bytes(1900)), limits=small)
    with pytest.raises(ValueError, match="At most 10 files"):
        job(*((str(n), b"") for n in range(11)), limits=small)


@pytest.mark.parametrize(
    "entry", ["os:system", "autograder.judging:judge", "autograder.inside.script", "autograder.inside:x"]
)
def test_only_our_routines_are_run(entry: str) -> None:
    """The entry is one of the routines that are made for the inside."""
    with pytest.raises(ValueError, match="entry"):
        Job(id="ada", entry=entry, payload=b"")


@pytest.mark.parametrize(
    "wrong",
    [{"wall_seconds": 0}, {"wall_seconds": float("nan")}, {"memory_bytes": -1}, {"processes": 1.5}, {"files": True}],
)
def test_limits_are_positive_numbers(wrong: dict[str, float]) -> None:
    """Nothing, less than nothing, no number: refused, with the name of the limit."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Limits(**wrong)  # type: ignore[arg-type]
