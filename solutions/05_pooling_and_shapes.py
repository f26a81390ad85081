# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Pooling and shapes
#     minutes: 60
#     level: beginner
#     prerequisites: [03_linear_baseline, 04_convolution_by_hand]
# ---

# %% [markdown]
# # Pooling and shapes
#
# A digit that moves by one pixel is the same digit. This lesson gives up a little of *where* something is, and gains
# that it matters less where it is. And you learn to read a stack of layers like a builder reads a plan.
#
# After this lesson you can:
#
# - write the two steps that follow a convolution: ReLU and max pooling;
# - say what a stack does to the shape, and how many numbers it learns, before you build it;
# - say how much of the image a single number inside a network sees.
#
# You need lessons 03 and 04. Plan 60 minutes (an estimate); the computer needs 3 seconds for all cells (measured with
# two cores).

# %% role="setup"
import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

x_train, y_train, x_test, y_test = load_mnist()
digits = digitlab.scale_pixels(x_train[:200])
kernel = digitlab.vertical_edge()

# %% [markdown]
# ## What a convolution leaves behind
#
# A convolution gives a feature map: at each place a number that says how well the kernel fits there.
# This kernel looks for vertical edges. It answers above 0 where dark turns into bright from left to right, below 0
# where bright turns into dark, and 0 (the middle grey) where nothing changes.

# %% role="demo"
edges = digitlab.conv2d_valid(digits[0], kernel)
print("image:", digits[0].shape, " feature map:", edges.shape, f" from {edges.min():.2f} to {edges.max():.2f}")
digitlab.sample_grid(edges[np.newaxis], [f"edges of image 0, label {y_train[0]}"], rows=1, columns=1)

# %% [markdown]
# ## ReLU: keep what fits
#
# "The kernel does not fit here" is all we need to know of a place; how badly it does not fit matters little. So every
# number below 0 becomes 0, and the others stay. This is **ReLU**, the rectified linear unit (Nair and Hinton, 2010).
#
# It has a second use. 3 · (2 · x) is 6 · x: two weighted sums in a row are one weighted sum, however many you stack.
# With a ReLU between them they are not. Without such a bend a deep network could do no more than the linear one.

# %% role="demo"
for number in (-2.0, -0.5, 0.0, 0.5, 3.0):
    print(f"ReLU of {number:4}: {number if number > 0 else 0.0}")

# %% [markdown]
# ## Your turn: ReLU
#
# Write `relu(x)` for arrays of any shape. It returns an array of the same shape in which each number below 0 is 0 and
# each other number is as it was. The array that it was given stays as it is.

# %% role="exercise" ex="l05_relu"
def relu(x):
    """Return x where it is positive, else 0; any shape."""
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION

# %% role="check" ex="l05_relu" points=1
check("l05_relu", relu)

# %% role="demo"
rectified = yours(relu, digitlab.relu)(edges)
print("numbers below 0:", (edges < 0).sum(), "before,", (rectified < 0).sum(), "after")
digitlab.sample_grid(np.stack([edges, rectified]), ["before ReLU", "after ReLU"], rows=1, columns=2)

# %% [markdown]
# ## Pooling: keep the strongest answer of a neighbourhood
#
# **Max pooling** slides a window over the map and keeps the largest number of each window. It has no kernel: nothing is
# multiplied. A worked example, with windows of size 2 that step by 2 (the stride):

# %% role="demo"
small = np.array([[1, 5, 0, 2], [3, 2, 4, 0], [0, 1, 7, 6], [0, 0, 8, 9]])
print(small)
print("top left:", small[0:2, 0:2].tolist(), "-> largest", small[0:2, 0:2].max())
print("top right:", small[0:2, 2:4].tolist(), "-> largest", small[0:2, 2:4].max())

# %% [markdown]
# Half of it is yours: print the two windows below, so that you have all four numbers of the pooled map.
# Which numbers of `small` could change without any change in the pooled map?

# %% role="demo"
print("bottom left:", small[2:4, 0:2].tolist())

