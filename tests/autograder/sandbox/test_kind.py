"""Each kind of zygote starts, trains or computes in forks, and never ran a TensorFlow operation before."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.sandbox import LIGHT, MODEL, TENSORFLOW, Ended, Limits, Zygote
from autograder.sandbox.kind import KINDS

from .conftest import script

TRAIN = """
import json, os, keras, numpy
keras.utils.set_random_seed(3)
images = numpy.random.rand(512, 28, 28, 1).astype("float32")
model = keras.Sequential([keras.layers.Conv2D(8, 3, activation="relu"), keras.layers.MaxPooling2D(),
                          keras.layers.Flatten(), keras.layers.Dense(10)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
loss = model.fit(images, numpy.arange(512) % 10, epochs=2, verbose=0).history["loss"]
model.save("mine.keras")
same = keras.saving.load_model("mine.keras").predict(images[:5], verbose=0)
emit(json.dumps([loss, same.tolist()]).encode())
"""


def test_names_are_unique() -> None:
    """A kind is known by its name."""
    assert len({kind.name for kind in KINDS}) == len(KINDS)


@pytest.mark.slow
def test_light() -> None:
    """Figures, tables of scores, IPython and subprocesses work at once."""
    source = """
import matplotlib.pyplot as plt, numpy as np, sklearn.metrics, subprocess, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
assert shell.run_cell("import digitlab\\n1 + 1").result == 2
plt.imshow(np.eye(5)); plt.title("é"); plt.savefig("figure.png")
assert sklearn.metrics.accuracy_score([1, 2], [1, 3]) == 0.5
assert "tensorflow" not in sys.modules
import digitlab, time
begun = time.perf_counter()
digits = digitlab.load_mnist()
assert time.perf_counter() - begun < 0.01
assert digits.x_train.sum() > 0
try:
    digits.x_train[0] = 0
except ValueError:
    pass
else:
    raise AssertionError("digits can be written to")
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import multiprocessing
with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
    assert list(pool.map(abs, [-1, -2])) == [1, 2]
emit(str(len(open("figure.png", "rb").read()) > 1000).encode())
emit(subprocess.run([sys.executable, "-c", "import digitlab; print('child')"], capture_output=True).stdout)
"""
    with Zygote(LIGHT) as zygote:
        ending = zygote.run(script(source))
    assert ending.ended is Ended.FINISHED, ending.detail
    assert ending.frames == (b"True", b"child\n")


@pytest.mark.slow
def test_tensorflow_trains_alike_in_every_fork() -> None:
    """Six jobs, two at a time, train, save and load a model; all come to the same numbers."""
    with Zygote(TENSORFLOW) as zygote, ThreadPoolExecutor(2) as pool:
        endings = list(pool.map(lambda _: zygote.run(script(TRAIN, limits=Limits(wall_seconds=120))), range(6)))
    assert {ending.ended for ending in endings} == {Ended.FINISHED}, endings[0].detail
    assert len({ending.frames for ending in endings}) == 1
    loss, _ = json.loads(endings[0].frames[0])
    assert loss[1] < loss[0] < 4
    assert all(ending.peak_bytes is not None and ending.peak_bytes < 500 << 20 for ending in endings)


@pytest.mark.slow
def test_model_has_no_digits() -> None:
    """The zygote that opens models has Keras, and no digit with its label."""
    source = "import keras, h5py, os; emit(repr(os.listdir('/course/digitlab/data')).encode())"
    with Zygote(MODEL) as zygote:
        assert zygote.run(script(source)).frames == (b"[]",)


@pytest.mark.slow
def test_a_zygote_that_ran_tensorflow_is_refused() -> None:
    """After the import alone TensorFlow may be forked; after one operation it is refused, because a fork would hang."""
    source = """
import tensorflow
from autograder.inside import zygote
zygote._refuse_a_started_tensorflow()
tensorflow.constant(1.0) + 1.0
try:
    zygote._refuse_a_started_tensorflow()
except RuntimeError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=120)
    assert done.stdout.startswith("TensorFlow was started"), done.stderr
