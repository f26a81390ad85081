# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Robustness
#     minutes: 70
#     level: intermediate
#     prerequisites: [07_train, 09_evaluate]
# ---

# %% [markdown]
# # Robustness
#
# The test images are as tidy as the training images: the same forms, the same program that cut them out, the same size, the
# same place. Digits that people will really show to your model are not. This lesson measures what the test set does not.
#
# After this lesson you can:
#
# - distort images on purpose, and draw how the accuracy falls;
# - find test images that have leaked into the training set;
# - measure groups apart, and write a model card that says who was measured and who was not.
#
# You need lesson 07 (training) and 09 (accuracy and its interval). Plan 70 minutes (an estimate); the computer needs 20
# seconds for all cells (measured with two cores).

# %% role="setup"
import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

x_train, y_train, x_test, y_test = load_mnist()
x_new = digitlab.scale_pixels(x_test)[..., np.newaxis]  # in [0, 1], with a channel
six = x_new[21:22]  # a batch of one image

# %% [markdown]
# ## When does a 6 become a 9?
#
# A distortion that a person hardly notices should not change the answer: a model is **robust** against it if it does not.
# Some distortions *should* change it. Turn a 6 far enough, and it is a 9.

# %% role="demo"
angles = (0, 30, 60, 90, 120, 150, 180)
turned = np.concatenate([digitlab.rotate(six, angle) for angle in angles])
digitlab.sample_grid(turned[..., 0], [f"{angle}°" for angle in angles], rows=1, columns=7)

# %% role="demo"
predict(
    "l11_six_or_nine",
    "Turn all sixes of the test set. From which angle on does a trained model call more of them 9 than 6?",
    ["30°", "75°", "120°", "165°"],
)

# %% [markdown]
# ## Noise
#
# A cheap camera adds **noise**: to each pixel a random number of its own. Usually it is drawn from the normal
# distribution around 0, the bell curve: small numbers are common, large ones rare, and below 0 as often as above. Its
# **standard deviation** sigma says how large they typically are.
# A worked example, four pixels and a sigma of 0.3:

# %% role="demo"
rng = np.random.default_rng(3)
pixels = np.array([0.0, 0.2, 0.9, 1.0])
noisy = pixels + rng.normal(0, 0.3, size=pixels.shape)
print("pixels:", pixels)
print("noisy: ", noisy.round(2))

# %% [markdown]
# Look: some numbers lie below 0 or above 1. No camera gives such pixels. Half of it is yours: cut them off with `np.clip`,
# and print the result. What does `np.clip(noisy, 0, 1)` do to the others?
#
# ## Your turn: add noise
#
# Write `add_noise(images, sigma, seed)` for float images in [0, 1] of any shape. It returns new images of the same shape
# and float dtype: normal noise with standard deviation `sigma` added, fresh for each pixel of each image, then
# clipped to [0, 1]. The same seed gives the same images. The images that it was given stay as they are.

# %% role="exercise" ex="l11_add_noise"
def add_noise(images, sigma, seed):
    """Return the images with normal noise, clipped to [0, 1]; the same seed, the same noise."""
    ### BEGIN SOLUTION
    noise = np.random.default_rng(seed).normal(0, sigma, size=images.shape)
    return np.clip(images + noise, 0, 1).astype(images.dtype)
    ### END SOLUTION

# %% role="check" ex="l11_add_noise" points=1
check("l11_add_noise", add_noise)

# %% role="demo"
noise_of = yours(add_noise, digitlab.add_noise)
sigmas = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8)
shown = np.concatenate([noise_of(six, sigma, 0) for sigma in sigmas])
digitlab.sample_grid(shown[..., 0], [f"sigma {sigma}" for sigma in sigmas], rows=1, columns=6)

# %% [markdown]
# Up to which sigma do *you* read the 6? Keep your number: in a minute you compare it with the model's.

