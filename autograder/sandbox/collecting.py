"""Takes in what one job sends, with every size capped, until its warden says how it ended."""

from __future__ import annotations

import json
import os
import select
import socket
import time

from autograder.inside.limits import Limits
from autograder.sandbox.ending import Ended, Ending, clean
from autograder.sandbox.frames import FrameReader

# Beyond the job's own limit: for building the jail, and for killing what does not want to die.
_GRACE_SECONDS = 90.0
_LONGEST_WAIT_SECONDS = 3600.0  # poll(2) counts milliseconds in 32 bits
_CHUNK_BYTES = 1 << 16
_MESSAGE_BYTES = 1 << 16
# What the warden says of a job that it was told to end.
_TOLD = "told"
# The warden's messages, by their first byte; see autograder.inside.warden.
_READY, _FAULT, _STDOUT, _STDERR, _ENDING = b"R", b"X", b"O", b"E", b"F"


class Collector:
    """Collects one job's findings and its ending.

    Parameters
    ----------
    limits : Limits
        The job's.
    leash : socket
        Where the job's warden speaks; the job dies when this end is closed or shut.
    evidence : int
        The reading end of the pipe that the job writes its findings to.
    """

    def __init__(self, limits: Limits, leash: socket.socket, evidence: int) -> None:
        self._limits = limits
        self._leash = leash
        self._evidence = evidence
        os.set_blocking(evidence, False)
        self._frames = FrameReader(limits.evidence_bytes)
        self._told: dict[bytes, bytes] = {}
        self._heard_at: float | None = None
        self._silent = False

    def collect(self) -> Ending:
        """Return the ending, once it is there; a fault if it does not come in time."""
        poll = select.poll()
        poll.register(self._leash, select.POLLIN)
        poll.register(self._evidence, select.POLLIN)
        deadline = time.monotonic() + self._limits.wall_seconds + _GRACE_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            for file, _ in poll.poll(min(left, self._patience(), _LONGEST_WAIT_SECONDS) * 1000 + 1):
                if file == self._evidence:
                    if not self._read_evidence():
                        poll.unregister(self._evidence)
                elif not self._hear():
                    while self._read_evidence():
                        pass
                    return self._ending()
            if self._patience() <= 0 and not self._silent:
                self._silent = True
                self._leash.shutdown(socket.SHUT_WR)
        return self._fault("the job did not end in time, and its warden did not end it")

    def _patience(self) -> float:
        """Return the seconds until the job has been silent for too long, once its routine runs."""
        if self._heard_at is None or self._silent:
            return _LONGEST_WAIT_SECONDS
        return max(0.0, self._heard_at + self._limits.silence_seconds - time.monotonic())

    def _read_evidence(self) -> bool:
        """Take one piece of evidence; return False if no more is to be had. Too much of it ends the job."""
        try:
            data = os.read(self._evidence, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        known = len(self._frames.frames)
        self._frames.feed(data)
        if len(self._frames.frames) > known:
            self._heard_at = time.monotonic()
        if self._frames.too_big:
            self._leash.shutdown(socket.SHUT_WR)
            return False
        return bool(data)

    def _hear(self) -> bool:
        """Take one message from the warden; return False after the last."""
        try:
            message = self._leash.recv(_MESSAGE_BYTES)
        except ConnectionError:
            message = b""
        self._told[message[:1]] = message[1:]
        if message[:1] == _READY:
            self._heard_at = time.monotonic()
        return message[:1] not in (b"", _FAULT, _ENDING)

    def _fault(self, text: str) -> Ending:
        return Ending(frames=tuple(self._frames.frames), ended=Ended.FAULT, fault=text)

    def _ending(self) -> Ending:
        if _FAULT in self._told:
            return self._fault(clean(self._told[_FAULT]))
        if _ENDING not in self._told:
            return self._fault("the zygote died while the job ran")
        facts = json.loads(self._told[_ENDING])
        if self._frames.too_big:
            ended = Ended.EVIDENCE_TOO_BIG
        elif facts["ended"] == _TOLD:
            ended = Ended.TIMEOUT
        else:
            ended = Ended(facts["ended"])
            if ended is Ended.FINISHED and not self._frames.finished:
                ended = Ended.CRASHED  # it left by os._exit(0) before the routine came to its end
        return Ending(
            frames=tuple(self._frames.frames),
            ended=ended,
            signal=facts["signal"],
            exit_code=facts["exit_code"],
            detail=clean(self._told.get(_STDERR, b"")),
            output=clean(self._told.get(_STDOUT, b"")),
            wall_seconds=facts["wall_seconds"],
            cpu_seconds=facts["cpu_seconds"],
            peak_bytes=facts["peak_bytes"] or None,
        )
