"""Things to play with. Each works from the keyboard, and has a static picture for readers without widgets."""
