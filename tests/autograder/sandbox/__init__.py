"""Tests of the sandbox, most of them by real jobs that try what a hostile notebook would."""
