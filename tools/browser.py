"""JupyterLab on a folder and Chromium to look at it: for the browser tests, and for the pictures of the README."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHROMIUM_OPTIONS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Each code cell's prompt shows the number of its run; it is [*] while it waits or runs.
ALL_HAVE_RUN = """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
    .every(prompt => /\\[\\d+\\]/.test(prompt.textContent))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A running JupyterLab: its address with the token in it, and its folder."""

    address: str
    token: str
    folder: Path

    def page_of(self, notebook: str) -> str:
        """The address of one notebook, in a workspace of its own."""
        return f"{self.address}/lab/workspaces/{secrets.token_hex(4)}/tree/{notebook}?token={self.token}&reset"


def chromium_path() -> str | None:
    """Return where Debian's or the system's Chromium lies, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def jupyterlab(folder: Path, *, seconds: float = 120.0, as_learners_do: bool = False) -> Iterator[Lab]:
    """Run JupyterLab on a folder, with settings of its own, until the block ends; where asked, by `digitlab lab`."""
    port = free_port()
    token = secrets.token_hex(16)
    home = folder.parent / f"{folder.name}-home"
    home.mkdir(exist_ok=True)
    _write_settings(home / "config" / "lab" / "user-settings" / "@jupyterlab")
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data")}
    environment |= {"IPYTHONDIR": str(home / "ipython"), "HOME": str(home)}
    options = [f"--ServerApp.port={port}", f"--IdentityProvider.token={token}", "--ServerApp.port_retries=0"]
    if as_learners_do:
        command = [sys.executable, "-m", "digitlab", "lab", str(folder), "--no-browser", "--", *options]
    else:
        options += ["--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}"]
        command = [sys.executable, "-m", "jupyter", "lab", *options]
    log = home / "lab.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(f"{address}/api?token={token}", server, log, seconds)
            yield Lab(address=address, token=token, folder=folder)
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _write_settings(folder: Path) -> None:
    """Let JupyterLab ask for no news, and draw all cells at once: a browser finds only what is drawn."""
    for name, settings in (
        ("notebook-extension/tracker", {"windowingMode": "none"}),
        ("apputils-extension/notification", {"fetchNews": "false", "checkForUpdates": False}),
    ):
        path = folder / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))


def _wait(address: str, server: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"JupyterLab ended at once:\n{log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server on this machine
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise TimeoutError(f"JupyterLab did not answer within {seconds:g} seconds:\n{log.read_text()[-2000:]}")


@contextlib.contextmanager
def browser_page(width: int = 1280, height: int = 900, **options: Any) -> Iterator[Any]:
    """Open Chromium without a screen, and a page of that size, until the block ends."""
    from playwright.sync_api import sync_playwright

    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=[*CHROMIUM_OPTIONS, *as_root], timeout=60_000
        )
        try:
            page = browser.new_page(viewport={"width": width, "height": height}, **options)
            page.set_default_timeout(60_000)
            yield page
        finally:
            browser.close()


def open_notebook(page: Any, lab: Lab, notebook: str) -> None:
    """Open a notebook in JupyterLab and wait until its kernel is ready."""
    page.goto(lab.page_of(notebook))
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=120_000)
    _wait_for_kernel(lab, notebook, 180.0)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=180_000)
    page.keyboard.press("Escape")


def sessions(lab: Lab) -> list[dict[str, Any]]:
    """Return what the server says of the notebooks that have a kernel."""
    with urllib.request.urlopen(f"{lab.address}/api/sessions?token={lab.token}", timeout=30) as answer:  # noqa: S310
        return list(json.load(answer))


def _wait_for_kernel(lab: Lab, notebook: str, seconds: float) -> None:
    """Wait until the page is connected with the notebook's kernel: until then JupyterLab would ask which to take."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for session in sessions(lab):
            kernel = session["kernel"] or {}
            if session["path"] == notebook and kernel["connections"] and kernel["execution_state"] == "idle":
                return
        time.sleep(0.2)
    raise TimeoutError(f"The kernel of {notebook} was not ready within {seconds:g} seconds.")


def run_all(page: Any, *, seconds: float = 300.0) -> None:
    """Run all cells by the menu, and wait until the last one has run."""
    page.click("li.lm-MenuBar-item:has-text('Run')")
    page.click("li.lm-Menu-item:has-text('Run All Cells')")
    page.wait_for_function(ALL_HAVE_RUN, timeout=seconds * 1000)
