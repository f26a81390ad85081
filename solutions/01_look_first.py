# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Look first
#     minutes: 50
#     level: beginner
#     prerequisites: []
# ---

# %% [markdown]
# # Look first
#
# A model learns from data. Whoever does not know the data cannot judge the model. So we look first.
#
# After this lesson you can:
#
# - say what a set of images holds: how many, how large, which numbers, which digits;
# - pick out and average the images of one digit;
# - build your first classifier from nothing but averages, and measure how often it is right.
#
# You need: Python, and a first look at NumPy arrays. No machine learning. Plan 50 minutes (an estimate); the computer
# needs 7 seconds for all cells (measured with two cores).

# %% [markdown]
# ## How a lesson works
#
# Run a cell with Shift+Enter. Cells that say *your turn* hold a function for you to write; the cell below it checks
# your answer at once and tells you what is right, what is not, and what to try next.
# You may check as often as you like. Ask for a hint before you ask for the solution.
#
# - `predict(…)` asks what you expect, `reveal(…)` shows what came out. Neither is graded.
# - `yours(f, digitlab.f)` uses your function, and as long as it is not written the course's own.
# - A function must not change the arrays that it is given. The names of its arguments are yours, their order is not.
# - Floats need not agree to the last decimal.
# - The course has twelve lessons, best read in order. Each says at its top which others it builds on.

# %% role="setup"
import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

# %% [markdown]
# ## An image is numbers
#
# **MNIST** is a set of 70,000 images of handwritten digits, collected from American census workers and school pupils
# (LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998). 60,000 of them are the **training set**, from which we learn.
# The other 10,000 are the **test set**: we keep them apart, to see later what was really learnt.

# %% role="demo"
x_train, y_train, x_test, y_test = load_mnist()
print("training images:", x_train.shape, x_train.dtype)
print("training labels:", y_train.shape, y_train.dtype)
print("test images:    ", x_test.shape)

# %% [markdown]
# Read the **shape** `(60000, 28, 28)` from left to right: 60,000 images, each with 28 rows of 28 numbers.
# Each number belongs to a **pixel**, one small square, and says how bright it is: from 0 (black) to 255 (white).
# The writing is white, the paper black.
# The **dtype** `uint8` is the type of the numbers: whole, never negative, eight bits each.
# The **label** of an image is the digit that it shows.

# %% role="demo"
digitlab.image_with_numbers(x_train[0], title=f"image 0, label {y_train[0]}")

# %% [markdown]
# There is nothing else in the file: no strokes, no curves. The computer gets 28 · 28 = 784 numbers and the label, and
# that is all. Everything that you will build in this course turns such numbers into one of ten answers.
#
# Play with it: choose a digit, go to its *Next* image, and look at the numbers. (From the keyboard: Tab moves, the
# space bar presses a button, arrow keys move the slider.) Under the image stand those images that are most like it,
# number by number. Are they always the same digit?

# %% role="demo"
digitlab.digit_browser(x_train, y_train)

# %% [markdown]
# A worked example. How many images are in the first hundred whose brightest pixel is not pure white?
# `x_train[:100]` takes the first hundred images. `.max(axis=(1, 2))` looks along rows and columns, so one number is
# left for each image. Comparing gives true or false for each, and true counts as 1.

# %% role="demo"
brightest = x_train[:100].max(axis=(1, 2))
print("shape:", brightest.shape, " first five:", brightest[:5])
print("not pure white:", (brightest < 255).sum())

# %% [markdown]
# Now half of it is yours. The line below counts the black pixels of image 0.
# Change it so that it tells which *share* of all its pixels is black (`x_train[0].size` is the number of its pixels).

# %% role="demo"
black = (x_train[0] == 0).sum()
print("black pixels:", black)

# %% [markdown]
# Most of the image is empty paper, so most of its numbers are 0, whatever the digit.

# %% [markdown]
# ## Your turn: describe a data set
#
# Write `describe(images, labels)`. It gets `images` of shape (N, height, width) and `labels` of shape (N,), and
# returns a dictionary with these keys:
#
# | key | value |
# |---|---|
# | `'count'` | the number of images |
# | `'height'`, `'width'` | rows and columns of an image |
# | `'dtype'` | the dtype's name as text, such as `'uint8'` |
# | `'min'`, `'max'` | the smallest and the largest pixel of all images |
# | `'n_classes'` | how many *different* labels occur |
#
# It must work for any height, width and dtype, and for labels in which some digits are missing.
# More keys than these do no harm.

