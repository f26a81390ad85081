# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Look inside
#     minutes: 75
#     level: intermediate
#     prerequisites: [05_pooling_and_shapes, 09_evaluate]
# ---

# %% [markdown]
# # Look inside
#
# Your model is right about nearly every digit. *Why* it is right, its accuracy does not say. This lesson looks at its
# errors first, then at what happens between its layers, and at last asks which pixels an answer hangs on.
#
# After this lesson you can:
#
# - find the errors that matter, and say whether the model or the label is to blame;
# - show what any layer of a network makes of an image;
# - measure which pixels a prediction needs, and say what this measure cannot see.
#
# You need lesson 05 (feature maps) and 09 (confusion matrix). Plan 75 minutes (an estimate); the computer needs 14
# seconds for all cells (measured with two cores).

# %% role="setup"
from pathlib import Path

import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

_, _, x_test, y_test = load_mnist()
x_new = digitlab.scale_pixels(x_test)[..., np.newaxis]  # in [0, 1], with a channel
four = x_new[4]

# %% [markdown]
# ## A question to begin with
#
# Here is a 4 of the test set, the image number 4. At the end of this lesson we cover it, a small square at a time, and
# watch how sure the model still is. Where will it hurt most?

# %% role="demo"
from digitlab.plots.picture import Picture, new_figure

figure, axis = new_figure(3.4, 3.4)
axis.imshow(x_test[4], cmap="gray")
axis.set(title=f"test image 4, label {y_test[4]}", xlabel="column", ylabel="row")
Picture(figure, "A 4 open at the top: a left arm, a bar, and a long right stroke that reaches below the bar.")

# %% role="demo"
predict(
    "l10_which_pixels",
    "We cover a square of 5 × 5 pixels with black. Where does the model need the pixels of this 4 most?",
    ["the left arm", "the bar", "the upper part of the right stroke", "the foot of the right stroke"],
)

# %% [markdown]
# ## A model to look into
#
# The next cell takes your own model, if `my_cnn.keras` lies beside this notebook, and else a small trained one that
# comes with the course. Loading TensorFlow takes some seconds. Then it answers all 10,000 test images.

# %% role="demo"
model = digitlab.your_model()
convolutions = [layer for layer in model.layers if type(layer).__name__ == "Conv2D"]
if not convolutions:
    print("It has no convolution to look into, so this lesson takes the course's own model.")
    model = digitlab.small_model()
    convolutions = [layer for layer in model.layers if type(layer).__name__ == "Conv2D"]
probabilities = digitlab.predict_probabilities(model, x_new)
predicted = probabilities.argmax(axis=1)
print(f"{(predicted == y_test).mean():.2%} right, {(predicted != y_test).sum()} errors")

# %% [markdown]
# ## Errors are not alike
#
# A model that says "3, but only just" and errs is doubtful. One that says "3, for certain" and errs is dangerous: no
# warning comes with its answer. For each image the largest of the ten probabilities tells how sure it is.
# A worked example with five images and two classes:

# %% role="demo"
rows = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.6, 0.4], [0.05, 0.95]])
true = np.array([0, 0, 0, 1, 1])
said = rows.argmax(axis=1)
for place in range(len(true)):
    verdict = "right" if said[place] == true[place] else "WRONG"
    print(f"image {place}: label {true[place]}, the model says {said[place]}, {rows[place].max():.2f} sure, {verdict}")

# %% [markdown]
# The surest answer of all is right. Of the wrong ones, image 1 is the surest. Half of it is yours: add a line that prints
# the three errors alone, with `rows[said != true]`. In which order do they come, and in which should they?

# %% role="demo"
predict(
    "l10_sureness",
    "Of all errors on the test images, how sure is the model of its surest one?",
    ["below 50 %", "50 to 90 %", "90 to 99 %", "above 99 %"],
)

# %% [markdown]
# ## Your turn: the worst errors
#
# Write `worst_errors(probabilities, labels, k)`. It gets an (N, C) float array with a row of probabilities for each
# image, N integer labels, and k, at least 1. It returns the numbers of the k images that are most confidently wrong, the
# surest error first, as an array or a list of ints. What counts is the probability of the wrong digit that was predicted.
# Where there are fewer than k errors, all of them come back.

