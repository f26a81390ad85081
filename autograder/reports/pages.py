"""From views to pages: one self-contained HTML file each, everything escaped, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

import autograder
from autograder.feedback.card import LOOKS, Look, points_text
from autograder.records import Status
from autograder.reports.class_view import ClassView
from autograder.reports.run_facts import RunFacts
from autograder.reports.student_view import StudentView
from autograder.reports.tally import number_text
from autograder.wording import one_line, printable

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_TEXT = 1200
LONGEST_EXAMPLE_LINE = 600
MOST_EXAMPLE_LINES = 40
_CODE = re.compile(r"`([^`]+)`")


def class_page(view: ClassView, facts: RunFacts | None = None) -> str:
    """Return the page of the class as HTML; the same view and facts, the same text."""
    return _environment().get_template("class.html.j2").render(view=view, facts=facts)


def student_page(view: StudentView) -> str:
    """Return the page of one student as HTML, with `stamp(view)` as its last line; the same view, the same text."""
    return _environment().get_template("student.html.j2").render(view=view) + stamp(view)


def stamp(view: StudentView) -> str:
    """Return the last line of a student's page: it says what the page was made from, so that it is not made twice."""
    made_from = f"{_digest_of_templates()}{autograder.__version__}{view!r}"
    return f"\n<!-- {hashlib.sha256(made_from.encode('utf-8', 'replace')).hexdigest()} -->\n"


def prose(text: str) -> Markup:
    """Return a sentence as HTML: one line, escaped, with what stands between backticks as code.

    >>> print(prose("`a` < <b>"))
    <code>a</code> &lt; &lt;b&gt;
    """
    escaped = str(escape(one_line(text, LONGEST_TEXT)))
    return Markup(_CODE.sub(lambda match: f"<code>{match[1]}</code>", escaped))  # noqa: S704 - escaped above


def example_lines(example: str) -> list[str]:
    """Return the lines of an example as they are printed: with their blanks, none of them endless.

    >>> example_lines("[[1 2]\\n  [3 4]]")
    ['[[1 2]', '  [3 4]]']
    """
    lines = example.splitlines()
    shown = [printable(line.expandtabs(4), LONGEST_EXAMPLE_LINE).rstrip() for line in lines[:MOST_EXAMPLE_LINES]]
    return [*shown, "…"] if len(lines) > MOST_EXAMPLE_LINES else shown


def name_text(name: str) -> str:
    """Return a student's name as it is shown."""
    return one_line(name, 120) or "(no name)"


def percent(share: float) -> str:
    """Return a share as a number for a style sheet: per cent, one decimal.

    >>> percent(1 / 3)
    '33.3'
    """
    return f"{100 * share:.1f}"


def _shown(value: object) -> object:
    """Return what a template prints: of any text, what can be shown. No place in a template can forget it."""
    if isinstance(value, str) and not isinstance(value, Markup) and not value.isprintable():
        return printable(value, LONGEST_TEXT)
    return value


def _look(status: Status) -> Look:
    return LOOKS[status]


def _script_policy(script: str) -> str:
    """Return what a page may do: show itself and run this one script. No address is ever asked for anything."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters.update(
        prose=prose, example=example_lines, number=number_text, percent=percent, look=_look, name=name_text
    )
    # These two come with the package and stand in the page as they are.
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8").strip()
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8").strip()
    environment.globals.update(
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        policy=_script_policy(script),
        policy_without_script="default-src 'none'; style-src 'unsafe-inline'",
        points_text=points_text,
        version=autograder.__version__,
    )
    return environment


@functools.cache
def _digest_of_templates() -> str:
    whole = hashlib.sha256()
    for path in sorted(TEMPLATES.iterdir()):
        if path.is_file():
            whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()
