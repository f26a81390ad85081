"""How a lesson is written once, as text with its solutions, and released as a notebook without them.

`source` reads the text, `rules` says what is wrong with it, `release` makes the two notebooks (with solutions and
released), `build` writes the released ones. Nothing here runs a lesson's code.
"""
