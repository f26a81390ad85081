"""Real kernels: what a check shows to a person in a notebook, and to a program that runs one."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

WIDGET = "application/vnd.jupyter.widget-view+json"
DEFINE = (
    "from autograder import check\n"
    "import numpy as np, sys, os, warnings\n"
    "def scale_pixels(images):\n"
    "    print('noise'); print('noise', file=sys.stderr); os.write(2, b'noise'); warnings.warn('noise')\n"
    "    return (images / 256).astype(np.float32)\n"
)
CHECK = 'check("l02_scale_pixels", scale_pixels)'

Message = dict[str, Any]


class Frontend:
    """As much of a notebook's front end as it takes to run a cell and press a button."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self.client = client
        self.widgets: dict[str, dict[str, Any]] = {}

    def run(self, code: str, *, person: bool = True) -> list[Message]:
        """Run a cell; `person` says whether somebody could answer a question. Return what the cell gave."""
        return self._until_idle(self.client.execute(code, allow_stdin=person))

    def press(self, description: str) -> None:
        """Press the newest button with these words on it."""
        button = [key for key, state in self.widgets.items() if state.get("description") == description][-1]
        content = {"comm_id": button, "data": {"method": "custom", "content": {"event": "click"}}}
        message = self.client.session.msg("comm_msg", content)
        self.client.shell_channel.send(message)
        self._until_idle(message["header"]["msg_id"])

    def newest(self, name: str) -> Any:
        """Return a trait of the newest widget that has it."""
        return [state[name] for state in self.widgets.values() if name in state][-1]

    def _until_idle(self, request: str) -> list[Message]:
        outputs: list[Message] = []
        end = time.monotonic() + 60
        while time.monotonic() < end:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return outputs
            if kind in {"comm_open", "comm_msg"}:
                self.widgets.setdefault(content["comm_id"], {}).update(content["data"].get("state", {}))
            elif kind in {"display_data", "execute_result", "stream", "error"}:
                outputs.append({"kind": kind, **content})
        raise TimeoutError(f"no answer to {request}")


@pytest.fixture
def frontend(folder: Path) -> Iterator[Frontend]:
    """Yield a front end to a fresh kernel that has defined a wrong answer."""
    manager, client = start_new_kernel(cwd=str(folder))
    try:
        one = Frontend(client)
        assert one.run(DEFINE) == []
        yield one
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def journal_of(folder: Path) -> list[dict[str, Any]]:
    """Return the journal that the kernel kept."""
    return [json.loads(line) for line in (folder / ".digitlab" / "journal.jsonl").read_text().splitlines()]


@pytest.mark.slow
def test_a_person_sees_the_card_then_buttons_then_a_line(frontend: Frontend) -> None:
    """Card, buttons, result, in this order; the result's plain text is the points; nothing on stderr."""
    card, buttons, result = frontend.run(CHECK)
    assert [one["kind"] for one in (card, buttons, result)] == ["display_data", "display_data", "execute_result"]
    assert "Not right yet" in card["data"]["text/html"]
    assert "Not right yet" in card["data"]["text/plain"]
    assert ".hint()" not in card["data"]["text/html"]
    assert WIDGET in buttons["data"]
    assert result["data"] == {"text/plain": "0.0", "text/html": "<span>0 of 2 points</span>"}


@pytest.mark.slow
def test_the_buttons_show_hints_and_then_the_solution(frontend: Frontend, folder: Path) -> None:
    """Each press shows its hint to eyes and ears and is noted; after the third the solution can be had."""
    frontend.run(CHECK)
    assert {"Hint 1", "Hint 2", "Hint 3", "Solution (after 3 more)"} <= {
        state.get("description") for state in frontend.widgets.values()
    }
    for number in (1, 2, 3):
        assert frontend.newest("disabled") is True
        frontend.press(f"Hint {number}")
        assert f"Hint {number} of 3" in frontend.newest("value")
        assert 'role="alert"' in frontend.newest("value")
    assert frontend.newest("disabled") is False
    frontend.press("Show solution")
    assert "def scale_pixels(" in frontend.newest("value")
    assert [event["event"] for event in journal_of(folder)] == ["check", "hint", "hint", "hint", "solution"]


@pytest.mark.slow
def test_a_program_gets_the_card_alone(frontend: Frontend) -> None:
    """Where nobody could press them there are no buttons; what to type for a hint is said instead."""
    card, result = frontend.run(CHECK, person=False)
    assert WIDGET not in card["data"]
    assert ".hint()" in card["data"]["text/html"]
    assert result["data"]["text/plain"] == "0.0"


@pytest.mark.slow
def test_without_widgets_there_is_text(frontend: Frontend) -> None:
    """Where ipywidgets is not installed the card says what to type."""
    frontend.run("sys.modules['ipywidgets'] = None")
    card, _result = frontend.run(CHECK)
    assert ".hint()" in card["data"]["text/html"]


@pytest.mark.slow
def test_a_hint_is_shown_as_a_card(frontend: Frontend) -> None:
    """`check(...).hint()` shows the hint after the card, in HTML and in text."""
    *_, hint = frontend.run(CHECK + ".hint()")
    assert "Hint 1 of 3" in hint["data"]["text/plain"]
    assert "Hint 1 of 3" in hint["data"]["text/html"]


@pytest.mark.slow
def test_an_unknown_exercise_ends_in_one_sentence(frontend: Frontend) -> None:
    """The last line of the error says which exercises come near."""
    (error,) = frontend.run('check("l02_scale_pixel", scale_pixels)')
    assert error["ename"] == "ValueError"
    assert "Did you mean l02_scale_pixels" in error["evalue"]


@pytest.mark.slow
def test_ipython_in_a_terminal_is_a_terminal(folder: Path) -> None:
    """Without a kernel the card is printed."""
    code = DEFINE + CHECK
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--colors=NoColor", "-c", code], capture_output=True, text=True, check=True
    )
    assert "✘ Not right yet" in done.stdout
    assert "IPython.core.display" not in done.stdout