# %% [markdown]
# ## A model to test
#
# The next cell takes your own model, if `my_cnn.keras` lies beside this notebook, and else a small trained one that
# comes with the course. Loading TensorFlow takes some seconds.

# %% role="demo"
model = digitlab.your_model()
predicted = digitlab.predict_probabilities(model, x_new).argmax(axis=1)
print(f"accuracy on the {len(y_test):,} test images as they are: {(predicted == y_test).mean():.2%}")

# %% [markdown]
# ## The curve
#
# One number for one distortion says little. We distort more and more, measure at each **level**, and draw the
# **robustness curve**. A worked example with two levels, on 1,000 images:

# %% role="demo"
x_some, y_some = x_new[:1000], y_test[:1000]
for degrees in (0, 30):
    answers = digitlab.predict_probabilities(model, digitlab.rotate(x_some, degrees)).argmax(axis=1)
    print(f"turned by {degrees}°: {(answers == y_some).mean():.1%}")

# %% [markdown]
# Half of it is yours: add 60 degrees to the loop.
#
# Mind where each level begins: at the images as they *were*. Who turns by 30 degrees, and then what came out by 60, has
# turned by 90. So each level gets its own fresh copy.

# %% [markdown]
# ## Your turn: the robustness curve
#
# Write `robustness_curve(model, x, y, distort, levels)`. `model` is a Keras model whose `predict` gives a row of
# probabilities for each image; it need not be compiled. `x` are N images, `y` their labels, shape (N,). `distort(x, level)`
# returns a distorted copy. `levels` is a sequence of L levels. Back comes a sequence of L floats: for each level, in the
# order given, the accuracy as a share.

# %% role="exercise" ex="l11_robustness_curve"
def robustness_curve(model, x, y, distort, levels):
    """Return the accuracy on images distorted to each level, as a share, in the order of the levels."""
    ### BEGIN SOLUTION
    shares = []
    for level in levels:
        probabilities = model.predict(distort(x, level), verbose=0)
        shares.append((probabilities.argmax(axis=1) == y).mean())
    return np.array(shares)
    ### END SOLUTION

# %% role="check" ex="l11_robustness_curve" points=2
check("l11_robustness_curve", robustness_curve)

# %% role="demo"
curve = yours(robustness_curve, digitlab.robustness_curve)
sigmas = np.linspace(0, 0.8, 9)
by_noise = curve(model, x_some, y_some, lambda x, sigma: noise_of(x, sigma, 0), sigmas)
digitlab.robustness_plot(sigmas, {"noise": by_noise}, "sigma of the noise")

# %% [markdown]
# Compare with your own number from above. At which sigma has the curve fallen to a half, and could you still read the 6
# there? Who has read noisy pages looks past what lies between the strokes; the model has never seen any noise.

# %% role="demo"
degrees = np.arange(0, 181, 15)
by_angle = curve(model, x_some, y_some, digitlab.rotate, degrees)
digitlab.robustness_plot(degrees, {"rotation": by_angle}, "rotation in degrees")

# %% [markdown]
# The curve rises again towards 180 degrees. Which digits look the same upside down? And here is what you predicted,
# on the sixes alone:

# %% role="demo"
sixes = x_new[y_test == 6]
for angle in degrees:
    said = digitlab.predict_probabilities(model, digitlab.rotate(sixes, angle)).argmax(axis=1)
    as_six, as_nine = (said == 6).mean(), (said == 9).mean()
    print(f"{angle:4}°: {as_six:6.1%} called 6, {as_nine:6.1%} called 9")
    if as_nine > as_six:
        break
near = min(("30°", "75°", "120°", "165°"), key=lambda option: abs(int(option[:-1]) - angle))
reveal("l11_six_or_nine", near, f"At {angle}° more are called 9 than 6. Long before a half turn it is neither.")

# %% [markdown]
# No law says where a 6 ends and a 9 begins. The labels of the turned images are *our* decision, and past 90 degrees "6" is
# hardly the right one. Before you blame a model for a fall, ask whether a person would still give the old label.

