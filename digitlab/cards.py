"""A model card: what whoever uses a model must know of it, on one page."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digitlab.storage import written_whole

# The sections and their order: Mitchell and others, "Model cards for model reporting", 2019.
SECTIONS: Mapping[str, str] = {
    "Model details": "who made it, when, and of which layers",
    "Intended use": "what it is for, and what it is not for",
    "Factors": "what its accuracy depends on: writers, pens, cameras",
    "Metrics": "what was measured, and how sure it is",
    "Evaluation data": "on which images, and why these",
    "Training data": "from whom the images came",
    "Quantitative analyses": "the numbers, for each group",
    "Ethical considerations": "whom an error hurts",
    "Caveats and recommendations": "what to watch for",
}


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model card: a page in a notebook, Markdown elsewhere. `texts` has a text for each section that was filled."""

    title: str
    texts: Mapping[str, str]

    @property
    def missing(self) -> tuple[str, ...]:
        """The sections that nobody has filled."""
        return tuple(section for section in SECTIONS if not self.texts.get(section, "").strip())

    def __str__(self) -> str:
        parts = [f"# Model card: {self.title}"]
        for section, asked in SECTIONS.items():
            text = self.texts.get(section, "").strip() or f"*Nobody has written this yet: {asked}.*"
            parts.append(f"## {section}\n\n{text}")
        return "\n\n".join(parts) + "\n"

    def __repr__(self) -> str:
        return str(self)

    def save(self, path: str | Path) -> None:
        """Write the card as a Markdown file, whole or not at all.

        Raises
        ------
        DataError
            If it cannot be written.
        """
        with written_whole(path) as file:
            file.write(str(self).encode("utf-8"))

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<dt style="font-weight:600;margin-top:8px">{section}</dt>'
            f'<dd style="margin:0 0 0 1em;white-space:pre-line">{self._shown(section)}</dd>'
            for section in SECTIONS
        )
        return (
            '<div role="group" aria-label="Model card" style="max-width:46em;border:1px solid rgba(127,127,127,0.45);'
            f'border-radius:4px;padding:8px 16px 12px"><strong>Model card: {html.escape(self.title)}</strong>'
            f'<dl style="margin:4px 0 0">{rows}</dl></div>'
        )

    def _shown(self, section: str) -> str:
        text = self.texts.get(section, "").strip()
        return html.escape(text) if text else f"<em>○ Nobody has written this yet: {SECTIONS[section]}.</em>"


def model_card(title: str, texts: Mapping[str, str]) -> ModelCard:
    """Return a model card with these sections filled; what is left empty says so on the card.

    Parameters
    ----------
    title : str
        What the model is called.
    texts : mapping of str to str
        Section → text. The sections are those of `SECTIONS`.

    Raises
    ------
    ValueError
        If there is a section that a model card does not have.

    Examples
    --------
    >>> card = model_card("small_cnn", {"Intended use": "To learn how a network works. Not for reading cheques."})
    >>> len(card.missing)
    8
    """
    unknown = [section for section in texts if section not in SECTIONS]
    if unknown:
        raise ValueError(f"A model card has no section {unknown[0]!r}. It has: {', '.join(SECTIONS)}.")
    return ModelCard(title, dict(texts))
