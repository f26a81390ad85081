# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Convolution by hand
#     minutes: 70
#     level: beginner
#     prerequisites: [02_pixels_to_tensors, 03_linear_baseline]
# ---

# %% [markdown]
# # Convolution by hand
#
# A linear model has a weight for every pixel. A convolution has nine weights, say, and lays them on every place of the image.
# This lesson builds it from NumPy alone, number by number as Keras computes it.
#
# After this lesson you can:
#
# - compute a convolution, with one channel and with many;
# - say how large its output is, with and without padding;
# - make a kernel that finds edges, and show what it needs of an image that a linear model does not.
#
# You need lessons 02 and 03. Plan 70 minutes (an estimate); the computer needs 4 seconds for all cells (measured with
# two cores).

# %% role="setup"
import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

x_train, y_train, x_test, y_test = load_mnist()
x = digitlab.scale_pixels(x_train[:2000])
x_new = digitlab.scale_pixels(x_test[:2000])

# %% [markdown]
# ## A window, nine weights, one number
#
# A **kernel** is a small array of weights. Lay it on the image: what lies under it is the **window**. Multiply each
# pixel of the window by the weight on it, and add up the products. That sum is the **response** at this place.
# A worked example with a kernel of 2 × 2, its top-left corner at row 1, column 0:

# %% role="demo"
tiny = np.array([[1, 2, 0], [0, 3, 1], [4, 1, 2]])
small = np.array([[1, -1], [2, 0]])
under = tiny[1:3, 0:2]
print("window:", under.tolist(), " products:", (under * small).tolist())
print("response:", (under * small).sum())

# %% [markdown]
# Half of it is yours: compute the response at row 0, column 1 on paper, then change the cell above to check it.

# %% [markdown]
# ## Your turn: one weighted sum
#
# Write `conv_at(image, kernel, row, col)`. It returns the weighted sum as a float. (row, col) is the window's top-left
# corner; each weight meets the pixel that it lies on, as above. The kernel may have any shape (kh, kw), and uint8
# images are welcome too. The window always lies inside the image.

# %% role="exercise" ex="l04_conv_at"
def conv_at(image, kernel, row, col):
    """Return the weighted sum under the kernel whose top-left corner lies at (row, col)."""
    ### BEGIN SOLUTION
    kh, kw = kernel.shape
    window = image[row : row + kh, col : col + kw].astype(float)
    return float((window * kernel).sum())
    ### END SOLUTION

# %% role="check" ex="l04_conv_at" points=1
check("l04_conv_at", conv_at)

# %% [markdown]
# Now step a kernel over a digit: sliders, buttons and weights all work from the keyboard (Tab, arrows, Enter).
# Which weights leave the image as it is? Which blur it?

# %% role="demo"
digitlab.kernel_stepper(x_train[7])

# %% [markdown]
# ## Your turn: the whole image
#
# Write `conv2d_valid(image, kernel)`: the response at every place where the kernel lies wholly inside the image, as an
# array of shape (H - kh + 1, W - kw + 1). Any kernel shape; uint8 images are welcome. A kernel larger than the image is
# a `ValueError`. (In mathematics a convolution turns the kernel upside down and left to right first, and what we do is
# called cross-correlation. Keras does not flip, and so do not you.)

# %% role="exercise" ex="l04_conv2d_valid"
def conv2d_valid(image, kernel):
    """Return the weighted sum at every place where the kernel lies inside the image."""
    ### BEGIN SOLUTION
    height, width = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    if height < 1 or width < 1:
        raise ValueError(f"the kernel {kernel.shape} is larger than the image {image.shape}")
    return np.array([[conv_at(image, kernel, i, j) for j in range(width)] for i in range(height)])
    ### END SOLUTION

# %% role="check" ex="l04_conv2d_valid" points=3
check("l04_conv2d_valid", conv2d_valid)

# %% role="demo"
convolve = yours(conv2d_valid, digitlab.conv2d_valid)
blurred = np.stack([convolve(image, np.full((3, 3), 1 / 9)) for image in x[:5]])
print("from", x[0].shape, "to", blurred[0].shape)
digitlab.sample_grid(blurred, y_train[:5], rows=1, columns=5, title="Nine weights of 1/9")

# %% [markdown]
# ## Padding: keep the size
#
# Each convolution loses a border. **Same** padding puts zeros around the image first, so that the output is as large
# as the input. The other way, without zeros, is called **valid**. `np.pad` puts them there. A worked example:

# %% role="demo"
print(np.pad(tiny, ((1, 0), (0, 2))))  # rows: 1 above, 0 below; columns: 0 on the left, 2 on the right

