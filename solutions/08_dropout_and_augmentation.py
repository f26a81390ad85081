# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Dropout and augmentation
#     minutes: 65
#     level: intermediate
#     prerequisites: [06_build_the_cnn, 07_train]
# ---

# %% [markdown]
# # Dropout and augmentation
#
# A network with few images learns them by heart. This lesson measures how much, and then makes that harder in two ways:
# by silencing a part of the network, and by moving the images.
#
# After this lesson you can:
#
# - say how far a model is better on the images that it has learnt than on others;
# - write dropout by hand, and put it into a model that is trained already, where it belongs;
# - make more images of the ones you have, and measure fairly whether that helped.
#
# You need lessons 06 (a Keras model) and 07 (validation, overfitting). Plan 65 minutes (an estimate); the computer
# needs 24 seconds for all cells (measured with two cores).

# %% role="setup"
import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

x_train, y_train, _, _ = load_mnist()
images = digitlab.scale_pixels(x_train[:1400])[..., np.newaxis]  # (1400, 28, 28, 1), from 0 to 1
labels = y_train[:1400].astype(int)
x_few, y_few, x_val, y_val = images[:400], labels[:400], images[400:], labels[400:]

# %% [markdown]
# ## What does not bother you
#
# Here is a digit, then the same with half of its pixels gone, then moved by three pixels. You read all three. A network
# that knows 400 digits by heart, pixel for pixel, need not. Both pictures are ideas for training: show it the digit
# *so*, and it has to learn what you see.

# %% role="demo"
digit = x_few[0, :, :, 0]
half = digit * (np.random.default_rng(8).random(digit.shape) >= 0.5)
moved = np.roll(digit, (3, 3), axis=(0, 1))
names = [f"label {y_few[0]}", "half of the pixels gone", "moved by three pixels"]
digitlab.sample_grid(np.stack([digit, half, moved]), names, rows=1, columns=3)

# %% [markdown]
# ## How much is learnt by heart?
#
# In lesson 07 the training loss went to 0 while the validation loss rose: overfitting. Here is a number for it. The
# **generalisation gap** is the training accuracy minus the validation accuracy. We take both at the best epoch, the one
# that early stopping would keep. A worked example with three epochs:

# %% role="demo"
told = {
    "loss": [0.90, 0.35, 0.12],
    "val_loss": [0.70, 0.48, 0.55],
    "accuracy": [0.75, 0.90, 0.97],
    "val_accuracy": [0.79, 0.84, 0.85],
}
best = told["val_loss"].index(min(told["val_loss"]))
print("best epoch, counted from 0:", best)
print("training accuracy there:", told["accuracy"][best])

# %% [markdown]
# Half of it is yours: add a line with the gap. Then change the second validation loss to 0.58. Which epoch is best now,
# and does the gap grow?
#
# ## Your turn: the generalisation gap
#
# Write `generalisation_gap(history)`. It gets a dictionary with `loss`, `val_loss`, `accuracy` and `val_accuracy`, a list of
# numbers for each epoch. It returns a float: training minus validation accuracy at the first epoch of the smallest
# `val_loss`. Where validation is the better one, that is below 0.

# %% role="exercise" ex="l08_generalisation_gap"
def generalisation_gap(history):
    """Return training minus validation accuracy at the first epoch of the smallest validation loss."""
    ### BEGIN SOLUTION
    best = int(np.argmin(history["val_loss"]))
    return history["accuracy"][best] - history["val_accuracy"][best]
    ### END SOLUTION

# %% role="check" ex="l08_generalisation_gap" points=2
check("l08_generalisation_gap", generalisation_gap)

# %% [markdown]
# Now a real one: the network of lesson 06 without dropout, on 400 images, measured on 1,000 others. Ten epochs of 16 steps.
# (The next cell imports Keras, which takes some seconds.) Solid lines are training, dashed ones validation.

# %% role="setup"
from digitlab.keras_import import import_keras

keras = import_keras()  # the same as `import keras`, without TensorFlow's messages
layers = keras.layers

# %% role="demo"
def learn(model, x, y, epochs):
    return digitlab.train(model, x, y, validation=(x_val, y_val), epochs=epochs, batch_size=25,
                          peak_learning_rate=0.01, seed=8, verbose=0)

# %% role="demo"
plain = digitlab.build_cnn(dropout=0.0, crop=2, seed=8)
histories = {0.0: learn(plain, x_few, y_few, epochs=10)}
gap = yours(generalisation_gap, digitlab.generalisation_gap)
print(f"generalisation gap: {gap(histories[0.0].history):.3f}")
digitlab.learning_curves(histories[0.0])