# %% [markdown]
# ## Play: distort a digit
#
# Move the sliders (Tab goes from one to the next, the arrow keys move it), and read what the model says.
#
# - Find the smallest change that turns a right answer wrong. Would you have noticed it?
# - Which is worse for this digit: three pixels to the right, or thinner strokes?
# - Set *Noise*, which is sigma, to 0.3, and change another slider: distortions add up.

# %% role="demo"
digitlab.distortion_sliders(model, x_new, y_test)

# %% [markdown]
# ## Leaks
#
# The test accuracy means something only if the model has not seen the test images. Copies of them in the training set are
# a **leak**: the model may know their answers by heart. Leaks happen where data is collected twice, or split after it
# was augmented. So one looks. For 10,000 images against 60,000 a double loop compares 600 million pairs: too many to wait.

# %% [markdown]
# A Python `set` finds whether something is in it at once, however much is in it. Arrays cannot go into a set, but their
# bytes can: `image.tobytes()`. A worked example with tiny "images" of two pixels:

# %% role="demo"
small_train = np.array([[1, 2], [3, 4], [3, 4]])
small_test = np.array([[3, 4], [4, 3], [3, 4]])
seen = {image.tobytes() for image in small_train}
print("different training images:", len(seen))
print("is test image 0 among them?", small_test[0].tobytes() in seen)

# %% [markdown]
# Half of it is yours: ask the same of test images 1 and 2. How many of the three have leaked?

# %% role="demo"
predict(
    "l11_leaked",
    "How many of MNIST's 10,000 test images stand among its 60,000 training images, pixel for pixel?",
    ["none", "1 to 10", "11 to 100", "more than 100"],
)

# %% [markdown]
# ## Your turn: count the leaks
#
# Write `leaked(train, test)` for two integer or float arrays of images, (N, H, W) and (M, H, W), of the same dtype. It
# returns an int: how many test images stand in `train`, every pixel equal, at whatever place. A test image that stands
# twice in `test` counts twice; how often it stands in `train` does not matter. 10,000 against 60,000 take seconds at most.

# %% role="exercise" ex="l11_leaked"
def leaked(train, test):
    """Return how many test images stand in train, pixel for pixel."""
    ### BEGIN SOLUTION
    seen = {image.tobytes() for image in train}
    return sum(image.tobytes() in seen for image in test)
    ### END SOLUTION

# %% role="check" ex="l11_leaked" points=2
check("l11_leaked", leaked)

# %% role="demo"
count = yours(leaked, digitlab.leaked)(x_train, x_test)
leaks = f"{count or 'none'} of them {'is' if count < 2 else 'are'} in the training set, pixel for pixel"  # for the card
steps = {"none": 0, "1 to 10": 10, "11 to 100": 100}
most = next((name for name, top in steps.items() if count <= top), "more than 100")
reveal("l11_leaked", most, f"{count} of {len(x_test):,}. MNIST was split by writers: nobody is in both parts.")

# %% [markdown]
# Splitting by writers is more than avoiding copies: two fives by one hand are nearly copies too (LeCun, Bottou, Bengio and
# Haffner, 1998, "Gradient-based learning applied to document recognition").

# %% [markdown]
# ## Groups
#
# An accuracy is an average, and averages hide. Ask it of **groups** of images apart: thin strokes and thick ones, one
# school and another. A worked example with five answers and two groups:

# %% role="demo"
said = np.array([3, 5, 5, 8, 1])
true = np.array([3, 5, 3, 8, 7])
group = np.array(["thin", "thin", "thick", "thick", "thick"])
in_thin = group == "thin"
print("thin: ", (said[in_thin] == true[in_thin]).mean())
print("all:  ", (said == true).mean())

