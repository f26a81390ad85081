# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Train
#     minutes: 70
#     level: intermediate
#     prerequisites: [03_linear_baseline, 06_build_the_cnn]
# ---

# %% [markdown]
# # Train
#
# A network learns by itself, but not unattended. This lesson trains one in seconds, and teaches you to read on the way
# whether it learns too little, too much, or not at all.
#
# After this lesson you can:
#
# - train a Keras model so that the same seed gives the same numbers, and measure it on images that it does not learn;
# - read training and validation curves, name the best epoch, and stop in time;
# - say what makes training fast: batch, learning rate, schedule, steps per execution.
#
# You need lessons 03 (loss, gradient, learning rate) and 06 (a Keras model, compiled). Plan 70 minutes (an estimate);
# the computer needs 33 seconds for all cells (measured with two cores).

# %% role="setup"
from pathlib import Path

import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

x_train, y_train, _, _ = load_mnist()  # the test images stay in their drawer until lesson 09
images = digitlab.scale_pixels(x_train)[..., np.newaxis]  # (60000, 28, 28, 1), from 0 to 1
x_fit, y_fit, x_val, y_val = digitlab.split(images, y_train.astype(int), 0.1, seed=7)

# %% [markdown]
# ## Batches
#
# The gradient of lesson 03 was that of all images at once. With 54,000 of them one step would take seconds. So training
# takes a **batch** at a time, say 64 images, and makes a **step** with their gradient: less exact, and nearly a
# thousand times cheaper. One pass over all images is an **epoch**. The first row below shows a batch as it would come
# from a data set that is sorted by digit, the second one from a shuffled set. What would a step learn from the first?

# %% role="demo"
in_order = np.argsort(y_fit, kind="stable")[:10]
shuffled = np.random.default_rng(7).permutation(len(y_fit))[:10]
batch = np.r_[in_order, shuffled]
titles = [f"label {label}" for label in y_fit[batch]]
digitlab.sample_grid(x_fit[batch, :, :, 0], titles, rows=2, columns=10)

# %% [markdown]
# From the first: "whatever you see, say 0". That is why images are **shuffled** before each epoch.
#
# How many steps has an epoch? A worked example: 10 images in batches of 4.

# %% role="demo"
n, batch_size = 10, 4
for step, first in enumerate(range(0, n, batch_size), start=1):
    print("step", step, "learns the images", list(range(first, min(first + batch_size, n))))

# %% [markdown]
# Half of it is yours: change `n` to 12, then to 13. Guess the number of steps before you run it.
#
# ## Your turn: steps in an epoch
#
# Write `steps_per_epoch(n, batch_size)`, for `n` images, both whole numbers of at least 1. It returns an int. The last
# batch may be smaller than the others, and is a step all the same.

