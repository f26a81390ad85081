# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Linear baseline
#     minutes: 60
#     level: beginner
#     prerequisites: [01_look_first, 02_pixels_to_tensors]
# ---

# %% [markdown]
# # Linear baseline
#
# The smallest network there is: each digit gets one weighted sum of the pixels. This lesson builds it from NumPy alone,
# and lets it learn. Every larger network is made of the same parts.
#
# After this lesson you can:
#
# - turn scores into probabilities, and probabilities into one number that says how wrong they are;
# - count what a layer learns;
# - take one step of learning, and say what the size of the step does.
#
# You need lessons 01 and 02. Plan 60 minutes (an estimate); the computer needs 5 seconds for all cells (measured with
# two cores).

# %% role="setup"
import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

x_train, y_train, x_test, y_test = load_mnist()
x = digitlab.scale_pixels(x_train[:3000]).reshape(3000, 784).astype(np.float64)
x_new = digitlab.scale_pixels(x_test[:2000]).reshape(2000, 784).astype(np.float64)
targets = digitlab.one_hot(y_train[:3000])

# %% [markdown]
# ## Scores: one weighted sum for each digit
#
# Give every pixel a **weight** for the digit 3: positive where ink speaks for a 3, negative where it speaks against.
# Multiply each pixel by its weight, add everything up, add a **bias**: that is the **score** of the digit 3.
# Ten digits need ten lots of weights, so `W` has shape (784, 10), and the biases `b` have shape (10,). NumPy's `x @ W + b`
# multiplies and adds up for all images and all digits at once.

# %% [markdown]
# The first cell took 3,000 training images, scaled, each as a row of 784 pixels: that is `x`, of shape (3000, 784).
# `x_new` holds 2,000 test images in the same form, to measure with. The scores of the first two images:

# %% role="demo"
digitlab.sample_grid(x_train[:2], y_train[:2], rows=1, columns=2)

# %% role="demo"
rng = np.random.default_rng(3)
W, b = rng.normal(0, 0.01, (784, 10)), np.zeros(10)
scores = x[:2] @ W + b
print("shape:", scores.shape)
print(scores.round(2))

# %% [markdown]
# These weights are random, so the scores mean nothing yet. Scores may be any number, also below 0.
# We want **probabilities**: ten positive numbers that add up to 1.

# %% [markdown]
# ## Softmax
#
# **Softmax** does it in two steps: `exp` makes every score positive, and dividing by the sum makes them add up to 1.
# A worked example for one image with three classes:

# %% role="demo"
one_row = np.array([2.0, 1.0, -1.0])
exponentials = np.exp(one_row)
print("exp:", exponentials.round(3), " sum:", exponentials.sum().round(3))
print("softmax:", (exponentials / exponentials.sum()).round(3))

# %% [markdown]
# Half of it is yours: add 5 to every score above, and run it again. What happens to the probabilities?

# %% role="demo"
predict(
    "l03_overflow",
    "What does np.exp(1000.0) give?",
    ["a number with 435 digits", "inf, which means: too large", "0"],
)

# %% role="demo"
with np.errstate(over="ignore"):  # NumPy would warn
    huge = np.exp(1000.0)
largest = np.finfo(np.float64).max
said = "inf, which means: too large" if np.isinf(huge) else str(huge)
reveal("l03_overflow", said, f"The largest float64 is {largest:.2g}.")

# %% [markdown]
# Adding the same number to every score of a row changes nothing, because it cancels in the quotient. So take off the
# row's largest score first: then the largest exponent is 0, and nothing overflows.

# %% [markdown]
# ## Your turn: softmax
#
# Write `softmax(scores)` for a float array of shape (N, C). It returns an array of the same shape: each row positive
# and adding up to 1. It must also work where scores are as large as 1000, and where the rows of one batch are of very
# different size. The array that it was given stays as it is.

# %% role="exercise" ex="l03_softmax"
def softmax(scores):
    """Return scores, shape (N, C), as probabilities: each row adds up to 1."""
    ### BEGIN SOLUTION
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
    ### END SOLUTION

# %% role="check" ex="l03_softmax" points=2
check("l03_softmax", softmax)

# %% [markdown]
# ## The loss: how wrong are the probabilities?
#
# **Cross-entropy** looks at a single number of each row: the probability $p$ that the model gave to the *true* class.
# The loss of that image is $-\ln p$: 0 where the model was sure and right, large where it held the truth to be
# impossible. The loss of a batch is the mean over its images.

# %% role="demo"
from digitlab.plots.picture import Picture, new_figure

for p in (1.0, 0.5, 0.001):
    print(f"probability {p:5} of the true class: loss {-np.log(p) + 0:.3f}")
some = np.linspace(0.001, 1, 500)
figure, axis = new_figure(6, 2.6)
axis.plot(some, -np.log(some), color="#0072B2")
axis.set(xlabel="probability of the true class", ylabel="loss", xlim=(0, 1), ylim=(0, 7), yticks=(0, 3, 6))
axis.spines[["top", "right"]].set_visible(False)
Picture(figure, "The loss of one image: 0 at probability 1, slowly more below, and steeply more towards 0.")