# %% [markdown]
# The training images are soon all right, the others never. What is done against such a gap, beside finding more
# images, is called **regularisation**: it makes learning by heart harder than learning what digits have in common.

# %% [markdown]
# ## Silence a part
#
# Dropout sets a share of the numbers to 0 while training, other ones for each image and in each step. The share is its
# **rate**. No number can rely on a certain other one being there (Srivastava and others, 2014, "Dropout: a simple way to
# prevent neural networks from overfitting"). What goes on then gets fewer numbers than it will get in use. Or not?

# %% role="demo"
predict(
    "l08_mean",
    "10,000 activations go through Keras' Dropout with rate 0.5, while training. What becomes of their mean?",
    ["a quarter of it", "half of it", "about what it was", "twice as much"],
)

# %% [markdown]
# A worked example, eight numbers at rate 0.25. A random number from 0 to 1 is drawn for each of them. The mask is true
# where it is at least the rate: on average for three numbers of four. Those are kept.

# %% role="demo"
rng = np.random.default_rng(4)
x, rate = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]), 0.25
drawn = rng.random(x.shape)
mask = drawn >= rate
print("drawn", drawn.round(2))
print("mask ", mask)
print("kept ", x * mask)

# %% [markdown]
# Half of it is yours. What is kept is divided by 1 - rate, so that in the long run each number brings as much as before:
# add a line that prints that. Then run the cell with another seed, and with rate 0.75.
#
# This form is called **inverted dropout**. The first form left what it kept as it was, and made all numbers smaller in use.
# Inverted dropout is done with its work when training ends.

# %% [markdown]
# ## Your turn: dropout
#
# Write `dropout(x, rate, training, rng)`. `x` is an array of floats of any shape, a batch: its first axis counts the images.
# 0 ≤ rate < 1, and `rng` is a NumPy generator. It returns the pair `(out, mask)`, both of x's shape.
#
# - Training: each number of each image is silenced with probability `rate`, by draws from `rng`; the mask is true
#   where a number was kept, and `out` is x · mask / (1 - rate).
# - Not training: x as it is, and a mask that is all true. `x` itself is not changed in either case.

# %% role="exercise" ex="l08_dropout"
def dropout(x, rate, training, rng):
    """Return inverted dropout of x, and the mask of what was kept."""
    ### BEGIN SOLUTION
    if not training:
        return x, np.ones(x.shape, dtype=bool)
    mask = rng.random(x.shape) >= rate
    return x * mask / (1 - rate), mask
    ### END SOLUTION

# %% role="check" ex="l08_dropout" points=3
check("l08_dropout", dropout)

# %% role="demo"
by_hand = yours(dropout, digitlab.dropout)
activations = np.random.default_rng(1).random((100, 100))
out, mask = by_hand(activations, 0.5, True, np.random.default_rng(2))
keras_out = np.asarray(layers.Dropout(0.5, seed=2)(activations, training=True))
print(f"mean before {activations.mean():.3f}, by hand {out.mean():.3f}, Keras {keras_out.mean():.3f}")
print(f"by hand {mask.sum():,} of {mask.size:,} are kept, Keras keeps {(keras_out != 0).sum():,}")

# %% role="demo"
ratio = keras_out.mean() / activations.mean()
sizes = {"a quarter of it": 0.25, "half of it": 0.5, "about what it was": 1.0, "twice as much": 2.0}
nearest = min(sizes, key=lambda name: abs(sizes[name] - ratio))
why = f"{ratio:.2f} times: half of the numbers are gone, and each of the others counts double."
reveal("l08_mean", nearest, why)

# %% [markdown]
# ## Play: the masks
#
# Four kernels look for edges in four directions; the maps go through ReLU and pooling, as in lesson 05. Dropout then
# silences some of their numbers. (Tab moves, arrow keys move the slider, the space bar presses a button.)
#
# - Press *New mask* ten times. What becomes of the mean after, and of its average over the masks?
# - Take the tick off *Divide what is kept by 1 - rate*, and press again. What is the average now?
# - Switch to *in use*. What is silenced now, and what does the rate change?
# - Back to *training*: from which rate on can you no longer read the digit?

