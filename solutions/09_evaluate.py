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
# You need lessons 01 and 02. Plan 75 minutes (an estimate); training takes seconds.

# %% role="setup"
from pathlib import Path

import numpy as np

import digitlab
from autograder import check
from digitlab import load_mnist, predict, reveal, yours

x_train, y_train, x_test, y_test = load_mnist()
x, x_new = (digitlab.scale_pixels(images)[..., np.newaxis] for images in (x_train, x_test))
x_fit, y_fit, x_val, y_val = digitlab.split(x, y_train, 0.1, seed=9)

# %% [markdown]
# ## A model to evaluate
#
# `build_cnn` stacks what such a network is made of. **Conv2D** slides small filters over the image and answers where
# each finds its pattern. **MaxPooling2D** keeps the strongest answer of every 2 × 2 places. After two of each,
# **Flatten** lays all answers in a row, **Dropout** silences some at random while training, and **Dense** weighs
# them into ten **probabilities**, one for each digit. The course takes these apart one by one.

# %% role="demo"
model = digitlab.build_cnn()
model.summary(line_length=70)

# %% [markdown]
# Training shows the network the images in small batches and moves its weights a little after each.
# One pass over all images is an **epoch**. The first cell put 6,000 images aside as validation data (`x_val`, `y_val`);
# we train on the other 54,000 (`x_fit`, `y_fit`).

# %% role="demo"
history = digitlab.train(model, x_fit, y_fit, validation=(x_val, y_val), epochs=4, seed=9)

# %% [markdown]
# ## The curves
#
# The **loss** measures how wrong the probabilities are; training pushes it down. Look at both curves together:
# where the training loss still falls and the validation loss rises, the model begins to learn its images by heart.
# That is **overfitting**. Training images are seen *with* dropout, validation images without: so the validation
# curve may well be the better one at first.

# %% role="demo"
digitlab.learning_curves(history)

# %% [markdown]
# ## From probabilities to labels
#
# For each image the model gives ten probabilities that add up to 1. Here are those of one image.

# %% role="demo"
probabilities = digitlab.predict_probabilities(model, x_new)
print("all:", probabilities.shape, " image 0, label", y_test[0])
print(probabilities[0].round(3))

# %% [markdown]
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
digitlab.predictions_page(x_test[:40], y_test[:40], probabilities[:40])

# %% [markdown]
# ## Which digit is taken for which?
#
# A **confusion matrix** has a row for each true digit and a column for each predicted one. Entry [4, 9] counts the
# fours that were taken for nines. Right answers stand on the diagonal.

# %% role="demo"
predict(
    "l09_largest_confusion",
    "Which confusion will be the most frequent?",
    ["4 taken for 9", "7 taken for 2", "3 taken for 5", "1 taken for 7", "another one"],
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
errors = cm - np.diag(np.diag(cm))
t, p = np.unravel_index(errors.argmax(), errors.shape)
known = {(4, 9), (7, 2), (3, 5), (1, 7)}
what = f"{t} taken for {p}" if (t, p) in known else "another one"
reveal("l09_largest_confusion", what, f"{t} was taken for {p} {errors[t, p]} times, of {cm[t].sum()} images.")

# %% [markdown]
# ## Precision, recall, F1
#
# Two questions about one digit, say 4. Of the images that were *called* 4, which share *is* a 4? That is the
# **precision**. Of the images that *are* a 4, which share was *called* 4? That is the **recall**.
# **F1** is their harmonic mean, 2PR / (P + R): near the smaller of the two (van Rijsbergen, 1979).

# %% role="demo"
hits, called, are = cm[4, 4], cm[:, 4].sum(), cm[4, :].sum()
print(f"digit 4: {hits} hits, {called} called 4, {are} are 4")
print(f"precision {hits}/{called} = {hits / called:.4f}")

# %% [markdown]
# The recall is yours: change the line above so that it prints it too. Which sum of the matrix do you divide by?
#
# ## Your turn: three scores for each digit
#
# Write `precision_recall_f1(cm)`. It gets a (10, 10) confusion matrix with rows true, and returns a float array of
# shape (10, 3): precision, recall and F1 of each digit. Where a score would divide by 0, it is 0.

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
# Where a rare class fails, the macro average shows it and the weighted one hides it.

# %% [markdown]
# Write `macro_average(values)` for a float array with one score for each class, and
# `weighted_average(values, support)` with the number of images of each class. Both return one float.

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
# ## How sure is an accuracy?
#
# Another 10,000 digits would have given another accuracy. An **interval** says between which values the true
# accuracy plausibly lies. Wilson's (1927) is right even for few images and for an accuracy of 1:

# %% [markdown]
# $$\frac{p + \frac{z^2}{2n} \;\pm\; z\,\sqrt{\frac{p(1-p)}{n} + \frac{z^2}{4n^2}}}{1 + \frac{z^2}{n}}$$
#
# Here $p$ is the accuracy as a share, $n$ the number of images, and $z = 1.96$ for 95 %.

# %% role="demo"
predict(
    "l09_interval",
    "A model gets 20 of 20 digits right. How low may its true accuracy plausibly be?",
    ["100 %", "about 95 %", "about 84 %", "about 50 %"],
)

# %% [markdown]
# ## Your turn: the interval
#
# Write `accuracy_interval(accuracy, n)`: the accuracy as a share in [0, 1], the number of images as an int. It
# returns the pair (low, high) of Wilson's 95 % interval, as shares.

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
# The same network with and without dropout, the same seed, one epoch each. Compare the reports, and ask the interval
# whether the difference means anything.

# %% role="demo"
for rate in (0.0, 0.5):
    other = digitlab.build_cnn(dropout=rate)
    digitlab.train(other, x_fit, y_fit, epochs=1, seed=9, verbose=0)
    guess = digitlab.predict_probabilities(other, x_new).argmax(axis=1)
    share = (guess == y_test).mean()
    low, high = interval(share, len(y_test))
    print(f"dropout {rate}: {share:.2%} ({low:.2%} to {high:.2%})")

# %% [markdown]
# ## The gate: your own model
#
# Save a model of your own as `my_cnn.keras` beside this notebook. The grader opens the file and measures it:
#
# - it takes (N, 28, 28, 1) with pixels in [0, 1] and gives (N, 10): 1 point;
# - its rows are probabilities (in [0, 1], adding up to 1, no NaN): 1 point;
# - its accuracy on the 10,000 test digits is at least 98 %: 8 points; below, in proportion from 90 %.
#
# Use Keras' own layers: custom code, Lambda layers and files other than `.keras` are refused.

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
# (a) would be a low recall. (c) would make both 0.
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
# To go on: the model is right 98 times of 100. What does it look at, and what do its errors have in common? Lesson 10
# looks inside.
