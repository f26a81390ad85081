"""Signals of integrity: what a teacher might want to look at, each with its evidence and how it can be innocent.

A signal is advice. It changes no points, stands in no student's report, and is no proof: a person decides, after
asking.

`traces` are what grading keeps of a hand-in for this; `signals` are a pure function of the traces of a class.
"""
