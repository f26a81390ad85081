# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Your handwriting
#     minutes: 90
#     level: intermediate
#     prerequisites: [02_pixels_to_tensors, 09_evaluate]
# ---

# %% [markdown]
# # Your handwriting
#
# A model that knows MNIST does not know your handwriting yet: your drawing has another size, other colours, another
# place. This last lesson brings your own digits to your own model, measures it on them, and lets it say "I do not know".
#
# After this lesson you can:
#
# - turn a drawing or a photograph into an image like those that the model was trained on;
# - say which step of that matters how much;
# - measure a model on digits of your own, and let it refuse answers that are not sure enough.
#
# You need lessons 02 and 09. Where you have no model of your own yet, a small trained one is used. Plan 90 minutes (an
# estimate), half an hour of them for drawing; the computer needs 10 seconds for all cells (measured with two cores).

# %% role="setup"
from pathlib import Path

import numpy as np
from PIL import Image

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours
from digitlab.plots.picture import Picture, new_figure
from digitlab.predictions import prediction_of

x_train, y_train, x_test, y_test = load_mnist()
drawing = digitlab.draw(digitlab.prepared_strokes("7"))

# %% [markdown]
# ## Two sevens
#
# On the left a drawing, as an app or a scanner gives it. On the right a seven from MNIST. You see at once that both are
# sevens. To a model they are arrays of numbers. What differs?

# %% role="demo"
seven = digitlab.examples_of(x_train, y_train, 7, 1)[0]
figure, axes = new_figure(7, 3.4, 1, 2)
for axis, image, name in zip(axes, (drawing, seven), ("a drawing", "from MNIST"), strict=True):
    axis.imshow(image, cmap="gray", vmin=0, vmax=255)
    axis.set_title(f"{name}, {image.shape[0]} × {image.shape[1]}")
    print(f"{name}: shape {image.shape}, {image.dtype}, mean {image.mean():.0f}")
Picture(figure, "Left, a black 7 on a large white sheet. Right, a white 7 on black, 28 pixels high and wide.")

# %% [markdown]
# Size and colours, for two. There is more. Its authors made each digit of MNIST as long as a box of 20 × 20 pixels
# allows, keeping its proportions, and then moved it so that its **centre of mass** came to the middle of 28 × 28
# (LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist/). Is that so? Measure it.

# %% role="demo"
inked = x_train[:2000] > 0
sides = np.stack([inked.any(axis=2).sum(axis=1), inked.any(axis=1).sum(axis=1)], axis=1)  # rows, columns with ink
centres = np.array([digitlab.centre_of_mass(image) for image in x_train[:2000]])
print("the longer side is 20 in", f"{(sides.max(axis=1) == 20).mean():.1%} of the digits; the shorter one varies")
for name, place in zip(("rows", "columns"), centres.T, strict=True):
    print(f"centre of mass, {name}: from {place.min():.2f} to {place.max():.2f}, mean {place.mean():.2f}")

# %% [markdown]
# What is done to data before a model sees it is called **preprocessing**. The model has only ever seen digits after
# *that* preprocessing. So your drawing goes the same way, in five steps: bright ink, crop, fit, centre, shape.

# %% role="demo"
digitlab.stages_of(drawing)

# %% [markdown]
# ## Step 1: bright ink
#
# In MNIST the ink is bright and the ground is 0; on paper it is the other way round. If a drawing is on paper, turn its
# numbers over: 255 - d for uint8, 1 - d for floats in [0, 1]. But only if. How can a program see it?
# One pixel is not enough: which one would you trust? A worked example, and one to finish: what is
# the median of each, `np.median`? (Sort all pixels: it is the one in the middle.)

# %% role="demo"
print("first pixel: drawing", drawing[0, 0], " MNIST", seven[0, 0])
print("share of pixels above the middle, 127: drawing", f"{(drawing > 127).mean():.2f}", f" MNIST {(seven > 127).mean():.2f}")
print("mean: drawing", f"{drawing.mean():.0f}", f" MNIST {seven.mean():.0f}")

