"""How a run gets on, on standard error: a bar with the time left, or plain lines where there is no terminal."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any, TextIO

from autograder.handins import HandIn
from autograder.records import LessonResult
from autograder.wording import one_line

DELAY_SECONDS = 2.0
LINE_SECONDS = 10.0


class Progress:
    """Shows who is being graded, how many are done, how long it takes still, and what could not be judged so far."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._bar: Any = None
        self._lock = threading.Lock()
        self._todo = self._done = self._unjudged = 0
        self._began = self._last_line = 0.0

    def begins(self, todo: int, kept: int) -> None:
        """Show how many hand-ins there are, and how many of them are graded already."""
        self._todo = todo
        self._began = self._last_line = time.monotonic()
        if kept:
            what = "all of them are graded already" if not todo else f"{kept} are graded already and have not changed"
            self._say(f"{kept + todo} hand-ins; {what}.")
        if todo and self._stream.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=todo, unit="hand-in", file=self._stream, delay=DELAY_SECONDS, leave=False, ncols=100)

    def starts(self, handin: HandIn) -> None:
        """Show who is being graded."""
        with self._lock:
            if self._bar is not None:
                late = time.monotonic() - self._began >= DELAY_SECONDS
                self._bar.set_postfix_str(one_line(handin.student, 24), refresh=late)

    def ends(self, result: LessonResult) -> None:
        """Count a finished one; say at once what needs a person."""
        with self._lock:
            self._done += 1
            if result.needs_a_person:
                self._unjudged += 1
                self._say(f"{one_line(result.student, 60)}, {result.lesson}: could not be judged in full")
            if self._bar is not None:
                self._bar.set_description_str(f"{self._unjudged} not judged" if self._unjudged else "", refresh=False)
                self._bar.update()
            elif time.monotonic() - self._last_line >= LINE_SECONDS:
                self._last_line = time.monotonic()
                self._say(f"graded {self._done} of {self._todo}, about {_duration(self._seconds_left())} left")

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def _seconds_left(self) -> float:
        return (time.monotonic() - self._began) / max(1, self._done) * (self._todo - self._done)

    def _say(self, line: str) -> None:
        if self._bar is not None:
            self._bar.write(line, file=self._stream)
        else:
            print(line, file=self._stream, flush=True)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
