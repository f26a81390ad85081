"""The sub-commands of `autograder`, a module each."""