# %% role="demo"
edge = digitlab.vertical_edge()
slope = np.array([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]])
kernels = np.stack([edge, edge.T, slope, slope[:, ::-1]], axis=-1)[:, :, np.newaxis, :]
maps = digitlab.relu(digitlab.conv2d_multi(x_few[0], kernels, np.zeros(4)))
digitlab.dropout_masks(digitlab.max_pool(maps, 2, 2), rate=0.5)

# %% [markdown]
# ## Where dropout belongs
#
# Usually it stands before the last dense layer, where most parameters are (lesson 06). Never behind the softmax: there it
# would silence answers. A model that is trained already can be rebuilt with it. `model.layers` is a list, and
# a layer takes along what it has learnt. A worked example, the other way round: a model *without* its last layer.

# %% role="demo"
body = keras.Sequential(plain.layers[:-1])
print([layer.name for layer in body.layers])
print("one image gives", np.asarray(body(x_val[:1])).shape, "numbers for the last layer to look at")

# %% [markdown]
# `plain.layers[:-1]` are all layers but the last one, and `plain.layers[-1]` is the last one. Half of it is yours: in
# the cell above, make `body` the whole network again, out of these two. Does it give (1, 10)?
#
# What is forbidden should not pass in silence: `raise ValueError("…")` tells the caller. Keras itself refuses
# `Dropout(1.5)`, but `Dropout(1.0)`, which silences everything, it takes.

# %% [markdown]
# ## Your turn: put dropout into a model
#
# Write `add_dropout(model, rate)`. The model is a chain of layers, Sequential or functional, that is trained and ends in
# `Dense`. Return a Keras model with the same layers and their trained numbers, and one `Dropout(rate)` right before the
# last dense layer.
#
# - `ValueError` for a rate outside [0, 1): below 0, 1.0, above 1. A rate of 0 is allowed.
# - The model that was given keeps its layers; the two may share them. The new one need not be compiled.

# %% role="exercise" ex="l08_add_dropout"
def add_dropout(model, rate):
    """Return the model with dropout before its last dense layer, and all that it has learnt."""
    ### BEGIN SOLUTION
    if not 0 <= rate < 1:
        raise ValueError(f"a dropout rate is from 0 to below 1, got {rate}")
    return keras.Sequential([*model.layers[:-1], layers.Dropout(rate), model.layers[-1]])
    ### END SOLUTION

# %% role="check" ex="l08_add_dropout" points=2
check("l08_add_dropout", add_dropout)

# %% role="demo"
regular = yours(add_dropout, digitlab.add_dropout)(plain, 0.5)
before = np.asarray(plain(x_val[:1]))
in_use = np.asarray(regular(x_val[:1], training=False))
print("in use it answers as before:", np.allclose(in_use, before, atol=1e-6))
for attempt in range(3):
    answer = np.asarray(regular(x_val[:1], training=True))[0]
    print(f"while training: {answer.argmax()} with probability {answer.max():.3f}")

# %% [markdown]
# While training the same image gets another answer each time: each step trains another thinned network, and all of
# them share their weights.
#
# ## Experiment: which rate?
#
# The same network five times, with rates from 0 to 0.8, on the same 400 images for the same 160 steps.

# %% role="demo"
predict(
    "l08_rate",
    "Which rate will reach the smallest validation loss?",
    ["0.0", "0.2", "0.4", "0.6", "0.8"],
)

# %% role="demo"
for rate in (0.2, 0.4, 0.6, 0.8):
    network = digitlab.build_cnn(dropout=rate, crop=2, seed=8)
    histories[rate] = learn(network, x_few, y_few, epochs=10)
rows = {}
for rate, history in histories.items():
    best = digitlab.best_epoch(history.val_loss)
    rows[rate] = (history.accuracy[best], history.val_accuracy[best], history.val_loss[best])
    print(f"rate {rate}: training {rows[rate][0]:.1%}, validation {rows[rate][1]:.1%}, "
          f"gap {gap(history.history):6.3f}, validation loss {rows[rate][2]:.3f}")

# %% role="demo"
from digitlab.palette import BLUE, VERMILLION
from digitlab.plots.picture import Picture, new_figure

# %% role="demo"
seen, unseen, losses = (np.array(column) for column in zip(*rows.values(), strict=True))
figure, (left, right) = new_figure(9, 3.2, 1, 2)
left.plot(list(rows), 100 * seen, color=BLUE, marker="o", label="training")
left.plot(list(rows), 100 * unseen, color=VERMILLION, marker="s", ls="--", label="validation")
left.legend(frameon=False)
right.plot(list(rows), losses, color=VERMILLION, marker="s", ls="--")
for axis, name in ((left, "accuracy at the best epoch, %"), (right, "smallest validation loss")):
    axis.set(xlabel="dropout rate", ylabel=name)
    axis.spines[["top", "right"]].set_visible(False)