# %% [markdown]
# ## Your turn: see whether the ink is dark
#
# Write `is_inverted(image)`. It gets an image of shape (H, W), uint8 from 0 to 255 or float from 0 to 1, of any size.
# It returns a bool: `True` where dark ink lies on a light ground, `False` where bright ink lies on a dark one. The ground
# is more than half of the pixels, and not quite even. Ink may lie anywhere, at the border too.
# `image.dtype.kind` is `'u'` for uint8 and `'f'` for floats.

# %% role="exercise" ex="l12_is_inverted"
def is_inverted(image):
    """Return True where dark ink lies on a light ground."""
    ### BEGIN SOLUTION
    middle = 127.5 if image.dtype.kind == "u" else 0.5
    return bool(np.median(image) > middle)
    ### END SOLUTION

# %% role="check" ex="l12_is_inverted" points=1
check("l12_is_inverted", is_inverted)

# %% role="demo"
inverted = yours(is_inverted, digitlab.is_inverted)
for name, image in {"drawing": drawing, "drawing in [0, 1]": drawing / 255, "MNIST": seven}.items():
    print(f"{name:18} inverted: {inverted(image)}")

# %% [markdown]
# ## Step 4, in advance: the centre of mass
#
# Cut a 7 out of cardboard: where can you support it so that it does not tip over? Not in the middle of its box. Most of
# it is at the top. That point is the centre of mass: the mean of all places, each weighted by its brightness:
#
# $$\text{row} = \frac{\sum_{r,c} r \cdot b_{r,c}}{\sum_{r,c} b_{r,c}} \qquad
# \text{column} = \frac{\sum_{r,c} c \cdot b_{r,c}}{\sum_{r,c} b_{r,c}}$$

# %% [markdown]
# A worked example: three pixels with ink. `np.indices` gives the row and the column of every pixel.

# %% role="demo"
small = np.array([[0, 0, 0, 0], [0, 4, 0, 0], [0, 2, 0, 2]])
rows, columns = np.indices(small.shape)
print("rows:\n", rows)
print("row × brightness adds up to", (rows * small).sum(), "and brightness to", small.sum())
print("the row of the centre:", (rows * small).sum() / small.sum())

# %% [markdown]
# Half of it is yours: add a line above that prints the column of the centre. Guess first:
# left of the middle, which is 1.5, right of it, or on it?
#
# ## Your turn: the centre of mass
#
# Write `centre_of_mass(image)`. It gets an image of shape (H, W), uint8 or float, with bright ink on a ground of 0, and
# some ink. It returns a pair of floats, row and column, as a tuple, list or array. (0, 0) is the first pixel.

# %% role="exercise" ex="l12_centre_of_mass"
def centre_of_mass(image):
    """Return the row and the column of the centre of mass."""
    ### BEGIN SOLUTION
    rows, columns = np.indices(image.shape)
    return float((rows * image).sum() / image.sum()), float((columns * image).sum() / image.sum())
    ### END SOLUTION

# %% role="check" ex="l12_centre_of_mass" points=1
check("l12_centre_of_mass", centre_of_mass)

# %% role="demo"
mass = yours(centre_of_mass, digitlab.centre_of_mass)(seven)
figure, axis = new_figure(3.6, 3.6)
axis.imshow(seven, cmap="gray")
axis.plot(mass[1], mass[0], "+", color="#D55E00", markersize=16, markeredgewidth=3)
axis.set_title(f"row {mass[0]:.1f}, column {mass[1]:.1f}")
Picture(figure, f"A seven of MNIST; a cross marks its centre of mass at row {mass[0]:.1f}, column {mass[1]:.1f}.")

# %% [markdown]
# ## Step 2: crop
#
# The **box** of the ink goes from the first row with ink to the last, and from the first column to the last. A worked
# example. Mind the `+ 1`: a slice ends *before* its second number.

