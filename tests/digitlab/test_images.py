"""Images of one's own, written by Pillow in every form that cameras and drawing programs use."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from digitlab import images
from digitlab.images import image_paths, load_image, load_images
from digitlab.storage import DataError


@pytest.fixture
def grey():
    """A picture with no symmetry: every corner has its own grey."""
    return np.random.default_rng(4).integers(0, 256, (6, 9), dtype=np.uint8)


def saved(tmp_path, image, name="mine.png", **options):
    """Return the path of an array or Pillow image, saved."""
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    image.save(tmp_path / name, **options)
    return tmp_path / name


# --- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mine.png", "mine.bmp", "mine.gif", "MINE.PNG"])
def test_grey_pixels_come_as_they_are(tmp_path, grey, name):
    """A grey file gives its own bytes, whatever the ending says about upper and lower case."""
    pixels = load_image(saved(tmp_path, grey, name))
    np.testing.assert_array_equal(pixels, grey)
    assert pixels.dtype == np.uint8


def test_the_file_type_decides_not_its_ending(tmp_path, grey):
    """A PNG called .jpg is read as what it is."""
    saved(tmp_path, grey).rename(tmp_path / "mine.jpg")
    np.testing.assert_array_equal(load_image(tmp_path / "mine.jpg"), grey)


@pytest.mark.parametrize("name", ["mine.jpg", "mine.webp"])
def test_lossy_pictures_come_close(tmp_path, name):
    """JPEG and WebP photos come close to what was photographed."""
    ramp = np.tile(np.linspace(0, 255, 64, dtype=np.uint8), (48, 1))
    pixels = load_image(saved(tmp_path, ramp, name, quality=95))
    assert pixels.shape == (48, 64)
    assert np.abs(pixels.astype(int) - ramp).max() <= 6


def test_colours_become_brightness(tmp_path):
    """Red, green, blue and white by the weights of ITU-R BT.601: 0.299, 0.587, 0.114."""
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [10, 20, 30]]], dtype=np.uint8)
    expected = np.round(colours.astype(float) @ [0.299, 0.587, 0.114])
    assert np.abs(load_image(saved(tmp_path, colours)).astype(float) - expected).max() <= 1
    cmyk = Image.fromarray(colours).convert("CMYK")
    assert np.abs(load_image(saved(tmp_path, cmyk, "mine.jpg", quality=100))[0, 3].astype(int) - 255) <= 3


def test_sixteen_bits_become_eight(tmp_path):
    """Each 16-bit value becomes the nearest of 256 greys; nothing is cut off at 255."""
    wide = np.arange(0, 65536, 13, dtype=np.uint16)[None]
    pixels = load_image(saved(tmp_path, wide))
    np.testing.assert_array_equal(pixels, np.round(wide / 257).astype(np.uint8))
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_palettes_and_black_and_white(tmp_path, grey):
    """Files of few colours and of two give the brightness of their colours."""
    palette = Image.fromarray(grey).convert("RGB").quantize(256)
    expected = np.asarray(palette.convert("RGB").convert("L"))
    np.testing.assert_array_equal(load_image(saved(tmp_path, palette)), expected)
    two = load_image(saved(tmp_path, Image.fromarray(grey).convert("1")))
    assert set(np.unique(two)) <= {0, 255}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("wide", [False, True])
def test_the_cameras_orientation_is_followed(tmp_path, grey, orientation, wide):
    """Each of the eight EXIF orientations comes the right way up, with 8 and with 16 bits."""
    stored = {  # how a camera that was held so stores the upright picture
        1: grey,
        2: grey[:, ::-1],
        3: grey[::-1, ::-1],
        4: grey[::-1],
        5: grey.T,
        6: np.rot90(grey, 1),
        7: grey.T[::-1, ::-1],
        8: np.rot90(grey, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = stored.astype(np.uint16) * 257 if wide else stored
    path = saved(tmp_path, np.ascontiguousarray(stored), exif=exif)
    np.testing.assert_array_equal(load_image(path), grey)


def ink_on_nothing(mode, colour):
    """Return a transparent picture with a bar of ink."""
    image = Image.new(mode, (8, 6), 0 if mode == "P" else tuple([0] * len(mode)))
    image.paste(colour, (3, 1, 5, 5))
    return image


@pytest.mark.parametrize(("mode", "colour"), [("RGBA", (0, 0, 0, 255)), ("LA", (0, 255)), ("RGBA", (200, 0, 0, 255))])
def test_dark_ink_on_nothing_is_on_white_paper(tmp_path, mode, colour):
    """Transparent parts are white where the ink is dark."""
    pixels = load_image(saved(tmp_path, ink_on_nothing(mode, colour)))
    assert pixels[0, 0] == 255
    assert pixels[2, 3] < 100


@pytest.mark.parametrize(("mode", "colour"), [("RGBA", (255, 255, 255, 255)), ("LA", (240, 255))])
def test_light_ink_on_nothing_is_on_black(tmp_path, mode, colour):
    """Transparent parts are black where white ink would vanish on white."""
    pixels = load_image(saved(tmp_path, ink_on_nothing(mode, colour)))
    assert pixels[0, 0] == 0
    assert pixels[2, 3] >= 240


def test_a_card_with_clear_corners_stays_white(tmp_path):
    """A white card with dark ink and transparent corners is white in the corners too."""
    card = Image.new("RGBA", (20, 20), "white")
    card.paste((0, 0, 0, 255), (8, 4, 12, 16))
    card.putpixel((0, 0), (0, 0, 0, 0))
    pixels = load_image(saved(tmp_path, card))
    assert (pixels[0, 0], pixels[10, 10]) == (255, 0)


def test_nothing_at_all_is_empty_paper(tmp_path):
    """A wholly transparent picture and a white one are both white."""
    assert (load_image(saved(tmp_path, Image.new("RGBA", (4, 4)))) == 255).all()
    assert (load_image(saved(tmp_path, Image.new("RGBA", (4, 4), "white"))) == 255).all()


def test_half_transparent_ink_mixes_with_the_paper(tmp_path):
    """Black at half opacity on white paper is middle grey."""
    pixels = load_image(saved(tmp_path, ink_on_nothing("RGBA", (0, 0, 0, 128))))
    assert pixels[2, 3] == pytest.approx(127, abs=1)


def test_a_transparent_palette_colour(tmp_path):
    """A palette's transparent colour is paper too, also where its transparency is a table."""
    image = Image.new("P", (8, 6), 0)
    image.putpalette([250, 0, 0, 0, 0, 0])
    image.paste(1, (3, 1, 5, 5))
    for transparency in (0, b"\x00\xff"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pixels = load_image(saved(tmp_path, image, transparency=transparency))
        assert (pixels[0, 0], pixels[2, 3]) == (255, 0)


def test_an_animation_gives_its_first_picture(tmp_path):
    """Of a moving GIF the first picture is taken."""
    frames = [Image.new("L", (4, 4), value) for value in (30, 200)]
    path = saved(tmp_path, frames[0], "moving.gif", save_all=True, append_images=frames[1:])
    assert load_image(path).mean() == 30


# --- several ----------------------------------------------------------------------------------------------------------


def test_a_folder_in_the_order_of_its_numbers(tmp_path):
    """Images by name, 2 before 10; other files, hidden ones and folders' contents are left out."""
    for value in (10, 2, 1):
        saved(tmp_path, np.full((value, 3), value, dtype=np.uint8), f"digit{value}.png")
    saved(tmp_path, np.zeros((2, 2), dtype=np.uint8), "٣.PNG")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "._digit1.png").write_text("a Mac's shadow")
    (tmp_path / "old").mkdir()
    saved(tmp_path / "old", np.zeros((2, 2), dtype=np.uint8))
    assert [path.name for path in image_paths(tmp_path)] == ["digit1.png", "digit2.png", "digit10.png", "٣.PNG"]
    assert [image.shape for image in load_images(tmp_path)] == [(1, 3), (2, 3), (10, 3), (2, 2)]