told = "; ".join(f"rate {r}: training {a:.0%}, validation {b:.0%}, loss {c:.2f}" for r, (a, b, c) in rows.items())
Picture(figure, f"Accuracy and validation loss over the dropout rate. {told}.")

# %% role="demo"
smallest = min(rows, key=lambda rate: rows[rate][2])
why = f"Validation loss {rows[smallest][2]:.3f}, against {rows[0.0][2]:.3f} without dropout."
reveal("l08_rate", smallest, why)

# %% [markdown]
# A high rate narrows the gap, but mostly from above: the training accuracy falls. It may even lie below that of validation,
# since it is measured with numbers missing, and validation with all of them.
#
# So a small gap alone is no success: a network that learns nothing has none. What counts is the validation side. And
# too high a rate leaves too little to learn with: underfitting.

# %% [markdown]
# ## More images of the ones you have
#
# A 3 that stands two pixels further right is a 3. To show the network such changed images, with the label of the
# original, is **data augmentation** (Simard, Steinkraus and Platt, 2003, "Best practices for convolutional neural
# networks applied to visual document analysis"). A change is fit if it leaves the label true. A 6 upside down is none.
#
# A worked example: move by one column with `np.roll`.

# %% role="demo"
small = np.array([[1, 2, 3], [4, 5, 6]])
rolled = np.roll(small, 1, axis=1)
print(rolled)

# %% [markdown]
# What left at the right came in again at the left. Half of it is yours: set the column that came in to 0, with one more line.
# What would you have to set to 0 after moving to the *left*?

# %% [markdown]
# ## Your turn: shift an image
#
# Write `shift(image, dx, dy)` for one image of shape (height, width), of any size and dtype. A positive `dx` moves it to the
# right, a positive `dy` down; both are whole numbers. Zeros come in where the image leaves. Beyond its size all of it
# is zeros. Shape and dtype stay, and the image that was given stays as it is.

# %% role="exercise" ex="l08_shift"
def shift(image, dx, dy):
    """Return the image moved by dx to the right and dy down, with zeros coming in."""
    ### BEGIN SOLUTION
    height, width = image.shape
    moved = np.zeros_like(image)
    for row in range(height):
        for col in range(width):
            if 0 <= row + dy < height and 0 <= col + dx < width:
                moved[row + dy, col + dx] = image[row, col]
    return moved
    ### END SOLUTION

# %% role="check" ex="l08_shift" points=2
check("l08_shift", shift)

# %% role="demo"
move = yours(shift, digitlab.shift)
steps = [(0, 0), (2, 0), (0, 2), (-2, -1), (6, -6)]
copies = np.stack([move(digit, dx, dy) for dx, dy in steps])
digitlab.sample_grid(copies, [f"dx {dx}, dy {dy}" for dx, dy in steps], rows=1, columns=5)

# %% [markdown]
# How far is fit? MNIST's digits fill 20 × 20 pixels, and were centred by their ink (LeCun, Cortes and Burges, 1998). Two
# pixels to each side cut off hardly any ink. The last one above is no longer a digit that anybody should learn.

# %% [markdown]
# ## Experiment: shifted copies
#
# `digitlab.shifted_copies` adds four copies of each of the 400 images, each moved by up to two pixels, labels and all. Five
# times as many images, a fifth of the epochs: the number of steps stays 160, so that only the images differ.

# %% role="demo"
predict(
    "l08_augmentation",
    "Which of the four reaches the smallest validation loss?",
    ["neither dropout nor copies", "dropout 0.4", "shifted copies", "both"],
)

# %% role="demo"
x_more, y_more = digitlab.shifted_copies(x_few, y_few, copies=4, reach=2, seed=8)
print("images:", len(x_few), "before,", len(x_more), "after")
with_copies = digitlab.build_cnn(dropout=0.0, crop=2, seed=8)
with_both = digitlab.build_cnn(dropout=0.4, crop=2, seed=8)
four = {
    "neither dropout nor copies": histories[0.0],
    "dropout 0.4": histories[0.4],
    "shifted copies": learn(with_copies, x_more, y_more, epochs=2),
    "both": learn(with_both, x_more, y_more, epochs=2),
}