# %% role="demo"
bright = 1 - drawing / 255
rows = np.flatnonzero((bright > 0.1).any(axis=1))
columns = np.flatnonzero((bright > 0.1).any(axis=0))
box = bright[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
print("rows", rows[0], "to", rows[-1], " columns", columns[0], "to", columns[-1], " box", box.shape)

# %% [markdown]
# ## Step 3: fit
#
# The longer side of the box becomes 20 pixels, the other in proportion. Half of it is yours: in the cell below the height
# is worked out. Replace the `...` by the width.

# %% role="demo"
longer = max(box.shape)
height = round(box.shape[0] * 20 / longer)
width = ...
print("box", box.shape, "becomes", (height, width))

# %% [markdown]
# How do you make an image smaller? Take every tenth pixel, and a thin line that runs between them is gone. Each new pixel
# should be the mean of all that it covers, with weights if you like. Pillow does it: `Image.fromarray(a)` makes an image
# of a float32 array, `.resize((width, height), Image.Resampling.BILINEAR)` fits it, `np.asarray` makes it an array
# again. Note the order: Pillow says (width, height), a NumPy shape is (height, width).

# %% role="demo"
thin = np.zeros((200, 200), np.float32)
thin[:, 53] = thin[:, 128] = thin[95] = 1
every_tenth = thin[::10, ::10]
means = np.asarray(Image.fromarray(thin).resize((20, 20), Image.Resampling.BILINEAR))
print("lines of one pixel in 200. Brightest pixel: every tenth", every_tenth.max(), f" means {means.max():.2f}")
digitlab.sample_grid(np.stack([every_tenth, means / means.max()]), ["every tenth pixel", "means (brightened)"], 1, 2)

# %% [markdown]
# ## Your turn: the whole way
#
# Write `to_mnist(drawing)`. It gets a drawing of shape (H, W), uint8 from 0 to 255 or float from 0 to 1, dark on light or
# bright on dark, with some ink on an even ground that is more than half of it. It returns float32 of shape (28, 28, 1)
# in [0, 1], bright ink on 0:
#
# - the longer side of the ink's box is 20, also where the drawing was smaller, and the other side in proportion;
# - the centre of mass is within half a pixel of 14, 14 (or of 13.5, 13.5), in rows and in columns;
# - all ink is there; thin lines may become faint but do not vanish; the drawing that it was given stays as it is.

# %% [markdown]
# One function for each step keeps it readable; they may stand in cells of your own before this one. For the last step:
# if the fitted ink has its centre of mass at row 8.2, its top goes to row `round(14 - 8.2)` of an image of zeros.
# Your functions from above may be used, or Pillow, or `scipy.ndimage`.

# %% role="exercise" ex="l12_to_mnist"
def to_mnist(drawing):
    """Return the drawing as an image like those of MNIST: float32, shape (28, 28, 1), in [0, 1]."""
    ### BEGIN SOLUTION
    ink = drawing / 255 if drawing.dtype.kind == "u" else drawing
    ink = 1 - ink if np.median(ink) > 0.5 else ink
    rows, columns = np.flatnonzero((ink > 0.1).any(axis=1)), np.flatnonzero((ink > 0.1).any(axis=0))
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, round(side * 20 / max(box.shape))) for side in box.shape)
    box = Image.fromarray(box.astype(np.float32))
    fitted = np.asarray(box.resize((width, height), Image.Resampling.BILINEAR))
    fitted = np.clip(fitted / fitted.max(), 0, 1)  # a thin line became faint: as bright as can be again
    places = np.indices(fitted.shape)
    top, left = (round(14 - float((axis * fitted).sum() / fitted.sum())) for axis in places)
    top, left = min(max(top, 0), 28 - height), min(max(left, 0), 28 - width)
    image = np.zeros((28, 28, 1), np.float32)
    image[top : top + height, left : left + width, 0] = fitted
    return image
    ### END SOLUTION

# %% role="check" ex="l12_to_mnist" points=4
check("l12_to_mnist", to_mnist)

# %% role="demo"
preprocess = yours(to_mnist, digitlab.to_mnist)
drawings, labels = digitlab.drawn_digits(200, seed=12)
prepared = np.stack([preprocess(one) for one in drawings])
digitlab.sample_grid(prepared[:20], labels[:20], rows=2, columns=10, title="Drawings after your preprocessing")

# %% [markdown]
# These 200 drawings were made by a program, from ten prepared digits that it bends, slants and shakes. They are nobody's
# handwriting: they serve until you have digits of your own.
#
# ## How much does it matter?
#
# Each drawing could also just be made smaller, to 28 × 28, and given to the model with its dark ink on white.

# %% role="demo"
predict(
    "l12_only_smaller",
    "The drawings are only made smaller. Of 100, how many does the model get right?",
    ["about 10", "about 30", "about 60", "about 95"],
)

