"""Takes frames from a pipe that a stranger can write to: splits, counts, caps, and never looks inside."""

from __future__ import annotations

from autograder.inside.frames import END_MARK, LENGTH

MAX_FRAMES = 100_000


class FrameReader:
    """Collects the frames of one job, at most `cap_bytes` with their lengths.

    Attributes
    ----------
    frames : list of bytes
        The whole frames so far.
    finished : bool
        Whether the end mark came. What comes after it is thrown away.
    too_big : bool
        Whether the cap was passed, or a frame was announced that would pass it. Nothing is kept from there on.
    """

    def __init__(self, cap_bytes: int) -> None:
        self._cap_bytes = cap_bytes
        self._taken = 0
        self._rest = bytearray()
        self.frames: list[bytes] = []
        self.finished = False
        self.too_big = False

    def feed(self, data: bytes) -> None:
        """Take what came out of the pipe."""
        if self.finished or self.too_big:
            return
        self._rest += data
        start = 0
        while len(self._rest) - start >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._rest, start)
            if length == END_MARK:
                self.finished = True
                break
            end = start + LENGTH.size + length
            if self._taken + LENGTH.size + length > self._cap_bytes or len(self.frames) == MAX_FRAMES:
                self.too_big = True
                break
            if end > len(self._rest):
                break
            self.frames.append(bytes(memoryview(self._rest)[start + LENGTH.size : end]))
            self._taken += LENGTH.size + length
            start = end
        if self.finished or self.too_big:
            self._rest.clear()
        elif start:
            del self._rest[:start]
