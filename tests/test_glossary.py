"""The lessons and the glossary agree: what a lesson says in bold is explained, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder import course
from autograder.authoring.source import read_source
from autograder.course import Role
from digitlab.terms import Term, all_terms, emphasis

SOURCES = sorted(course.solutions_folder().glob("[0-9][0-9]_*.py"))
# Bold: not the numbered questions at a lesson's end.
BOLD = re.compile(r"\*\*(?!\d+\.)([^*]+?)\*\*")


def bold_words(source: Path) -> set[str]:
    """Return what a lesson's texts say in bold, in lower case and on one line; what stands in code is left out."""
    texts = [cell.text for cell in read_source(source).cells if cell.role is Role.TEXT]
    without_code = [re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL) for text in texts]
    return {" ".join(word.split()).casefold() for text in without_code for word in BOLD.findall(text)}


def spellings(term: Term) -> set[str]:
    """Return how a term may be spelled, in lower case."""
    return {word.casefold() for word in (term.term, *term.also)}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_what_a_lesson_says_in_bold_is_in_the_glossary(source: Path) -> None:
    """Each bold term of a lesson has an entry that names this lesson; those that are no terms are listed as such."""
    number = int(source.name[:2])
    known = set().union(*(spellings(one) for one in all_terms() if number in one.lessons))
    known |= {word.casefold() for word in emphasis().get(number, ())}
    missing = sorted(bold_words(source) - known)
    assert not missing, (
        f"Lesson {number:02d} says in bold, and digitlab/data/glossary.toml does not know: {', '.join(missing)}. "
        "Add an entry, or this lesson to its `lessons`, or the word to [emphasis]."
    )


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_what_the_glossary_says_of_a_lesson_is_there(source: Path) -> None:
    """Each entry that names a lesson stands there in bold, and so does each word that is listed as no term."""
    number, bold = int(source.name[:2]), bold_words(source)
    stale = [one.term for one in all_terms() if number in one.lessons and not spellings(one) & bold]
    stale += [word for word in emphasis().get(number, ()) if word.casefold() not in bold]
    assert not stale, (
        f"Lesson {number:02d} no longer says in bold: {', '.join(stale)}. Take it off in digitlab/data/glossary.toml."
    )


def test_no_entry_names_a_lesson_that_is_not_there() -> None:
    """All lessons that entries name exist."""
    there = {int(source.name[:2]) for source in SOURCES}
    assert {lesson for one in all_terms() for lesson in one.lessons} <= there
    assert SOURCES