# %% [markdown]
# Here are five ways, each with one more of the steps. `middle` lays an image into the middle of 28 × 28, by its box.

# %% role="demo"
def smaller(image, height=28, width=28):
    return np.asarray(Image.fromarray(image.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR))


def middle(image):
    top, left = (28 - image.shape[0]) // 2, (28 - image.shape[1]) // 2
    return np.pad(image, ((top, 28 - top - image.shape[0]), (left, 28 - left - image.shape[1])))

# %% role="demo"
def without_margin(drawing):
    box = digitlab.stages(drawing)["cropped"]
    return middle(smaller(box, *(max(1, round(side * 28 / max(box.shape))) for side in box.shape)))


ways = {
    "only smaller": lambda drawing: smaller(drawing / 255),
    "bright ink": lambda drawing: smaller(1 - drawing / 255),
    "cropped, 28 pixels long": without_margin,
    "20 pixels long, box in the middle": lambda drawing: middle(digitlab.stages(drawing)["fitted"]),
    "20 pixels long, centre of mass": preprocess,
}

# %% role="demo"
model = digitlab.your_model()
shares = {}
for name, way in ways.items():
    x = np.stack([np.asarray(way(one), np.float32).reshape(28, 28, 1) for one in drawings])
    shares[name] = (digitlab.predict_probabilities(model, x).argmax(axis=1) == labels).mean()
    print(f"{name:34} {shares[name]:.1%}")

# %% role="demo"
figure, axis = new_figure(8, 3)
bars = axis.barh(list(shares), list(shares.values()), color="#0072B2", height=0.6)
axis.bar_label(bars, [f"{share:.1%}" for share in shares.values()], padding=4)
axis.invert_yaxis()
axis.set(xlim=(0, 1.12), xlabel="share of the drawings that the model gets right")
axis.spines[["top", "right"]].set_visible(False)
Picture(figure, "Accuracy by preprocessing: " + ", ".join(f"{name} {share:.1%}" for name, share in shares.items()))

# %% role="demo"
nearest = min((10, 30, 60, 95), key=lambda share: abs(share - 100 * shares["only smaller"]))
reveal(
    "l12_only_smaller",
    f"about {nearest}",
    f"{shares['only smaller']:.1%}. The model is the same one that gets {shares['20 pixels long, centre of mass']:.1%} "
    "after the whole preprocessing.",
)

# %% [markdown]
# Not one weight of the model changed. A model is only as good as the way to it: whoever uses it must do what was done to
# the training data, step by step. And cropping without the margin looks *closer* to the digit, yet to the model a digit
# of 28 pixels is one that it has never seen.

# %% [markdown]
# ## Which of your digits fails?
#
# Now you. Before you draw: which digit of yours will the model take for another one? Think of how you write a 1, a 7 or a
# 4, and of how the people wrote them whose digits are in MNIST (employees of the US Census Bureau, and high-school
# students in the United States).

# %% role="demo"
predict("l12_which_fails", "Which of your digits will the model get wrong most often?", [*map(str, range(10)), "none"])

# %% [markdown]
# ## Play: draw
#
# Draw on the sheet with the mouse or a finger. By keyboard: Tab leads from control to control, the space bar presses a
# button. Take a prepared drawing, or press *Pen down* and move the pen with *Left*, *Right*, *Up* and *Down*.
#
# - Draw the same digit in a corner, small and large. What does the last picture do?
# - Make the pen 2 wide, then 40. When does the model lose heart?
# - Draw an A. What does the model say, and how sure is it?

# %% role="demo"
digitlab.drawing_canvas(model, preprocess)

# %% [markdown]
# ## Experiment: your own fifty digits
#
# Now a test set of your own: five of each digit. Draw one, say what it is under *It is a*, press *Save this digit*,
# *Clear*. It becomes a file like `my_digits/7_03.png`, the third 7. Draw as you always write; do not help the model.
# Photographs may lie there as well, cleaned first and named so (see below). Then run these cells again.

# %% role="demo"
mine, mine_labels = digitlab.own_digits("my_digits")
if len(mine) < 10:
    print(f"Digits of your own: {len(mine)}. Save at least 10, better 50, with the sheet above; then run this again.")
    print("Until then, fifty drawings made by a program stand in for them.")
    mine, mine_labels = digitlab.drawn_digits(50, seed=5)
