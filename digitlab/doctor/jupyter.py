"""The kernel that runs a notebook, and the widgets in JupyterLab."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from digitlab.doctor.finding import Finding, install, install_again, ok, problem, python, warning

KERNEL = "python3"
_START_SECONDS = 60
_WHO = "import sys, digitlab; print(sys.prefix)"

# What a browser loads for widgets, and the package that brings it.
_EXTENSIONS = {"@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets", "ipycanvas": "ipycanvas"}


def check_kernel(folder: Path) -> Finding:
    """Start the kernel that the lessons name, and let it import digitlab."""
    from jupyter_client.kernelspec import NoSuchKernel
    from jupyter_client.manager import start_new_kernel

    began = time.perf_counter()
    try:
        manager, client = start_new_kernel(
            startup_timeout=_START_SECONDS, kernel_name=KERNEL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except NoSuchKernel:
        return problem("Kernel", f"Jupyter knows no kernel {KERNEL!r}", _install_kernel())
    except (RuntimeError, OSError) as error:
        return problem("Kernel", f"the kernel {KERNEL!r} does not start ({error})", _install_kernel())
    try:
        said: list[str] = []
        reply = client.execute_interactive(
            _WHO, timeout=_START_SECONDS, output_hook=_listener(said), store_history=False
        )
    except TimeoutError:
        return problem("Kernel", f"the kernel did not answer within {_START_SECONDS} s", "Restart this machine.")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.context.destroy()
    return judge_kernel(reply["content"], "".join(said).strip(), sys.prefix, time.perf_counter() - began)


def _listener(said: list[str]) -> Any:
    """Return a function that keeps what a kernel prints."""

    def listen(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
            said.append(message["content"]["text"])

    return listen


def judge_kernel(reply: dict[str, Any], prefix: str, expected_prefix: str, seconds: float) -> Finding:
    """Return whether the kernel can import digitlab, and is of the environment that the doctor runs in.

    Parameters
    ----------
    reply : dict
        The content of the kernel's reply: its ``status`` and, after an error, ``ename`` and ``evalue``.
    prefix, expected_prefix : str
        ``sys.prefix`` in the kernel and here.
    seconds : float
        From the start to the answer.
    """
    if reply["status"] != "ok":
        return problem(
            "Kernel",
            f"in the kernel, importing digitlab fails ({reply['ename']}: {reply['evalue']})",
            _install_kernel(),
        )
    if Path(prefix) != Path(expected_prefix):
        return warning(
            "Kernel", f"the kernel {KERNEL!r} is of another Python ({prefix}, not {expected_prefix})", _install_kernel()
        )
    return ok("Kernel", f"started and answered in {seconds:.1f} s")


def _install_kernel() -> str:
    if importlib.util.find_spec("ipykernel") is None:
        return f"{install('ipykernel')}, then look again."
    return f"Name this Python to Jupyter: {python()} -m ipykernel install --sys-prefix --name {KERNEL}"


def check_widgets(folder: Path) -> Finding:
    """Look at the widgets' packages and at what JupyterLab has of them for the browser."""
    for package in ("ipywidgets", "ipycanvas"):
        if importlib.util.find_spec(package) is None:
            return problem(
                "Widgets",
                f"{package} is not installed, so what you could play with stands still, as pictures",
                install(package),
            )
    import ipycanvas
    import ipywidgets
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_page_config

    page = get_page_config(jupyter_path("labextensions"))
    return judge_widgets(
        f"ipywidgets {ipywidgets.__version__}, ipycanvas {ipycanvas.__version__}",
        present={extension["name"] for extension in page["federated_extensions"]},
        disabled=set(page.get("disabledExtensions", ())),
    )


def judge_widgets(versions: str, present: Collection[str], disabled: Collection[str]) -> Finding:
    """Return whether JupyterLab has, and uses, what the widgets need in the browser."""
    for extension, package in _EXTENSIONS.items():
        if extension not in present:
            return problem(
                "Widgets",
                f"JupyterLab does not have {extension}, so widgets stay empty",
                f"{install(f'--force-reinstall {package}')}. Where that does not help: {install_again()}",
            )
        if extension in disabled:
            return problem(
                "Widgets",
                f"JupyterLab's extension {extension} is switched off, so widgets stay empty",
                f"{python()} -m jupyter labextension enable {extension}",
            )
    return ok("Widgets", versions)
