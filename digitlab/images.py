"""Images of one's own, from PNG, JPEG and the like to grey arrays."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitlab.storage import DataError, PathLike, not_read

if TYPE_CHECKING:
    from PIL import Image

# The formats that are tried. Pillow can read more; some of those run other programs.
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
# More than phones' cameras take at their usual setting; a file that claims more may be made to fill the memory.
MAX_PIXELS = 64_000_000
# Brighter than this all over, an image looks like empty paper.
FAINT = 200


def load_image(path: PathLike) -> NDArray[np.uint8]:
    """Return an image file as grey pixels, the way up that its camera noted.

    Colours become their brightness (ITU-R BT.601, as in Pillow), 16 bits a pixel become 8. Transparent parts become
    white paper; or black, where on white there would be nothing to see.

    Parameters
    ----------
    path : str or Path
        A PNG, JPEG, BMP, GIF (its first picture) or WebP file of at most 64 million pixels.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        0 is black, 255 is white: as the paper is, not yet as MNIST has it.

    Raises
    ------
    DataError
        If the file is missing, is no such image, is broken or cut off, or is too large.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata does not matter here; sizes are looked at below
            with Image.open(path, formats=FORMATS) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise _too_large(path, f"{width} × {height} pixels")
                return _grey(image)
    except Image.DecompressionBombError as error:
        raise _too_large(path, "more pixels than an image should have") from error
    except UnidentifiedImageError as error:
        raise DataError(_what_it_is(path)) from error
    except DataError:
        raise
    except OSError as error:
        if error.errno is not None:
            raise not_read(path, error) from error
        raise _broken(path, error) from error
    except (SyntaxError, ValueError, EOFError, IndexError, MemoryError) as error:  # Pillow's, for broken files
        raise _broken(path, error) from error


def load_images(source: PathLike | Iterable[PathLike]) -> list[NDArray[np.uint8]]:
    """Return images of one's own as grey pixels, each in its own size.

    Parameters
    ----------
    source : str or Path, or several of them
        A folder (all images in it, in the order of `image_paths`), one file, or several files.

    Returns
    -------
    list of ndarray of uint8, shape (height, width) each

    Raises
    ------
    DataError
        If there is no image, or one of them cannot be read; see `load_image`.
    """
    if isinstance(source, (str, os.PathLike)):
        paths: list[PathLike] = [*image_paths(source)] if Path(source).is_dir() else [source]
    else:
        paths = list(source)
    if not paths:
        raise DataError("load_images got an empty list of files. Name at least one, or a folder.")
    return [load_image(path) for path in paths]


def image_paths(folder: PathLike) -> list[Path]:
    """Return the image files in a folder by name, with `digit2.png` before `digit10.png`.

    Files with other endings than those of images, and hidden ones, are left out; folders inside are not entered.

    Raises
    ------
    DataError
        If there is no such folder, or no image in it.
    """
    try:
        paths = [path for path in Path(folder).iterdir() if path.suffix.lower() in SUFFIXES and path.name[0] != "."]
    except NotADirectoryError as error:
        raise DataError(f"{folder} is a file, and a folder of images was expected.") from error
    except FileNotFoundError as error:
        raise DataError(f"There is no folder {folder}. Check its name; you are in {Path.cwd()}.") from error
    except OSError as error:
        raise not_read(folder, error) from error
    if not paths:
        raise DataError(f"There is no image in {folder}. Images are files that end in {', '.join(SUFFIXES)}.")
    return sorted(paths, key=lambda path: (_by_numbers(path.name), path.name))


def _by_numbers(name: str) -> list[str | int]:
    """Return text and numbers in turns, text first, so that text is compared with text, and numbers by their size."""
    parts = re.split(r"([0-9]+)", name.lower())
    return [int(part) if i % 2 else part for i, part in enumerate(parts)]


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    """Return an opened image as grey pixels."""
    from PIL import ImageOps

    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        # 16 bits a pixel; Pillow's own conversion cuts off at 255 instead of scaling.
        wide = np.asarray(image).astype(np.int64)
        return np.asarray(np.clip((wide + 128) // 257, 0, 255), dtype=np.uint8)
    if not image.has_transparency_data:
        return np.asarray(image.convert("RGB").convert("L"), dtype=np.uint8)
    image = image.convert("RGBA")
    on_white = _laid_on("white", image)
    if on_white.min() > FAINT and image.getchannel("A").getextrema() != (0, 0):
        return _laid_on("black", image)
    return on_white


def _laid_on(ground: str, image: Image.Image) -> NDArray[np.uint8]:
    """Return an image with transparent parts as grey pixels on a ground of one colour."""
    from PIL import Image

    paper = Image.new("RGBA", image.size, ground)
    return np.asarray(Image.alpha_composite(paper, image).convert("L"), dtype=np.uint8)


def _too_large(path: PathLike, size: str) -> DataError:
    limit = f"{MAX_PIXELS // 1_000_000} million pixels"
    return DataError(f"{path} has {size}, and at most {limit} are read. Make the image smaller, and save it again.")


def _broken(path: PathLike, error: BaseException) -> DataError:
    reason = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
    return DataError(f"{path} is a broken image ({reason}). Save or download it again.")


def _what_it_is(path: PathLike) -> str:
    """Return in words why a file is no image that can be read."""
    with Path(path).open("rb") as file:
        start = file.read(12)
    if not start:
        return f"{path} is empty. Save the image again."
    if start[4:8] == b"ftyp":
        return f"{path} is a phone's HEIC or AVIF image, which cannot be read. Save it as PNG or JPEG."
    return (
        f"{path} is not an image that can be read. Save it as PNG or JPEG (renaming a file does not turn it into one)."
    )