# %% [markdown]
# Windows lie wholly inside the map. In a row of 5 numbers a window of size 2 with stride 2 fits twice, and the fifth
# number is dropped. The number of places is `output_size` of lesson 04, with padding `'valid'`:

# %% role="demo"
for n in (4, 5, 6, 7):
    print(f"{n} numbers, window 2, stride 2: {digitlab.output_size(n, 2, 2, 'valid')} places")

# %% [markdown]
# ## Your turn: max pooling
#
# Write `max_pool(x, size, stride)` for maps `x` of shape (H, W, C). It returns an array of shape (H', W', C): for each
# window of `size` × `size` that lies wholly inside, the largest number, each channel by itself.
#
# - `size` and `stride` are whole numbers; the stride may exceed the size, or be smaller (then windows overlap);
# - the numbers may all be negative;
# - `ValueError` for size > H or size > W;
# - the array that it was given stays as it is.

# %% role="exercise" ex="l05_max_pool"
def max_pool(x, size, stride):
    """Return the largest number of each window, channel by channel: (H, W, C) becomes (H', W', C)."""
    ### BEGIN SOLUTION
    height, width, _ = x.shape
    if size > height or size > width:
        raise ValueError(f"a window of {size} does not fit into maps of {height} × {width}")
    tops = range(0, height - size + 1, stride)
    lefts = range(0, width - size + 1, stride)
    return np.array([[x[r : r + size, c : c + size].max(axis=(0, 1)) for c in lefts] for r in tops])
    ### END SOLUTION

# %% role="check" ex="l05_max_pool" points=3
check("l05_max_pool", max_pool)

# %% [markdown]
# Look at it. Each step throws away at least three numbers of four. After the first you still recognise the digit's edges.
# And after the second?

# %% role="demo"
from digitlab.plots.picture import Picture, new_figure

pool = yours(max_pool, digitlab.max_pool)
once = pool(rectified[..., np.newaxis], 2, 2)
twice = pool(once, 2, 2)
figure, axes = new_figure(10, 3, 1, 4)
steps = {"image": digits[0], "edges": rectified, "pooled once": once, "pooled twice": twice}
for axis, (name, shown) in zip(axes, steps.items(), strict=True):
    axis.imshow(shown, cmap="gray")
    axis.set_title(f"{name}, {shown.shape[0]} × {shown.shape[1]}")
    axis.set_axis_off()
Picture(figure, "A digit, its vertical edges after ReLU, and these pooled once and twice: coarser each time.")

# %% [markdown]
# ## What is there to learn?

# %% role="demo"
predict(
    "l05_pool_params",
    "A max pooling layer with windows of 2 × 2 gets 8 feature maps. How many parameters has it?",
    ["0", "4", "32", "40"],
)

# %% [markdown]
# A convolution layer has parameters. Each filter has a kernel for every channel that comes in, and one bias for all
# of them, because their weighted sums are added to one number.
# A worked example: 4 filters of 3 × 3 that look at an image with the 3 channels red, green and blue.

# %% role="demo"
kernels, bias = np.zeros((3, 3, 3, 4)), np.zeros(4)
print("kernels: height, width, channels in, filters =", kernels.shape, "->", kernels.size, "weights")
print("bias: one for each filter =", bias.shape, "->", bias.size, "biases")
print("parameters:", kernels.size + bias.size)

# %% [markdown]
# Half of it is yours: change the cell above to filters that are 5 high and 1 wide. Guess the number first.
#
# ## Your turn: count a convolution's parameters
#
# Write `conv_params(kernel_size, in_channels, filters)`. It returns how many parameters the layer has, as an int:
# weights and biases. `kernel_size` is a number or a pair: 3 means 3 × 3, and (5, 3) is 5 high and 3 wide.
# `isinstance(kernel_size, int)` tells which it is.

# %% role="exercise" ex="l05_conv_params"
def conv_params(kernel_size, in_channels, filters):
    """Return how many parameters a convolution layer has; kernel_size is a number or a pair."""
    ### BEGIN SOLUTION
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return (kh * kw * in_channels + 1) * filters
    ### END SOLUTION

# %% role="check" ex="l05_conv_params" points=2
check("l05_conv_params", conv_params)