def test_files_by_name(tmp_path, grey):
    """One file, as text too, or several in the order given."""
    path = saved(tmp_path, grey)
    other = saved(tmp_path, grey.T.copy(), "other.png")
    assert [image.shape for image in load_images(str(path))] == [(6, 9)]
    assert [image.shape for image in load_images([other, str(path)])] == [(9, 6), (6, 9)]


def test_no_images(tmp_path, grey):
    """An empty folder, an empty list, a missing folder and a file in its place are told apart."""
    with pytest.raises(DataError, match=r"There is no image in .*\.png"):
        load_images(tmp_path)
    with pytest.raises(DataError, match="empty list"):
        load_images([])
    with pytest.raises(DataError, match="There is no folder"):
        image_paths(tmp_path / "gone")
    with pytest.raises(DataError, match="is a file"):
        image_paths(saved(tmp_path, grey))


# --- what is refused --------------------------------------------------------------------------------------------------


def refused(path, words):
    """Assert that a file is refused in one sentence with its name, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DataError) as caught:
            load_image(path)
    message = str(caught.value)
    assert words in message
    assert str(path) in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"not an image, but text", "is not an image"),
        (b"%PDF-1.7 ...", "is not an image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is not an image"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
        (b"\x89PNG\r\n\x1a\n", "is not an image"),
    ],
)
def test_files_that_are_no_images(tmp_path, content, words):
    """Text, documents, phones' own formats and empty files are named for what they are."""
    path = tmp_path / "mine.png"
    path.write_bytes(content)
    refused(path, words)


