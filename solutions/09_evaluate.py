# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Evaluate
#     minutes: 75
#     level: intermediate
#     prerequisites: [01_look_first, 02_pixels_to_tensors]
# ---

# %% [markdown]
# # Evaluate
#
# One number, the accuracy, hides most of what a model does. This lesson takes it apart, and ends with a gate: your
# own saved model, measured by the grader, with at least 98 % test accuracy.
#
# After this lesson you can:
#
# - read training curves, a confusion matrix and a classification report;
# - compute precision, recall and F1 for each digit, and average them in two ways;
# - say how sure an accuracy is;
# - save a model that passes 98 % on digits it has never seen.
#
# You need lessons 01 and 02. What it needs of lessons 03 to 08 is told here in short. Plan 75 minutes (an estimate);
# the computer needs 33 seconds for all cells (measured with two cores).

# %% role="setup"
from pathlib import Path

import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

x_train, y_train, x_test, y_test = load_mnist()

# %% [markdown]
# ## The exam
#
# These are a few of the 10,000 **test** digits. They were written by other people than those who wrote the training
# digits (LeCun, Cortes and Burges, "The MNIST database", 1998), and no model of this lesson learns from them. Which
# would you misread yourself?

# %% role="demo"
digitlab.sample_grid(x_test[240:264], y_test[240:264], rows=2, columns=12)

# %% [markdown]
# ## A model to evaluate
#
# First its data. The next cell scales the images to [0, 1] and gives them a channel: `[..., np.newaxis]` adds an axis of
# length 1 at the end. It also puts 6,000 images aside for validation.

# %% role="setup"
x, x_new = (digitlab.scale_pixels(images)[..., np.newaxis] for images in (x_train, x_test))
x_fit, y_fit, x_val, y_val = digitlab.split(x, y_train, 0.1, seed=9)

# %% [markdown]
# Now the model: a **convolutional network** (CNN; LeCun and others, 1998, "Gradient-based learning applied to document
# recognition"), made of **layers**:
#
# - **Conv2D** slides small filters over the image and answers where each finds its pattern;
# - **MaxPooling2D** keeps the strongest answer of every 2 × 2 places; then both once more;
# - **Flatten** lays all answers in a row;
# - **Dropout** silences some of them at random, while training only (Srivastava and others, 2014);
# - **Dense** weighs them into ten **probabilities**, one for each digit.

# %% role="demo"
model = digitlab.build_cnn()
model.summary(line_length=70)

# %% [markdown]
# In the column *Output Shape*, `None` stands for the number of images. *Param #* counts the layer's **weights**, the
# numbers that training sets. At first they are random, and so are the answers.
#
# **Training** shows the network images in batches of 256 with their labels, and after each batch moves the weights a
# little, so that the answers become less wrong. One pass over all images is an **epoch**. We train on 54,000 images
# (`x_fit`, `y_fit`) and after each epoch measure on the other 6,000 (`x_val`, `y_val`).

# %% role="demo"
history = digitlab.train(model, x_fit, y_fit, validation=(x_val, y_val), epochs=4, seed=9)

# %% [markdown]
# ## The curves
#
# The **loss** measures how wrong the probabilities are: 0 where each true digit got probability 1, and larger the less
# it got. Training pushes it down. Where the training loss still falls and the validation loss rises, the model begins to
# learn its images by heart: **overfitting**. Why may the validation curve be the better one at first? The training
# curve is an average over the epoch, in which the model still improves, and with dropout; validation comes after it.

# %% role="demo"
digitlab.learning_curves(history)

# %% [markdown]
# ## From probabilities to labels
#
# For each image the model gives ten probabilities that add up to 1. Here are those of two test images: the first, and
# the one of which the model is least sure. Their place, from 0 to 9, is the digit.

# %% role="demo"
probabilities = digitlab.predict_probabilities(model, x_new)
print("all:", probabilities.shape)
for place in (0, probabilities.max(axis=1).argmin()):
    print(f"image {place}, label {y_test[place]}:", probabilities[place].round(2))