# %% role="demo"
count = yours(conv_params, digitlab.conv_params)
print("8 filters of 3 × 3 on one channel:      ", count(3, 1, 8))
print("the linear baseline of lesson 03:       ", digitlab.dense_params(784, 10))
print("a dense layer that gives 26 · 26 · 8:   ", digitlab.dense_params(784, 26 * 26 * 8))
reveal("l05_pool_params", 0, "“The largest of four” has no weight and no bias: nothing could be learnt about it.")

# %% [markdown]
# Compare the first number with the last: both layers give equally many numbers. The convolution uses the same few
# weights at every place. That is **weight sharing**.

# %% [markdown]
# ## A stack and its shapes
#
# A network is a **stack**: what one layer gives, the next one takes. Most errors in building a network are errors of
# shape. We write each layer as a dictionary with all keys present:
#
# | layer | what it does to (H, W, C) |
# |---|---|
# | `{"type": "conv", "filters": 8, "kernel_size": 3, "stride": 1, "padding": "valid"}` | H and W as `output_size` says; the channels become the filters |
# | `{"type": "pool", "size": 2, "stride": 2}` | H and W as `output_size` says for `'valid'`; the channels stay |
# | `{"type": "flatten"}` | all numbers in one row: `(H·W·C,)` |
# | `{"type": "dense", "units": 10}` | a row of n becomes `(10,)` |

# %% [markdown]
# A worked example: a convolution with stride 2 and padding `'same'`, on an image that is not square.
# Then change the cell: what comes out with padding `'valid'`? And how many numbers would `flatten` make of it?

# %% role="demo"
layer = {"type": "conv", "filters": 6, "kernel_size": 3, "stride": 2, "padding": "same"}
sides = [digitlab.output_size(n, layer["kernel_size"], layer["stride"], layer["padding"]) for n in (20, 31)]
print("(20, 31, 1) becomes", (*sides, layer["filters"]))

# %% [markdown]
# ## Your turn: trace the shapes
#
# Write `trace_shapes(layers, input_shape)`. `layers` is a list of such dictionaries, `input_shape` is (H, W, C). It
# returns a sequence of shapes: the shape after each layer, the input not listed, no batch axis, flatten and dense
# as `(n,)`. You need not check whether the layers fit together. Other functions may help: `digitlab.output_size` is
# that of lesson 04, and `math.prod` multiplies the numbers of a tuple.

# %% role="exercise" ex="l05_trace_shapes"
import math


def trace_shapes(layers, input_shape):
    """Return the shape after each layer, without the input and without the batch axis."""
    ### BEGIN SOLUTION
    shapes, shape = [], tuple(input_shape)
    for layer in layers:
        if layer["type"] == "flatten":
            shape = (math.prod(shape),)
        elif layer["type"] == "dense":
            shape = (layer["units"],)
        else:
            is_conv = layer["type"] == "conv"
            window, padding = (layer["kernel_size"], layer["padding"]) if is_conv else (layer["size"], "valid")
            height, width = (digitlab.output_size(n, window, layer["stride"], padding) for n in shape[:2])
            shape = (height, width, layer["filters"] if is_conv else shape[2])
        shapes.append(shape)
    return shapes
    ### END SOLUTION

# %% role="check" ex="l05_trace_shapes" points=2
check("l05_trace_shapes", trace_shapes)

# %% role="demo"
conv = {"type": "conv", "filters": 8, "kernel_size": 3, "stride": 1, "padding": "valid"}
halve = {"type": "pool", "size": 2, "stride": 2}
stack = [conv, halve, {**conv, "filters": 16}, halve, {"type": "flatten"}, {"type": "dense", "units": 10}]
shapes = yours(trace_shapes, digitlab.trace_shapes)(stack, (28, 28, 1))
for layer, shape in zip(stack, shapes, strict=True):
    print(f"{layer['type']:8} {shape}")

