"""The course's glossary: each term in a sentence or two, and the lesson that defines it."""

from __future__ import annotations

import difflib
import functools
import html
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "data" / "glossary.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry: the term, what it means, other spellings, and the lessons that say it in bold, the first one first."""

    term: str
    definition: str
    lessons: tuple[int, ...]
    also: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """In which lesson it is defined, and in which it is said again."""
        first, *later = (f"{number:02d}" for number in self.lessons)
        return f"lesson {first}" + (f", and again in {' and '.join(later)}" if later else "")

    def _repr_html_(self) -> str:
        return f"<p><b>{html.escape(self.term)}</b>: {_code_as_html(self.definition)} <i>({self.where})</i></p>"

    def __repr__(self) -> str:
        return f"{self.term}: {self.definition} ({self.where})"


class Glossary(tuple[Term, ...]):
    """All terms in alphabetical order, shown as a list."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<dt id="term-{number}"><b>{html.escape(one.term)}</b></dt>'
            f"<dd>{_code_as_html(one.definition)} <i>({one.where})</i></dd>"
            for number, one in enumerate(self)
        )
        return f"<dl>{rows}</dl>"

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))


def glossary(term: str | None = None) -> Term | Glossary:
    """Return what a term of the course means, and where it is defined; without a term, the whole glossary.

    Parameters
    ----------
    term : str or None
        Upper or lower case, and other common spellings: ``"CNN"``, ``"filters"``.

    Raises
    ------
    ValueError
        With near names, if the course defines no such term.

    Examples
    --------
    >>> glossary("stride")
    stride: How many pixels a kernel or a pooling window moves at a time. (lesson 04)
    """
    if term is None:
        return all_terms()
    known = _spellings()
    wanted = _plain(term)
    for spelling in (wanted, wanted.removesuffix("s"), wanted.removesuffix("es")):
        if spelling in known:
            return known[spelling]
    near = [known[name].term for name in difflib.get_close_matches(wanted, known, n=5, cutoff=0.6)]
    near += [one.term for one in all_terms() if wanted and wanted in _plain(one.definition)]
    names = ", ".join(list(dict.fromkeys(near))[:5])
    hint = f"Did you mean {names}?" if names else "digitlab.glossary() lists all terms."
    raise ValueError(f"The glossary has no {term!r}. {hint}")


@functools.cache
def all_terms() -> Glossary:
    """Return all terms, in alphabetical order."""
    return Glossary(sorted(_read(FILE), key=lambda one: one.term.casefold()))


@functools.cache
def emphasis() -> dict[int, tuple[str, ...]]:
    """Return what lessons print in bold that is no term, by the lesson's number."""
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))["emphasis"]
    return {int(number): tuple(words) for number, words in told.items()}


def as_markdown(terms: Iterable[Term], pages: dict[int, str]) -> str:
    """Return the glossary as a page of Markdown.

    Parameters
    ----------
    terms : iterable of Term
    pages : dict
        By a lesson's number, the address of its page; lessons that are not in it are named without a link.

    Examples
    --------
    >>> print(as_markdown([glossary("stride")], {4: "four.md"}).splitlines()[-1])
    **stride**: How many pixels a kernel or a pooling window moves at a time. *Lesson [04](four.md)*
    """
    about = "The terms of the course, and the lessons that say them in bold; the first of these defines the term."
    how = 'In a notebook `digitlab.glossary("stride")` shows one.'
    lines = ["# Glossary", "", about, how, ""]
    for one in terms:
        where = ", ".join(_linked(number, pages) for number in one.lessons)
        lines += [f"**{one.term}**: {one.definition} *Lesson{'s' * (len(one.lessons) > 1)} {where}*", ""]
    return "\n".join(lines).rstrip() + "\n"


def _linked(number: int, pages: dict[int, str]) -> str:
    return f"[{number:02d}]({pages[number]})" if number in pages else f"{number:02d}"


def _read(path: Path) -> list[Term]:
    told = tomllib.loads(path.read_text(encoding="utf-8"))["term"]
    return [
        Term(
            term=one["term"],
            definition=one["definition"],
            lessons=tuple(one["lessons"]),
            also=tuple(one.get("also", ())),
        )
        for one in told
    ]


@functools.cache
def _spellings() -> dict[str, Term]:
    """Return each spelling with its term; a term's own name goes before another one's further spelling."""
    spelled = {_plain(other): one for one in all_terms() for other in one.also}
    return spelled | {_plain(one.term): one for one in all_terms()}


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())


def _code_as_html(text: str) -> str:
    """Return a definition as HTML; what stands between backticks is code."""
    parts = html.escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))
