"""Sphinx' settings for the book. Nothing is fetched, neither while it is built nor by a page that is read."""

project = "digitlab"
author = "the digitlab authors"
project_copyright = "the digitlab authors; MNIST: Yann LeCun, Corinna Cortes and Christopher J. C. Burges, CC BY-SA 3.0"
language = "en"

extensions = ["myst_nb", "book.mathml"]
html_math_renderer = "mathml"
smartquotes = False
exclude_patterns = ["notebooks"]  # offered as files, not as pages

# `book.execution` has run the notebooks already. Widgets stand still, so no script for them is needed.
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
myst_enable_extensions = ["dollarmath"]

html_theme = "furo"
html_title = "digitlab"
html_static_path = ["static"]
html_css_files = ["book.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
