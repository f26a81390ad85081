# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Pixels to tensors
#     minutes: 55
#     level: beginner
#     prerequisites: [01_look_first]
# ---

# %% [markdown]
# # Pixels to tensors
#
# A **neural network** multiplies its input by numbers, the **weights**, adds up, and does so in several layers.
# **Training** finds weights that give right answers on examples. It takes numbers in one form and no other: this
# lesson brings the images and the labels into that form.
#
# After this lesson you can:
#
# - scale pixels to [0, 1], and say why nobody trains on 0 to 255;
# - reshape flat rows of 784 pixels to images of 28 × 28 × 1, and back;
# - turn labels into one-hot rows, and rows into labels;
# - split off validation data fairly, and standardise without looking at what must stay unseen.
#
# You need lesson 01. Plan 55 minutes (an estimate); the computer needs 6 seconds for all cells (measured with two
# cores).

# %% role="setup"
import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

x_train, y_train, x_test, y_test = load_mnist()

# %% [markdown]
# ## Whole numbers of eight bits
#
# The pixels are `uint8`: eight bits, so whole numbers from 0 to 255. Nothing below, nothing above, nothing between.

# %% role="demo"
predict(
    "l02_overflow",
    "What is np.uint8(200) + np.uint8(100)?",
    ["300", "255", "44", "an error"],
)

# %% role="demo"
a, b = np.array([200], dtype=np.uint8), np.array([100], dtype=np.uint8)
reveal("l02_overflow", str((a + b)[0]), "300 does not fit into eight bits: counting goes on at 0, and 300 - 256 = 44.")

# %% [markdown]
# This is called **overflow**, or wrapping round. Inside arrays NumPy says nothing when it happens (for two single
# numbers, as in the question, it gives the same 44 and a warning).
# So turn pixels into **floats** (numbers with fractions) before you compute with them.
# Networks use `float32`: four bytes a number, precise enough, and half the memory of `float64`.

# %% role="demo"
for dtype in ("uint8", "float32", "float64"):
    print(f"{dtype:8} {x_train.astype(dtype).nbytes / 1e6:6.0f} MB for 60,000 images")

# %% [markdown]
# ## From 0…255 to 0…1
#
# **Scaling** means: divide by the largest value that a pixel can have, so that black is 0.0 and white is 1.0.
# A worked example on three pixels:

# %% role="demo"
pixels = np.array([0, 51, 255], dtype=np.uint8)
scaled = pixels.astype(np.float32) / 255
print(pixels, "becomes", scaled, scaled.dtype)

# %% [markdown]
# Half of it is yours. `//` divides and drops the fraction. What does the cell below give, and with which dtype?
# Then change `//` to `/`, and see what becomes of 51 and of the dtype.

# %% role="demo"
result = pixels // 2
print(result, result.dtype)

# %% [markdown]
# ## Your turn: scale the pixels
#
# Write `scale_pixels(images)`. It returns a **float32** array of the same shape, with values in [0, 1]:
#
# - an array of *integers* is divided by 255, even when its largest pixel happens to be 1;
# - an array of *floats* counts as scaled already, and is only turned into float32;
# - the array that it was given stays as it is.

# %% role="exercise" ex="l02_scale_pixels"
def scale_pixels(images):
    """Return the images as float32 in [0, 1]."""
    ### BEGIN SOLUTION
    if np.issubdtype(images.dtype, np.integer):
        return images.astype(np.float32) / 255
    return images.astype(np.float32)
    ### END SOLUTION

# %% role="check" ex="l02_scale_pixels" points=2
check("l02_scale_pixels", scale_pixels)

# %% [markdown]
# Why not divide by the largest pixel that is there? Images come in **batches**, some at a time. The same grey would
# then mean one thing in a bright batch and another in a dark one. 255 is the same for all.

# %% [markdown]
# ## Flat rows and images
#
# A table has rows, so in a CSV file an image is one row of 784 numbers: its first 28 numbers are the top line, the
# next 28 the second line, and so on. `reshape` does not move a single number; it only says how to read them.
# Follow one pixel: choose its place in the flat row, and see where it stands in the image.

