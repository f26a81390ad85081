# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Build the CNN
#     minutes: 60
#     level: intermediate
#     prerequisites: [03_linear_baseline, 05_pooling_and_shapes]
# ---

# %% [markdown]
# # Build the CNN
#
# All parts lie on the table: convolution, ReLU, pooling, a dense layer, softmax. Keras puts them together. Before you
# train the network in earnest you prove that it can learn at all.
#
# After this lesson you can:
#
# - build a linear classifier and a convolutional network in Keras;
# - say what its loss, its optimiser and its metric are, and count its parameters;
# - run two quick checks that find most mistakes before they cost an hour of training.
#
# You need lessons 03 and 05. Plan 60 minutes (an estimate); the computer needs 22 seconds for all cells (measured with
# two cores).

# %% role="setup"
import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

x_train, y_train, x_test, y_test = load_mnist()
x = digitlab.scale_pixels(x_train[:14_000])[..., np.newaxis]  # (14000, 28, 28, 1), from 0 to 1
y = y_train[:14_000].astype(int)

# %% [markdown]
# ## A network before it has learnt anything
#
# A **convolutional network** (CNN; LeCun and others, 1998, "Gradient-based learning applied to document recognition")
# begins with filters that nobody designed. They start as random numbers, and training changes them. Here are four
# random filters, by hand, on one digit: what each of them finds means nothing yet.

# %% role="demo"
rng = np.random.default_rng(6)
random_filters = rng.normal(size=(5, 5, 1, 4))
maps = digitlab.relu(digitlab.conv2d_multi(x[0], random_filters, np.zeros(4)))
middle = x[0, 2:26, 2:26, 0]  # 24 × 24 pixels, as large as the maps
shown = np.stack([middle, *np.moveaxis(maps, -1, 0)])
names = [f"image 0, label {y[0]}", *(f"random filter {n}" for n in range(1, 5))]
digitlab.sample_grid(shown / shown.max(axis=(1, 2), keepdims=True), names, rows=1, columns=5)

# %% [markdown]
# ## Keras
#
# **Keras** is a library for building and training networks. The next cell imports it, which takes some seconds, once.
# A **layer** is one step of the computation together with the numbers that it learns. A **model** is what becomes of
# layers that are put together. `keras.Sequential` puts them in a row: what one gives, the next one takes.

# %% role="setup"
from digitlab.keras_import import import_keras

keras = import_keras()  # the same as `import keras`, without TensorFlow's messages about graphics cards
layers = keras.layers

# %% [markdown]
# A worked example, much smaller than what we need: images of 4 × 4 pixels, and three classes. `Input` names the shape of
# *one* image; Keras itself adds the axis for the number of images. `Flatten` lays the image out in a row, and `Dense`
# is the layer of weighted sums of lesson 03, here with softmax behind it.

# %% role="demo"
tiny = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")])
answers = np.asarray(tiny(np.ones((2, 4, 4, 1))))
print("two images give", answers.shape, "and each row adds up to", answers.sum(axis=1).round(4))
tiny.summary(line_length=70)

# %% [markdown]
# In the column *Output Shape*, `None` stands for the number of images. *Param #* is what you counted in lesson 03:
# 16 · 3 weights and 3 biases.
#
# Half of it is yours: change the example above to images of 28 × 28 pixels. How many parameters do you expect?
#
# ## Your turn: the linear classifier
#
# Write `build_linear()`. It takes nothing and returns a Keras model with 7,850 parameters, which takes images of shape
# (N, 28, 28, 1) and gives (N, 10) probabilities. It need not be compiled (that comes below).

# %% role="exercise" ex="l06_build_linear"
def build_linear():
    """Return a linear classifier: (N, 28, 28, 1) to (N, 10) probabilities, 7,850 parameters."""
    ### BEGIN SOLUTION
    return keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, activation="softmax")]
    )
    ### END SOLUTION

# %% role="check" ex="l06_build_linear" points=1
check("l06_build_linear", build_linear)

# %% role="demo"
linear = yours(build_linear, digitlab.build_linear)()
print("parameters:", linear.count_params(), " by the formula of lesson 03:", digitlab.dense_params(784, 10))
print("three images give", np.asarray(linear(x[:3])).shape)