# %% [markdown]
# ## Play: edit the stack
#
# Change a setting, add or remove a layer, and the diagram follows (from the keyboard: Tab moves, arrow keys change a
# number, the space bar presses a button, and ▸ goes on to the next type). Each box tells the shape, the parameters,
# and how much of the input one number *sees*.
#
# - Which layer owns most parameters? Halve its number without touching that layer.
# - Pool until nothing is left. What does the diagram say?
# - Put a pooling layer behind flatten. Why can that not work?

# %% role="demo"
digitlab.shape_flow(stack, (28, 28, 1))

# %% [markdown]
# ## How far does one number see?
#
# A number after a 3 × 3 convolution depends on 3 × 3 pixels, and on no other. Its **receptive field** is 3 (along one
# side). A second such convolution looks at 3 × 3 numbers of the first map. These lie side by side, and their fields
# overlap: together they see 5 × 5 pixels, two more than before.

# %% role="demo"
for size in (3, 5, 7):
    seen = [column for start in range(size - 2) for column in range(start, start + 3)]
    print(f"side by side: {size - 2}, they see the columns {sorted(set(seen))}, so {len(set(seen))}")

# %% [markdown]
# After a stride of 2 two neighbours of the map are 2 pixels of the input apart, after another such layer 4. Call this
# distance the **jump**: the product of all strides so far. A layer with a window of k reaches k - 1 jumps further
# than the one before, with the jump *before* its own stride (Araujo, Norris and Sim, "Computing receptive fields of
# convolutional neural networks", Distill, 2019).

# %% role="demo"
predict(
    "l05_field",
    "A 3 × 3 convolution, pooling of 2 with stride 2, a 3 × 3 convolution: how far does one number see, along one side?",
    ["6", "7", "8", "18"],
)

# %% [markdown]
# ## Your turn: the receptive field
#
# Write `receptive_field(layers)`, for layers as above, of type conv and pool only. It returns an int: how many input
# pixels along one side a single number after the last layer sees. The empty stack sees 1: the pixel itself.
# Padding changes nothing about it.

# %% role="exercise" ex="l05_receptive_field"
def receptive_field(layers):
    """Return how many input pixels along one side a number after the last layer sees."""
    ### BEGIN SOLUTION
    field, jump = 1, 1
    for layer in layers:
        window = layer["kernel_size"] if layer["type"] == "conv" else layer["size"]
        field += (window - 1) * jump
        jump *= layer["stride"]
    return field
    ### END SOLUTION

# %% role="check" ex="l05_receptive_field" points=2
check("l05_receptive_field", receptive_field)

# %% role="demo"
field_of = yours(receptive_field, digitlab.receptive_field)
for depth in range(5):
    print(f"layers of the stack: {depth}, pixels seen along a side: {field_of(stack[:depth])}")
reveal("l05_field", field_of(stack[:3]), "3 for the first, 1 more for the pooling, and then two jumps of 2.")

# %% [markdown]
# Small kernels see far when pooling stands between them. That is the second thing that pooling gives.

# %% [markdown]
# ## Experiment: move the digit by one pixel
#
# Now the promise of the beginning. Take 200 digits, move each one pixel to the right, and compare what comes out with
# what came out before. The **change** is the sum of all differences, divided by the sum of all numbers before: 0 where
# nothing changes, and 1 where the differences are as large as the numbers themselves.

# %% role="demo"
predict(
    "l05_shift",
    "Digits move by one pixel. Compared with the map before pooling, how does the pooled map change?",
    ["not at all", "less", "about as much", "more"],
)

# %% role="demo"
keep_positive = yours(relu, digitlab.relu)


def edges_of(image):
    return keep_positive(digitlab.conv2d_valid(image, kernel))[..., np.newaxis]


def change(stage, image, moved):
    before, after = stage(image), stage(moved)
    return np.abs(before - after).sum() / np.abs(before).sum()

# %% [markdown]
# Five stages. The third is a **control**: it makes the map as small as pooling does, but takes every second number
# instead of the largest of four. If that is as good, then the maximum is not what helps.