# %% role="exercise" ex="l07_steps_per_epoch"
def steps_per_epoch(n, batch_size):
    """Return how many steps one pass over n images takes."""
    ### BEGIN SOLUTION
    return -(-n // batch_size)
    ### END SOLUTION

# %% role="check" ex="l07_steps_per_epoch" points=1
check("l07_steps_per_epoch", steps_per_epoch)

# %% role="demo"
steps = yours(steps_per_epoch, digitlab.steps_per_epoch)
for size in (1, 32, 256, 54_000):
    print(f"54,000 images in batches of {size:>6,}: {steps(54_000, size):>6,} steps an epoch")

# %% [markdown]
# ## Two sets of images
#
# How well a model does on images that it has learnt proves little: it could have learnt them by heart. So some images are
# put aside, the **validation** images. The model never learns them; after each epoch it is measured on them. The first
# cell did that: `x_fit`, `y_fit` to learn, `x_val`, `y_val` to measure.
#
# Why not the test images? Whoever looks at them while deciding when to stop has used them up: lesson 09.

# %% [markdown]
# A worked example with the linear classifier of lesson 06, on 2,000 images for 2 epochs. `fit` shuffles by itself.
# `keras.utils.set_random_seed` decides how: the same seed, the same order. What `fit` returns is a **history**, with
# the loss after each epoch. (The first line imports Keras, which takes some seconds.)

# %% role="demo"
from digitlab.keras_import import import_keras

keras = import_keras()  # the same as `import keras`, without TensorFlow's messages
linear = digitlab.compile_model(digitlab.build_linear())
keras.utils.set_random_seed(1)
told = linear.fit(x_fit[:2000], y_fit[:2000], epochs=2, verbose=0)
{name: np.round(values, 3) for name, values in told.history.items()}

# %% [markdown]
# Half of it is yours: give `fit` one more argument, `validation_data=(x_val[:500], y_val[:500])`. Two more curves
# appear in the history. What are they called?
#
# Before you train the network itself, a question. In the first epoch it learns 4,000 images; at the epoch's end it is
# measured on 1,000 others.

# %% role="demo"
predict(
    "l07_validation_first",
    "Can the accuracy on the validation images be higher than that on the training images in epoch one?",
    ["No: it has never seen them", "Only by luck", "Yes, and that is usual"],
)

# %% [markdown]
# ## Your turn: train a model
#
# Write `train_model(model, data, epochs, seed)`. The model comes compiled; `data` is `(x_train, y_train, x_val, y_val)`.
# Train the model in place for exactly `epochs` epochs on the training images, in an order that is not the given one. The same
# seed gives the same numbers, another seed others. After each epoch measure on the validation images. Return the
# history that `fit` gives, or its dictionary.

# %% role="exercise" ex="l07_train_model"
def train_model(model, data, epochs, seed):
    """Train a compiled model in place, and return its history with `loss` and `val_loss` for each epoch."""
    ### BEGIN SOLUTION
    import keras

    x_train, y_train, x_val, y_val = data
    keras.utils.set_random_seed(seed)
    return model.fit(x_train, y_train, epochs=epochs, validation_data=(x_val, y_val), verbose=0)
    ### END SOLUTION

# %% role="check" ex="l07_train_model" points=2
check("l07_train_model", train_model)

# %% [markdown]
# Now the network. First the check of lesson 06, which costs nothing: untrained, its loss should be near ln 10. Then three
# epochs. Solid lines are training, dashed ones validation.

# %% role="demo"
some = (x_fit[:4000], y_fit[:4000], x_val[:1000], y_val[:1000])
model = digitlab.compile_model(digitlab.build_cnn())
print(f"untrained: loss {model.evaluate(*some[2:], verbose=0)[0]:.2f}, ln 10 is {np.log(10):.2f}")
history = yours(train_model, digitlab.train_model)(model, some, 3, seed=7)
curves = digitlab.History.of(history)
digitlab.learning_curves(curves)

# %% role="demo"
first, after = curves.accuracy[0], curves.val_accuracy[0]
usual = "Yes, and that is usual" if after > first else "No: it has never seen them"
reveal("l07_validation_first", usual, f"In epoch one: training {first:.1%}, validation {after:.1%}.")

# %% [markdown]
# Why? The two numbers are not of one and the same model. The training accuracy is an average *over* the epoch, of a model
# that knew nothing at its beginning, and of which dropout silenced a part. Validation comes *after* the epoch, with
# nothing silenced. Measured at the same moment, the training images are not worse than the others:

# %% role="demo"
told = {"training": some[:2], "validation": some[2:]}
for name, (x, y) in told.items():
    measured = model.evaluate(x, y, batch_size=1000, verbose=0)[1]
    print(f"the same model, after its last epoch, on {name} images: {measured:.1%}")

# %% [markdown]
# ## Watch it live, and stop it
#
# `digitlab.train` trains by a quicker recipe, which comes below. With `live=True` it draws the curves while they grow.
# The thin line is the average since the epoch began. Reach **Stop** with the mouse or the Tab key, and press it
# with a click or the space bar: training ends after the batch that is running, and the history says how far it
# came. (Where widgets do not run you see the finished curves.)

# %% role="demo"
net = digitlab.build_cnn(dropout=0.0)
little = {"validation": (x_val[:1000], y_val[:1000]), "epochs": 16, "batch_size": 32, "peak_learning_rate": 0.01}
long = digitlab.train(net, x_fit[:500], y_fit[:500], **little, live=True, verbose=0)
print(f"{len(long.loss)} epochs, {'stopped early' if long.stopped else 'trained to the end'}")

# %% [markdown]
# Too quick to stop? Set `epochs` to 200. In a notebook a training that ran to its end is stored: run the cell again and it
# is answered at once, with the same weights and the same history, as long as neither model, data nor settings
# changed. It says so, and how to train anew.
#
# Look at the two losses above: 500 images, seen many times, by a network without dropout. The training loss goes
# to 0. And the validation loss?

# %% [markdown]
# ## Your turn: the best epoch
#
# Write `best_epoch(val_losses)`. It gets the validation loss after each epoch, and returns the epoch in which it was
# smallest, as an int, counted from zero. Of equal minima it takes the first.

# %% role="exercise" ex="l07_best_epoch"
def best_epoch(val_losses):
    """Return the epoch with the smallest validation loss, counted from zero."""
    ### BEGIN SOLUTION
    return int(np.argmin(val_losses))
    ### END SOLUTION

# %% role="check" ex="l07_best_epoch" points=2
check("l07_best_epoch", best_epoch)

# %% role="demo"
best = yours(best_epoch, digitlab.best_epoch)(long.val_loss)
for epoch in sorted({best, len(long.val_loss) - 1}):
    print(f"epoch {epoch}: training loss {long.loss[epoch]:.3f}, validation loss {long.val_loss[epoch]:.3f}, "
          f"accuracy {long.val_accuracy[epoch]:.1%}")

# %% [markdown]
# Training went on and the training loss fell, while the validation loss rose: the model learnt its 500 images by heart.
# That is **overfitting**. Compare the two accuracies: they may hardly differ, or even grow. Accuracy only counts wrong
# answers. The loss also sees how sure they are, and these became much surer: a model that is certain where it is wrong.
#
# ## Stop by rule
#
# Nobody wants to sit beside a training with a finger on Stop. **Early stopping** waits a number of epochs for an
# improvement, its **patience**. A worked example with patience 2:

# %% role="demo"
smallest, waiting = np.inf, 0
for epoch, loss in enumerate([0.9, 0.5, 0.6, 0.4, 0.45, 0.41]):
    waiting = 0 if loss < smallest else waiting + 1
    smallest = min(smallest, loss)
    print(f"epoch {epoch}: loss {loss}, smallest {smallest}, epochs without an improvement: {waiting}")

# %% [markdown]
# In which epoch does this training stop? Change the last loss to 0.39, and then to 0.4. What changes?
#
# ## Your turn: early stopping
#
# Write `early_stop(val_losses, patience)`. Only a loss that is strictly smaller than the smallest so far is an
# improvement. Return the epoch, counted from zero, in which the count of epochs in a row without one reaches `patience`
# (at least 1); the last epoch where that never happens.

# %% role="exercise" ex="l07_early_stop"
def early_stop(val_losses, patience):
    """Return the epoch, counted from zero, in which training stops."""
    ### BEGIN SOLUTION
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch
    return len(val_losses) - 1
    ### END SOLUTION

# %% role="check" ex="l07_early_stop" points=2
check("l07_early_stop", early_stop)

# %% role="demo"
stop = yours(early_stop, digitlab.early_stop)
for patience in (1, 3, 6):
    print(f"patience {patience}: the training above stops in epoch {stop(long.val_loss, patience)}; best was {best}")

# %% [markdown]
# Too little patience takes a hiccup for the end, too much costs time. Keras has the rule as a callback,
# something that `fit` calls after each epoch: `keras.callbacks.EarlyStopping`, which can also bring the best weights
# back. L. Prechelt compares such rules in "Early stopping, but when?" (1998).
#
# ## Four kinds of curves
#
# Four trainings that really ran, and four different stories. Which is which?

# %% role="demo"
wild = digitlab.compile_model(digitlab.build_linear(), optimizer=keras.optimizers.SGD(3.0, momentum=0.999))
timid = digitlab.build_linear()
stories = {
    "A": long,
    "B": digitlab.train_model(wild, (x_fit[:1000], y_fit[:1000], x_val[:500], y_val[:500]), 5, seed=7),
    "C": curves,
    "D": digitlab.train(timid, *some[:2], validation=some[2:], epochs=3, peak_learning_rate=2e-4, verbose=0),
}
stories = {name: digitlab.History.of(story) for name, story in stories.items()}

# %% role="demo"
from digitlab.palette import BLUE, VERMILLION
from digitlab.plots.picture import Picture, new_figure

figure, axes = new_figure(11, 2.8, 1, 4)
for axis, (name, story) in zip(axes, stories.items(), strict=True):
    axis.plot(story.loss, color=BLUE, marker="o", markersize=4, label="training")
    axis.plot(story.val_loss, color=VERMILLION, marker="s", markersize=4, ls="--", label="validation")
    axis.set(title=name, xlabel="epoch", ylim=(0, None), xticks=range(0, len(story.loss), 1 + len(story.loss) // 6))
axes[0].set_ylabel("loss")
axes[0].legend(frameon=False)
ends = "; ".join(f"{n}: training {s.loss[-1]:.2f}, validation {s.val_loss[-1]:.2f}" for n, s in stories.items())
Picture(figure, f"Training and validation losses of four trainings. At their ends, {ends}.")

# %% [markdown]
# Four words for what you see, in the order in which one asks:
#
# | word | its sign here |
# |---|---|
# | **diverging** | the training loss is not finite, or climbs: the steps are too large |
# | **underfitting** | the training loss stays above 0.6: too few steps, too small ones, or too weak a model |
# | **overfitting** | the training loss fell, and the validation loss ends at least a quarter above its minimum |
# | **good** | the training loss is low, and validation shows no such climb |

# %% [markdown]
# A worked example for the first question; the others are yours.

# %% role="demo"
losses = [2.1, 0.9, float("nan")]
print("all finite:", bool(np.isfinite(losses).all()), " climbs:", losses[-1] > losses[0])

# %% [markdown]
# NaN ("not a number") is neither larger nor smaller than anything: `np.isfinite` is needed to see it.
#
# ## Your turn: the diagnosis
#
# Write `diagnose(history)`. It gets a dictionary with `loss`, `val_loss`, `accuracy` and `val_accuracy`, a list of numbers
# for each epoch, and returns one of the texts `'underfitting'`, `'good'`, `'overfitting'`, `'diverging'`. You will only
# be asked about clear cases.

# %% role="exercise" ex="l07_diagnose"
def diagnose(history):
    """Return 'underfitting', 'good', 'overfitting' or 'diverging'."""
    ### BEGIN SOLUTION
    loss, val_loss = history["loss"], history["val_loss"]
    if not np.isfinite(loss).all() or loss[-1] > loss[0]:
        return "diverging"
    if min(loss) > 0.6:
        return "underfitting"
    return "overfitting" if val_loss[-1] >= 1.25 * min(val_loss) else "good"
    ### END SOLUTION

# %% role="check" ex="l07_diagnose" points=2
check("l07_diagnose", diagnose)

# %% role="demo"
said = yours(diagnose, digitlab.diagnose)
for name, story in stories.items():
    print(name, said(story.history))

# %% [markdown]
# What helps? Against diverging smaller steps, against underfitting more epochs, larger steps or a larger model; against
# overfitting more images, dropout, or an earlier stop. Lesson 08 is about that.
#
# ## Experiment: batch size and learning rate
#
# Nine trainings of the same network on the same 2,000 images for one epoch, with plain gradient descent (`SGD` in Keras:
# *stochastic* gradient descent, for its batches are drawn at random). Small batches make many steps; a large learning
# rate makes large ones. Do they replace each other?

# %% role="demo"
predict(
    "l07_grid",
    "Where will the best of the nine be?",
    ["smallest batches, smallest rate", "smallest batches, middle rate", "smallest batches, largest rate",
     "largest batches, largest rate", "elsewhere"],
)

# %% role="demo"
network = digitlab.build_cnn()
beginning = network.get_weights()
descent = keras.optimizers.SGD()
network.compile(descent, "sparse_categorical_crossentropy", metrics=["accuracy"], steps_per_execution=8)


def accuracy_after_an_epoch(batch_size, rate):
    network.set_weights(beginning)
    descent.learning_rate = rate
    keras.utils.set_random_seed(7)
    network.fit(x_fit[:2000], y_fit[:2000], batch_size, verbose=0)
    answers = np.asarray(network(x_val[:1000], training=False)).argmax(axis=1)
    return (answers == y_val[:1000]).mean()

# %% role="demo"
batches, rates = (16, 64, 256), (0.01, 0.1, 0.5)
grid = np.array([[accuracy_after_an_epoch(batch, rate) for rate in rates] for batch in batches])
figure, axis = new_figure(5.5, 3.2)
axis.imshow(grid, cmap="Blues", vmin=0, vmax=1, aspect="auto")
for i, j in np.ndindex(3, 3):
    axis.text(j, i, f"{grid[i, j]:.0%}", ha="center", va="center", color="white" if grid[i, j] > 0.6 else "black")
axis.set(xticks=range(3), xticklabels=rates, yticks=range(3), yticklabels=batches)
axis.set(xlabel="learning rate", ylabel="images a batch", title="validation accuracy after one epoch")
told = "; ".join(f"batch {b}: " + ", ".join(f"{v:.0%}" for v in row) for b, row in zip(batches, grid, strict=True))
Picture(figure, f"Validation accuracy for learning rates {', '.join(map(str, rates))}. {told}.")

# %% role="demo"
i, j = np.unravel_index(grid.argmax(), grid.shape)
names = {(0, 0): "smallest batches, smallest rate", (0, 1): "smallest batches, middle rate",
         (0, 2): "smallest batches, largest rate", (2, 2): "largest batches, largest rate"}
found = f"Batches of {batches[i]} with rate {rates[j]}: {grid[i, j]:.0%}, in {steps(2000, batches[i])} steps."
reveal("l07_grid", names.get((int(i), int(j)), "elsewhere"), found)

# %% [markdown]
# Read it along a row, then down a column. In one epoch small batches make many more steps, so they win here. But a
# gradient of few images is a poor guide: with the largest rate small batches suffer first. Larger batches bear, and
# need, larger steps (Goyal and others, 2017, "Accurate, large minibatch SGD"). Now double the epochs: who gains most?

# %% [markdown]
# ## How training gets fast
#
# `digitlab.train` reaches 98 % in a fraction of the time that the recipe of Keras' own MNIST example takes; in the
# course's repository `python -m benchmarks.training` measures both. Four means, all in `digitlab/training.py`:
#
# 1. **Adam** (Kingma and Ba, 2015) sizes each weight's step by its recent gradients; here it looks back fewer steps.
# 2. **Batches of 256**: fewer, surer steps, with a larger learning rate.
# 3. A **schedule**: the rate rises at first, then falls along a cosine (Loshchilov and Hutter, 2017).
# 4. **Steps per execution**: Python is asked only once in 16 batches; the time between is TensorFlow's alone.

# %% role="demo"
total = steps(54_000, 256) * 2
schedule = keras.optimizers.schedules.CosineDecay(
    0.0, decay_steps=total - total // 10, warmup_target=digitlab.training.PEAK_LEARNING_RATE, warmup_steps=total // 10
)
figure, axis = new_figure(7, 2.8)
shown = range(0, total + 1, total // 60)
axis.plot(shown, [float(schedule(step)) for step in shown], color=BLUE)
axis.set(xlabel="step", ylabel="learning rate", title="small, large, small again: two epochs of 54,000 images")
axis.spines[["top", "right"]].set_visible(False)
Picture(figure, f"The learning rate over {total} steps: it rises to its peak in the first tenth, then falls to 0.")

# %% [markdown]
# Why so? At first the weights are random and the gradients wild: small steps. Then large ones, while there is far to go.
# At the end small ones again: they settle.
#
# How much is it worth? The network that you trained above with Keras' usual settings, and the same one by this recipe,
# on the same 4,000 images for three epochs. (In batches of 64: of 256 there would be only 16 steps an epoch.)

# %% role="demo"
quick = digitlab.train(digitlab.build_cnn(), *some[:2], validation=some[2:], epochs=3, batch_size=64, verbose=0)
for name, story in (("Keras' usual settings", curves), ("the recipe above", quick)):
    print(f"{name:22} validation accuracy", ", ".join(f"{share:.1%}" for share in story.val_accuracy))

# %% [markdown]
# ## Your model
#
# Now all 54,000 images, two epochs. `crop=2` cuts off two pixels at each side, where there is hardly any ink: a third
# less to compute. Watch the clock.

# %% role="demo"
mine = digitlab.build_cnn(crop=2, seed=1)
final = digitlab.train(mine, x_fit, y_fit, validation=(x_val, y_val), epochs=2, seed=1, live=True)
print(f"{sum(final.seconds):.1f} seconds; {final.val_accuracy[-1]:.2%} of {len(y_val):,} validation images are right")

# %% [markdown]
# `digitlab.save_model` writes the model into a file beside this notebook, `my_cnn.keras`. Lesson 09 measures it on the
# test images, where it earns its points, and lessons 10 to 12 go on with it. A file that is there already is left as
# it is: delete it to save this model instead.

# %% role="demo"
if Path("my_cnn.keras").exists():
    print("my_cnn.keras is there already, and is left as it is.")
else:
    print("saved:", digitlab.save_model(mine, "my_cnn.keras"))

# %% [markdown]
# Can you do better? Try more filters, more epochs, another peak of the learning rate, and judge by the validation
# images alone.
#
# ## Three questions
#
# **1. The training loss falls from epoch to epoch, the validation loss has risen for five. What do you do?**
# (a) train on: the training loss is what counts (b) go back to the epoch before the rise (c) validate on other images
#
# <details><summary>Answer</summary>
#
# (b). Since then the model learns what is true of its own images alone. (a) learning by heart also brings the training
# loss to 0. (c) choosing the images by the result makes them tell what you want to hear.
#
# </details>

# %% [markdown]
# **2. Your loss is NaN after three steps. What do you try first?**
# (a) more epochs (b) a smaller learning rate, after looking whether the pixels are scaled (c) a larger model
#
# <details><summary>Answer</summary>
#
# (b). The steps are too large, for these weights or for these pixels. (a) whatever is added to NaN is NaN.
# (c) a larger model has more weights that can run away.
#
# </details>

# %% [markdown]
# **3. You double the batch size and leave all else. How does an epoch change?**
# (a) half as many steps, each of them surer (b) twice as many steps (c) the same steps, twice as long
#
# <details><summary>Answer</summary>
#
# (a). So in the same number of epochs less happens, unless the steps may be larger. (b) is what halving does.
# (c) an epoch has as many images as before; they are only divided otherwise.
#
# </details>

# %% [markdown]
# ## What you did
#
# You trained models so that others can repeat it, read their curves, found the best epoch and a rule to stop by, and saved
# a network of your own.
#
# To go on: with 500 images yours learnt by heart. What could you do to the network, or to the images, so that it does
# not? Lesson 08, *Dropout and augmentation*, tries both.
