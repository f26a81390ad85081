"""Formulas as MathML, which browsers draw by themselves: no script, no fonts to fetch. An extension of Sphinx."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert


def inline(visitor: Any, node: nodes.math) -> None:
    """Write a formula that stands in a line."""
    visitor.body.append(convert(node.astext()))
    raise nodes.SkipNode


def block(visitor: Any, node: nodes.math_block) -> None:
    """Write a formula that stands by itself; a wide one scrolls, and the page does not."""
    visitor.body.append(f'<div class="formula">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Make this Sphinx's way of writing formulas into HTML."""
    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
