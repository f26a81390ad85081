"""Figures: each with its alternative text, drawn without a window, in a palette safe for the colour-blind."""
