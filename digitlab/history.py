"""What a training went through, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What training went through, epoch by epoch.

    `loss` and `accuracy` are measured on the training images while they are learnt, `val_loss` and `val_accuracy` on
    the validation images after each epoch (empty where there were none); `seconds` is what each epoch took. Where
    it was `stopped` before its time (see `live_curves`), the last epoch may be of a part of the images.
    """

    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    val_loss: tuple[float, ...] = ()
    val_accuracy: tuple[float, ...] = ()
    seconds: tuple[float, ...] = ()
    stopped: bool = False

    @classmethod
    def of(cls, history: Any, seconds: tuple[float, ...] = ()) -> History:
        """Return the record of a Keras `History`, or of its dictionary.

        Raises
        ------
        ValueError
            If there is no loss or no accuracy in it.
        """
        if isinstance(history, History):
            return history
        told = getattr(history, "history", history)
        if not isinstance(told, Mapping):
            raise ValueError(
                f"This needs a history or its dictionary, got {type(history).__name__}. "
                "Keep what training returns: history = model.fit(...)."
            )
        missing = [name for name in ("loss", "accuracy") if name not in told]
        if missing:
            raise ValueError(
                f"The history has no {' and no '.join(missing)}, only {', '.join(told) or 'nothing'}. "
                "Compile the model with metrics=['accuracy']."
            )
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        loss, accuracy, val_loss, val_accuracy = (tuple(map(float, told.get(name, ()))) for name in names)
        return cls(loss=loss, accuracy=accuracy, val_loss=val_loss, val_accuracy=val_accuracy, seconds=seconds)

    @property
    def history(self) -> dict[str, list[float]]:
        """The same as a dictionary, as Keras has it."""
        told = {
            "loss": self.loss,
            "accuracy": self.accuracy,
            "val_loss": self.val_loss,
            "val_accuracy": self.val_accuracy,
        }
        return {name: list(values) for name, values in told.items() if values}