# %% [markdown]
# ## One block: convolution, ReLU, pooling
#
# `Conv2D(filters, kernel_size, activation="relu")` is `conv2d_multi` of lesson 04 with a ReLU behind it, and
# `MaxPooling2D(2)` is `max_pool` of lesson 05. You know the shapes before Keras tells them. A worked example:

# %% role="demo"
block = keras.Sequential(
    [keras.Input((28, 28, 1)), layers.Conv2D(6, 5, activation="relu"), layers.MaxPooling2D(2)]
)
stack = [
    {"type": "conv", "filters": 6, "kernel_size": 5, "stride": 1, "padding": "valid"},
    {"type": "pool", "size": 2, "stride": 2},
]
print("Keras:  ", [layer.output.shape[1:] for layer in block.layers])
print("by hand:", digitlab.trace_shapes(stack, (28, 28, 1)))

# %% [markdown]
# Half of it is yours: append a second block with 12 filters of 3 × 3, to Keras' list and to `stack`.
# It needs no `Input` of its own: each layer takes the shape of what comes before it.

# %% [markdown]
# ## Dropout
#
# One more layer. **Dropout** sets a share of the numbers to 0 at random, while training only, and makes the others larger,
# so that their mean stays about the same. The network cannot rely on a single number then (Srivastava and others, 2014, "Dropout: a simple way to
# prevent neural networks from overfitting"). Lesson 08 looks into it. When the model is used, dropout does nothing:

# %% role="demo"
dropout = layers.Dropout(0.5, seed=1)
print("training:", np.asarray(dropout(np.ones((1, 8)), training=True))[0])
print("in use:  ", np.asarray(dropout(np.ones((1, 8)), training=False))[0])

# %% [markdown]
# ## Play: the layer builder
#
# This stack can be built, and names no digits yet: what is below the diagram says why. *Add below* adds a layer, whose
# type you then change (from the keyboard: Tab moves, arrow keys change a number, the space bar presses a button, and
# ▸ goes on to the next type).
#
# - Mend it until the tick appears. Watch the Keras code at the bottom follow.
# - Put a convolution behind the flatten. Who refuses it, and why?
# - Pool with windows of 8, twice. What is left of the image?
# - Move the dropout behind the softmax. Keras builds that without a word. What is wrong with it?

# %% role="demo"
digitlab.layer_builder()

# %% [markdown]
# ## Your turn: the CNN
#
# Write `build_cnn()`. It takes nothing and returns a Keras model that takes (N, 28, 28, 1) and gives (N, 10)
# probabilities, each row adding up to 1. It holds
#
# - at least two convolution layers, with an activation that is not linear after each of them;
# - at least two max-pooling layers, and dropout with a rate above 0;
# - at most 300,000 parameters in all. It need not be compiled.

# %% role="exercise" ex="l06_build_cnn"
def build_cnn():
    """Return a convolutional network: (N, 28, 28, 1) to (N, 10) probabilities."""
    ### BEGIN SOLUTION
    model = keras.Sequential([keras.Input((28, 28, 1))])
    model.add(layers.Conv2D(8, 5, activation="relu"))
    model.add(layers.MaxPooling2D(2))
    model.add(layers.Conv2D(16, 3, activation="relu"))
    model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dropout(0.2))
    model.add(layers.Dense(10, activation="softmax"))
    return model
    ### END SOLUTION

# %% role="check" ex="l06_build_cnn" points=4
check("l06_build_cnn", build_cnn)

# %% role="demo"
cnn = yours(build_cnn, digitlab.build_cnn)()
answers = np.asarray(cnn(x[:3]))
print("three images give", answers.shape, "and each row adds up to", answers.sum(axis=1).round(4))
print(f"parameters in all: {cnn.count_params():,}")

# %% [markdown]
# ## Compile: what is good, and how to get there
#
# A fresh model answers at once, though without sense. To learn it needs three things more; `model.compile` names them:
#
# - the **loss**: what is to become small. For us the cross-entropy of lesson 03;
# - the **optimiser**: how to step. *Adam* (Kingma and Ba, 2015) is gradient descent that chooses the size of each step by
#   the sizes that the gradients had lately;
# - **metrics**: what to show besides. They change nothing. We ask for the accuracy.

