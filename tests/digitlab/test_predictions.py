"""Predictions: asked, noted, laid beside the result; in plain Python, in a run notebook, and in a live kernel."""

from __future__ import annotations

import contextlib
import doctest
import subprocess
import sys
from html.parser import HTMLParser

import nbformat
import pytest

from digitlab import journal, predict, predictions, reveal
from digitlab.predictions import Prediction, prediction_of
from digitlab.widgets.prediction_box import prediction_box

OPTIONS = ["about 10 %", "about 50 %", "about 80 %"]


@pytest.fixture(autouse=True)
def course(tmp_path, monkeypatch):
    """Give each test a learner of its own."""
    monkeypatch.setenv(journal.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(predictions, "_made", {})
    return tmp_path


def noted():
    """Return the predictions in the journal."""
    return [event for event in journal.read() if event["event"] == "prediction"]


def later():
    """Forget what this process knows, as a restarted kernel does."""
    predictions._made.clear()


class Text(HTMLParser):
    """The text and the tags of a piece of HTML; it must be well nested."""

    def __init__(self, source):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(source)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        """Keep a tag, and that it is open."""
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag):
        """Close the tag that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Keep text."""
        self.text += f" {data}"


def test_the_examples_in_the_docstrings_are_true():
    """Each docstring's example prints what it says."""
    assert doctest.testmod(predictions).failed == 0


# --- the question -----------------------------------------------------------------------------------------------------


def test_a_question_shows_its_options_and_how_to_answer():
    """Without widgets the question is text and HTML with every option, and tells how to note an answer."""
    question = predict("l01_accuracy", "How many will be right?", OPTIONS)
    html = Text(question._repr_html_()).text
    for words in ("How many will be right?", *OPTIONS):
        assert words in repr(question)
        assert words in html
    assert "predict(\"l01_accuracy\", …, answer='about 10 %')" in repr(question)
    assert noted() == []


def test_an_answer_is_noted_once():
    """The journal gets id, question and answer; the same answer again adds nothing, another one does."""
    for answer in ("about 50 %", "about 50 %", "About  50 % "):
        question = predict("l01_accuracy", "How many?", OPTIONS, answer=answer)
        assert "Your prediction: about 50 %." in repr(question)
        assert "Your prediction: about 50 %." in question._repr_html_()
    (event,) = noted()
    assert (event["id"], event["question"], event["answer"]) == ("l01_accuracy", "How many?", "about 50 %")
    predict("l01_accuracy", "How many?", OPTIONS, answer="about 80 %")
    assert [event["answer"] for event in noted()] == ["about 50 %", "about 80 %"]
    assert prediction_of("l01_accuracy") == Prediction(answer="about 80 %", choice=True)


def test_an_answer_that_is_no_option():
    """It is named in what is shown, and neither noted nor raised."""
    question = predict("l01_accuracy", "How many?", OPTIONS, answer="about 9 %")
    assert "“about 9 %” is none of the options, so it was not noted." in repr(question)
    assert "none of the options" in question._repr_html_()
    assert noted() == []


def test_a_free_answer():
    """Without options any text is an answer: on one line, not endless; a blank one is none."""
    predict("free", "What will you see?", answer="two\nlines  " + "x" * 1000)
    assert noted()[0]["answer"] == ("two lines " + "x" * 1000)[:300]
    assert noted()[0]["choice"] is False
    assert "Decide before" in repr(predict("blank", "And now?", answer="  "))
    assert len(noted()) == 1


def test_a_restarted_kernel_knows_the_answer():
    """After a restart the question shows the earlier answer, and so does the result; nothing is noted anew."""
    predict("l01_accuracy", "How many?", OPTIONS, answer="about 80 %")
    later()
    question = predict("l01_accuracy", "How many?", OPTIONS)
    assert question.answer == "about 80 %"
    assert "Your prediction: about 80 %." in repr(question)
    assert reveal("l01_accuracy", "about 80 %").as_predicted is True
    assert len(noted()) == 1


def test_an_answer_that_is_no_option_any_more():
    """Where a newer lesson has other options, the old answer is not offered as one of them."""
    predict("l01_accuracy", "How many?", OPTIONS, answer="about 80 %")
    assert predict("l01_accuracy", "How many?", ["few", "many"]).answer is None


