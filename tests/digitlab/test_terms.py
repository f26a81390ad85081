"""The glossary: what a learner asks for is found, and its page is what the data say."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys

import pytest

import digitlab
from digitlab import terms
from digitlab.terms import all_terms, as_markdown, emphasis


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(terms).failed == 0


def test_every_term_is_found_by_each_of_its_spellings() -> None:
    """A term's own name finds it; each other spelling finds it too, or a term that is called just so."""
    names = {one.term.casefold() for one in all_terms()}
    for one in all_terms():
        for spelling in (one.term, one.term.upper(), f"  {one.term} "):
            assert digitlab.glossary(spelling) is one
        for spelling in one.also:
            found = digitlab.glossary(spelling)
            assert found is one or spelling.casefold() in names, spelling


def test_no_spelling_has_two_terms() -> None:
    """Whoever looks for a word gets one meaning: no name or spelling stands in two entries."""
    spellings = [word.casefold() for one in all_terms() for word in (one.term, *one.also)]
    assert len(set(spellings)) == len(spellings)


def test_entries_are_sentences() -> None:
    """Each entry has one or two sentences, an order that readers can follow, and lessons of the course, each once."""
    names = [one.term for one in all_terms()]
    assert names == sorted(names, key=str.casefold)
    for one in all_terms():
        assert one.definition[0].isupper() or one.definition[0] == "`", one.term
        assert one.definition.endswith("."), one.term
        assert len(re.findall(r"[.?!](?= |$)", one.definition)) <= 3, one.term
        assert list(one.lessons) == sorted(set(one.lessons)), one.term
        assert 1 <= one.lessons[0] <= one.lessons[-1] <= 12, one.term
    assert all(1 <= lesson <= 12 for lesson in emphasis())


@pytest.mark.parametrize(
    ("term", "told"),
    [
        ("Softmx", "Did you mean softmax?"),
        ("over fitting", "Did you mean overfitting"),
        ("xyzzy", r"digitlab\.glossary\(\) lists all terms"),
        ("", r"digitlab\.glossary\(\) lists all terms"),
    ],
)
def test_an_unknown_term_is_told_with_near_ones(term: str, told: str) -> None:
    """What is not there is named, with near names or with the way to all of them."""
    with pytest.raises(ValueError, match=f"The glossary has no {term!r}. {told}"):
        digitlab.glossary(term)


def test_an_entry_shows_itself() -> None:
    """A notebook shows term, definition and lessons, code as code; a terminal one line; all terms show as a list."""
    one = digitlab.glossary("mask")
    assert one._repr_html_().startswith(
        "<p><b>mask</b>: An array of true and false that picks: <code>array[mask]</code>"
    )
    assert "\n" not in repr(one)
    assert repr(digitlab.glossary("CNN")).endswith("(lesson 06, and again in 09)")
    everything = digitlab.glossary()
    assert len(repr(everything).splitlines()) == len(all_terms()) == everything._repr_html_().count("<dt ")


def test_the_page_links_the_lessons_that_there_are() -> None:
    """The page for the book has a line for each term, and links to those lessons that have a page."""
    page = as_markdown(all_terms(), {4: "lessons/04.ipynb"})
    assert page.startswith("# Glossary\n")
    assert len(re.findall(r"^\*\*.+\*\*: ", page, re.MULTILINE)) == len(all_terms())
    assert page.count("(lessons/04.ipynb)") == sum(4 in one.lessons for one in all_terms())
    assert "](lessons/05" not in page


def test_the_glossary_needs_nothing_heavy() -> None:
    """Asking for a term imports neither NumPy nor TensorFlow."""
    code = (
        "import sys, digitlab; digitlab.glossary('stride'); print({'numpy', 'tensorflow', 'keras'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