# %% role="exercise" ex="l01_describe"
def describe(images, labels):
    """Return what a set of images holds, as a dictionary."""
    ### BEGIN SOLUTION
    count, height, width = images.shape
    return {
        "count": count,
        "height": height,
        "width": width,
        "dtype": str(images.dtype),
        "min": images.min(),
        "max": images.max(),
        "n_classes": len(np.unique(labels)),
    }
    ### END SOLUTION

# %% role="check" ex="l01_describe" points=2
check("l01_describe", describe)

# %% role="demo"
for name, images, labels in (("training", x_train, y_train), ("test", x_test, y_test)):
    print(name, yours(describe, digitlab.describe)(images, labels))

# %% [markdown]
# If you see `np.uint8(0)` among the values: that is how NumPy writes a 0 whose type is `uint8`. It is right.
#
# ## How often does each digit occur?
#
# If nine of ten images were ones, a program that always says "one" would be right nine times of ten, and know
# nothing. So count the **classes** (here: the ten digits) before you believe any accuracy.

# %% role="demo"
predict(
    "l01_balance",
    "How evenly are the ten digits spread over the training images?",
    ["exactly evenly", "within a quarter of each other", "some twice as often as others"],
)

# %% [markdown]
# ## Your turn: count the classes
#
# Write `class_counts(labels)`. The labels are integers from 0 to 9, in an array of shape (N,). It returns an array of
# ten integers: how many labels are 0, how many are 1, and so on. The array always has ten places. A digit that does not occur is counted as 0.

# %% role="exercise" ex="l01_class_counts"
def class_counts(labels):
    """Return how often each digit from 0 to 9 occurs, as an integer array of shape (10,)."""
    ### BEGIN SOLUTION
    return np.bincount(labels, minlength=10)
    ### END SOLUTION

# %% role="check" ex="l01_class_counts" points=2
check("l01_class_counts", class_counts)

# %% role="demo"
digitlab.label_distribution(y_train)

# %% role="demo"
counts = yours(class_counts, digitlab.class_counts)(y_train)
ratio = counts.max() / counts.min()
print(f"fewest: digit {counts.argmin()} ({counts.min()}), most: digit {counts.argmax()} ({counts.max()})")
reveal(
    "l01_balance",
    "within a quarter of each other",
    f"The most frequent digit occurs {ratio:.2f} times as often as the rarest: uneven, but no class is rare.",
)

# %% [markdown]
# ## Look at many images
#
# Numbers about a data set hide what the images look like. Look at many, and look at those of one digit together.

# %% role="demo"
digitlab.sample_grid(x_train, y_train, rows=5, columns=10)

# %% [markdown]
# How do you pick out one digit? A worked example: `y_train[:12] == 1` compares twelve labels with 1 and gives twelve
# times true or false, a **mask**. An array in the place of an index, `array[mask]`, keeps those where the mask is true.
#
# Then change the cell: how many of the first 1,000 images are sevens? (`len(array)` counts.)

# %% role="demo"
first_labels, first_images = y_train[:12], x_train[:12]
mask = first_labels == 1
print("labels:", first_labels)
print("mask:  ", mask.astype(int), "(1 is true)")
print("ones:  ", first_images[mask].shape)

# %% [markdown]
# ## Your turn: the first examples of a digit
#
# Write `examples_of(images, labels, digit, k)`. It returns the first `k` images whose label is `digit`, in the order
# in which they stand, as an array of shape (k, 28, 28). With k = 0 that is (0, 28, 28).
# Where there are fewer than `k`, it raises a `ValueError`: better no answer than one that is quietly too short.

# %% role="exercise" ex="l01_examples_of"
def examples_of(images, labels, digit, k):
    """Return the first k images of one digit, shape (k, 28, 28); ValueError where there are fewer."""
    ### BEGIN SOLUTION
    chosen = images[labels == digit]
    if len(chosen) < k:
        raise ValueError(f"there are only {len(chosen)} images of the digit {digit}, not {k}")
    return chosen[:k]
    ### END SOLUTION

# %% role="check" ex="l01_examples_of" points=2
check("l01_examples_of", examples_of)

# %% role="demo"
sevens = yours(examples_of, digitlab.examples_of)(x_train, y_train, 7, 20)
digitlab.sample_grid(sevens, np.full(20, 7), rows=2, columns=10)

# %% [markdown]
# Some sevens have a bar, some have none. Some lean. A program must call all of them seven, and no nine among them.

