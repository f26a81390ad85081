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
# A network takes numbers in one form and no other. This lesson brings the images and the labels into that form.
#
# After this lesson you can:
#
# - scale pixels to [0, 1], and say why nobody trains on 0 to 255;
# - reshape flat rows of 784 pixels to images of 28 × 28 × 1, and back;
# - turn labels into one-hot rows, and rows into labels;
# - split off validation data fairly, and standardise without looking at what must stay unseen.
#
# You need lesson 01. Plan 55 minutes (an estimate).

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
# This is called **overflow**, or wrapping round. NumPy says nothing when it happens inside an array.
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
# Half of it is yours: what does each of these give, and which dtype? Change the operator and see.

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
# Why not divide by the largest pixel that is there? Because then the same grey would mean one thing in a bright batch
# and another in a dark one. 255 is the same for all.

# %% [markdown]
# ## Flat rows and images
#
# A table has rows, so in a CSV file an image is one row of 784 numbers: its first 28 numbers are the top line, the
# next 28 the second line, and so on. `reshape` does not move a single number; it only says how to read them.

# %% role="demo"
flat = x_train[:3].reshape(3, 784)
print("as rows:", flat.shape, " as images:", flat.reshape(3, 28, 28).shape)
digitlab.pixel_follower(x_train[0])

# %% [markdown]
# Keras wants a fourth axis. A colour photograph has three numbers for each pixel (red, green, blue): three
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
right = flat.reshape(3, 28, 28)
digitlab.sample_grid(
    np.stack([right[0], mixed[:, :, 0]]), ["reshape(3, 28, 28)[0]", "reshape(28, 28, 3)[:, :, 0]"], rows=1, columns=2
)

# %% role="demo"
reveal(
    "l02_reshape",
    "the pixels of all images mixed",
    "The last axis runs fastest: the first three pixels of image 0 become one pixel of three channels.",
)

# %% [markdown]
# The shape was right and the picture was not. No error tells you; only looking does.
#
# ## Your turn: rows to images
#
# Write `to_images(flat)`. It gets an array of shape (N, 784), for any N, each row an image line by line.
# It returns the same numbers as (N, 28, 28, 1).

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
# To give a network ten answers of equal right, a label becomes a row of ten numbers: 1 in its own place, 0 elsewhere.
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
# ## Your turn: split off validation data
#
# Write `split(images, labels, validation_share, seed)`. It returns four arrays, in this order:
# `x_train, y_train, x_val, y_val`.
#
# - N · validation_share images go to validation (it will be a whole number), all others to training;
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
# Another way to bring numbers to one size: from each pixel take off its **mean** over the training images, and divide
# by its **standard deviation**, so that every pixel has mean 0 and deviation 1. The statistics come from the
# training images *alone*: the other images must be treated as new ones will be, one at a time, sight unseen.

# %% [markdown]
# ## Your turn: standardise
#
# Write `standardise(train, other)` for two float arrays of shape (N, D) and (M, D). It returns both, with the mean
# and the deviation of each column *of train* (NumPy's `std`, ddof 0). Where a column of train is constant, only its
# mean is taken off, from both.

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
# We train a **linear classifier** (lesson 03 explains it) on the same images in three forms: 0 to 255, 0 to 1,
# standardised. It takes small steps downhill; each run may take the same number of steps of the same size.

# %% role="demo"
predict(
    "l02_scaling",
    "Which form of the pixels lets the same training come furthest?",
    ["0 to 255", "0 to 1", "standardised", "it makes no difference"],
)

# %% role="demo"
from sklearn.linear_model import SGDClassifier

raw = x_train[:4000].reshape(-1, 784).astype(np.float64)
raw_test = x_test[:2000].reshape(-1, 784).astype(np.float64)
forms = {
    "0 to 255": (raw, raw_test),
    "0 to 1": (raw / 255, raw_test / 255),
    "standardised": yours(standardise, digitlab.standardise)(raw, raw_test),
}

# %% role="demo"
scores = {}
for name, (train, test) in forms.items():
    model = SGDClassifier("log_loss", alpha=0, learning_rate="constant", eta0=0.01, max_iter=5, tol=None, random_state=0)
    model.fit(train, y_train[:4000])
    scores[name] = model.score(test, y_test[:2000])
    print(f"{name:13} {scores[name]:.1%} of 2,000 test digits, largest weight {np.abs(model.coef_).max():.3g}")

# %% role="demo"
best = max(scores, key=scores.get)
reveal(
    "l02_scaling",
    best,
    "With pixels up to 255 the same step size makes wild jumps: look at the size of the weights.",
)

# %% [markdown]
# Change the step size `eta0` to 0.0001 and run it again. Now 0 to 255 does well, and the others crawl.
# Scaling does not make the images better. It makes one step size fit all of them, and that step size the usual one.

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
# **2. Which shape does a convolution in Keras expect for 32 grey images?**
# (a) (28, 28, 32) (b) (32, 784) (c) (32, 28, 28, 1)
#
# <details><summary>Answer</summary>
#
# (c): images, rows, columns, channels. (a) has the images on the wrong axis and no channel.
# (b) has lost rows and columns; a convolution needs to know which pixels are neighbours.
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
# To go on: the linear classifier of the experiment is the smallest network there is. What do its scores mean, how do
# they become probabilities, and how does it learn? That is lesson 03.
