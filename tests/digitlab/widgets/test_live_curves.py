"""Live curves: what is drawn, what is left without a notebook, and how a training in a real kernel is ended early."""

from __future__ import annotations

import base64
import math
import queue
import re
import time
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import digitlab
from digitlab.history import History
from digitlab.widgets.curve_drawing import Course, drawing, in_words, picture_of

SVG = "{http://www.w3.org/2000/svg}"


def course(epochs: int = 4, done: int = 2, **more: Any) -> Course:
    """Return a training of so many epochs, of which some are done."""
    falls = [1.0 / (epoch + 1) for epoch in range(done)]
    rises = [1 - value / 2 for value in falls]
    return Course(epochs=epochs, loss=falls, accuracy=rises, val_loss=falls, val_accuracy=rises, **more)


def marks(svg: str, left: float = 0, right: float = 360) -> list[tuple[float, float]]:
    """Return where the round marks of the training's epochs stand, without the one in the legend."""
    circles = ET.fromstring(svg).iter(f"{SVG}circle")
    places = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in circles]
    return [(x, y) for x, y in places if left < x < right and y != 14]


def test_each_epoch_has_its_mark() -> None:
    """A mark for each epoch that is done, one after the other; a smaller loss stands lower."""
    places = marks(drawing(course(epochs=4, done=3)))
    assert len(places) == 3
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert [y for _, y in places] == sorted(y for _, y in places)


def test_the_axis_has_room_for_what_is_to_come() -> None:
    """While training goes on the last mark stands before the end; when it is over it stands at it."""
    going_on, over = course(epochs=4, done=2), course(epochs=4, done=2, over=True)
    assert max(x for x, _ in marks(drawing(going_on))) == pytest.approx(50 + 290 / 2)
    assert max(x for x, _ in marks(drawing(over))) == pytest.approx(50 + 290)


@pytest.mark.parametrize("losses", [[math.nan, 2.0], [math.inf, math.inf], [0.0, 0.0], [1e6, 3.0], []])
def test_any_numbers_can_be_drawn(losses: list[float]) -> None:
    """NaN, infinity, zero and no epoch at all make a drawing that is whole; what is no number has no mark."""
    one = Course(epochs=2, loss=losses, accuracy=[0.1] * len(losses), running_loss=[[(0.5, math.nan), (0.7, 2.0)]])
    svg = drawing(one)
    assert "nan" not in svg
    assert "inf" not in svg
    assert len(marks(svg)) == sum(map(math.isfinite, losses))


def test_a_long_training_has_a_drawing_of_bounded_size() -> None:
    """After 20,000 epochs the drawing is as small as after 400, and the line still ends at the last epoch."""
    sizes = []
    for done in (400, 20_000):
        losses = [1 / (epoch + 1) for epoch in range(done)]
        running = [[(epoch + 0.5, loss)] for epoch, loss in enumerate(losses)]
        svg = drawing(Course(epochs=done, loss=losses, accuracy=losses, running_loss=running, running_accuracy=running))
        sizes.append(len(svg))
        lines = [line.attrib["points"].split() for line in ET.fromstring(svg).iter(f"{SVG}polyline")]
        assert lines[0][-1].startswith("340.0,")
    assert sizes[1] < 2 * sizes[0] < 20_000


def test_curves_are_told_in_words() -> None:
    """The alternative text says how far the training is and where the curves stand."""
    words = in_words(course(epochs=4, done=2))
    assert words == (
        "Training curves after 2 of 4 epochs: training loss 0.500, accuracy 75.00%; validation loss 0.500, "
        "accuracy 75.00%."
    )
    assert "no epoch of 3 is over yet; the training loss is 1.500 so far" in in_words(
        Course(epochs=3, running_loss=[[(0.2, 1.5)]])
    )
    picture = picture_of(Course.of(History(loss=(0.5,), accuracy=(0.8,))))
    data = re.search(r"base64,([^\"]+)\"", picture)
    assert data is not None
    ET.fromstring(base64.b64decode(data[1]))
    assert 'alt="Training curves after 1 of 1 epochs: training loss 0.500, accuracy 80.00%."' in picture


@pytest.mark.slow
def test_without_a_notebook_training_is_as_ever() -> None:
    """In a plain process nothing is shown, the history is whole, and interrupts are left to whom they were."""
    import signal

    before = signal.getsignal(signal.SIGINT)
    x, y = np.random.default_rng(1).random((64, 28, 28, 1)).astype(np.float32), np.arange(64) % 10
    watched = digitlab.train(digitlab.build_linear(), x, y, validation=(x, y), epochs=2, live=True, verbose=0)
    plain = digitlab.train(digitlab.build_linear(), x, y, validation=(x, y), epochs=2, verbose=0)
    assert (watched.loss, watched.val_loss, watched.stopped) == (plain.loss, plain.val_loss, False)
    callback = digitlab.live_curves()
    model = digitlab.compile_model(digitlab.build_linear())
    told = model.fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=[callback]).history
    assert callback.course.loss == told["loss"]
    assert callback.course.running_loss[1][-1] == (2.0, pytest.approx(told["loss"][1]))
    assert signal.getsignal(signal.SIGINT) is before


