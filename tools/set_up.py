"""Make `.venv` from a lock with hashes: the packages, the project itself, and compiled bytecode.

    python tools/set_up.py users|developers

`make` calls this with a suitable Python when a lock is newer than what was made from it. It needs the standard library
alone. The stamp is written last, so a set-up that was interrupted at any moment is begun anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LOCKS = {"users": "requirements.lock", "developers": "requirements-dev.lock"}
VENV = Path(".venv")
UNFINISHED = VENV / "unfinished"
MADE_AT = VENV / "made-at"
LOG = VENV / "set-up.log"
SPACE_NEEDED_GB = 4.5  # 2.6 in .venv, 0.8 in pip's cache, and room for what pip unpacks meanwhile

# A user's own settings of Python and pip that would lead the installation away from .venv or leave no bytecode there.
MISLEADING = (
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
    "PYTHONPATH",
    "PYTHONHOME",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
)


class SetUpError(Exception):
    """What stopped the set-up, and what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipProgress:
    """How far pip is, as its log and the environment show it."""

    packages: int
    fetched: int
    installed: int
    now: str | None

    def __str__(self) -> str:
        if self.installed:
            return f"installing: {min(self.installed, self.packages)} of {self.packages} packages"
        return f"fetching: {self.fetched} of {self.packages} packages" + (f" ({self.now})" if self.now else "")