# %% [markdown]
# Keras has two cross-entropies, and they compute the same. `categorical_crossentropy` takes labels as one-hot rows,
# `sparse_categorical_crossentropy` takes whole numbers. Ours are whole numbers. A worked example, one image:

# %% role="demo"
row = np.array([[0.05, 0.05, 0.05, 0.55, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05]])
sparse = keras.losses.SparseCategoricalCrossentropy()
categorical = keras.losses.CategoricalCrossentropy()
print("label 3:           ", float(sparse(np.array([3]), row)))
print("one-hot row of 3:  ", float(categorical(np.eye(10)[[3]], row)))
print("-ln 0.55, by hand: ", -np.log(0.55))

# %% [markdown]
# Both have a switch, `from_logits=True`, for models that end *without* softmax and give scores (**logits**). Then the loss
# takes the softmax itself. Half of it is yours: ask for `SparseCategoricalCrossentropy(from_logits=True)` of the same
# row in the cell above. It thinks that the probabilities are scores. Is the loss larger or smaller now, and why?

# %% [markdown]
# ## Your turn: compile a model
#
# Write `compile_model(model)`. It gets a Keras model that ends in a softmax, and returns a compiled one, the same or
# another: with a loss for whole-number labels and probabilities, an optimiser of your choice, and the accuracy as a
# metric. `compile` itself returns None.

# %% role="exercise" ex="l06_compile_model"
def compile_model(model):
    """Return the model, compiled for whole-number labels, with accuracy as a metric."""
    ### BEGIN SOLUTION
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
    ### END SOLUTION

# %% role="check" ex="l06_compile_model" points=2
check("l06_compile_model", compile_model)

# %% [markdown]
# ## Where do the parameters live?
#
# The network of this course has 8 filters of 5 × 5, pooling, 16 filters of 3 × 3, pooling, flatten, dropout, and a
# dense layer of ten.

# %% role="demo"
predict(
    "l06_most_parameters",
    "Which layer of this network owns most parameters?",
    ["the first convolution", "the second convolution", "the pooling layers", "the dense layer"],
)

# %% [markdown]
# `layer.get_weights()` gives a layer's numbers as a list of arrays. A worked example, the second convolution:

# %% role="demo"
conv = digitlab.build_cnn().get_layer("conv_2")
for numbers in conv.get_weights():
    print("shape", numbers.shape, "are", numbers.size, "numbers")

# %% [markdown]
# ## Your turn: count layer by layer
#
# Write `params_by_hand(model)`. It returns a dictionary: the name of each layer (`layer.name`) and how many numbers it
# holds, as an int. `model.layers` lists the layers. Numbers that are frozen, so that training leaves them alone,
# count too. Layers without numbers may be listed with 0 or left out. You may let Keras do the counting.

# %% role="exercise" ex="l06_params_by_hand"
def params_by_hand(model):
    """Return a dictionary: layer name -> number of parameters, frozen ones included."""
    ### BEGIN SOLUTION
    return {layer.name: sum(numbers.size for numbers in layer.get_weights()) for layer in model.layers}
    ### END SOLUTION

# %% role="check" ex="l06_params_by_hand" points=2
check("l06_params_by_hand", params_by_hand)

# %% role="demo"
from digitlab.plots.picture import Picture, new_figure

counts = {name: n for name, n in yours(params_by_hand, digitlab.params_by_hand)(digitlab.build_cnn()).items() if n}
figure, axis = new_figure(7, 2.2)
bars = axis.barh(list(counts), list(counts.values()), color="#0072B2", height=0.6)
axis.bar_label(bars, [f"{n:,}" for n in counts.values()], padding=4)
axis.invert_yaxis()
axis.spines[["top", "right"]].set_visible(False)
axis.set(xlabel="parameters", xlim=(0, 1.2 * max(counts.values())))
Picture(figure, "Parameters of each layer: " + ", ".join(f"{name} {n:,}" for name, n in counts.items()) + ".")

# %% role="demo"
roles = {"conv_1": "the first convolution", "conv_2": "the second convolution", "answer": "the dense layer"}
largest = max(counts, key=counts.get)
share = counts[largest] / sum(counts.values())
why = f"{share:.0%} of {sum(counts.values()):,}: it has a weight of its own for every number and every digit."
reveal("l06_most_parameters", roles[largest], why)

