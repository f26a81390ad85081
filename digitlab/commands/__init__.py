"""The sub-commands of `digitlab`: their options and what they print. The work is done in the modules they call."""