# %% [markdown]
# ## Your turn: the most probable digit
#
# Write `predict_labels(model, x)`. It gets a Keras model whose `predict` gives (N, 10) probabilities, and images of
# shape (N, 28, 28, 1). It returns the most probable digit for each image: N integers, as an array or a list.

# %% role="exercise" ex="l09_predict_labels"
def predict_labels(model, x):
    """Return the most probable digit for each image, as N integers."""
    ### BEGIN SOLUTION
    return model.predict(x, verbose=0).argmax(axis=1)
    ### END SOLUTION

# %% role="check" ex="l09_predict_labels" points=1
check("l09_predict_labels", predict_labels)

# %% role="demo"
predicted = np.asarray(yours(predict_labels, lambda model, x: probabilities.argmax(axis=1))(model, x_new))
print(f"accuracy on {len(y_test):,} test digits: {(predicted == y_test).mean():.2%}")
page = np.r_[0:20, probabilities.max(axis=1).argsort()[:20]]  # the first 20, then the 20 least sure
digitlab.predictions_page(x_test[page], y_test[page], probabilities[page])

# %% [markdown]
# ## Which digit is taken for which?
#
# A **confusion matrix** has a row for each true digit and a column for each predicted one. Entry [4, 9] counts the
# fours that were taken for nines. Right answers stand on the **diagonal**, from top left to bottom right.
# A worked example with four images, a 2, a 2, a 2 and a 7:

# %% role="demo"
small = np.zeros((10, 10), dtype=int)
small[2, 2] += 1  # a 2, called 2
small[2, 3] += 1  # a 2, called 3
small[2, 3] += 1  # another 2, called 3
print("entry [2, 3] is", small[2, 3], " right answers:", np.diag(small).sum(), "of", small.sum())

# %% [markdown]
# The last image is yours: a 7 that was called 7. Add its line above, and run the cell again.
#
# Now predict for our model. Count both directions together: 4 taken for 9, and 9 taken for 4.

# %% role="demo"
predict(
    "l09_largest_confusion",
    "Which two digits will be mixed up most often?",
    ["4 and 9", "2 and 7", "3 and 5", "1 and 7", "another pair", "several pairs, equally often"],
)

# %% [markdown]
# ## Your turn: count the confusions
#
# Write `confusion(true, predicted)`. Both are integer arrays of shape (N,), with digits from 0 to 9. It returns a
# (10, 10) array of whole numbers: how many images of the row's digit were predicted as the column's digit.
# Classes may be absent; the matrix is 10 by 10 all the same.

# %% role="exercise" ex="l09_confusion"
def confusion(true, predicted):
    """Return the confusion matrix, int, shape (10, 10): rows are true digits, columns predicted ones."""
    ### BEGIN SOLUTION
    cm = np.zeros((10, 10), dtype=int)
    for t, p in zip(true, predicted, strict=True):
        cm[t, p] += 1
    return cm
    ### END SOLUTION

# %% role="check" ex="l09_confusion" points=3
check("l09_confusion", confusion)

# %% role="demo"
cm = yours(confusion, digitlab.confusion)(y_test, predicted)
digitlab.confusion_matrix_plot(cm)

# %% role="demo"
both = np.triu(cm + cm.T, k=1)  # both directions, each pair once, without the diagonal
pairs = [f"{a} and {b}" for a, b in np.argwhere(both == both.max())]
most = pairs[0] if pairs[0] in ("4 and 9", "2 and 7", "3 and 5", "1 and 7") else "another pair"
if len(pairs) > 1:
    most = "several pairs, equally often"
reveal("l09_largest_confusion", most, f"{'; '.join(pairs)}: {both.max()} times, of {both.sum()} errors in all.")

# %% [markdown]
# So few errors are partly chance: with another seed another pair may lead. How much chance there is in such a number,
# you will compute below.

