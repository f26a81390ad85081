"""The real sandbox, for benchmarks that grade."""

from tests.autograder.conftest import sandbox

__all__ = ["sandbox"]
