"""What a zygote has imported before the first job, and what it may see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of zygote.

    Attributes
    ----------
    name : str
        What it is called in messages.
    modules : tuple of str
        Imported before the first job. None may run a TensorFlow operation: a fork could not train any more.
    calls : tuple of str
        Functions, as ``module:name``, called before the first job for what they keep: every job has it at once.
    sees_digits : bool
        Whether digitlab's digits and their labels are on its disk.
    """

    name: str
    modules: tuple[str, ...]
    calls: tuple[str, ...] = ()
    sees_digits: bool = True


_SCIENCE = (
    "numpy",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "sklearn.metrics",
    "sklearn.model_selection",
)
# What a shell imports when it starts: a third of what a job computes, where it has to.
_SHELL = (
    *("IPython", "IPython.core.application", "IPython.core.completer", "IPython.core.completerlib"),
    *("IPython.core.crashhandler", "IPython.core.magics", "IPython.core.oinspect", "autograder.inside.figures"),
)

# The routines themselves, so that no job has to import them.
_ROUTINES = ("autograder.inside.notebook", "digitlab")
# Reading the digits takes longer than most answers do.
_DIGITS = ("digitlab:load_mnist",)

BARE = Kind(name="bare", modules=())
LIGHT = Kind(name="light", modules=(*_SCIENCE, *_SHELL, *_ROUTINES), calls=_DIGITS)
TENSORFLOW = Kind(name="tensorflow", modules=(*_SCIENCE, *_SHELL, *_ROUTINES, "tensorflow", "keras"), calls=_DIGITS)
# A student's model is asked about digits whose labels it must not find.
MODEL = Kind(
    name="model", modules=("autograder.inside.model_file", "numpy", "tensorflow", "keras", "h5py"), sees_digits=False
)

KINDS = (BARE, LIGHT, TENSORFLOW, MODEL)