# %% [markdown]
# The convolutions do most of the *work*, multiplications at each of many places, with few parameters, because all places
# share them. The dense layer shares nothing.

# %% [markdown]
# ## The first check: what does it say untrained?
#
# A network that knows nothing should give each digit about the same probability, 1/10, and so a loss near
# -ln(1/10) = ln 10 (lesson 03). Its accuracy is chance: it prefers a few digits, whatever it sees, and is right where
# these happen to occur. If the loss is far away, something is wrong already: pixels that were not scaled, a wrong loss,
# a softmax twice (A. Karpathy, 2019, "A Recipe for Training Neural Networks").

# %% [markdown]
# ## Your turn: the check before training
#
# Write `untrained_check(model, x, y)`. The model comes compiled, with the accuracy as its one metric. It returns the
# pair (loss, accuracy) of the model as it is: nothing is trained. `model.evaluate(x, y, verbose=0)` measures.

# %% role="exercise" ex="l06_untrained_check"
def untrained_check(model, x, y):
    """Return (loss, accuracy) of the compiled model as it is."""
    ### BEGIN SOLUTION
    loss, accuracy = model.evaluate(x, y, verbose=0)
    return loss, accuracy
    ### END SOLUTION

# %% role="check" ex="l06_untrained_check" points=1
check("l06_untrained_check", untrained_check)

# %% role="demo"
measure = yours(untrained_check, digitlab.untrained_check)
fresh = digitlab.compile_model(digitlab.build_cnn())
for name, images in {"pixels from 0 to 1": x[:1000], "pixels from 0 to 255": 255 * x[:1000]}.items():
    loss, accuracy = measure(fresh, images, y[:1000])
    print(f"{name:21} loss {loss:7.2f}, accuracy {accuracy:.0%}   (ln 10 is {np.log(10):.2f})")

# %% [markdown]
# ## The second check: can it learn by heart?
#
# Fifty images, many epochs. That teaches nothing about *other* digits, and is not meant to: the network should know
# these fifty by heart. If it cannot, it will not learn 60,000 either. A layer that answers 0 to everything, steps that
# are far too small or too large, a loss that does not fit: each shows here, in moments.
#
# An **epoch** is one pass over all images. `model.fit(x, y, epochs=5, batch_size=10, verbose=0)` trains for five, and
# takes a step after each ten images.

# %% [markdown]
# ## Your turn: overfit fifty images
#
# Write `overfit_tiny(model, x, y)`. It gets a compiled model, with the accuracy as its one metric, and exactly fifty
# images with their labels. It trains that model in place until it knows them, and returns the accuracy on these
# fifty afterwards, as a share: at least 0.95.

# %% role="exercise" ex="l06_overfit_tiny"
def overfit_tiny(model, x, y):
    """Train the model in place on these fifty images; return its accuracy on them."""
    ### BEGIN SOLUTION
    model.fit(x, y, epochs=25, batch_size=10, verbose=0)
    loss, accuracy = model.evaluate(x, y, verbose=0)
    return accuracy
    ### END SOLUTION

# %% role="check" ex="l06_overfit_tiny" points=1
check("l06_overfit_tiny", overfit_tiny)

# %% [markdown]
# Now a trap. The same fifty images, and the labels shuffled: a 3 is called 7, a 7 is called 0, at random. There is no
# rule to find any more.

# %% role="demo"
predict(
    "l06_random_labels",
    "Fifty images with shuffled labels: what accuracy on these fifty can the network reach by training?",
    ["about 10 %", "about 30 %", "about 60 %", "above 90 %"],
)

# %% role="demo"
learn = yours(overfit_tiny, digitlab.overfit_tiny)
labels = {"true labels": y[:50], "shuffled labels": rng.permutation(y[:50])}
reached = {}
for name, these in labels.items():
    net = digitlab.compile_model(digitlab.build_cnn(filters=(16, 32)), optimizer=keras.optimizers.Adam(0.01))
    reached[name] = learn(net, x[:50], these)
    others = (digitlab.predict_probabilities(net, x[50:1050]).argmax(axis=1) == y[50:1050]).mean()
    print(f"{name:16} on these fifty {reached[name]:.0%}, on 1,000 other images {others:.0%}")