def main(arguments: list[str]) -> int:
    """Set up for users or for developers; return the exit status."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print(f"usage: python tools/set_up.py {'|'.join(LOCKS)}", file=sys.stderr)
        return 2
    os.chdir(Path(__file__).resolve().parent.parent)
    try:
        with alone():
            set_up(arguments[0])
    except SetUpError as problem:
        print(f"Set-up stopped: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up was interrupted. The next make begins it anew.", file=sys.stderr)
        return 130
    return 0


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other set-up of this clone is at work."""
    folder = os.open(".", os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up is at work here; waiting for it.", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def set_up(kind: str) -> None:
    """Bring `.venv` to what the lock says, doing only what is needed."""
    wanted = fingerprint(kind)
    stamp = VENV / f"ready-for-{kind}"
    sound = is_sound()
    if sound and stamp.exists() and stamp.read_text() == wanted:
        stamp.touch()
        return
    began = time.monotonic()
    if not sound:
        refuse_what_cannot_work()
        print(
            f"Setting up .venv with Python {platform.python_version()}. This is done once: about 0.7 GB to fetch,",
            end=" ",
        )
        print("then about a minute.", flush=True)
        make_environment()
    else:
        print(f"Updating .venv from {LOCKS[kind]}.", flush=True)
    UNFINISHED.touch()
    install(LOCKS[kind])
    compile_bytecode()
    MADE_AT.write_text(str(Path.cwd()) + "\n")
    for ready in LOCKS if kind == "developers" else (kind,):  # the developers' lock holds the users' lock
        (VENV / f"ready-for-{ready}").write_text(fingerprint(ready))
    UNFINISHED.unlink()
    print(f"Set up in {time.monotonic() - began:.0f} s.", flush=True)


def fingerprint(kind: str) -> str:
    """Return what decides the environment: the lock, the project's own metadata, and where they lie."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    deciding = [Path(LOCKS[kind]).read_text(encoding="utf-8"), project["project"], project["build-system"]]
    return hashlib.sha256(repr([*deciding, str(Path.cwd())]).encode()).hexdigest()


def is_sound() -> bool:
    """Whether there is an environment to go on with: finished once, made here, and with a Python that starts."""
    if UNFINISHED.exists() or not MADE_AT.exists() or MADE_AT.read_text() != str(Path.cwd()) + "\n":
        return False
    if not Path(venv_python()).exists():
        return False
    found = subprocess.run([venv_python(), "-c", "import pip, sys; print(*sys.version_info[:2])"], capture_output=True)
    return found.stdout.split() in ([b"3", b"11"], [b"3", b"12"], [b"3", b"13"])


def refuse_what_cannot_work() -> None:
    """Say before the long wait what would end it in a riddle.

    Raises
    ------
    SetUpError
        On a Mac with an Intel processor, and on a disk that is too full.
    """
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        raise SetUpError(
            "TensorFlow has no package for Macs with an Intel processor since version 2.17. "
            "Use a Linux container or virtual machine on this Mac, or another computer."
        )
    free = shutil.disk_usage(".").free / 1e9
    if free < SPACE_NEEDED_GB and not VENV.exists():
        raise SetUpError(f"{SPACE_NEEDED_GB} GB of disk are needed here, and {free:.1f} GB are free. Free some space.")


def make_environment() -> None:
    """Make `.venv` anew, empty but for pip."""
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if made.returncode != 0:
        said = (made.stdout + made.stderr).strip().splitlines() or ["no reason was given"]
        raise SetUpError(
            f"`{sys.executable} -m venv .venv` failed ({said[-1]}). Check that you may write in this folder."
        )


def install(lock: str) -> None:
    """Install what the lock names, each file checked against its hash, and the project itself as it lies here."""
    with LOG.open("w", encoding="utf-8") as log:
        log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {lock}\n")
    pip("install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-compile", "-r", lock)
    pip("install", "--no-build-isolation", "--no-deps", "--no-index", "--editable", ".")
    pip("check", remedy="The lock does not fit together: make it anew with `make lock`.")


def pip(*arguments: str, remedy: str = "Check the network and the space on this disk.") -> None:
    """Run pip: everything it says goes to the log, one line of progress to the screen, and its errors too.

    Raises
    ------
    SetUpError
        If pip fails.
    """
    begins = LOG.stat().st_size
    command = [venv_python(), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    if arguments[0] == "install":
        command += ["--progress-bar", "off"]
    with LOG.open("a", encoding="utf-8") as log, Screen() as screen:
        running = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment())
        while running.poll() is None:
            time.sleep(0.2)
            if "-r" in arguments:
                screen.show(str(pip_progress(Path(arguments[-1]), read_log(begins))))
    if running.returncode != 0:
        said = read_log(begins)
        errors = re.findall(r"^\s*(?:ERROR|error): .*", said, re.MULTILINE) or said.splitlines()[-8:]
        raise SetUpError(
            "pip could not go on. It said:\n  "
            + "\n  ".join(line.strip() for line in errors)
            + f"\n{remedy} Then run the same command again. All that pip said is in {LOG}."
        )


def read_log(begins: int) -> str:
    """Return what was written to the log after its first `begins` bytes."""
    with LOG.open("rb") as log:
        log.seek(begins)
        return log.read().decode("utf-8", errors="replace")


def pip_progress(lock: Path, said: str) -> PipProgress:
    """Return how far pip is, from what it said; while it installs it says nothing, so the packages are counted."""
    pins = len(re.findall(r"^[A-Za-z0-9].*==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    collecting = re.findall(r"^(?:Collecting|Requirement already satisfied:) ([\w.-]+==[\w.]+)", said, re.MULTILINE)
    installing = "Installing collected packages" in said
    return PipProgress(
        packages=pins - len(re.findall(r"^Ignoring ", said, re.MULTILINE)),
        fetched=max(0, len(collecting) - 1),
        installed=len(list(site_packages().glob("*.dist-info"))) if installing else 0,
        now=collecting[-1].replace("==", " ") if collecting else None,
    )


def compile_bytecode() -> None:
    """Compile every module, on all processors: without it each start of TensorFlow takes three times as long.

    Raises
    ------
    SetUpError
        If there is a package whose bytecode is not there afterwards.
    """
    print("compiling", flush=True)
    sources = [str(site_packages()), *(folder for folder in ("digitlab", "autograder") if Path(folder).is_dir())]
    # A package may carry a file that is no valid Python, as data: what counts is looked at below.
    subprocess.run(
        [venv_python(), "-W", "ignore", "-m", "compileall", "-q", "-q", "-j", "0", *sources], env=environment()
    )
    missing = [
        module.parent.name
        for module in sorted(site_packages().glob("*/__init__.py"))
        if not list(module.parent.glob("__pycache__/__init__.*.pyc"))
    ]
    if missing:
        raise SetUpError(
            f"The bytecode of {', '.join(missing)} could not be written into .venv. Check the free space on this disk."
        )


def environment() -> dict[str, str]:
    """Return this process's environment without the settings that would mislead the installation."""
    return {name: value for name, value in os.environ.items() if name not in MISLEADING} | {"PIP_USER": "0"}


def venv_python() -> str:
    """Return the environment's Python."""
    return str(VENV / "bin" / "python")


def site_packages() -> Path:
    """Return the folder that packages are installed into."""
    return next((VENV / "lib").glob("python3.*/site-packages"))


class Screen:
    """One line that is rewritten on a terminal; elsewhere a line now and then."""

    def __init__(self) -> None:
        self._rewrites = sys.stdout.isatty()
        self._last = ""
        self._next_line_at = 0.0

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *_: object) -> None:
        if self._rewrites and self._last:
            print(flush=True)

    def show(self, text: str) -> None:
        """Show how far the work is."""
        if text == self._last:
            return
        if self._rewrites:
            print(f"\r{text[:100]:<{len(self._last)}}", end="", flush=True)
        elif time.monotonic() >= self._next_line_at:
            self._next_line_at = time.monotonic() + 10
            print(text, flush=True)
        self._last = text


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
