"""The answers of lesson 02 against scikit-learn and slow loops."""

from __future__ import annotations

import doctest
import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from digitlab import tensors
from digitlab.tensors import from_one_hot, one_hot, scale_pixels, split, standardise, to_images


def test_the_examples_in_the_docstrings_are_true():
    """Each docstring's example prints what it says."""
    assert doctest.testmod(tensors).failed == 0


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64])
def test_whole_numbers_are_divided_by_255(dtype):
    """Every pixel value becomes the float32 that is nearest to value / 255, and white is exactly 1."""
    scaled = scale_pixels(np.arange(256, dtype=dtype))
    assert scaled.dtype == np.float32
    assert scaled.tolist() == [float(np.float32(value / 255)) for value in range(256)]


def test_the_dtype_decides_whether_to_divide():
    """uint8 images with no pixel above 1 are dark; float images above 1 and truth values are left as they are."""
    assert scale_pixels(np.array([0, 1], dtype=np.uint8)).tolist() == [0.0, float(np.float32(1 / 255))]
    assert scale_pixels(np.array([0.5, 3.0])).tolist() == [0.5, 3.0]
    assert scale_pixels(np.array([True, False])).tolist() == [1.0, 0.0]


def test_scaling_gives_a_new_array():
    """Also a float32 image comes back as a copy, so that changing the answer changes nothing else."""
    image = np.zeros((2, 2), dtype=np.float32)
    assert not np.shares_memory(scale_pixels(image), image)


@pytest.mark.parametrize("bad", [np.array(["7"]), np.array([1j]), np.array([None])])
def test_scaling_what_is_no_number(bad):
    """Text, complex numbers and objects are refused by their dtype."""
    with pytest.raises(ValueError, match="dtype"):
        scale_pixels(bad)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("count", [0, 1, 28, 3])