# %% role="demo"
flat = x_train[:3].reshape(3, 784)
print("as rows:", flat.shape, " as images:", flat.reshape(3, 28, 28).shape)
digitlab.pixel_follower(x_train[0])

# %% [markdown]
# **Keras** is the library in which this course builds networks (keras.io). It wants a fourth axis. A colour photograph has three numbers for each pixel (red, green, blue): three
# **channels**. Our grey images have one. So a batch has the shape (N, 28, 28, 1): images, rows, columns, channels.
# An array with several axes is called a **tensor**.

# %% role="demo"
predict(
    "l02_reshape",
    "flat has shape (3, 784). What does flat.reshape(28, 28, 3) look like?",
    ["the three images, on the last axis", "the pixels of all images mixed", "an error"],
)

# %% role="demo"
mixed = flat.reshape(28, 28, 3)
right = flat.reshape(3, 28, 28)  # the first picture of each: right[0], and the first channel of mixed
digitlab.sample_grid(
    np.stack([right[0], mixed[:, :, 0]]), ["reshape(3, 28, 28)[0]", "reshape(28, 28, 3)[:, :, 0]"], rows=1, columns=2
)

# %% role="demo"
reveal(
    "l02_reshape",
    "the pixels of all images mixed",
    "The last axis runs fastest: three neighbours become the channels of one pixel. So each channel holds every third "
    "pixel, first of image 0, then of 1, then of 2.",
)

# %% [markdown]
# The shape was right and the picture was not. No error tells you; only looking does.
#
# ## Your turn: rows to images
#
# Write `to_images(flat)`. It gets an array of shape (N, 784), for any N, each row an image line by line.
# It returns the same numbers, in the same dtype, as (N, 28, 28, 1).

# %% role="exercise" ex="l02_to_images"
def to_images(flat):
    """Return flat rows of pixels, shape (N, 784), as images of shape (N, 28, 28, 1)."""
    ### BEGIN SOLUTION
    return flat.reshape(-1, 28, 28, 1)
    ### END SOLUTION

# %% role="check" ex="l02_to_images" points=2
check("l02_to_images", to_images)

# %% role="demo"
images = yours(to_images, digitlab.to_images)(x_train[:10].reshape(10, 784))
print(images.shape)
digitlab.sample_grid(images[..., 0], y_train[:10], rows=1, columns=10)

# %% [markdown]
# ## Labels are names, not amounts
#
# A 6 is not twice a 3, and a 4 that is taken for a 9 is no worse than a 4 taken for a 5. A label is a name.
# A network gives ten numbers, one for each digit. To be compared with them, a label becomes a row of ten numbers: 1 in its own place, 0 elsewhere.
# This is **one-hot** encoding.

# %% role="demo"
for label in (0, 3, 9):
    print(label, "becomes", np.eye(10, dtype=int)[label])

# %% [markdown]
# ## Your turn: one-hot, there and back
#
# Write `one_hot(labels, n_classes=10)`. It gets integer labels of shape (N,) and returns **float32** of shape
# (N, n_classes), a row for each label. It must work for other `n_classes` than 10. A label outside
# 0 … n_classes - 1 is a `ValueError` (mind that NumPy takes the index -1 for the last place).

# %% role="exercise" ex="l02_one_hot"
def one_hot(labels, n_classes=10):
    """Return labels as one-hot rows, float32, shape (N, n_classes); ValueError for a label out of range."""
    ### BEGIN SOLUTION
    if labels.min() < 0 or labels.max() >= n_classes:
        raise ValueError(f"labels run from {labels.min()} to {labels.max()}, expected 0 to {n_classes - 1}")
    return np.eye(n_classes, dtype=np.float32)[labels]
    ### END SOLUTION

# %% role="check" ex="l02_one_hot" points=2
check("l02_one_hot", one_hot)

# %% [markdown]
# Now back. Write `from_one_hot(encoded)`: it gets rows of shape (N, C) and returns for each row the place of its
# *largest* entry, as integers of shape (N,). So it also works for rows that hold probabilities.

# %% role="exercise" ex="l02_from_one_hot"
def from_one_hot(encoded):
    """Return for each row the place of its largest entry, as an integer array of shape (N,)."""
    ### BEGIN SOLUTION
    return encoded.argmax(axis=1)
    ### END SOLUTION