# %% [markdown]
# Half of it is yours: two images got probabilities of 0.5 and 0.001 for their true classes. What is the loss of this
# batch of two? Compute it from the numbers above. Which of the two images makes most of it?

# %% role="demo"
predict(
    "l03_untrained",
    "A model that knows nothing gives each of ten digits the same probability. What is its loss?",
    ["0", "1", "about 2.3", "10"],
)

# %% role="demo"
reveal("l03_untrained", "about 2.3", f"Each probability is 0.1, and -ln 0.1 = ln 10 = {np.log(10):.3f}.")

# %% [markdown]
# ## Your turn: cross-entropy
#
# Write `cross_entropy(probabilities, one_hot)`. Both have shape (N, C); each row of `one_hot` has a single 1, at the
# true class. It returns a float: the mean over the N rows of -ln (natural logarithm) of the true class's probability.
# Where that probability is 0, the loss must stay finite, and be at least 15 for that row.

# %% role="exercise" ex="l03_cross_entropy"
def cross_entropy(probabilities, one_hot):
    """Return the mean of -ln(probability of the true class), finite also where that is 0."""
    ### BEGIN SOLUTION
    of_the_true_class = (probabilities * one_hot).sum(axis=1)
    return float(-np.log(np.maximum(of_the_true_class, 1e-12)).mean())
    ### END SOLUTION

# %% role="check" ex="l03_cross_entropy" points=2
check("l03_cross_entropy", cross_entropy)

# %% [markdown]
# ## Your turn: accuracy
#
# Write `accuracy(probabilities, labels)`: probabilities of shape (N, C), integer labels of shape (N,). It returns the
# share, from 0 to 1, of the rows whose most probable class is the label.

# %% role="exercise" ex="l03_accuracy"
def accuracy(probabilities, labels):
    """Return the share of rows whose most probable class is the label."""
    ### BEGIN SOLUTION
    return float((probabilities.argmax(axis=1) == labels).mean())
    ### END SOLUTION

# %% role="check" ex="l03_accuracy" points=1
check("l03_accuracy", accuracy)

# %% role="demo"
to_probabilities, loss_of = yours(softmax, digitlab.softmax), yours(cross_entropy, digitlab.cross_entropy)
share_right = yours(accuracy, digitlab.accuracy)
before = to_probabilities(x @ W + b)
print(f"before learning: loss {loss_of(before, targets):.3f}, accuracy {share_right(before, y_train[:3000]):.1%}")

# %% [markdown]
# ## How much is there to learn?
#
# The numbers that training changes are called **parameters**. A layer in which every input has a weight for every
# output is a **dense layer**. Write `dense_params(n_in, n_out)`: how many parameters it has, as an int, weights and
# biases together.

# %% role="exercise" ex="l03_dense_params"
def dense_params(n_in, n_out):
    """Return how many parameters a dense layer has: weights and biases."""
    ### BEGIN SOLUTION
    return n_in * n_out + n_out
    ### END SOLUTION

# %% role="check" ex="l03_dense_params" points=1
check("l03_dense_params", dense_params)

# %% [markdown]
# ## Downhill
#
# Which change of the weights makes the loss smaller? The **gradient** is the direction in which it *grows* fastest, so
# we step against it. For softmax and cross-entropy it is as simple as can be (Bishop, *Pattern Recognition and Machine
# Learning*, 2006, equation 4.109): let

# %% [markdown]
# $$g = \frac{\mathrm{softmax}(xW + b) - \mathrm{one\_hot}}{N}$$
#
# Then the gradient of the loss by `W` is `x.T @ g`, and by `b` it is `g.sum(axis=0)`. In words: where a class got too
# much probability, weaken the weights of the pixels that were bright.
# How far we step is the **learning rate**: the new weights are `W - learning_rate * gradient`.
# A worked example: one image of two pixels, the second one black, and three classes. The true class is the second.

# %% role="demo"
pixels = np.array([[1.0, 0.0]])
probabilities, truth = np.array([[0.7, 0.2, 0.1]]), np.array([[0, 1, 0]])
g = (probabilities - truth) / len(pixels)
print("g:", g.round(2))
print("gradient by W, a row for each pixel:", (pixels.T @ g).round(2).tolist())

# %% [markdown]
# Only the true class has a gradient below 0: as we step *against* it, its weight grows. The black pixel had no part in
# the scores, and its weights stay. Half of it is yours: print the gradient by `b` too, with its shape.

# %% [markdown]
# ## Your turn: one step
#
# Write `gradient_step(W, b, x, one_hot, learning_rate)`, with W of shape (n_in, n_out), b (n_out,), x (N, n_in) and
# one_hot (N, n_out). It returns the pair of the new W and the new b after one step on the mean cross-entropy. Both come
# from the *old* W and b, and these stay unchanged.

# %% role="exercise" ex="l03_gradient_step"
def gradient_step(W, b, x, one_hot, learning_rate):
    """Return W and b after one step of gradient descent; the old ones stay as they are."""
    ### BEGIN SOLUTION
    scores = x @ W + b
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    gap = (exponentials / exponentials.sum(axis=1, keepdims=True) - one_hot) / len(x)
    return W - learning_rate * x.T @ gap, b - learning_rate * gap.sum(axis=0)
    ### END SOLUTION

