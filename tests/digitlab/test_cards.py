"""Model cards: every section of the paper, what is missing said on the card, texts escaped."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitlab.cards import SECTIONS, model_card
from digitlab.storage import DataError


def test_what_is_missing_is_said() -> None:
    """Empty sections stay on the card, with what belongs there."""
    card = model_card("small_cnn", {"Metrics": "Accuracy.", "Factors": "  "})
    assert len(SECTIONS) == 9
    assert set(card.missing) == set(SECTIONS) - {"Metrics"}
    text = str(card)
    assert text.startswith("# Model card: small_cnn\n\n## Model details")
    assert "## Metrics\n\nAccuracy." in text
    assert text.count("Nobody has written this yet") == 8


def test_a_section_that_is_none() -> None:
    """A misspelt section is an error that names those that there are."""
    with pytest.raises(ValueError, match=r"no section 'Metric'\. It has: Model details, Intended use"):
        model_card("x", {"Metric": "…"})


def test_the_page_is_escaped() -> None:
    """What a learner writes is shown, never run."""
    page = model_card("<b>", {"Metrics": "<script>alert(1)</script>\nline"})._repr_html_()
    assert "<script>" not in page
    assert "&lt;b&gt;" in page


def test_a_card_is_saved_whole(tmp_path: Path) -> None:
    """The file is the card's Markdown; a folder that is not there is said."""
    card = model_card("x", {"Metrics": "98 % ± 0.3"})
    card.save(tmp_path / "model_card.md")
    assert (tmp_path / "model_card.md").read_text(encoding="utf-8") == str(card)
    with pytest.raises(DataError, match="there is no folder"):
        card.save(tmp_path / "none" / "card.md")