# %% role="demo"
stages = {
    "the image itself": lambda image: image,
    "edges, ReLU": edges_of,
    "every second number": lambda image: edges_of(image)[::2, ::2],
    "pooled once": lambda image: pool(edges_of(image), 2, 2),
    "pooled twice": lambda image: pool(pool(edges_of(image), 2, 2), 2, 2),
}
pairs = list(zip(digits, np.roll(digits, 1, axis=2), strict=True))
changes = {name: np.array([change(f, a, b) for a, b in pairs]) for name, f in stages.items()}
means = {name: values.mean() for name, values in changes.items()}

# %% role="demo"
figure, axis = new_figure(8, 3.2)
bars = axis.barh(list(means), list(means.values()), color="#0072B2", height=0.6)
axis.bar_label(bars, fmt="%.2f", padding=4)
axis.invert_yaxis()
axis.spines[["top", "right"]].set_visible(False)
axis.set(xlabel="change when the digit moves by one pixel", xlim=(0, 1.2))
told = ", ".join(f"{name} {value:.2f}" for name, value in means.items())
Picture(figure, f"Mean change over {len(digits)} digits that move one pixel to the right: {told}.")

# %% role="demo"
ratio = means["pooled once"] / means["edges, ReLU"]
less_for = (changes["pooled once"] < changes["edges, ReLU"]).mean()
print(f"pooling once leaves {ratio:.0%} of the change; it is smaller for {less_for:.0%} of the digits")
reveal(
    "l05_shift",
    "less" if ratio < 0.9 else "about as much" if ratio < 1.1 else "more",
    "Where the strongest answer stays inside its window nothing changes; where it crosses the border, it does.",
)

# %% [markdown]
# Two surprises. The edges change *more* than the image: an edge is thin, and moved by a pixel it hardly overlaps what
# it was. And pooling does not make the digit's place irrelevant. It only softens it, more with each layer.
# The control shows that it is the maximum that helps, and not the smaller map.
#
# Change the experiment, and guess first: the digits move down (`axis=1`). Why does an edge that stands upright care less?
# Then move them by 2 pixels, and by 4.

# %% [markdown]
# ## The price
#
# What pooling gains it pays for: the pooled map no longer knows where in its window the answer stood. Two maps that
# differ only there become one. To tell a 4 from a 9 that is a fair price. To say where exactly a line ends, it is not.

# %% role="demo"
one, other = np.zeros((4, 4, 1)), np.zeros((4, 4, 1))
one[0, 0], other[1, 1] = 1, 1
print("different before:", not np.array_equal(one, other))
print("equal after pooling:", np.array_equal(pool(one, 2, 2), pool(other, 2, 2)))

# %% [markdown]
# ## Three questions
#
# **1. Maps of shape (13, 13, 16) are pooled with size 2 and stride 2. Which shape comes out?**
# (a) (7, 7, 16) (b) (6, 6, 16) (c) (6, 6, 8)
#
# <details><summary>Answer</summary>
#
# (b). A window of 2 fits six times into 13; the last row and column are dropped. (a) would let windows stick out.
# (c) halves the channels, but each channel is pooled by itself.
#
# </details>

# %% [markdown]
# **2. A convolution gets images twice as high and twice as wide. How many parameters has it now?**
# (a) as many as before (b) twice as many (c) four times as many
#
# <details><summary>Answer</summary>
#
# (a). The same kernels visit more places. (b) and (c) are true of the dense layer behind flatten: it has a weight for
# each number that comes in, and four times as many come in.
#
# </details>

# %% [markdown]
# **3. Why is a ReLU put between two convolutions?** (a) to save parameters (b) so that the map becomes smaller
# (c) because two weighted sums in a row are only another weighted sum
#
# <details><summary>Answer</summary>
#
# (c). Without a bend between them two layers can do no more than one. (a) ReLU has no parameters and saves none.
# (b) it keeps every place; pooling makes the map smaller.
#
# </details>

# %% [markdown]
# ## What you did
#
# You wrote ReLU and max pooling, counted parameters, traced shapes and fields, and measured what pooling is worth.
# All parts of a convolutional network are now on your table.
#
# To go on: which stack would you build for the ten digits, with as few parameters as you can? In lesson 06, *Build the
# CNN*, Keras puts it together, and you will know each of its shapes before it tells you.