# %% [markdown]
# ## Play: open a cell
#
# Counts do not say *why*. Click a cell of the matrix, and its digits appear, the surest answers first. From the keyboard:
# Tab goes to the two fields, the arrow keys count in them, and *Next confusion* walks through the errors, the most
# frequent first.
#
# - Look at the largest confusion. Would you have read these digits rightly?
# - Is there an image whose label you doubt? Lesson 10 asks that of thirty errors.
# - Open a cell of the diagonal, such as 1 and 1. What do right and sure answers have in common?

# %% role="demo"
digitlab.confusion_browser(x_test, y_test, predicted, probabilities)

# %% [markdown]
# ## Precision, recall, F1
#
# Two questions about one digit, say 4. Of the images that were *called* 4, which share *is* a 4? That is the
# **precision**. Of the images that *are* a 4, which share was *called* 4? That is the **recall**.
# **F1** is their harmonic mean, 2PR / (P + R) (van Rijsbergen, "Information Retrieval", 1979). Why not the plain mean?
# Because whoever calls everything a 4 has recall 1: F1 stays near the smaller of the two.

# %% role="demo"
hits, called, are = cm[4, 4], cm[:, 4].sum(), cm[4, :].sum()
print(f"digit 4: {hits} hits, {called} called 4, {are} are 4")
print(f"precision {hits}/{called} = {hits / called:.4f}")
P, R = 0.1, 1.0
print(f"precision {P}, recall {R}: plain mean {(P + R) / 2:.2f}, F1 {2 * P * R / (P + R):.2f}")

# %% [markdown]
# The recall is yours: add a line above that prints it too. Which sum of the matrix do you divide by?
#
# ## Your turn: three scores for each digit
#
# Write `precision_recall_f1(cm)`. It gets a (10, 10) confusion matrix with rows true, and returns a float array of
# shape (10, 3): in row d the precision, recall and F1 of digit d. A digit may be absent, or never be called: where a
# score would divide by 0, it is 0 (not NaN, NumPy's "not a number").

# %% role="exercise" ex="l09_precision_recall_f1"
def precision_recall_f1(cm):
    """Return precision, recall and F1 of each digit, float, shape (10, 3); 0 where undefined."""
    ### BEGIN SOLUTION
    def ratio(top, bottom):
        return np.divide(top, bottom, out=np.zeros(10), where=bottom > 0)

    hits = np.diag(cm)
    precision, recall = ratio(hits, cm.sum(axis=0)), ratio(hits, cm.sum(axis=1))
    f1 = ratio(2 * precision * recall, precision + recall)
    return np.column_stack([precision, recall, f1])
    ### END SOLUTION

# %% role="check" ex="l09_precision_recall_f1" points=3
check("l09_precision_recall_f1", precision_recall_f1)

# %% [markdown]
# ## Two averages
#
# Ten F1 scores, one headline: how? In the **macro average** every class counts the same. In the **weighted average**
# every image does: each class counts by its **support**, the number of its images.
# A worked example: a frequent class, 90 images, that is always found, and a rare one, 10 images, that never is.

# %% role="demo"
print("macro:   ", (1.0 + 0.0) / 2)
print("weighted:", (90 * 1.0 + 10 * 0.0) / (90 + 10))

# %% [markdown]
# The macro average shows that the rare class fails, the weighted one hides it.
#
# ## Your turn: both averages
#
# Write `macro_average(values)` for a float array of shape (K,), one score for each of K classes, and
# `weighted_average(values, support)` with the number of images of each class, integers of shape (K,). Both return one
# float, for any number K. Some of the support may be 0, never all of it.

# %% role="exercise" ex="l09_macro_average"
def macro_average(values):
    """Return the average in which every class counts the same."""
    ### BEGIN SOLUTION
    return float(np.mean(values))
    ### END SOLUTION

# %% role="check" ex="l09_macro_average" points=1
check("l09_macro_average", macro_average)

# %% role="exercise" ex="l09_weighted_average"
def weighted_average(values, support):
    """Return the average in which every class counts by its number of images."""
    ### BEGIN SOLUTION
    return float((values * support).sum() / support.sum())
    ### END SOLUTION