# %% [markdown]
# Half of it is yours: change the cell above so that a kernel of 3 × 3 can lie on every pixel of `tiny` with its middle.
#
# ## Your turn: pad
#
# Write `pad_same(image, kernel)`: for an image (H, W) and a kernel with odd sides it returns the image with zeros
# around it, so that a valid convolution gives (H, W) again. An even side of the kernel is a `ValueError`.

# %% role="exercise" ex="l04_pad_same"
def pad_same(image, kernel):
    """Return the image with zeros around it, so that a valid convolution keeps its size."""
    ### BEGIN SOLUTION
    kh, kw = kernel.shape
    if kh % 2 == 0 or kw % 2 == 0:
        raise ValueError(f"the kernel {kernel.shape} has an even side")
    return np.pad(image, ((kh // 2, kh // 2), (kw // 2, kw // 2)))
    ### END SOLUTION

# %% role="check" ex="l04_pad_same" points=2
check("l04_pad_same", pad_same)

# %% [markdown]
# ## Stride: not every place
#
# With a **stride** of 2 the kernel moves two pixels at a time. With `'valid'` a step that no longer fits is not taken.
# With `'same'` the output has n / stride places, rounded up. A worked example: where can a kernel of 3 begin along 8
# pixels? Then change the cell: the stride 1 and 3, and 7 pixels in place of 8.

# %% role="demo"
places = list(range(0, 8 - 3 + 1, 2))
print("valid, stride 2: it begins at", places, "so at", len(places), "places")
print("same, stride 2: ", int(np.ceil(8 / 2)), "places")

# %% [markdown]
# ## Your turn: the size of the output
#
# Write `output_size(n, kernel_size, stride, padding)`: how many places there are along a side of n pixels, as an int.
# `padding` is `'valid'` or `'same'`, else a `ValueError`; a `ValueError` too for valid with n < kernel_size.

# %% role="exercise" ex="l04_output_size"
def output_size(n, kernel_size, stride, padding):
    """Return how many places a kernel takes along one side."""
    ### BEGIN SOLUTION
    if padding not in ("valid", "same"):
        raise ValueError(f"padding is 'valid' or 'same', not {padding!r}")
    if padding == "same":
        return -(-n // stride)
    if n < kernel_size:
        raise ValueError(f"a kernel of {kernel_size} does not fit into {n} pixels")
    return (n - kernel_size) // stride + 1
    ### END SOLUTION

# %% role="check" ex="l04_output_size" points=2
check("l04_output_size", output_size)

# %% [markdown]
# ## Channels and filters
#
# A colour image has three channels, and what a convolution gives has channels too. A **filter** has a kernel for
# each input channel and one bias: it adds up the responses of all channels, then the bias, and gives one
# **feature map**. Several filters give several maps. A worked example: one filter, two channels, one place.

# %% role="demo"
two_channels = np.array([[[1, 0], [2, 1]], [[0, 3], [1, 1]]])  # 2 × 2 pixels with 2 numbers each
one_filter = np.array([[[1, 2], [0, 1]], [[1, 0], [2, -1]]])  # a weight for each of these numbers
for channel in (0, 1):
    print("channel", channel, "answers", (two_channels[..., channel] * one_filter[..., channel]).sum())
print("the filter, with a bias of 10:", (two_channels * one_filter).sum() + 10)

# %% [markdown]
# Half of it is yours: add a second filter to the cell above, all its weights 1 and its bias 0. What does it answer?
# With both filters the output has the shape (1, 1, 2): one place, two maps.

# %% [markdown]
# ## Your turn: many channels
#
# Write `conv2d_multi(x, kernels, bias)`: x of shape (H, W, Cin), kernels (kh, kw, Cin, Cout), bias (Cout,). It returns
# the feature maps, shape (H - kh + 1, W - kw + 1, Cout): valid, stride 1. The sums come out as they are (in Keras a
# function may follow, the *activation*; lesson 05 has one).

# %% role="exercise" ex="l04_conv2d_multi"
def conv2d_multi(x, kernels, bias):
    """Return one feature map for each filter, shape (H', W', Cout)."""
    ### BEGIN SOLUTION
    kh, kw, _, filters = kernels.shape
    maps = np.zeros((x.shape[0] - kh + 1, x.shape[1] - kw + 1, filters))
    for i in range(maps.shape[0]):
        for j in range(maps.shape[1]):
            maps[i, j] = np.tensordot(x[i : i + kh, j : j + kw], kernels, axes=3) + bias
    return maps
    ### END SOLUTION

# %% role="check" ex="l04_conv2d_multi" points=3
check("l04_conv2d_multi", conv2d_multi)

# %% [markdown]
# ## Your turn: find vertical edges
#
# An **edge** is where dark meets bright. The stepper began with a kernel for horizontal ones.
# Write `vertical_edge()`: it returns a kernel of shape (3, 3) (nested lists are fine). On a vertical step of height 1
# the response is at least 1 in size somewhere along it, either sign; it is below 1e-6 on flat patches and on
# horizontal steps.

# %% role="exercise" ex="l04_vertical_edge"
def vertical_edge():
    """Return a 3 by 3 kernel that answers to vertical edges alone."""
    ### BEGIN SOLUTION
    return np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
    ### END SOLUTION

# %% role="check" ex="l04_vertical_edge" points=1
check("l04_vertical_edge", vertical_edge)

# %% [markdown]
# How strongly does a digit excite the kernel? Take the mean size of the responses, over all places and images.

# %% role="demo"
predict("l04_least", "Which digit excites digitlab's kernel for vertical edges least?", [str(d) for d in range(10)])

# %% role="demo"
edge = digitlab.vertical_edge()
size = np.abs([digitlab.conv2d_valid(image, edge) for image in x]).mean(axis=(1, 2))
excited = np.array([size[y_train[:2000] == digit].mean() for digit in range(10)])
for digit in np.argsort(excited):
    print(f"digit {digit}: {excited[digit]:.3f}")
reveal("l04_least", str(excited.argmin()), "Two things count: how much ink there is, and how much of it runs up and down.")

# %% [markdown]
# ## Experiment: shuffle the pixels
#
# Put the 784 pixels of all images into a new order, the same for all. You can no longer read them. Can a linear model?

# %% role="demo"
order = np.random.default_rng(4).permutation(784)
shuffled = x.reshape(2000, 784)[:, order].reshape(2000, 28, 28)
shuffled_new = x_new.reshape(2000, 784)[:, order].reshape(2000, 28, 28)
digitlab.sample_grid(np.concatenate([x[:5], shuffled[:5]]), np.tile(y_train[:5], 2), rows=2, columns=5)

# %% role="demo"
predict(
    "l04_shuffled",
    "A linear model learns from shuffled images, and is tested on images shuffled the same way. Its accuracy?",
    ["as before", "clearly lower", "like guessing"],
)

# %% role="demo"
from sklearn.linear_model import LogisticRegression

right = []
for images, new in ((x, x_new), (shuffled, shuffled_new)):
    model = LogisticRegression(C=0.1, max_iter=300, tol=0.01).fit(images.reshape(2000, 784), y_train[:2000])
    right.append(model.score(new.reshape(2000, 784), y_test[:2000]))
print(f"as they are: {right[0]:.1%}, shuffled: {right[1]:.1%}")
same = abs(right[0] - right[1]) < 0.01
reveal("l04_shuffled", "as before" if same else "clearly lower", "A sum does not ask for the order of what it adds up.")

# %% [markdown]
# To a linear model neighbours mean nothing. Now the kernel: bright and dark are responses above and below 0.

# %% role="demo"
maps = np.stack([digitlab.conv2d_valid(image, edge) / 3 for image in [*x[:5], *shuffled[:5]]])
digitlab.sample_grid(maps, np.tile(y_train[:5], 2), rows=2, columns=5, title="Responses: as they are, and shuffled")

# %% [markdown]
# Above you see the strokes' sides, below noise. A convolution relies on pixels that are near each other belonging
# together. In images they do, and so nine weights can serve all places. Change the kernel: does a blur fare better?

# %% [markdown]
# ## Three questions
#
# **1. A valid convolution with a kernel of 5 × 3 on an image of 28 × 28 gives which shape?**
# (a) (24, 26) (b) (23, 25) (c) (26, 24)
#
# <details><summary>Answer</summary>
#
# (a). 28 - 5 + 1 = 24 rows and 28 - 3 + 1 = 26 columns. (b) forgets that the first place counts.
# (c) swaps rows and columns.
#
# </details>

# %% [markdown]
# **2. The weights of a kernel add up to 0. What does it give on an even patch?** (a) the brightness (b) 0 (c) noise
#
# <details><summary>Answer</summary>
#
# (b). All pixels are equal, so the response is that brightness times the sum of the weights.
# (a) needs weights that add up to 1. (c) an even patch holds no noise.
#
# </details>

# %% [markdown]
# **3. Eight filters of 3 × 3 look at an image with three channels. How many feature maps come out?** (a) 24 (b) 3 (c) 8
#
# <details><summary>Answer</summary>
#
# (c). Each filter adds up its responses over all channels and gives one map. (a) forgets to add up.
# (b) is the number of channels that went in.
#
# </details>

# %% [markdown]
# ## What you did
#
# You built the convolution of Keras from single sums, and saw that it lives on neighbours.
#
# To go on: shift a digit, and its feature map shifts with it. What must be added so that the answer stays the same?
# That is lesson 05, *Pooling and shapes*.