# %% role="exercise" ex="l10_worst_errors"
def worst_errors(probabilities, labels, k):
    """Return the numbers of the k errors of which the model was surest, the surest first."""
    ### BEGIN SOLUTION
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    order = np.argsort(-probabilities[wrong].max(axis=1))
    return wrong[order[:k]]
    ### END SOLUTION

# %% role="check" ex="l10_worst_errors" points=2
check("l10_worst_errors", worst_errors)

# %% role="demo"
worst = np.asarray(yours(worst_errors, digitlab.worst_errors)(probabilities, y_test, 30), dtype=int)
sureness = probabilities[worst].max(axis=1)
steps = {"below 50 %": 0.5, "50 to 90 %": 0.9, "90 to 99 %": 0.99}
most = next((name for name, top in steps.items() if sureness[0] < top), "above 99 %")
reveal("l10_sureness", most, f"{sureness[0]:.2%} sure, and wrong. Softmax probabilities are no promise.")

# %% [markdown]
# "95 % sure" ought to mean: right in 95 of 100 such cases. Whether a model keeps to that is called its **calibration**,
# and many networks are surer than they should be (Guo and others, 2017, "On calibration of modern neural networks").

# %% [markdown]
# ## Experiment: whose fault is it?
#
# A label is an answer too: somebody looked, and wrote it down. Some labels of the MNIST test set are wrong; Northcutt,
# Athalye and Mueller found 15 that people, asked again, did not confirm (2021, "Pervasive label errors in test sets
# destabilize machine learning benchmarks"). Now *you* are asked. The next cell shows the thirty worst errors without
# label and without the model's answer. Say what you see: press a button, or type the digit and Enter. Nothing is graded.

# %% role="demo"
thirty = digitlab.relabelling(x_test[worst], y_test[worst], predicted[worst], numbers=worst)
thirty

# %% [markdown]
# Then run the next cell: it compares your answers with the labels and with the model. Whoever cannot use the buttons
# writes `answers={0: 4, 1: "cannot tell"}` into the call above, with the numbers under the images.

# %% role="demo"
thirty.summary()

# %% [markdown]
# And here they are with everything: what the model says, how sure it is, and what the label says.

# %% role="demo"
digitlab.predictions_page(x_test[worst], y_test[worst], probabilities[worst])

# %% [markdown]
# Where you side with the label, the model has something to learn. Where you side with the model, the label may be
# wrong, and the model was punished for being right. Where you cannot tell, no model can be right for a good reason.
# So the last few errors say less about a model than they seem to: nobody should be proud of 100 % here.

# %% [markdown]
# ## Which confusions?
#
# One error is an anecdote, a pair that comes again and again is a weakness. Lesson 09's confusion matrix `cm` has a row
# for each true digit and a column for each predicted one; the errors stand off the diagonal.
# A worked example with three digits:

# %% role="demo"
small = np.array([[9, 2, 0], [1, 8, 0], [0, 5, 7]])
print(small)
for t in range(3):
    for p in range(3):
        if t != p:
            print(f"{t} taken for {p}: {small[t, p]} times")

# %% [markdown]
# Three of the six lines are no confusions: they never happened. Half of it is yours: leave these out, and collect the
# others in a list as `(t, p, count)`. `sorted(…, key=lambda triple: triple[2])` sorts such a list by its third number.
# Does it begin at the right end?

# %% [markdown]
# ## Your turn: the most frequent confusions
#
# Write `top_confusions(cm, k)`. It gets a square integer array, rows true, and k, at least 1. It returns a sequence of
# (true, predicted, count), three ints each, for the k largest counts off the diagonal, the largest first. 4 taken for 9
# and 9 taken for 4 are two confusions. Pairs that never occur are left out, so fewer than k may come back. The order
# among equal counts is free.

# %% role="exercise" ex="l10_top_confusions"
def top_confusions(cm, k):
    """Return the k most frequent confusions as (true, predicted, count), the most frequent first."""
    ### BEGIN SOLUTION
    places = [(t, p) for t in range(len(cm)) for p in range(len(cm)) if t != p and cm[t, p] > 0]
    places.sort(key=lambda place: cm[place], reverse=True)
    return [(t, p, int(cm[t, p])) for t, p in places[:k]]
    ### END SOLUTION

# %% role="check" ex="l10_top_confusions" points=2
check("l10_top_confusions", top_confusions)

