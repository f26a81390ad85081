# digitlab. `make` alone lists the commands; each sets up what it needs.

# The Python to set up with; empty: the first suitable one. ARGS goes on to the command, as in
# make grade ARGS="--workers 1".
PYTHON ?=
ARGS ?=
# The suite runs on so many processors at once, each with whole files of tests; TEST_PROCESSES=0 runs one after another.
TEST_PROCESSES ?= auto
# CI has just run every test when it calls `make check`, and says FAST_TESTS=no.
FAST_TESTS ?= yes

BIN := .venv/bin
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --extra build

# An environment that was moved with its folder has the old place written into it; one whose Python was removed does
# not start. Either is made anew.
MADE_HERE := $(shell test -x .venv/bin/python -a "`cat .venv/made-at 2>/dev/null`" = "$(CURDIR)" || echo not-made-here)

.PHONY: help lab grade book wheel test check lint types generated fast-tests lessons lock set-up clean not-made-here

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

lab: .venv/ready-for-users ## open the lessons in JupyterLab
	@$(BIN)/digitlab lab $(ARGS)

# Status 3 says that some hand-in needs a person, as several of the sample class are meant to.
grade: .venv/ready-for-users ## grade the bundled sample class; the reports go to ./grades
	@$(BIN)/autograder grade --sample $(ARGS) || test $$? -eq 3

book: .venv/ready-for-developers ## make the web book of the lessons and their solutions, in book/_build/html
	@$(BIN)/python -m book $(ARGS)

wheel: .venv/ready-for-developers ## make the archive that pip installs where there is no clone, in dist/
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist

test: .venv/ready-for-developers ## run the whole test suite
	@$(BIN)/python -m pytest --numprocesses=$(TEST_PROCESSES) --maxprocesses=4 --dist=loadfile $(ARGS)

check: lint types generated fast-tests ## lint, types, generated files up to date, fast tests

lint: .venv/ready-for-developers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: .venv/ready-for-developers
	@$(BIN)/mypy

generated: .venv/ready-for-developers
	@$(BIN)/autograder build --check

fast-tests: .venv/ready-for-developers
ifeq ($(FAST_TESTS),yes)
	@$(BIN)/python -m pytest -m "not slow and not browser and not network" $(ARGS)
else
	@echo "The fast tests were left out (FAST_TESTS=$(FAST_TESTS)): make test runs them too."
endif

lessons: .venv/ready-for-users ## build the lessons from their solutions
	@$(BIN)/autograder build $(ARGS)

lock: .venv/ready-for-developers ## renew the locks; ARGS=--upgrade takes newer versions
	$(UV_COMPILE) $(ARGS) pyproject.toml --output-file requirements.lock
	$(UV_COMPILE) $(ARGS) --extra dev --extra book --constraints requirements.lock pyproject.toml --output-file requirements-dev.lock

set-up: .venv/ready-for-users ## set up only
	@echo "Set up. The commands are in .venv/bin."

clean: ## remove .venv and what tools leave behind; your work and your grades stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find autograder benchmarks digitlab tests tools -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.venv/ready-for-users: requirements.lock pyproject.toml tools/set_up.py $(MADE_HERE)
	@python=`tools/find-python "$(PYTHON)"` && "$$python" tools/set_up.py users

.venv/ready-for-developers: requirements-dev.lock requirements.lock pyproject.toml tools/set_up.py $(MADE_HERE)
	@python=`tools/find-python "$(PYTHON)"` && "$$python" tools/set_up.py developers