# %% role="check" ex="l02_from_one_hot" points=1
check("l02_from_one_hot", from_one_hot)

# %% role="demo"
encoded = yours(one_hot, digitlab.one_hot)(y_train[:5])
decoded = yours(from_one_hot, digitlab.from_one_hot)(encoded)
print(encoded.astype(int))
print("labels:", y_train[:5], " there and back:", decoded)

# %% [markdown]
# ## Three parts, three purposes
#
# The **training data** is what the model learns from. The **validation data** is what we look at while we choose
# between models. The **test data** is looked at once, at the end. A model that has seen an image proves nothing by
# knowing it, and a choice that was made by looking at the test data makes the test worthless.

# %% [markdown]
# Which images go where is left to chance, but so that it can be repeated. A generator made from a **seed**, any whole
# number, draws the same "random" numbers each time. A worked example: `permutation(6)` gives 0 to 5 in random order.
#
# Then change the cell: bring `numbers` into the same order as `letters`, so that a still stands where 10 stands.

# %% role="demo"
rng = np.random.default_rng(5)
order = rng.permutation(6)
letters, numbers = np.array(list("abcdef")), np.array([10, 11, 12, 13, 14, 15])
print("order:  ", order)
print("letters:", letters[order], " the first two:", letters[order[:2]])
print("numbers:", numbers)

# %% [markdown]
# ## Your turn: split off validation data
#
# Write `split(images, labels, validation_share, seed)`. It returns four arrays, in this order:
# `x_train, y_train, x_val, y_val`.
#
# - 0 < validation_share < 1; N · validation_share images go to validation (it is a whole number, up to the rounding of
#   floats), all others to training;
# - every image goes to exactly one part, and its label goes with it;
# - both parts are in random order;
# - the same seed gives the same split, another seed another one; NumPy's global random state stays untouched.

# %% role="exercise" ex="l02_split"
def split(images, labels, validation_share, seed):
    """Return x_train, y_train, x_val, y_val: shuffled, disjoint, the same for the same seed."""
    ### BEGIN SOLUTION
    order = np.random.default_rng(seed).permutation(len(images))
    n_validation = round(len(images) * validation_share)
    validation, training = order[:n_validation], order[n_validation:]
    return images[training], labels[training], images[validation], labels[validation]
    ### END SOLUTION

# %% role="check" ex="l02_split" points=2
check("l02_split", split)

# %% [markdown]
# What if we do not shuffle? Here the images are sorted by digit first, as some data sets are.

# %% role="demo"
by_digit = np.argsort(y_train, kind="stable")
cut = y_train[by_digit][-6000:]
print("cut off the end of sorted data:", digitlab.class_counts(cut))
fair = yours(split, digitlab.split)(x_train[by_digit], y_train[by_digit], 0.1, seed=7)[3]
print("split at random:               ", digitlab.class_counts(fair))

# %% [markdown]
# ## Standardise
#
# Another way to bring numbers to one size, **standardising**: from each pixel take off its mean over the training
# images, and divide by its **standard deviation**, the root of the mean squared distance from the mean. Then each has
# mean 0 and deviation 1. Mean and deviation come from the training images *alone*: the others must be treated as new
# ones will be, one at a time, sight unseen. A worked example on one pixel of four training images:

# %% role="demo"
known, new = np.array([1.0, 3.0, 1.0, 3.0]), np.array([2.0, 5.0])
print("mean", known.mean(), " deviation", known.std())
print("training images:", (known - known.mean()) / known.std())
print("new images:     ", (new - known.mean()) / known.std())

# %% [markdown]
# ## Your turn: standardise
#
# Write `standardise(train, other)` for two float arrays of shape (N, D) and (M, D). It returns both, with the mean
# and the deviation of each column *of train* (NumPy's `std` as it is, dividing by N: ddof 0). Where a column of train
# is constant its deviation is 0: there only its mean is taken off, from both, and nothing is divided.

# %% role="exercise" ex="l02_standardise"
def standardise(train, other):
    """Return train and other, each column standardised by the mean and deviation of train's column."""
    ### BEGIN SOLUTION
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation[deviation == 0] = 1
    return (train - mean) / deviation, (other - mean) / deviation
    ### END SOLUTION