# %% role="demo"
cm = digitlab.confusion(y_test, predicted)
pairs = yours(top_confusions, digitlab.top_confusions)(cm, 5)
for t, p, count in pairs:
    print(f"{t} taken for {p}: {count} times, of {cm[t].sum():,} images of a {t}")
t, p, _ = pairs[0]
mixed = np.flatnonzero((y_test == t) & (predicted == p))[:10]
digitlab.sample_grid(x_test[mixed], [f"image {n}" for n in mixed], 1, 10, f"{t} taken for {p}")

# %% [markdown]
# ## Filters: what the first layer looks for
#
# Now into the network. The first convolution holds its **filters**: small kernels of weights, like the one that you slid
# over a digit in lesson 04. Nobody designed these, training found them. Orange weights want ink, purple ones want none.

# %% role="demo"
first = convolutions[0]
kernels = first.get_weights()[0]
print("kernels of", first.name, "have the shape", kernels.shape)
digitlab.kernel_grid(kernels[:, :, [0], :], f"The filters of layer {first.name}")

# %% [markdown]
# Do you find one that waits for an edge, with orange on one side and purple on the other? Not every filter can be put
# in words, and there is no need: the layers behind take any of them.
#
# ## Maps: what it finds
#
# A filter slid over an image gives a **feature map**. A worked example by hand, with the convolution of lesson 04: the
# first filter, its bias added, and then what the layer does to each number (`first.activation`, mostly ReLU).
#
# What comes in need not be the whole image: a model of lesson 07 cuts two pixels off at each side first (`crop=2`), and
# another may put zeros around it. `digitlab.layer_input` gives the 4 as it arrives at the layer.

# %% role="demo"
arrives = digitlab.layer_input(model, four, first.name)
bias = first.get_weights()[1][:1] if first.use_bias else np.zeros(1)
down, right = first.strides  # how far the filter moves at a time, mostly 1
sums = digitlab.conv2d_multi(arrives, kernels[..., :1], bias)[::down, ::right]
by_hand = np.asarray(first.activation(sums))[..., 0]
print("the image has the shape", four.shape, "and what arrives at", first.name, "has", arrives.shape)
print("a map of", by_hand.shape, f"numbers, from {by_hand.min():.2f} to {by_hand.max():.2f}")
digitlab.feature_map_grid(by_hand[..., np.newaxis], four, "Filter 0 on our 4, by hand")

# %% [markdown]
# For the layers behind, doing it by hand is tedious. Keras can cut a network off: a model that begins where `model`
# begins, `model.inputs[0]`, and ends at the output of some layer. It shares the trained weights, nothing is copied.

# %% role="demo"
import keras

short = keras.Model(model.inputs[0], model.layers[1].output)
answer = short(four[np.newaxis])
print("ends at", model.layers[1].name, "and gives", answer.shape)
print("all layers:", ", ".join(layer.name for layer in model.layers))

# %% [markdown]
# The first 1 of the shape is the batch axis: Keras takes batches, so `four[np.newaxis]` made a batch of one image.
# Half of it is yours: let `short` end at another layer, by name, with `model.get_layer("…")`. What does the shape say?
#
# ## Your turn: feature maps
#
# Write `feature_maps(model, image, layer_name)`. It gets a Keras Sequential model, one image as a float array of shape
# (28, 28, 1), and the name of a layer that gives maps. It returns an array of shape (height, width, channels): that
# layer's own output for the image, as in use, or *inference* (dropout is off), without the batch axis.

# %% role="exercise" ex="l10_feature_maps"
import keras


def feature_maps(model, image, layer_name):
    """Return what the named layer answers for the image, shape (height, width, channels)."""
    ### BEGIN SOLUTION
    part = keras.Model(model.inputs[0], model.get_layer(layer_name).output)
    return part.predict(image[np.newaxis], verbose=0)[0]
    ### END SOLUTION

# %% role="check" ex="l10_feature_maps" points=2
check("l10_feature_maps", feature_maps)

# %% role="demo"
maps_of = yours(feature_maps, digitlab.feature_maps)
maps = np.asarray(maps_of(model, four, first.name))
alike = maps.shape[:2] == by_hand.shape and np.allclose(maps[..., 0], by_hand, atol=1e-4)
print("map 0 is what we got by hand:", alike)
digitlab.feature_map_grid(maps, four, f"Our 4 after layer {first.name}")

