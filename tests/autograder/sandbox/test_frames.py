"""The reader of a stranger's pipe takes whole frames up to a cap, however the bytes arrive."""

from __future__ import annotations

import itertools
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.inside.frames import LENGTH, Sender
from autograder.sandbox.frames import MAX_FRAMES, FrameReader

CAP = 1000


def split_slowly(data: bytes, cap: int) -> tuple[list[bytes], bool, bool]:
    """Return frames, whether finished, whether too big; one byte after another, as a specification."""
    frames: list[bytes] = []
    taken = at = 0
    while len(data) - at >= 4:
        length = int.from_bytes(data[at : at + 4], "big")
        if length == 2**32 - 1:
            return frames, True, False
        taken += 4 + length
        if taken > cap or len(frames) == MAX_FRAMES:
            return frames, False, True
        if len(data) < at + 4 + length:
            break
        frames.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return frames, False, False


STREAM = st.lists(
    st.one_of(
        st.binary(max_size=400).map(lambda body: LENGTH.pack(len(body)) + body),
        st.just(b"\xff\xff\xff\xff"),
        st.binary(max_size=8),
    ),
    max_size=12,
).map(b"".join)


@given(data=STREAM, cuts=st.lists(st.integers(0, 5000), max_size=10))
def test_as_the_slow_reading_says(data: bytes, cuts: list[int]) -> None:
    """Whatever the bytes, and wherever they are cut, the result is that of a slow, plain reading."""
    reader = FrameReader(CAP)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        reader.feed(data[start:end])
    assert (reader.frames, reader.finished, reader.too_big) == split_slowly(data, CAP)


@given(data=st.binary(max_size=200_000))
def test_it_never_holds_more_than_the_cap(data: bytes) -> None:
    """Random bytes never make it keep more than the cap and one reading."""
    reader = FrameReader(CAP)
    reader.feed(data)
    assert sum(map(len, reader.frames)) <= CAP
    assert len(reader._rest) <= CAP


def test_many_empty_frames_are_too_many() -> None:
    """Frames without contents are counted too."""
    reader = FrameReader(1 << 30)
    reader.feed(bytes(4 * (MAX_FRAMES + 1)))
    assert reader.too_big
    assert len(reader.frames) == MAX_FRAMES


def test_what_is_sent_is_what_is_read() -> None:
    """What the sender writes from several threads at once, the reader splits into the same frames."""
    ours, theirs = os.pipe()
    sender = Sender(theirs)
    bodies = [bytes([n]) * (n * 997) for n in range(40)]

    def send(part: list[bytes]) -> None:
        for body in part:
            sender.emit(body)

    threads = [threading.Thread(target=send, args=(bodies[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    reader = FrameReader(1 << 20)
    while len(reader.frames) < len(bodies):
        reader.feed(os.read(ours, 1000))
    for thread in threads:
        thread.join()
    sender.finish()
    reader.feed(os.read(ours, 1000))
    assert sorted(reader.frames) == sorted(bodies)
    assert reader.finished
    os.close(ours)
    with pytest.raises(BrokenPipeError):
        sender.emit(b"x")
    os.close(theirs)
