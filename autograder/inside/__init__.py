"""What runs beside a student's code, and nothing else.

This package is the only part of the autograder that exists inside the sandbox: it knows how to run
cells, call what a student defined, and bring plain values back. It holds no right answer, no bank of
mistakes and no judge.
"""