# %% role="check" ex="l09_weighted_average" points=1
check("l09_weighted_average", weighted_average)

# %% [markdown]
# Now the whole **classification report**, as scikit-learn makes it, beside your own numbers.

# %% role="demo"
f1 = yours(precision_recall_f1, digitlab.precision_recall_f1)(cm)[:, 2]
print(f"macro F1    {yours(macro_average, digitlab.macro_average)(f1):.4f}")
print(f"weighted F1 {yours(weighted_average, digitlab.weighted_average)(f1, cm.sum(axis=1)):.4f}")
digitlab.classification_report(y_test, predicted)

# %% [markdown]
# Macro and weighted average hardly differ. Why? Lesson 01 has the answer: no digit is rare here.
# Which digit has the lowest recall, and where do its images go? Look along its row of the matrix.

# %% [markdown]
# ## How sure is an accuracy?
#
# Another 10,000 digits would have given another accuracy. The *true* accuracy would be that on all digits which such
# writers could write. An **interval** says where it plausibly lies: a 95 % interval is made so that about 95 of 100 such
# intervals hold it. Wilson's stays sensible for few images and for an accuracy of 0 or 1 (E. B. Wilson, 1927,
# "Probable inference, the law of succession, and statistical inference"):

# %% [markdown]
# $$\frac{p + \frac{z^2}{2n} \;\pm\; z\,\sqrt{\frac{p(1-p)}{n} + \frac{z^2}{4n^2}}}{1 + \frac{z^2}{n}}$$
#
# Here $p$ is the accuracy as a share, $n$ the number of images, and $z = 1.96$ for 95 %. With − in the place of ± it is
# the low end, with + the high end.

# %% role="demo"
predict(
    "l09_interval",
    "A model gets 20 of 20 digits right. How low may its true accuracy plausibly be?",
    ["100 %", "about 95 %", "about 84 %", "about 50 %"],
)

# %% [markdown]
# ## Your turn: the interval
#
# Write `accuracy_interval(accuracy, n)`: the accuracy as a share in [0, 1], both ends included, and the number of images
# as an int, at least 1. It returns the pair (low, high) of Wilson's 95 % interval, as shares, by the formula above
# (`np.sqrt` takes the root).

# %% role="exercise" ex="l09_accuracy_interval"
def accuracy_interval(accuracy, n):
    """Return (low, high) of the 95 % Wilson interval of an accuracy measured on n images."""
    ### BEGIN SOLUTION
    z2 = 1.96**2
    centre = accuracy + z2 / (2 * n)
    half = np.sqrt(z2 * (accuracy * (1 - accuracy) / n + z2 / (4 * n**2)))
    return (centre - half) / (1 + z2 / n), (centre + half) / (1 + z2 / n)
    ### END SOLUTION

# %% role="check" ex="l09_accuracy_interval" points=2
check("l09_accuracy_interval", accuracy_interval)

# %% role="demo"
interval = yours(accuracy_interval, digitlab.accuracy_interval)
accuracy = (predicted == y_test).mean()
low, high = interval(accuracy, len(y_test))
print(f"our model: {accuracy:.2%}, 95 % interval {low:.2%} to {high:.2%}")
low, _ = interval(1.0, 20)
reveal("l09_interval", "about 84 %", f"Wilson's interval for 20 of 20 begins at {low:.1%}: few images prove little.")

# %% [markdown]
# ## Experiment: what does dropout change?
#
# The same network without dropout and with half of the answers silenced: the same seed, one epoch, 20,000 images. We
# choose between two models, so we measure on *validation* images: the test images must not help to choose. Guess first:
# which is better, and at which digit? Then ask the interval whether the difference means anything.

# %% role="demo"
reports = {}
for rate in (0.0, 0.5):
    other = digitlab.build_cnn(dropout=rate)
    digitlab.train(other, x_fit[:20_000], y_fit[:20_000], epochs=1, seed=9, verbose=0)
    guess = digitlab.predict_probabilities(other, x_val).argmax(axis=1)
    reports[rate] = digitlab.classification_report(y_val, guess)
    low, high = interval(reports[rate].accuracy, len(y_val))
    print(f"dropout {rate}: {reports[rate].accuracy:.2%} ({low:.2%} to {high:.2%})")

