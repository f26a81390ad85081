"""Digits that a model was not trained for: test digits moved and turned a little, and a teacher's own.

The teacher's own come from `autograder grade --private-test FILE.npz`.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_FILE_BYTES = 64 << 20
MAX_DIGITS = 20_000
FEWEST_DIGITS = 20
SIDE = 28
# Perturbed digits: so many, turned by so many degrees and moved by so many pixels at most.
PERTURBED, MOST_DEGREES, MOST_PIXELS = 2_000, 12.0, 1.5
NAMES = ("images", "labels")


class PrivateDigitsProblem(ValueError):  # noqa: N818 - it is the file that has the problem
    """The file holds no digits that can be used; the message says why, and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Digits:
    """Digits and their labels.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        0 is background, 255 full ink, as in MNIST.
    labels : ndarray of int64, shape (n,)
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def digest(self) -> str:
        """The SHA-256 of images and labels."""
        return hashlib.sha256(self.images.tobytes() + b"|" + self.labels.tobytes()).hexdigest()


def perturbed_digits(digits: Digits, seed: int, count: int = PERTURBED) -> Digits:
    """Return the first `count` digits, each turned and moved by its own small amount, with zeros coming in.

    The same seed gives the same digits. A person reads them as easily; a network with convolutions and pooling nearly
    so; one that has learnt these very images by heart does not know them.
    """
    from PIL import Image

    rng = np.random.default_rng([seed, 0x7E57])
    some = digits.images[:count]
    angles = np.radians(rng.uniform(-MOST_DEGREES, MOST_DEGREES, len(some)))
    moves = rng.uniform(-MOST_PIXELS, MOST_PIXELS, (len(some), 2))
    middle = (SIDE - 1) / 2 + 0.5  # Pillow counts from the corner of the top-left pixel
    turned = np.empty_like(some)
    for place, (image, angle, (dx, dy)) in enumerate(zip(some, angles, moves, strict=True)):
        cos, sin = float(np.cos(angle)), float(np.sin(angle))
        # Pillow asks where each pixel of the result comes from.
        right, down = middle + dx, middle + dy
        source = (cos, sin, middle - cos * right - sin * down, -sin, cos, middle + sin * right - cos * down)
        moved = Image.fromarray(image).transform(
            (SIDE, SIDE), Image.Transform.AFFINE, source, resample=Image.Resampling.BILINEAR
        )
        turned[place] = np.asarray(moved)
    return Digits(images=turned, labels=digits.labels[:count])


def read_private_digits(path: Path) -> Digits:
    """Return the digits in an `.npz` file with `images` and `labels`.

    Images are uint8 from 0 to 255, or floats in [0, 1], of shape (n, 28, 28) or (n, 28, 28, 1); labels are whole
    numbers from 0 to 9, of shape (n,).

    Raises
    ------
    PrivateDigitsProblem
        If there is no such file, or it holds something else; nothing in it is ever unpickled.
    """
    how = "Make one with: np.savez('private.npz', images=images, labels=labels)"
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise PrivateDigitsProblem(f"{path} has more than {MAX_FILE_BYTES >> 20} MiB. A few hundred digits do.")
        with np.load(path, allow_pickle=False) as file:
            missing = [name for name in NAMES if name not in file.files]
            if missing:
                raise PrivateDigitsProblem(
                    f"{path} has no {' and no '.join(missing)}, only {', '.join(file.files) or 'nothing'}. {how}"
                )
            images, labels = file["images"], file["labels"]
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile, AttributeError, MemoryError) as problem:
        if isinstance(problem, PrivateDigitsProblem):
            raise
        raise PrivateDigitsProblem(f"{path} cannot be read as an .npz file ({problem}). {how}") from None
    return Digits(images=_images(path, images), labels=_labels(path, labels, len(images)))


def _images(path: Path, images: NDArray[Any]) -> NDArray[np.uint8]:
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise PrivateDigitsProblem(f"{path}: images have shape {images.shape}, expected (n, {SIDE}, {SIDE}).")
    if not FEWEST_DIGITS <= len(images) <= MAX_DIGITS:
        raise PrivateDigitsProblem(
            f"{path} holds {len(images):,} digits; {FEWEST_DIGITS} to {MAX_DIGITS:,} can be used. "
            "A few hundred say enough."
        )
    if images.dtype == np.uint8:
        return np.ascontiguousarray(images)
    if images.dtype.kind == "f" and images.min() >= 0 and images.max() <= 1:
        return np.ascontiguousarray(np.round(images * 255).astype(np.uint8))
    raise PrivateDigitsProblem(
        f"{path}: images are {images.dtype} from {images.min()} to {images.max()}; expected uint8 from 0 to 255, or "
        "floats in [0, 1], with bright ink on a dark ground."
    )


def _labels(path: Path, labels: NDArray[Any], count: int) -> NDArray[np.int64]:
    if labels.shape != (count,):
        raise PrivateDigitsProblem(f"{path}: labels have shape {labels.shape}, expected ({count},): one an image.")
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > 9:
        raise PrivateDigitsProblem(f"{path}: labels are {labels.dtype}, expected whole numbers from 0 to 9.")
    return labels.astype(np.int64)