# %% role="check" ex="l03_gradient_step" points=2
check("l03_gradient_step", gradient_step)

# %% [markdown]
# ## Let it learn
#
# Take 100 steps, each on all 3,000 images. (Real training steps on small batches; lesson 07 does.)

# %% role="demo"
step = yours(gradient_step, digitlab.gradient_step)


def learn(learning_rate, steps=100):
    W, b, losses = np.zeros((784, 10)), np.zeros(10), []
    for _ in range(steps):
        losses.append(digitlab.cross_entropy(digitlab.softmax(x @ W + b), targets))
        W, b = step(W, b, x, targets, learning_rate)
    return W, b, losses

# %% role="demo"
W, b, losses = learn(0.5)
learnt = digitlab.accuracy(digitlab.softmax(x_new @ W + b), y_test[:2000])
print(f"loss from {losses[0]:.3f} to {losses[-1]:.3f}; accuracy on 2,000 test digits {learnt:.1%}")

# %% [markdown]
# Compare that with the nearest mean of lesson 01. What has it learnt? Lay the weights of each digit out as an image:
# a **template**. Bright ink in the orange places speaks for the digit, in the purple ones against it.

# %% role="demo"
digitlab.weight_templates(W)

# %% [markdown]
# Play with it: choose an image, and the digit whose score you want to see come about. (From the keyboard: Tab moves, arrow
# keys change a number, the space bar presses the button.)
#
# - Look at the score of the true digit, then at that of a digit which it resembles. Where do their products differ?
# - Go through the wrong answers. Which weights led the model astray?

# %% role="demo"
digitlab.score_viewer(W, b, x_test[:2000], y_test[:2000])

# %% [markdown]
# ## Experiment: the learning rate
#
# One number is not learnt, but chosen by you: how far to step. Four learning rates, 30 steps each, from the same start.

# %% role="demo"
predict(
    "l03_rate",
    "Which of these learning rates brings the loss down furthest in 30 steps?",
    ["0.001", "0.1", "0.5", "20"],
)

# %% role="demo"
curves = {}
for rate in (0.001, 0.1, 0.5, 20):
    losses = learn(rate, steps=31)[2]  # the loss before each step: the last one is that after 30
    curves[str(rate)] = losses
    print(f"learning rate {rate:>5}: loss after 1, 10 and 30 steps: {losses[1]:.2f}, {losses[10]:.2f}, {losses[30]:.2f}")

# %% role="demo"
figure, axis = new_figure(8, 3.6)
looks = (("#595959", ":"), ("#009E73", "-."), ("#0072B2", "-"), ("#D55E00", "--"))
for (rate, losses), (colour, line) in zip(curves.items(), looks, strict=False):
    axis.plot(losses, color=colour, linestyle=line, label=f"learning rate {rate}")
axis.set(xlabel="steps", ylabel="loss", ylim=(0, 5), title="What lies above 5 is cut off")
axis.legend(frameon=False)
axis.spines[["top", "right"]].set_visible(False)
ends = {rate: losses[-1] for rate, losses in curves.items()}
told = ", ".join(f"{rate}: {end:.2f}" for rate, end in ends.items())
Picture(figure, f"The loss over 30 steps for each learning rate. At the end: {told}.")

# %% role="demo"
reveal("l03_rate", min(ends, key=ends.get), "The smallest crawls; the largest jumps over the valley, from side to side.")

# %% [markdown]
# Find the largest learning rate that still works: put others in the place of 20. What does the curve look like just
# before it breaks?

# %% [markdown]
# ## Three questions
#
# **1. A row of softmax is (0.5, 0.3, 0.2). You add 7 to all three scores. What comes out?**
# (a) the same (b) (1, 0, 0) (c) larger probabilities
#
# <details><summary>Answer</summary>
#
# (a). exp(s + 7) = exp(s) · exp(7), and the factor cancels. (b) would need one score to grow alone.
# (c) they add up to 1 whatever you do.
#
# </details>

# %% [markdown]
# **2. Two models have the same accuracy, and one has the smaller loss. What is the difference?**
# (a) none (b) it gives the true digits more probability (c) it has fewer parameters
#
# <details><summary>Answer</summary>
#
# (b). Accuracy asks only which probability is largest; the loss asks how large the true one is.
# (a) forgets that. (c) parameters do not enter either number.
#
# </details>

# %% [markdown]
# **3. The loss rises from step to step. What is the likeliest reason?**
# (a) too few images (b) the learning rate is too large (c) too many parameters
#
# <details><summary>Answer</summary>
#
# (b). Each step jumps over the valley and lands higher on the other side. (a) and (c) make a model worse on new images,
# but the loss that you step on still falls.
#
# </details>

# %% [markdown]
# ## What you did
#
# You built a classifier that learns: scores, softmax, cross-entropy, gradient. It sees each pixel for itself.
#
# To go on: shift a digit by two pixels, and every pixel means something else to it. What if weights were shared between
# all places of an image? That is lesson 04, *Convolution by hand*.