# %% [markdown]
# The share among the *thick* ones is yours: add its line. It is 1 of 3, not 1 of 5: each group is divided by its own size.
#
# ## Your turn: accuracy by group
#
# Write `group_accuracy(predicted, labels, groups)` for three sequences of the same length: integers, integers, and
# whatever names the groups (words or numbers). It returns a dictionary: each group as it stands in `groups`, and the share
# of right answers among the images of this group.

# %% role="exercise" ex="l11_group_accuracy"
def group_accuracy(predicted, labels, groups):
    """Return a dictionary: group → share of right answers within the group."""
    ### BEGIN SOLUTION
    right = {}
    for said, true, group in zip(predicted, labels, groups, strict=True):
        right.setdefault(group, []).append(said == true)
    return {group: sum(answers) / len(answers) for group, answers in right.items()}
    ### END SOLUTION

# %% role="check" ex="l11_group_accuracy" points=1
check("l11_group_accuracy", group_accuracy)

# %% [markdown]
# How thick is a stroke? `digitlab.stroke_width` divides the ink by the length of its outline. We sort the test
# images by it, and look at the thinnest tenth, the thickest tenth, and the rest.

# %% role="demo"
width = digitlab.stroke_width(x_new)
thin, thick = np.quantile(width, [0.1, 0.9])
groups = np.where(width < thin, "thin", np.where(width > thick, "thick", "between"))
by_width = yours(group_accuracy, digitlab.group_accuracy)(predicted, y_test, groups)
for name, share in by_width.items():
    low, high = digitlab.accuracy_interval(share, int((groups == name).sum()))
    print(f"{name:8} {share:.2%} of {(groups == name).sum():,}, 95 % interval {low:.2%} to {high:.2%}")

# %% role="demo"
order = np.argsort(width)
page = np.r_[order[:6], order[-6:]]
digitlab.sample_grid(x_test[page], ["thin"] * 6 + ["thick"] * 6, rows=2, columns=6)

# %% [markdown]
# ## Who is not in this data set?
#
# The digits come from two collections of NIST: SD-3, written by employees of the US Census Bureau, and SD-1, written by
# high-school students. Each gave half (LeCun, Cortes and Burges, "The MNIST database"). No small children, nobody long
# retired, no other country, where a 1 may have a long upstroke and a 7 a bar. Nobody wrote on a phone.

# %% [markdown]
# The first 5,000 test images are of the one collection, the last 5,000 of the other. The database's own page says that the
# first ones are "cleaner and easier".

# %% role="demo"
predict("l11_halves", "On which half is the model better?", ["the first 5,000", "the last 5,000", "no difference"])

# %% role="demo"
half = np.where(np.arange(len(y_test)) < 5000, "the first 5,000", "the last 5,000")
by_half = yours(group_accuracy, digitlab.group_accuracy)(predicted, y_test, half)
intervals = {name: digitlab.accuracy_interval(share, 5000) for name, share in by_half.items()}
for name, share in by_half.items():
    print(f"{name}: {share:.2%}, 95 % interval {intervals[name][0]:.2%} to {intervals[name][1]:.2%}")
better = max(by_half, key=by_half.get)
worse = min(by_half, key=by_half.get)
overlap = intervals[better][0] <= intervals[worse][1]
reveal("l11_halves", "no difference" if overlap else better, "What a page says of data is a claim. Measure it.")

# %% [markdown]
# Yadav and Bottou traced every digit back to its form and writer (2019, "Cold case: the lost MNIST digits"). Their notes say
# that the students' digits are the harder ones. From your measurement: which half did the students write? QMNIST, the
# data set of that paper, lists the writer of each test image, and can confirm it.

# %% [markdown]
# ## Experiment: train on distorted copies, then measure again
#
# Lesson 08 shifted training images to make more of them. Does it help where the test images are *turned*? Two networks,
# the same 12,000 images, the same seed: one sees them as they are, the other turned by up to 30 degrees either way.
# Guess: what does the second one lose on upright digits, and up to which angle does it hold?