counts = np.bincount(mine_labels, minlength=10)
print("drawings of each digit, 0 to 9:", *counts)

# %% role="demo"
mine_probabilities = digitlab.predict_probabilities(model, np.stack([preprocess(one) for one in mine]))
print("right:", digitlab.measure_accuracy(mine_probabilities, mine_labels))
page = mine_probabilities[np.arange(len(mine)), mine_labels].argsort()[:24]  # the least sure of the truth first
digitlab.predictions_page(
    np.stack([preprocess(mine[place]) for place in page]), mine_labels[page], mine_probabilities[page], columns=8
)

# %% role="demo"
wrong = mine_labels[mine_probabilities.argmax(axis=1) != mine_labels]
misses = np.bincount(wrong, minlength=10)
print("wrong, by digit:", {digit: int(n) for digit, n in enumerate(misses) if n} or "none")
most = [str(digit) for digit in range(10) if misses[digit] == misses.max()] if len(wrong) else ["none"]
chosen = prediction_of("l12_which_fails")
result = chosen.answer if chosen and chosen.answer in most else most[0]
reveal("l12_which_fails", result, f"Most often wrong here: {', '.join(most)}, in {len(wrong)} of {len(mine)} that failed.")

# %% [markdown]
# Look at the interval: fifty drawings say little about one person, and nothing about others. Three things to try:
#
# - let somebody else draw fifty, into a folder of their own, and compare;
# - add your digits to the training images and train again (lesson 07). Which digits may you then no longer test on?
# - draw with a thin pen. Is it the pen, or are you the one who is out of the ordinary?

# %% [markdown]
# ## From a photograph
#
# A photograph has shadows: its "white" differs from corner to corner, so no single number tells ink from paper. Remedy:
# for each pixel, look how bright the paper *around it* is, and how much darker the pixel is than that. The rest is a
# **threshold**: a number that divides ink from paper. `clean_photo` does that and finds the threshold itself
# (Otsu, 1979). Put a photograph of one digit beside this notebook as `my_photo.jpg`; else one is made up here.

# %% role="demo"
path = Path("my_photo.jpg")
if path.exists():
    photo = digitlab.load_image(path)
else:
    print(f"There is no {path} here: this is a drawing with a made-up shadow and made-up grain.")
    light = np.outer(np.linspace(1, 0.7, 280), np.linspace(0.95, 0.45, 280))
    grain = np.random.default_rng(12).normal(0, 5, light.shape)
    thin_drawing = digitlab.draw(digitlab.prepared_strokes("4"), pen=8)
    photo = ((60 + 180 * (thin_drawing / 255)) * light + grain).clip(0, 255).astype(np.uint8)
print("photograph:", photo.shape, photo.dtype, f"from {photo.min()} to {photo.max()}")

# %% role="demo"
cleaned = digitlab.clean_photo(photo)
pictures = {"photograph": photo / 255, "ink": cleaned, "as MNIST": preprocess(cleaned)[..., 0]}
answer = digitlab.predict_probabilities(model, preprocess(cleaned)[np.newaxis])[0]
figure, axes = new_figure(9, 3.3, 1, 3)
for axis, (name, image) in zip(axes, pictures.items(), strict=True):
    axis.imshow(image, cmap="gray", vmin=0, vmax=1)
    axis.set_title(name)
    axis.set_axis_off()
print(f"The model says {answer.argmax()}, with {answer.max():.1%}.")
Picture(figure, "A photograph of a digit, its ink on an even ground, and the digit as MNIST would have it.")

# %% [markdown]
# To take one: a dark pen, white paper, one digit that fills a third of the picture, no other marks and no edge of the
# paper in it. `load_image` reads PNG, JPEG, WebP and others and turns them the right way up; a phone's HEIC must be
# saved as JPEG first. To put it among your own digits, here as a 7:
# `digitlab.save_digit((255 * cleaned).astype(np.uint8), 7)`.

