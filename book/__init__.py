"""The course as a web book: `python -m book`, or `make book`.

`execution` runs the solutions, `pages` turns lessons into pages, Sphinx makes HTML of them, `links` checks the result.
"""