# %% [markdown]
# ## The average digit
#
# Lay all images of one digit on top of each other and take the mean at each pixel: the **mean digit**.
# Where all writers agree it is sharp. Where they differ it is blurred.
#
# How could "blurred" become a number? One way: how far the single images are from their mean, on average over all
# pixels. Call this the **spread**. The smaller it is, the more the writers agree.

# %% role="demo"
predict(
    "l01_blurriest",
    "Of which digit do the images differ least from their mean (the smallest spread)?",
    [str(digit) for digit in range(10)],
)

# %% [markdown]
# ## Your turn: the mean digit
#
# Write `mean_digit(images, labels, digit)`. It returns the mean of all images of that digit, pixel by pixel, as a
# float array of shape (28, 28). Where the digit is absent it raises a `ValueError`.
# The images may be `uint8` or float. Beware of `uint8`: it cannot hold more than 255, and a sum soon exceeds that.

# %% role="exercise" ex="l01_mean_digit"
def mean_digit(images, labels, digit):
    """Return the mean image of one digit, float, shape (28, 28); ValueError where the digit is absent."""
    ### BEGIN SOLUTION
    chosen = images[labels == digit]
    if len(chosen) == 0:
        raise ValueError(f"there is no image of the digit {digit}")
    return chosen.mean(axis=0)
    ### END SOLUTION

# %% role="check" ex="l01_mean_digit" points=2
check("l01_mean_digit", mean_digit)

# %% role="demo"
average = yours(mean_digit, digitlab.mean_digit)
means = np.stack([average(x_train, y_train, digit) for digit in range(10)])
digitlab.sample_grid(means, np.arange(10), rows=2, columns=5)

# %% [markdown]
# Judge by eye first: which are blurred, and where? Now the spread, of the first 1,000 images of each digit.

# %% role="demo"
spread = np.array([np.abs(x_train[y_train == d][:1000] - means[d]).mean() for d in range(10)])
for digit in np.argsort(spread):
    print(f"digit {digit}: a pixel differs from the mean by {spread[digit]:.1f} on average")
reveal("l01_blurriest", str(spread.argmin()), "Little ink, in one stroke: most pixels are empty in all the images.")

# %% [markdown]
# Does that surprise you? Writers of a 1 lean to all sides, and its mean is a blurred fan. But empty paper never differs
# from empty paper, so a digit with little ink has a small spread. Compare fairly: divide by the mean brightness.

# %% role="demo"
relative = spread / means.mean(axis=(1, 2))
for digit in np.argsort(relative):
    print(f"digit {digit}: spread / mean brightness = {relative[digit]:.2f}")

# %% [markdown]
# Another order, from the same images. A number answers the question that it was made for, and no other: ask what a
# number measures before you believe it.

# %% [markdown]
# ## Your turn: a classifier of averages
#
# You have all you need for a first **classifier**, a program that names the class of an image: take the mean digit
# that is nearest. Write `nearest_mean(image, means)`. It returns the place (an int) of the mean image with the
# smallest **Euclidean distance** to `image`: subtract, square, add up over all pixels, take the root.
#
# - `image` has shape (height, width), `means` has shape (K, height, width), for any number K;
# - either may be `uint8` or float. In `uint8`, 10 - 20 is 246!
# - you need not think of ties: no two means are equally near.

# %% role="exercise" ex="l01_nearest_mean"
def nearest_mean(image, means):
    """Return the place of the mean image that is nearest to the image, as an int."""
    ### BEGIN SOLUTION
    differences = means.astype(float) - image.astype(float)
    distances = np.sqrt((differences**2).sum(axis=(1, 2)))
    return int(distances.argmin())
    ### END SOLUTION

# %% role="check" ex="l01_nearest_mean" points=2
check("l01_nearest_mean", nearest_mean)

# %% [markdown]
# ## Experiment: how good is it?
#
# The **accuracy** is the share of images that are named correctly. Guessing among ten digits is right in about one
# case of ten.
# We measure on test images, which played no part in the averages.

# %% role="demo"
predict(
    "l01_accuracy",
    "What share of test digits does the nearest mean name correctly?",
    ["about 10 %", "about 50 %", "about 80 %", "about 98 %"],
)

# %% role="demo"
classify = yours(nearest_mean, digitlab.nearest_mean)
guesses = np.array([classify(image, means) for image in x_test[:2000]])
accuracy = (guesses == y_test[:2000]).mean()
nearest = min((10, 50, 80, 98), key=lambda percent: abs(percent - 100 * accuracy))
reveal("l01_accuracy", f"about {nearest} %", f"It names {accuracy:.1%} of 2,000 test digits correctly.")