# %% role="demo"
for rate, report in reports.items():
    print(f"dropout {rate}\n{report}\n")

# %% [markdown]
# Where the intervals overlap widely, one run does not tell which is better. Dropout is meant against learning by heart,
# and in one epoch no image is seen twice. Change `epochs` to 5, or the rates, and compare again.

# %% [markdown]
# ## The gate: your own model
#
# Save a model of your own as `my_cnn.keras` beside this notebook. The grader opens the file and measures it:
#
# - it takes (N, 28, 28, 1) with pixels in [0, 1] and gives (N, 10): 1 point;
# - its rows are probabilities (in [0, 1], adding up to 1, no NaN): 1 point;
# - its accuracy on the 10,000 test digits is at least 98 %: 8 points; below, in proportion from 90 %, nothing rounded.
#
# An answer is the place of the largest of the ten numbers. The pixels are in [0, 1] whatever the model was trained on.
# Use Keras' own layers: custom code, Lambda layers, and files that Keras did not save as `.keras` are refused.

# %% [markdown]
# ## Your turn: train and save
#
# Write `train_and_save(path)`: build a model, train it and save it at `path`. Take `build_cnn` and `train` from the
# beginning of this lesson, perhaps with other numbers, or layers of your own. `model.save(path)` writes the file.
# Look at validation images while you try; the grader looks at the test images.
# If `my_cnn.keras` is here already, say from lesson 07, that file is measured, and your function is not called.

# %% role="exercise" ex="l09_model_gate"
def train_and_save(path):
    """Build a model, train it on x_fit and y_fit, and save it at path."""
    ### BEGIN SOLUTION
    mine = digitlab.build_cnn()
    digitlab.train(mine, x_fit, y_fit, epochs=2, seed=1, verbose=0)
    mine.save(path)
    ### END SOLUTION

# %% role="demo"
if not Path("my_cnn.keras").exists():
    yours(train_and_save, lambda path: None)("my_cnn.keras")

# %% role="check" ex="l09_model_gate" points=10
check("l09_model_gate", "my_cnn.keras")

# %% [markdown]
# If you change your model, delete the file `my_cnn.keras`, or save over it, and run the cells again.
# Hand in the file together with the notebook.

# %% [markdown]
# ## Three questions
#
# **1. A model has recall 1.0 and precision 0.1 for the digit 8. What does it do?**
# (a) it misses most eights (b) it calls far too much an 8 (c) it never says 8
#
# <details><summary>Answer</summary>
#
# (b). It finds every 8 (recall 1.0), but nine of ten things that it calls 8 are none.
# (a) would be a low recall. (c) would make the recall 0, and the precision 0 by our rule.
#
# </details>

# %% [markdown]
# **2. Two models have 98.3 % and 98.5 % on 10,000 digits. Is the second one better?** (a) yes (b) no
# (c) the intervals overlap, so this alone does not say
#
# <details><summary>Answer</summary>
#
# (c). Each interval is about half a per cent wide. (a) it may be chance. (b) it may be better all the same.
# Comparing them on the same images, error by error, would say more.
#
# </details>

# %% [markdown]
# **3. You try fifty models and keep the one with the best test accuracy. What is that accuracy worth?**
# (a) as much as any (b) it is too low (c) it flatters: the test set helped to choose
#
# <details><summary>Answer</summary>
#
# (c). The best of fifty is partly luck on these very digits. That is what validation data is for.
# (a) would hold if the test set had been used once. (b) chance pushes the best one up, not down.
#
# </details>

# %% [markdown]
# ## What you did
#
# You took an accuracy apart: by digit, by confusion, by its uncertainty, and you passed the gate with a model of
# your own.
#
# To go on: the model is nearly always right. What does it look at, and what do its errors have in common? Lesson 10,
# *Look inside*, opens it.