# %% role="demo"
share = reached["shuffled labels"]
options = {0.2: "about 10 %", 0.45: "about 30 %", 0.9: "about 60 %", 1.1: "above 90 %"}
said = next(option for limit, option in options.items() if share < limit)
reveal("l06_random_labels", said, f"It reached {share:.0%}: a network can learn fifty answers that follow no rule.")

# %% [markdown]
# So the second check proves that the network *can* learn, and nothing more. Whether it learnt a rule, only other images
# tell (Zhang and others, 2017, "Understanding deep learning requires rethinking generalization", did it with 50,000).

# %% [markdown]
# ## Experiment: halve the filters
#
# How large need a network be? Three of them, each with half the filters of the one before. Guess first: do the
# parameters halve too? And what does the accuracy lose? Each learns from 12,000 images for one epoch, and is measured
# on 2,000 others.

# %% role="demo"
results = {}
for filters in ((8, 16), (4, 8), (2, 4)):
    net = digitlab.build_cnn(filters=filters, seed=6)
    digitlab.train(net, x[:12_000], y[:12_000], epochs=1, batch_size=64, seed=6, verbose=0)
    results[filters] = digitlab.measure_accuracy(digitlab.predict_probabilities(net, x[12_000:]), y[12_000:])
    parts = [n for n in digitlab.params_by_hand(net).values() if n]
    print(f"filters {filters}: parameters {parts}, in all {sum(parts):,}; accuracy {results[filters]}")

# %% role="demo"
figure, axis = new_figure(7, 2.4)
places = range(len(results))
middle = [100 * one.accuracy for one in results.values()]
reach = [(100 * (one.accuracy - one.low), 100 * (one.high - one.accuracy)) for one in results.values()]
axis.errorbar(middle, places, xerr=np.transpose(reach), fmt="o", color="#0072B2", capsize=4)
axis.set(yticks=places, yticklabels=[f"{a} and {b} filters" for a, b in results])
axis.set(ylim=(2.5, -0.5), xlabel="accuracy in %")
axis.spines[["top", "right"]].set_visible(False)
told = "; ".join(f"{a} and {b} filters {one}" for (a, b), one in results.items())
Picture(figure, f"Accuracy of three networks with its 95 % interval: {told}.")

# %% [markdown]
# Look at the lists of parameters. The second convolution shrinks to about a quarter, because it has half the filters
# *and* half the channels to look at; the other layers halve. The line behind each dot is an interval that lesson 09
# explains: where two of them overlap widely, chance alone could make the difference.
#
# Change the experiment: leave the filters and pool with windows of 3. Or double them. What does a per cent cost?

# %% [markdown]
# ## Three questions
#
# **1. Before training, the loss is 40 and the accuracy 9 %. What do you look at first?**
# (a) the number of filters (b) whether the pixels were scaled (c) the dropout rate
#
# <details><summary>Answer</summary>
#
# (b). Numbers from 0 to 255 make large scores, and a softmax that is surely wrong; near ln 10 would be right.
# (a) more filters change the accuracy after training, not this. (c) dropout does nothing while measuring.
#
# </details>

# %% [markdown]
# **2. A network gets all of fifty training images right. What is shown?** (a) it can learn (b) it recognises digits
# (c) it is large enough for all of MNIST
#
# <details><summary>Answer</summary>
#
# (a). The parts are put together so that steps make the loss smaller. (b) shuffled labels are learnt too, and no digit is
# recognised then. (c) fifty images say nothing of sixty thousand.
#
# </details>

# %% [markdown]
# **3. Your model gives probabilities, and the loss has `from_logits=True`. What happens?** (a) an error (b) softmax may be
# taken twice: the loss is flat, and learning slow (c) nothing, Keras always notices
#
# <details><summary>Answer</summary>
#
# (b). Probabilities lie between 0 and 1, so as scores they are nearly equal. (a) no shape is wrong, so nothing is raised.
# (c) where the softmax is the very last step, today's Keras warns and goes back to the scores before it. Put a layer
# behind the softmax, even one that only changes the shape, and it does not notice.
#
# </details>

# %% [markdown]
# ## What you did
#
# You built two networks in Keras, compiled one, counted its parameters, and proved that it can learn.
#
# To go on: fifty images took moments. How long will 60,000 take, when do you stop, and how do you see that it goes
# wrong? Lesson 07, *Train*, watches the curves.
