"""The evidence of a handed-in model: one job in a fresh sandbox that holds no labels."""

from __future__ import annotations

import functools

from autograder.execution import Runner, killed_by
from autograder.exercise import Cases, Exercise
from autograder.inside.codec import CodecError, decode, encode
from autograder.inside.limits import Limits
from autograder.integrity.digits import Digits
from autograder.records import Cause, Evidence, NotPlain, evidence_from_plain
from autograder.sandbox.ending import Ended
from autograder.sandbox.job import Job
from autograder.sandbox.kind import MODEL

ENTRY = "autograder.inside.model_file:run"
LIMITS = Limits(wall_seconds=90.0, cpu_seconds=720.0, memory_bytes=2 << 30)


# Other digits that a model is asked about, by name.
More = tuple[tuple[str, Digits], ...]


def evidence_of_model(
    exercise: Exercise, content: bytes, seed: int, runner: Runner, who: str, more: More = ()
) -> Evidence:
    """Return what a model file answers.

    Parameters
    ----------
    exercise : Exercise
        A file exercise: its `file` names the model, its one case holds the images.
    content : bytes
        Of the file as it was handed in. It is opened nowhere but in the sandbox.
    seed : int
        Of the order of the images.
    runner : Runner
        The sandbox. A fault of it is tried once more; then the evidence says that it is ours.
    who : str
        Whose file it is, for the sandbox's own messages.
    more : tuple of (name, Digits)
        Their images are asked about too; the answers come back in the fact `more`, by name.
    """
    if exercise.file is None:
        raise ValueError(f"{exercise.id} asks for no file")
    job = Job(
        id=f"{who}, {exercise.file}",
        entry=ENTRY,
        payload=_payload(exercise, seed, more),
        files=((exercise.file, content),),
        limits=LIMITS,
    )
    ending = runner.run(MODEL, job)
    if ending.ended is Ended.FAULT:
        ending = runner.run(MODEL, job)
    if ending.ended is Ended.FAULT:
        return Evidence(cause=Cause.GRADER, detail=ending.fault or "")
    for frame in ending.frames:
        try:
            plain = decode(frame)
            if plain["event"] == "probe" and plain["exercise"] == exercise.id:
                return evidence_from_plain(plain["evidence"])
        except (CodecError, NotPlain, KeyError, TypeError):
            continue
    return Evidence(found=True, cause=killed_by(ending))


@functools.lru_cache(maxsize=64)
def cases_of(exercise: Exercise, seed: int) -> Cases:
    """Return `exercise.cases(seed)`, drawn once for a whole class."""
    return exercise.cases(seed)


@functools.lru_cache(maxsize=4)
def _payload(exercise: Exercise, seed: int, more: More) -> bytes:
    (images,) = cases_of(exercise, seed)[0].args
    others = {name: digits.images for name, digits in more}
    return encode({"exercise": exercise.id, "file": exercise.file, "images": images, "more": others})