# %% role="demo"
results = {}
for name, history in four.items():
    best = digitlab.best_epoch(history.val_loss)
    low, high = digitlab.accuracy_interval(history.val_accuracy[best], len(y_val))
    results[name] = (history.val_loss[best], history.val_accuracy[best], low, high)
    print(f"{name:27} loss {results[name][0]:.3f}, accuracy {results[name][1]:.1%}, "
          f"interval {low:.1%} to {high:.1%}, gap {gap(history.history):6.3f}")

# %% role="demo"
figure, axis = new_figure(8, 2.6)
for place, (name, (_, accuracy, low, high)) in enumerate(results.items()):
    axis.plot([100 * low, 100 * high], [place, place], color=BLUE, linewidth=2)
    axis.plot(100 * accuracy, place, "o", color=BLUE)
axis.set(yticks=range(4), yticklabels=list(results), xlabel="validation accuracy, %, with its 95 % interval")
axis.invert_yaxis()
axis.spines[["top", "right"]].set_visible(False)
told = "; ".join(f"{n}: {a:.1%}, interval {low:.1%} to {high:.1%}" for n, (_, a, low, high) in results.items())
Picture(figure, f"Validation accuracy of four trainings with equally many steps. {told}.")

# %% role="demo"
winner = min(results, key=lambda name: results[name][0])
why = f"Validation loss {results[winner][0]:.3f}, against {results['neither dropout nor copies'][0]:.3f} for neither."
reveal("l08_augmentation", winner, why)

# %% [markdown]
# The interval says how far chance may have moved an accuracy that was measured on only so many images; lesson 09 has
# its formula. Where two intervals overlap widely, do not claim that one is better. The copies tell the network
# something that it did not know: that position does not matter. Dropout tells it nothing new about digits.
#
# And images that really are moved? Two of the networks, on the validation images moved by three pixels:

# %% role="demo"
x_moved = np.stack([digitlab.shift(image[..., 0], 3, 0) for image in x_val])[..., np.newaxis]
for name, model in {"without copies": plain, "with shifted copies": with_copies}.items():
    still, shaken = (digitlab.predict_probabilities(model, x).argmax(axis=1) for x in (x_val, x_moved))
    print(f"{name:20} in place {(still == y_val).mean():.1%}, moved {(shaken == y_val).mean():.1%}")

# %% [markdown]
# Pooling had only softened the place (lesson 05); the copies teach it. They teach what you put in, and no more: how would
# the second network do on digits that are turned, or thicker? Lesson 11 measures that.
#
# Change the experiment, and guess first: a reach of 6 instead of 2; also the images of `x_train` from 1,400 on (not
# those 1,000 that measure). Which of the two helps less than you would hope, and why? And remember who
# chose the rate: these 1,000 images flatter it a little.

# %% [markdown]
# ## Three questions
#
# **1. A model with dropout 0.5 is in use. What does its dropout layer do?**
# (a) it silences half of the numbers (b) nothing (c) it halves all numbers
#
# <details><summary>Answer</summary>
#
# (b). Inverted dropout scales while training, so that in use nothing is left to do. (a) would answer the same image
# differently each time. (c) is what the first form of dropout did.
#
# </details>

# %% [markdown]
# **2. With rate 0.9 the generalisation gap is 0. What follows?**
# (a) the model generalises perfectly (b) nothing yet: look at the validation accuracy (c) dropout should be higher still
#
# <details><summary>Answer</summary>
#
# (b). A model that knows nothing is as good on new images as on old ones. (a) mistakes equally bad for equally
# good. (c) a rate of 0.9 already silences nine numbers of ten; more would leave still less to learn with.
#
# </details>

# %% [markdown]
# **3. Which change is *not* fit for augmenting digits?**
# (a) moved by a pixel (b) mirrored left to right (c) a little thicker
#
# <details><summary>Answer</summary>
#
# (b). A mirrored 3 or 7 is not written by anybody, and a mirrored 2 looks like a 5 to some. For photographs of cats it
# would be fit: what is allowed depends on the task. (a) and (c) leave the label true.
#
# </details>

# %% [markdown]
# ## What you did
#
# You measured learning by heart, wrote dropout and put it into a trained model, moved images, and compared all of it
# with the number of steps held fixed.
#
# To go on: your network is trained and regularised. How good is it, on images that nobody has looked at yet, and for
# which digits? Lesson 09, *Evaluate*, opens the drawer with the test images.