# %% role="check" ex="l02_standardise" points=1
check("l02_standardise", standardise)

# %% [markdown]
# ## Experiment: does it matter?
#
# A **linear classifier** has one weight for each pixel and digit: it multiplies, adds up, and names the digit with the
# largest sum. Training goes from image to image and changes the weights a little in the direction that makes the error
# smaller; how much, is the **step size**. We train on the same images in three forms, with equally many steps of the
# same step size. It is a choice between models, so we measure on validation images.

# %% role="demo"
predict(
    "l02_scaling",
    "With a step size of 0.01: which form names most validation digits correctly?",
    ["0 to 255", "0 to 1", "standardised", "it makes no difference"],
)

# %% role="demo"
from sklearn.linear_model import SGDClassifier

raw = x_train[:4000].reshape(-1, 784).astype(np.float64)
raw_val = x_train[4000:6000].reshape(-1, 784).astype(np.float64)
forms = {
    "0 to 255": (raw, raw_val),
    "0 to 1": (raw / 255, raw_val / 255),
    "standardised": yours(standardise, digitlab.standardise)(raw, raw_val),
}

# %% role="demo"
def train_on(form, step_size):
    """Print and return the accuracy on 2,000 validation digits; eta0 is scikit-learn's name for the step size."""
    train, val = forms[form]
    steps = {"learning_rate": "constant", "eta0": step_size, "max_iter": 5, "tol": None}
    model = SGDClassifier("log_loss", alpha=0, random_state=0, **steps).fit(train, y_train[:4000])
    known, new = model.score(train, y_train[:4000]), model.score(val, y_train[4000:6000])
    print(f"{form:13} training {known:.1%}, validation {new:.1%}, largest weight {np.abs(model.coef_).max():.3g}")
    return new

# %% role="demo"
scores = {form: train_on(form, 0.01) for form in forms}
why = "With pixels up to 255 each step is far too large: see how large the weights have become."
reveal("l02_scaling", max(scores, key=scores.get), why)

# %% [markdown]
# Standardising does best on the images it has learnt from, and not on new ones. Why? A pixel at the rim is nearly always
# black, so its deviation is tiny; where a new image has ink there, dividing makes a huge number of it.
# That is one reason; look for others.
#
# Is 0 to 255 a bad form, then? Guess what a far smaller step does, then run the cell. Try others too.

# %% role="demo"
smaller = {form: train_on(form, 0.000001) for form in forms}

# %% [markdown]
# Now 0 to 255 does well, and the others crawl: they have not come far after the same number of steps.
# Scaling does not make the images better. It makes the usual step sizes fit, so that you need not search for them.

# %% [markdown]
# ## Three questions
#
# **1. What is `np.array([10], dtype=np.uint8) - np.array([20], dtype=np.uint8)`?** (a) -10 (b) 246 (c) an error
#
# <details><summary>Answer</summary>
#
# (b). -10 does not fit into uint8, so it wraps round: 256 - 10 = 246. (a) would need a signed or a float dtype.
# (c) NumPy does not complain when arrays wrap.
#
# </details>

# %% [markdown]
# **2. Which shape should 32 grey images have for a network in Keras that looks at neighbouring pixels?**
# (a) (28, 28, 32) (b) (32, 784) (c) (32, 28, 28, 1)
#
# <details><summary>Answer</summary>
#
# (c): images, rows, columns, channels. (a) has the images on the wrong axis and no channel.
# (b) has lost rows and columns: it does not say which pixels are above one another.
#
# </details>

# %% [markdown]
# **3. You standardise the test images by their own mean. What is wrong?**
# (a) nothing (b) the model sees pixels on another scale than it learnt (c) the labels change
#
# <details><summary>Answer</summary>
#
# (b). The same grey no longer means the same number. And one new image has no mean "of its own set" at all.
# (a) it often works by luck, when both sets are alike. (c) labels are not touched.
#
# </details>

# %% [markdown]
# ## What you did
#
# You scaled, reshaped, encoded, split and standardised: the pixels have become tensors.
#
# To go on: the linear classifier of the experiment is the smallest network there is. How does it learn? Lesson 03,
# *Linear baseline*, builds it from NumPy alone.