def test_questions_do_not_mix():
    """Each id has its own answer, and other events of the journal are no predictions."""
    journal.record("hint", id="a", answer="no prediction")
    predict("a", "?", OPTIONS, answer=OPTIONS[0])
    predict("b", "?", OPTIONS, answer=OPTIONS[1])
    later()
    assert (prediction_of("a").answer, prediction_of("b").answer) == (OPTIONS[0], OPTIONS[1])
    assert prediction_of("c") is None


# --- the result -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "answer", "actual", "words", "truth"),
    [
        (OPTIONS, "about 80 %", "about 80 %", "= As you predicted", True),
        (OPTIONS, "about 10 %", "about 80 %", "≠ Not what you predicted", False),
        (None, " Forty  Two ", "forty two", "= As you predicted", True),
        (None, "2.3", "2.303", "↔ Compare", None),
        (["44", "300"], "44", 44, "= As you predicted", True),
    ],
)
def test_a_prediction_beside_the_result(options, answer, actual, words, truth):
    """What was predicted, what came out, and in words whether they agree; a free answer may mean the same."""
    predict("q", "?", options, answer=answer)
    shown = reveal("q", actual, "Because of this.")
    assert shown.as_predicted is truth
    lines = repr(shown).splitlines()
    assert lines[0] == words
    assert lines[1:] == [
        f"  You predicted:  {' '.join(answer.split())}",
        f"  The result:     {actual}",
        "  Because of this.",
    ]
    text = Text(shown._repr_html_()).text
    for part in (*words.split(maxsplit=1), "You predicted:", "The result:", str(actual), "Because of this."):
        assert part in text


def test_a_result_without_a_prediction():
    """Nobody has to predict: the result is shown all the same."""
    shown = reveal("q", "44")
    assert repr(shown) == "○ You made no prediction\n  The result:     44"
    assert "You made no prediction" in shown._repr_html_()
    assert shown.as_predicted is None


def test_everything_is_escaped():
    """Neither the lesson's texts nor the learner's answer can put tags into the page."""
    evil = "<script>alert(1)</script><b>\"'&"
    question = predict("evil", evil, [evil, "x"], answer=evil)
    free = predict("free", evil, answer=evil)
    for html in (question._repr_html_(), free._repr_html_(), reveal("evil", evil, evil)._repr_html_()):
        assert {"script", "b"} & set(Text(html).tags) == set()
        assert evil in Text(html).text
    box = prediction_box(question)
    for child in (box.children[0], box.children[2]):
        assert "script" not in Text(child.value).tags


def test_code_between_backticks():
    """What stands between backticks is shown as code."""
    assert "<code>np.uint8(200) &lt; 3</code>" in predict("q", "Is `np.uint8(200) < 3`?")._repr_html_()


def test_a_disk_that_cannot_be_written(course, capsys):
    """The prediction works without a journal; that it is not kept is said in what is shown, and nowhere else."""
    (course / ".digitlab").write_text("")
    question = predict("q", "?", OPTIONS, answer="about 80 %")
    assert "Your progress is not kept" in repr(question)
    assert reveal("q", "about 80 %").as_predicted is True
    assert capsys.readouterr() == ("", "")


def test_a_journal_that_cannot_be_read(course):
    """A journal that cannot be read is like an empty one."""
    journal.journal_path().mkdir(parents=True)
    assert reveal("q", "44").prediction is None


def test_a_damaged_journal():
    """Predictions without an answer, or with odd values, are passed over."""
    journal.record("prediction", id="q", answer="good", choice=False)
    for broken in ({}, {"answer": 3}, {"answer": None}):
        journal.record("prediction", id="q", **broken)
    assert prediction_of("q") == Prediction(answer="good", choice=False)


