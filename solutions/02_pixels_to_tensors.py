# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Pixels to tensors
#     minutes: 45
#     level: beginner
#     prerequisites: [01_look_first]
# ---

# %% [markdown]
# # Pixels to tensors
#
# After this lesson you can turn raw pixels into what a network computes with. It takes about 45 minutes.

# %% role="setup"
import numpy as np

from autograder import check

# %% [markdown]
# A pixel is a whole number from 0 (black) to 255 (white), stored as `uint8`.
# What do you expect here: 300, or something else?

# %% role="demo"
with np.errstate(over="ignore"):
    print(np.uint8(200) + np.uint8(100))

# %% [markdown]
# ## Scale the pixels
#
# Write `scale_pixels(images)`. It returns a **float32** array of the same shape:
#
# - an integer image is divided by 255, so that white becomes 1.0;
# - a float image counts as scaled already, and is only turned into float32;
# - the array that it was given stays as it is.

# %% role="exercise" ex="l02_scale_pixels"
def scale_pixels(images):
    """Return the images as float32 from 0 to 1."""
    ### BEGIN SOLUTION
    if np.issubdtype(images.dtype, np.integer):
        return images.astype(np.float32) / 255
    return images.astype(np.float32)
    ### END SOLUTION

# %% role="check" ex="l02_scale_pixels" points=2
check("l02_scale_pixels", scale_pixels)

# %% [markdown]
# You have scaled pixels so that a network can compute with them. What would change if you had divided by 128?