# %% role="demo"
x_fit, y_fit = digitlab.scale_pixels(x_train[:12_000])[..., np.newaxis], y_train[:12_000]
angles = np.linspace(-30, 30, 12)
parts = zip(np.array_split(x_fit, 12), angles, strict=True)
turned_fit = np.concatenate([digitlab.rotate(part, angle) for part, angle in parts])
curves = {}
for name, images in {"as they are": x_fit, "turned copies": turned_fit}.items():
    other = digitlab.build_cnn(seed=1)
    digitlab.train(other, images, y_fit, epochs=2, seed=1, verbose=0)
    curves[name] = curve(other, x_some, y_some, digitlab.rotate, degrees[:7])

# %% role="demo"
digitlab.robustness_plot(degrees[:7], curves, "rotation in degrees")

# %% [markdown]
# A model learns to ignore what varies in its training images, and little more. Change the cell: turn by up to 90 degrees.
# Is there a price at 0? And does training on turned images help against *noise*?

# %% [markdown]
# ## A model card
#
# Whoever uses your model was not here. A **model card** tells them on one page what was measured and what was not
# (Mitchell and others, 2019, "Model cards for model reporting"). The numbers below are computed; the words are yours.
# What is still missing, the card says itself.

# %% role="demo"
low, high = digitlab.accuracy_interval((predicted == y_test).mean(), len(y_test))
analyses = [f"all test images: {(predicted == y_test).mean():.2%} ({low:.2%} to {high:.2%})"]
analyses += [f"{name} strokes: {share:.2%}" for name, share in by_width.items()]
analyses += [f"turned by {angle}°: {share:.1%}" for angle, share in zip(degrees[:4], by_angle[:4], strict=True)]
texts = {
    "Metrics": "Accuracy, with Wilson's 95 % interval.",
    "Evaluation data": f"The {len(y_test):,} MNIST test images; {leaks}.",
    "Training data": "MNIST: census employees and high-school students of one country, scanned, centred.",
    "Quantitative analyses": "\n".join(analyses),
    "Intended use": "",  # write here: what for, and what not for?
}
digitlab.model_card("my_cnn", texts)

# %% [markdown]
# Fill in the others. Is it fit to sort letters by their postal code? To read a child's homework? Whom does an error hurt?
# `digitlab.model_card("my_cnn", texts).save("model_card.md")` keeps the card beside your model.

# %% [markdown]
# ## Three questions
#
# **1. A model has 98.7 % on the test set and 60 % on digits turned by 45 degrees. What is true?** (a) the test set is wrong
# (b) both: each number answers another question (c) the model has not learnt
#
# <details><summary>Answer</summary>
#
# (b). An accuracy holds for images like those that it was measured on. (a) it measures upright digits, and well.
# (c) it has learnt what its training images showed: upright digits.
#
# </details>

# %% [markdown]
# **2. You augment all images, and split into training and validation afterwards. What happens?** (a) nothing (b) copies of
# one digit stand in both parts, and the validation accuracy flatters (c) validation gets harder
#
# <details><summary>Answer</summary>
#
# (b). A copy shifted by a pixel is a leak, though not pixel for pixel. (a) would be true if you split first. (c) it gets
# easier: the model knows those digits.
#
# </details>

# %% [markdown]
# **3. In one group of 20 images the accuracy is 90 %, overall it is 98 %. Is the model worse for this group?** (a) yes
# (b) no (c) 20 images do not tell: the interval is wide
#
# <details><summary>Answer</summary>
#
# (c). Wilson's interval for 18 of 20 reaches from below 70 % to above 97 %. (a) it may be so: get more images of this group.
# (b) it may be chance, which is not the same as being equal. Small groups are the rule where people were left out.
#
# </details>

# %% [markdown]
# ## What you did
#
# You measured a model where it is weak, looked for leaks, took an average apart by groups, and wrote down for whom your
# numbers hold.
#
# To go on: one group was never measured at all, and that is you. Lesson 12 brings your own handwriting to the model.