# %% [markdown]
# So each map is the arithmetic of lesson 04, and nothing else. (False? Then ask `check` about your `feature_maps` again.)
# Each map is the same 4, seen with other eyes. Do you find one that answers to upright strokes, and one that answers to
# the bar? And further inside?

# %% role="demo"
last = digitlab.map_layers(model)[-1]
deep = np.asarray(maps_of(model, four, last))
print(f"numbers that are 0: {(maps == 0).mean():.0%} after {first.name}, {(deep == 0).mean():.0%} after {last}")
digitlab.feature_map_grid(deep, four, f"Our 4 after layer {last}")

# %% [markdown]
# Coarser, with fewer places: no longer *what the pixels are*, but *which parts are there, and roughly where*. From these
# numbers the last layers make the ten probabilities.
#
# ## Play: your model, your digit
#
# Choose an image, a layer and a map (Tab moves, the space bar presses a button, arrow keys move a slider). Have you
# written a digit of your own? Put a scan of it, dark on white paper, beside this notebook as `my_digit.png`, run the
# cell again, and the viewer begins with it. (Digits that you drew in lesson 12, in `my_digits`, serve as well.)
#
# - Which map of the first layer answers to the bar of a 4? Does it answer to the top of a 7?
# - Find a map that is silent for this digit. For which digit is it not?
# - In the second convolution, filter 0 has a kernel for *each* map that comes in. Why?

# %% role="demo"
files = [Path("my_digit.png"), *sorted(Path("my_digits").glob("*.png"))]
found = [path for path in files if path.exists()]
own = digitlab.to_mnist(digitlab.load_image(found[0])) if found else None
digitlab.feature_viewer(model, x_new, y_test, own)

# %% [markdown]
# ## Which pixels does an answer need?
#
# Maps show what a layer sees, not what the answer hangs on. An experiment can tell: cover a part of the image, and see
# how far the probability drops. This is **occlusion** (Zeiler and Fergus, 2014, "Visualizing and understanding
# convolutional networks"). A worked example: a square of 5 × 5 around the pixel in row 10, column 10, set to 0.

# %% role="demo"
covered = four.copy()
covered[8:13, 8:13] = 0
before, after = digitlab.predict_probabilities(model, np.stack([four, covered]))[:, 4]
print(f"probability of a 4: {before:.4f} before, {after:.4f} after, a drop of {before - after:.4f}")
digitlab.sample_grid(np.stack([four, covered]), ["before", "after"], 1, 2)

# %% [markdown]
# Half of it is yours: cover the square around row 10, column 19 as well, on a fresh copy. Which slices are that? And
# around row 0, column 19, where the square sticks out at the top?
#
# ## Your turn: the occlusion map
#
# Write `occlusion_map(model, image, label, size)`. It gets a Keras model that gives probabilities, a float image of shape
# (28, 28, 1), a digit, and an odd size. It returns an array of shape (28, 28): at [row, col] by how much the
# probability of `label` drops when the square of that size, centred on the pixel, is set to 0.

# %% [markdown]
# The drop is *before minus after*: negative where the model becomes surer. `label` need not be the digit that the model
# predicts. At the border the square is cut off. That makes 28 · 28 covered images: put them into one array
# and call `predict` once: each single call costs time of its own, and 784 of them far more than one large one.

# %% role="exercise" ex="l10_occlusion_map"
def occlusion_map(model, image, label, size):
    """Return how much the label's probability drops when a square around each pixel is covered, shape (28, 28)."""
    ### BEGIN SOLUTION
    half = size // 2
    copies = np.repeat(image[np.newaxis], 28 * 28, axis=0)
    for place, copy in enumerate(copies):
        row, col = divmod(place, 28)
        copy[max(row - half, 0) : row + half + 1, max(col - half, 0) : col + half + 1] = 0
    before = model.predict(image[np.newaxis], verbose=0)[0, label]
    return before - model.predict(copies, verbose=0)[:, label].reshape(28, 28)
    ### END SOLUTION

# %% role="check" ex="l10_occlusion_map" points=2
check("l10_occlusion_map", occlusion_map)

# %% role="demo"
drop_of = yours(occlusion_map, digitlab.occlusion_map)
drops = np.asarray(drop_of(model, four, 4, 5))
ink = four[..., 0] > 0.5
print(f"at {(drops[ink] < 0.1).mean():.0%} of the pixels with ink the probability drops by less than 0.1")
digitlab.occlusion_plot(four[np.newaxis], drops[np.newaxis], ["test image 4"])

