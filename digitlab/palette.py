"""The colours of figures and widgets: told apart by colour-blind readers, and dark enough on white.

Okabe and Ito, "Color Universal Design" (2008, https://jfly.uni-koeln.de/color/). Their orange and yellow are left out
for lines and marks: against white they have less than the contrast of 3 to 1 that WCAG 2.2 asks of graphics.
"""

from __future__ import annotations

BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
GREY = "#595959"

# Light for few, dark for many: one hue, so that the lightness alone tells the order.
SEQUENTIAL = "Blues"
# Two directions from a light middle; purple and orange, which no colour-blind reader confuses.
DIVERGING = "PuOr_r"