# --- in a real kernel ------------------------------------------------------------------------------------------------

SETUP = """
import numpy as np, digitlab
data = digitlab.load_mnist()
x, y = digitlab.scale_pixels(data.x_train[:2000])[..., None], data.y_train[:2000]
digitlab.train(digitlab.build_linear(), x[:256], y[:256], epochs=1, verbose=0)
"""


class Kernel:
    """A real kernel with a person before it: what cells print, and what they show."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(self, code: str, *, until: str = "", then: Any = None, person: bool = True) -> tuple[str, list[Any]]:
        """Run a cell; when something whose text has `until` is shown, call `then`. Return text and what was shown."""
        number = self.client.execute(code, allow_stdin=person)
        text, shown, ends = "", [], time.monotonic() + 120
        while time.monotonic() < ends:
            try:
                message = self.client.get_iopub_msg(timeout=5)
            except queue.Empty:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind in ("display_data", "update_display_data", "execute_result"):
                shown.append(content["data"])
                if then is not None and until in content["data"]["text/plain"]:
                    then()
                    then = None
            elif kind == "stream":
                text += content["text"]
            elif kind == "error":
                text += f"{content['ename']}: {content['evalue']}"
            if (
                kind == "status"
                and content["execution_state"] == "idle"
                and message["parent_header"]["msg_id"] == number
            ):
                return text, shown
        raise TimeoutError(f"the cell did not end; so far it printed: {text}")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A kernel in a folder of its own, with digits and TensorFlow loaded."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path_factory.mktemp("lesson")))
    try:
        one = Kernel(client)
        one.manager = manager  # type: ignore[attr-defined]
        assert "Error" not in one.run(SETUP)[0]
        yield one
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.slow
def test_an_interrupt_ends_training_early_and_well(kernel: Any) -> None:
    """The first interrupt ends it after the running batch: no exception, the history says so, validation is whole."""
    code = (
        "some = {'validation': (x[:99], y[:99]), 'epochs': 3000, 'verbose': 0}\n"
        "h = digitlab.train(digitlab.build_linear(), x, y, **some, live=True)\n"
        "print(h.stopped, len(h.loss), len(h.val_loss))"
    )

    def interrupt() -> None:
        time.sleep(1)
        kernel.manager.interrupt_kernel()

    text, shown = kernel.run(code, until="Training curves", then=interrupt)
    stopped, epochs, validated = text.split()[-3:]
    assert stopped == "True"
    assert 0 < int(epochs) == int(validated) < 3000
    assert "application/vnd.jupyter.widget-view+json" in shown[-1]
    assert f"Training curves after {epochs} of 3000 epochs" in shown[-1]["text/html"]
    text, _ = kernel.run("import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)")
    assert text.strip() == "True"


@pytest.mark.slow
def test_without_a_person_there_is_a_picture_alone(kernel: Any) -> None:
    """Where a program runs the notebook there is no widget, but the finished curves, and nothing is stored."""
    code = "h = digitlab.train(digitlab.build_linear(seed=5), x, y, epochs=2, live=True, verbose=0)"
    for _ in range(2):
        text, shown = kernel.run(code, person=False)
        assert text == ""
        assert len(shown) == 1
        assert set(shown[0]) == {"text/html", "text/plain"}
        assert shown[0]["text/plain"].startswith("Training curves after 2 of 2 epochs")


@pytest.mark.slow
def test_the_second_time_the_answer_is_stored(kernel: Any) -> None:
    """The same training is answered from its stored result, with the same weights; a changed one is not."""
    code = (
        "m = digitlab.build_cnn(filters=(2,), kernel_sizes=(5,))\n"
        "h = digitlab.train(m, x, y, epochs=2, seed={seed}{more})\n"
        "print(hash((h, *(w.tobytes() for w in m.get_weights()))))"
    )
    first, _ = kernel.run(code.format(seed=1, more=""))
    again, _ = kernel.run(code.format(seed=1, more=""))
    assert again.startswith("Answered from the stored result of the same training")
    assert "anew=True" in again.splitlines()[0]
    assert again.splitlines()[1:] == first.splitlines()
    for seed, more in ((2, ""), (1, ", batch_size=100"), (1, ", anew=True")):
        assert not kernel.run(code.format(seed=seed, more=more))[0].startswith("Answered")