# %% [markdown]
# ## "I do not know"
#
# A model that must always answer also answers where it has no idea. A post office would rather read a doubtful letter
# by eye. So: answer only where the largest probability reaches a **threshold**, else say "I do not know". The share that
# gets an answer is the **coverage**. Chow (1970, "On optimum recognition error and reject tradeoff") shows that this rule
# makes the fewest errors for its coverage, where the probabilities are right.

# %% role="demo"
predict(
    "l12_half_the_errors",
    "Ten thousand test digits. How many must be rejected, the least sure first, until half of the errors are gone?",
    ["1 or 2 in 100", "about 5 in 100", "about 20 in 100", "half of them"],
)

# %% [markdown]
# A worked example: three rows of probabilities (of three classes, to keep it short) and a threshold of 0.8. Half of it
# is yours: what should come of the third row? Change the threshold to 0.9, and see which answer goes.

# %% role="demo"
for row in ([0.05, 0.85, 0.10], [0.40, 0.35, 0.25], [0.02, 0.03, 0.95]):
    print(row, "largest:", max(row), " at place", row.index(max(row)), " reaches 0.8:", max(row) >= 0.8)

# %% [markdown]
# ## Your turn: reject
#
# Write `reject(probabilities, threshold)`. It gets one row: ten probabilities, a float array of shape (10,). It returns
# the most probable label, an int from 0 to 9, where its probability is above the threshold, and -1 where it is below.
# (What happens where both are equal is up to you.)

# %% role="exercise" ex="l12_reject"
def reject(probabilities, threshold):
    """Return the most probable label, or -1 where it is less probable than the threshold."""
    ### BEGIN SOLUTION
    best = int(np.argmax(probabilities))
    return best if probabilities[best] >= threshold else -1
    ### END SOLUTION

# %% role="check" ex="l12_reject" points=2
check("l12_reject", reject)

# %% [markdown]
# Now on the 10,000 test digits, for eight thresholds. Which one is right depends on what an error costs, and what a
# rejection costs, and no data set tells you that. So look at the whole curve.

# %% role="demo"
answer_or_not = yours(reject, digitlab.reject)
probabilities = digitlab.predict_probabilities(model, digitlab.scale_pixels(x_test)[..., np.newaxis])
thresholds = [0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999]
coverage, accuracy = [], []
for threshold in thresholds:
    answers = np.array([answer_or_not(row, threshold) for row in probabilities])
    answered = answers != -1
    coverage.append(answered.mean())
    accuracy.append((answers[answered] == y_test[answered]).mean() if answered.any() else np.nan)
digitlab.rejection_curve(thresholds, coverage, accuracy)

# %% role="demo"
order = probabilities.max(axis=1).argsort()  # least sure first
errors = probabilities.argmax(axis=1)[order] != y_test[order]
rejected = int(np.searchsorted(errors.cumsum(), errors.sum() / 2)) + 1
share = rejected / len(errors)
option = "1 or 2 in 100" if share < 0.03 else "about 5 in 100" if share < 0.1 else "about 20 in 100" if share < 0.35 else "half of them"
print(f"{errors.sum()} errors; with the {rejected} least sure digits rejected, {errors[rejected:].sum()} are left")
reveal("l12_half_the_errors", option, f"{share:.1%} of the digits hold half of the errors: the model knows what it does not know.")

# %% [markdown]
# ## What no threshold catches
#
# Does it know all that it does not know? Show it what is no digit at all.

# %% role="demo"
strange = ["an A", "a cross"]
seen = np.stack([preprocess(digitlab.draw(digitlab.prepared_strokes(name))) for name in strange])
for name, row in zip(strange, digitlab.predict_probabilities(model, seen), strict=True):
    print(f"{name}: the model says {row.argmax()}, with {row.max():.1%}; at threshold 0.8: {answer_or_not(row, 0.8)}")
digitlab.sample_grid(seen, strange, rows=1, columns=2)

# %% [markdown]
# The ten probabilities add up to 1, whatever is on the picture: "none of these" is not among the answers. A high
# probability means "of the ten digits, surely this one", and not "surely a digit". Whoever ships a model must say what
# it may be asked, and look at what it is asked. A model card (lesson 11) is where that stands.