# %% [markdown]
# Ten averages, no learning to speak of, and it is far above guessing. Such a simple first result is a **baseline**:
# whatever we build later must beat it, or it is not worth its trouble. Where does it fail?

# %% role="demo"
wrong = np.flatnonzero(guesses != y_test[:2000])[:20]
digitlab.sample_grid(x_test[wrong], [f"{y_test[i]} as {guesses[i]}" for i in wrong], rows=2, columns=10)

# %% [markdown]
# What becomes of the accuracy when each test image is moved two pixels to the right? `np.roll(image, 2, axis=1)` does
# it. (What leaves on the right comes in again on the left; the margin there is nearly always empty.)

# %% role="demo"
predict(
    "l01_shifted",
    "Test images moved by two pixels: what does the accuracy do, in percentage points?",
    ["it rises by more than five points", "it changes by five points or less", "it falls by more than five points"],
)

# %% role="demo"
shifted = [np.roll(image, 2, axis=1) for image in x_test[:2000]]
moved = (np.array([classify(image, means) for image in shifted]) == y_test[:2000]).mean()
print(f"as they are: {accuracy:.1%}, two pixels to the right: {moved:.1%}")
more = "it falls by more than five points" if moved < accuracy else "it rises by more than five points"
said = more if abs(moved - accuracy) > 0.05 else "it changes by five points or less"
reveal("l01_shifted", said, "To a sum over pixels, a moved digit is other numbers.")

# %% [markdown]
# To you a shifted 3 is the same 3. To the nearest mean it is other numbers in other places. Lessons 04 and 05 are
# about an answer to this.
#
# Now change the experiment. Guess first: is it better with the *median* of each digit's images in place of the mean?
# With the first 100 images of each digit alone? The cell below does the first; change it for the second.

# %% role="demo"
medians = np.stack([np.median(x_train[y_train == digit], axis=0) for digit in range(10)])
by_median = np.array([classify(image, medians) for image in x_test[:2000]])
print(f"means: {accuracy:.1%}, medians: {(by_median == y_test[:2000]).mean():.1%}")

# %% [markdown]
# ## The same data in another form
#
# On Kaggle, a site for data competitions, MNIST comes as a table (kaggle.com, "Digit Recognizer"): a CSV file with a
# column `label` and 784 columns of pixels. Each image is one line, its 28 rows written one after the other.
# digitlab reads and writes it. Here we write five images and read them again.

# %% role="demo"
import tempfile
from pathlib import Path

path = Path(tempfile.mkdtemp()) / "train.csv"
digitlab.write_kaggle_csv(path, x_train[:5], y_train[:5])
print(path.read_text()[:60], "…")
images, labels = digitlab.read_kaggle_csv(path)
print("read again:", images.shape, labels, "the same:", np.array_equal(images, x_train[:5]))

# %% [markdown]
# ## Three questions
#
# **1. A data set has the labels 0, 1, 1, 3. How many classes does it hold?** (a) 3 (b) 4 (c) 10
#
# <details><summary>Answer</summary>
#
# (a). Three different labels occur. (b) counts up to the largest label, but 2 does not occur.
# (c) is how many there could be, not how many there are.
#
# </details>

# %% [markdown]
# **2. `images` has shape (500, 28, 28). Which shape has `images.mean(axis=0)`?** (a) (500,) (b) (28, 28) (c) ()
#
# <details><summary>Answer</summary>
#
# (b). The axis that you average over disappears; axis 0 counts the images, so one image is left.
# (a) would be `axis=(1, 2)`, one number for each image. (c) is the mean over everything, one number.
#
# </details>

# %% [markdown]
# **3. Why is the accuracy measured on images that were not averaged?** (a) there are fewer (b) they are harder
# (c) because we want to know how it does on what it has not seen
#
# <details><summary>Answer</summary>
#
# (c). On images it has learnt from, a classifier can look better than it is. (a) is true and no reason.
# (b) they are not harder by design; the point is that they are new.
#
# </details>

# %% [markdown]
# ## What you did
#
# You looked at the data before you modelled it, counted, averaged, and built a baseline. Remember its accuracy.
#
# To go on: the pixels run from 0 to 255, and `uint8` plays tricks. Which form should the numbers have so that a
# program can learn from them? That is lesson 02, *Pixels to tensors*.