# %% role="demo"
parts = {
    "the left arm": np.s_[5:16, 7:14],
    "the bar": np.s_[16:19, 7:17],
    "the upper part of the right stroke": np.s_[5:16, 17:23],
    "the foot of the right stroke": np.s_[16:25, 17:23],
}
strongest = {name: float(drops[where].max()) for name, where in parts.items()}
told = "; ".join(f"{name} {drop:.2f}" for name, drop in strongest.items())
reveal("l10_which_pixels", max(strongest, key=strongest.get), f"The largest drops: {told}.")

# %% [markdown]
# Does it surprise you how little hurts? Where the map is pale, that part of the 4 may vanish and the model does not mind:
# what is left still looks like no other digit. Is it the same with every 4? Six more:

# %% role="demo"
fours = np.flatnonzero((y_test == 4) & (predicted == 4))[1:7]
several = np.stack([np.asarray(drop_of(model, x_new[n], 4, 5)) for n in fours])
digitlab.occlusion_plot(x_new[fours], several, [f"test image {n}" for n in fours])

# %% [markdown]
# "Which pixels matter in a 4" has no single answer: it depends on how this 4 is written. Change the experiment, and guess
# first: squares of size 9? Another digit, with its own label? An image of `worst`, once with the true digit and
# once with the predicted one?

# %% [markdown]
# ## What occlusion cannot see
#
# Around the gap at the top, between the two strokes, the map is empty. So the gap does not matter? It is black already:
# covering it with black changes nothing. Occlusion asks "what if this ink were missing", never "what if there were more".

# %% role="demo"
lid = four.copy()
lid[5:7, 13:19] = 1
digitlab.sample_grid(np.stack([four, lid]), ["our 4", "with a lid"], 1, 2)

# %% role="demo"
predict("l10_lid", "We close the gap with a lid of 2 × 6 white pixels. What does the model say?", ["4", "9", "another"])

# %% role="demo"
answer = digitlab.predict_probabilities(model, lid[np.newaxis])[0]
now = int(answer.argmax())
changed = (lid != four).sum()
why = f"{changed} of 784 pixels changed. It says {now}, with probability {answer[now]:.3f}; 4 has {answer[4]:.3f} left."
reveal("l10_lid", str(now) if now in (4, 9) else "another", why)

# %% [markdown]
# A 4 is a 4 also because of the ink that is *not* there. Every picture that "explains" a model answers one question, and
# is silent about all others. Know which question, before you believe the picture.

# %% [markdown]
# ## Three questions
#
# **1. An occlusion map is 0 everywhere. What does that prove?** (a) the model ignores the image (b) no single square of
# this size is needed for the answer (c) the map is wrong
#
# <details><summary>Answer</summary>
#
# (b). What one square hides, the rest may still tell. (a) need not be: cover half of the image, and it may change its
# mind. (c) such maps are common for clear digits.
#
# </details>

# %% [markdown]
# **2. `layer.output` of a trained model has no numbers in it. Why?** (a) the layer is untrained (b) it is a plan: numbers
# come when an image goes in (c) dropout has removed them
#
# <details><summary>Answer</summary>
#
# (b). The plan says shape and way; `keras.Model(model.inputs[0], …)` makes a function of it. (a) the weights are there,
# trained; the output depends on an image too. (c) dropout works in training only, and silences some numbers, not all.
#
# </details>

# %% [markdown]
# **3. You correct the test labels of those errors where you agree with your model. Its accuracy rises. Is it a better
# model?** (a) yes (b) no: the model is as it was, and you looked only where it helps (c) yes, if you were careful
#
# <details><summary>Answer</summary>
#
# (b). Among its *right* answers may be wrong labels too, which you never looked at. (a) only the ruler changed. (c) care
# does not help against looking at one side only: relabel images that are drawn at random.
#
# </details>

# %% [markdown]
# ## What you did
#
# You found the errors that a model makes with confidence, judged them yourself, opened every layer of a network, and
# measured which pixels its answer needs, and what that measure misses.
#
# To go on: you changed a few pixels. What do noise, a shift, a thicker pen do? In lesson 11,
# *Robustness*, you measure how far a model can be trusted beyond its test set.