# %% [markdown]
# ## Going further: a submission to Kaggle
#
# Kaggle's competition *Digit Recognizer* (https://www.kaggle.com/competitions/digit-recognizer) has the same digits as a
# table. Download its `test.csv`, put it beside this notebook, run the cell, and upload `submission.csv`. Without that
# file the cell shows the form on 100 of our test digits: do not upload that.

# %% role="demo"
kaggle = Path("test.csv")
images, _ = digitlab.read_kaggle_csv(kaggle) if kaggle.exists() else (x_test[:100], None)
x = digitlab.scale_pixels(images)[..., np.newaxis]
digitlab.write_submission("submission.csv", digitlab.predict_probabilities(model, x).argmax(axis=1))
print("from", kaggle if kaggle.exists() else "our own test digits (there is no test.csv here)")
print(*Path("submission.csv").read_text().splitlines()[:4], "…", sep="\n")

# %% [markdown]
# ## Going further: clothes instead of digits
#
# *Fashion-MNIST* has ten kinds of clothes, in the very shapes of MNIST (Xiao, Rasul and Vollgraf, 2017,
# https://arxiv.org/abs/1708.07747). It does not come with this course. With a network, this loads it once (some 30 MB),
# and keeps it in `~/.keras`; run it in a cell of your own:
#
# ```python
# from keras.datasets import fashion_mnist
# fashion_mnist.load_data()
# ```

# %% role="demo"
kept = Path.home() / ".keras" / "datasets" / "fashion-mnist"
if len(list(kept.glob("*.gz"))) < 4:
    print("Fashion-MNIST is not on this computer: the cell above says how to get it. All else works without it.")
else:
    from keras.datasets import fashion_mnist

    (clothes, kinds), (new_clothes, new_kinds) = fashion_mnist.load_data()
    x, x_new = (digitlab.scale_pixels(images)[..., np.newaxis] for images in (clothes, new_clothes))
    tailor = digitlab.build_cnn()
    digitlab.train(tailor, x, kinds, epochs=1, seed=12)
    print("clothes:", digitlab.measure_accuracy(digitlab.predict_probabilities(tailor, x_new), new_kinds))

# %% [markdown]
# The same network, the same training, other pictures. Is it as good as on digits? Which two kinds does it confuse
# (lesson 09), and would you tell them apart in 28 × 28 grey pixels (lesson 10)?

# %% [markdown]
# ## Three questions
#
# **1. A friend's app uses your model, and it is nearly always wrong. What do you ask first?** (a) how many layers it has
# (b) what the app does to a drawing before the model sees it (c) how long it was trained
#
# <details><summary>Answer</summary>
#
# (b). The model is the one that you measured; what is new is the way to it. The bars above show how much that can cost.
# (a) and (c) were the same when you measured it.
#
# </details>

# %% [markdown]
# **2. At threshold 0.99 hardly an answer is wrong. Why not always 0.99?** (a) the accuracy would fall (b) many digits that
# the model gets right would be rejected too (c) probabilities of 0.99 never occur
#
# <details><summary>Answer</summary>
#
# (b). Coverage is the price; somebody has to read what is rejected. (a) the accuracy of the answers given rises with the
# threshold. (c) most digits are above it, as the curve shows.
#
# </details>

# %% [markdown]
# **3. Your fifty digits are all right. What does that prove?** (a) the model is right on all handwriting (b) it is right
# on yours (c) on drawings like these fifty it is rarely wrong
#
# <details><summary>Answer</summary>
#
# (c), and the interval of lesson 09 says how rarely: it begins well below 100 %. (a) other people write otherwise. (b) you
# will write otherwise tomorrow, in a hurry, or with another pen.
#
# </details>

# %% [markdown]
# ## What you did
#
# You brought your own handwriting to a model, and found that the way to it matters as much as the model. It can say "I do
# not know", and you know when that does not help.
#
# And so the course closes. It began with an image that is numbers (01), scaled and shaped them (02), drew a line between
# digits (03), looked with kernels (04, 05), built, trained and steadied a network (06, 07, 08), measured it honestly (09),
# looked inside (10), broke it (11), and put it into your hands today.

# %% [markdown]
# A question to carry on: which pictures in your own life come in ten kinds? Letters, leaves, birds' songs drawn as
# pictures. You know the way: look first, a baseline, a network that can learn by heart, curves, an honest number, its
# errors, its limits. The model was never the hard part.