def test_each_pixel_finds_its_place(order, count):
    """Pixel 28 r + c of row i is at [i, r, c, 0], whatever the order in memory."""
    flat = np.arange(count * 784).reshape((count, 784)).astype(np.int32, order=order)
    images = to_images(flat)
    assert images.shape == (count, 28, 28, 1)
    for i in range(count):
        for pixel in (0, 27, 28, 391, 783):
            assert images[i, pixel // 28, pixel % 28, 0] == flat[i, pixel]


@pytest.mark.parametrize("shape", [(784,), (2, 28, 28), (3, 783)])
def test_rows_that_are_not_784_long(shape):
    """Another shape is refused, also where its size would fit."""
    with pytest.raises(ValueError, match="784"):
        to_images(np.zeros(shape))


@settings(deadline=None)
@given(st.lists(st.integers(0, 11), min_size=1, max_size=30))
def test_one_hot_against_scikit_learn(labels):
    """The same rows as scikit-learn's encoder, and back again."""
    encoded = one_hot(np.array(labels, dtype=np.uint8), 12)
    encoder = OneHotEncoder(categories=[range(12)], sparse_output=False, dtype=np.float32)
    np.testing.assert_array_equal(encoded, encoder.fit_transform(np.array(labels)[:, None]))
    assert encoded.dtype == np.float32
    assert from_one_hot(encoded).tolist() == labels


def test_one_hot_has_ten_classes_unless_told():
    """The width does not follow the largest label; no labels give no rows."""
    assert one_hot(np.array([1, 0])).shape == (2, 10)
    assert one_hot(np.array([], dtype=np.uint8), 3).shape == (0, 3)


@pytest.mark.parametrize(
    ("labels", "n_classes"), [([3], 3), ([0, -1], 4), ([0.0, 1.0], 3), ([[1]], 3), ([200], 10), ([10], 10)]
)
def test_labels_outside_the_classes(labels, n_classes):
    """A label that has no column is a ValueError, and -1 does not count from the end."""
    with pytest.raises(ValueError, match="one_hot"):
        one_hot(np.array(labels), n_classes)


def test_from_one_hot_takes_the_largest_entry():
    """Probabilities serve as well; whole numbers come back."""
    labels = from_one_hot(np.array([[0.2, 0.5, 0.3], [0.9, 0.05, 0.05]]))
    assert labels.tolist() == [1, 0]
    assert np.issubdtype(labels.dtype, np.integer)
    with pytest.raises(ValueError, match="n_classes"):
        from_one_hot(np.array([0, 1]))


@settings(deadline=None)
@given(st.integers(2, 60), st.floats(0.05, 0.95), st.integers(0, 2**32))
def test_a_split_loses_and_repeats_nothing(count, share, seed):
    """Each image is in exactly one part, with its own label, and the validation part has its share."""
    images, labels = np.arange(count) * 3, np.arange(count) % 10
    if not 0 < round(count * share) < count:
        with pytest.raises(ValueError, match="empty"):
            split(images, labels, share, seed)
        return
    x_train, y_train, x_val, y_val = split(images, labels, share, seed)
    assert sorted([*x_train.tolist(), *x_val.tolist()]) == images.tolist()
    assert len(x_val) == round(count * share)
    assert (x_train // 3 % 10).tolist() == y_train.tolist()
    assert (x_val // 3 % 10).tolist() == y_val.tolist()


def test_the_seed_decides_the_split():
    """The same seed, the same split; another seed, another; both parts out of order."""
    images = np.arange(200)
    first, again, other = (split(images, images, 0.2, seed) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))
    assert first[0].tolist() != sorted(first[0])
    assert first[2].tolist() != sorted(first[2])


def test_global_randomness_is_left_alone():
    """NumPy's global state is the same before and after a split, and does not decide it."""
    np.random.seed(3)
    before = np.random.get_state()[1].copy()
    one = split(np.arange(50), np.arange(50), 0.5, 9)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    np.random.seed(4)
    np.testing.assert_array_equal(split(np.arange(50), np.arange(50), 0.5, 9)[0], one[0])


@pytest.mark.parametrize(("share", "said"), [(0, "between 0 and 1"), (1, "between 0 and 1"), (20, "between 0 and 1")])
def test_shares_that_are_none(share, said):
    """A share is between 0 and 1; 20 is not 20 %."""
    with pytest.raises(ValueError, match=said):
        split(np.arange(10), np.arange(10), share, 1)


def test_split_needs_equally_many():
    """Images without labels cannot be split."""
    with pytest.raises(ValueError, match="10 images and 9 labels"):
        split(np.arange(10), np.arange(9), 0.5, 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_standardise_against_scikit_learn(dtype):
    """The same numbers as scikit-learn's scaler fitted on the training part, in the same dtype."""
    rng = np.random.default_rng(8)
    train, other = rng.random((40, 6)).astype(dtype), rng.random((9, 6)).astype(dtype)
    train[:, 2] = 0.1  # constant, with a computed deviation that is not exactly 0
    scaler = StandardScaler().fit(train.astype(np.float64))
    for got, given_ in zip(standardise(train, other), (train, other), strict=True):
        assert got.dtype == dtype
        np.testing.assert_allclose(got, scaler.transform(given_.astype(np.float64)), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("count", [3, 7, 10, 60])
def test_a_constant_column_only_loses_its_mean(count):
    """0.1 in every row: 0 in the training part, the plain difference in the other; no division by nearly nothing."""
    train, other = standardise(np.full((count, 1), 0.1), np.array([[0.6]]))
    assert train.ravel().tolist() == [0.0] * count
    assert other.ravel().tolist() == [pytest.approx(0.5)]


def test_whole_numbers_can_be_standardised():
    """uint8 rows become float32; nothing wraps."""
    train, other = standardise(np.array([[0], [200]], dtype=np.uint8), np.array([[50]], dtype=np.uint8))
    assert train.dtype == np.float32
    assert (train.ravel().tolist(), other.ravel().tolist()) == ([-1.0, 1.0], [-0.5])


def test_columns_that_do_not_match():
    """Different widths, images that are not flat, and no rows are refused with their shapes."""
    for train, other in [((3, 2), (3, 4)), ((3, 2, 2), (1, 2, 2)), ((0, 2), (3, 2))]:
        with pytest.raises(ValueError, match="standardise needs"):
            standardise(np.zeros(train), np.zeros(other))


def test_arguments_stay_as_they_were():
    """No function changes what it was given: all of them take arrays that cannot be written to."""
    frozen = np.arange(784.0).reshape(1, 784)
    labels = np.array([0, 1, 2, 1])
    for array in (frozen, labels):
        array.setflags(write=False)
    scale_pixels(frozen)
    to_images(frozen)
    one_hot(labels)
    from_one_hot(frozen)
    split(labels, labels, 0.5, 0)
    standardise(frozen, frozen)
    public = [name for name, value in inspect.getmembers(tensors, inspect.isfunction) if not name.startswith("_")]
    assert public == ["from_one_hot", "one_hot", "scale_pixels", "split", "standardise", "to_images"]