def test_files_that_are_not_there(tmp_path):
    """A missing file, and a folder in its place."""
    with pytest.raises(DataError, match="There is no file"):
        load_image(tmp_path / "gone.png")
    with pytest.raises(DataError, match="is a folder"):
        load_image(tmp_path)


@pytest.mark.parametrize("name", ["mine.png", "mine.jpg", "mine.bmp", "mine.webp"])
def test_an_image_that_is_cut_off(tmp_path, name):
    """Half a download is refused, not filled up with grey."""
    path = saved(tmp_path, np.random.default_rng(1).integers(0, 256, (80, 80), dtype=np.uint8), name)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    refused(path, "is a broken image" if name != "mine.webp" else "image")


@pytest.mark.parametrize("side", [8_001, 12_000, 60_000])
def test_an_image_that_claims_to_be_huge(tmp_path, side):
    """A few bytes that would unpack to gigabytes are refused before anything is unpacked."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    path = tmp_path / "bomb.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    )
    refused(path, "at most 64 million pixels are read")


def some_files():
    """Return small real files of each format, some with EXIF and transparency."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.fromarray(np.random.default_rng(3).integers(0, 256, (12, 10, 4), dtype=np.uint8))
    wide = Image.fromarray(np.arange(120, dtype=np.uint16).reshape(12, 10) * 500)
    forms = [
        (image, "PNG", {"exif": exif}),
        (wide, "PNG", {}),
        (image.convert("RGB").quantize(16), "PNG", {"transparency": 3}),
        (image.convert("RGB"), "JPEG", {"exif": exif}),
        (image.convert("CMYK"), "JPEG", {}),
        (image.convert("RGB"), "BMP", {}),
        (image.convert("P"), "GIF", {}),
        (image, "WEBP", {"exif": exif}),
    ]
    files = []
    for picture, form, options in forms:
        buffer = io.BytesIO()
        picture.save(buffer, form, **options)
        files.append(buffer.getvalue())
    return files


FILES = some_files()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FILES), st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=8))
def test_broken_bytes_never_escape(tmp_path, content, changes):
    """Whatever bytes of a real image are changed, there are pixels or one DataError, and no other error or warning."""
    broken = bytearray(content)
    for place, value in changes:
        broken[place % len(broken)] = value
    path = tmp_path / "broken"
    path.write_bytes(bytes(broken))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            pixels = load_image(path)
        except DataError:
            return
    assert pixels.ndim == 2
    assert pixels.dtype == np.uint8


def test_the_limit_is_the_one_that_is_told():
    """The docstring's 64 million pixels are the limit's."""
    assert images.MAX_PIXELS == 64_000_000
    assert "64 million" in load_image.__doc__