def test_it_is_light():
    """Asking and showing as text needs neither Jupyter nor NumPy."""
    script = (
        "import sys; from digitlab import predict, reveal; predict('q', '?', ['a'])._repr_mimebundle_(); "
        "repr(reveal('q', 1)); print({'numpy', 'IPython', 'ipywidgets', 'tensorflow'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("set()\n", "")


# --- the widget -------------------------------------------------------------------------------------------------------


def test_the_buttons_note_each_choice():
    """Choosing an option notes it at once and says so; choosing another notes that."""
    question = predict("q", "How many?", OPTIONS)
    asked, buttons, status = prediction_box(question).children
    assert "How many?" in asked.value
    assert buttons.options == tuple(OPTIONS)
    assert buttons.value is None
    buttons.value = "about 50 %"
    assert "Your prediction: about 50 %." in status.value
    buttons.value = "about 10 %"
    assert [event["answer"] for event in noted()] == ["about 50 %", "about 10 %"]


def test_the_field_notes_what_is_typed():
    """Typed text is noted when it is entered; emptying the field takes nothing back."""
    _, field, status = prediction_box(predict("q", "How many?")).children
    field.value = "half of them"
    field.value = ""
    assert [event["answer"] for event in noted()] == ["half of them"]
    assert "half of them" in status.value


def test_the_earlier_choice_is_chosen_again():
    """When a notebook is run anew, the earlier prediction stands in the buttons and in the field."""
    predict("q", "?", OPTIONS, answer="about 50 %")
    predict("free", "?", answer="half")
    later()
    assert prediction_box(predict("q", "?", OPTIONS)).children[1].value == "about 50 %"
    assert prediction_box(predict("free", "?")).children[1].value == "half"
    assert len(noted()) == 2


# --- real kernels -----------------------------------------------------------------------------------------------------

ASK = 'from digitlab import predict, reveal\npredict("q", "How many?", ["few", "half", "most"])'
SHOW = 'reveal("q", "half", "Counted.")'
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.mark.slow
def test_restart_and_run_all(course):
    """A notebook that a program runs shows question and result as HTML and text; no widget, no waiting, no stderr."""
    from nbclient import NotebookClient

    cells = [nbformat.v4.new_code_cell(source) for source in (ASK, SHOW, SHOW + "; 1")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(course)}}).execute()
    (asked,), (shown,), _ = (cell.outputs for cell in notebook.cells)
    assert set(asked.data) == set(shown.data) == {"text/html", "text/plain"}
    assert "few" in asked.data["text/html"]
    assert "You made no prediction" in shown.data["text/html"]
    assert "You made no prediction" in shown.data["text/plain"]
    assert all(output.output_type == "execute_result" for cell in notebook.cells for output in cell.outputs)


@contextlib.contextmanager
def live_kernel(folder):
    """Give a function that runs a cell as JupyterLab does, and one that moves a widget as a browser does."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", cwd=str(folder))

    def run(source):
        messages = []
        client.execute_interactive(source, allow_stdin=True, timeout=60, output_hook=messages.append)
        return messages

    def move(model, state):
        message = client.session.msg("comm_msg", {"comm_id": model, "data": {"method": "update", "state": state}})
        client.shell_channel.send(message)

    try:
        yield run, move
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def opened(messages, model_name):
    """Return the id of the widget of one kind that a cell has opened."""
    (comm,) = [
        m["content"]["comm_id"]
        for m in messages
        if m["msg_type"] == "comm_open" and m["content"]["data"]["state"].get("_model_name") == model_name
    ]
    return comm


def result_of(messages):
    """Return the data that a cell shows; it must have written nothing else."""
    assert [m["content"] for m in messages if m["msg_type"] in ("stream", "error")] == []
    (data,) = [m["content"]["data"] for m in messages if m["msg_type"] == "execute_result"]
    return data


@pytest.mark.slow
def test_a_person_at_a_live_notebook(course):
    """Buttons are shown; what is chosen there stands beside the result, and in the journal after a restart."""
    with live_kernel(course) as (run, move):
        messages = run(ASK)
        assert WIDGET in result_of(messages)
        assert "few" in result_of(messages)["text/html"]
        move(opened(messages, "RadioButtonsModel"), {"index": 1})
        data = result_of(run(SHOW))
        assert "As you predicted" in data["text/plain"]
        assert WIDGET not in data
    assert [event["answer"] for event in noted()] == ["half"]
    with live_kernel(course) as (run, move):
        assert "As you predicted" in result_of(run(f"from digitlab import reveal\n{SHOW}"))["text/plain"]
        messages = run('from digitlab import predict\npredict("free", "What will you see?")')
        move(opened(messages, "TextModel"), {"value": "a <b>bump</b>"})
        data = result_of(run('reveal = __import__("digitlab").reveal\nreveal("free", "a dip")'))
        assert "a &lt;b&gt;bump&lt;/b&gt;" in data["text/html"]


@pytest.mark.slow
def test_a_live_notebook_without_widgets(course):
    """Where ipywidgets is not installed, the question is shown as text, and `answer=` works."""
    with live_kernel(course) as (run, _):
        run("import sys; sys.modules['ipywidgets'] = None")
        assert WIDGET not in result_of(run(ASK))
        result_of(run('predict("q", "How many?", ["few", "half"], answer="half")'))
        assert "As you predicted" in result_of(run(SHOW))["text/plain"]
