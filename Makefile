# `make run` and `make test` are all a new user needs; each sets up what it needs first.
UV_VERSION := 0.13.9
PYTHON ?= python3
BIN := .venv/bin
# So that two cores have an answer soon: more trials than by default, of which most pause early, and fewer
# seeds.
BUDGET := --trials 24 --select-top 3 --select-seeds 2 --final-seeds 5

# The seed that all choices of `make chaos` derive from, default any, and how long it takes, about.
SEED ?=
MINUTES ?= 4

# Thousands of processes are started: each would compile all that it imports, where none keeps that.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-all test-rest test-engines programs chaos check docs setup dev format clean

run: setup
	@$(BIN)/hpo run cifar100 --fallback digits $(BUDGET)

# What needs nothing but Python and make; its last lines say what it left out.
test: dev
	$(BIN)/pytest --part quick

# All but engines; installs packages of the system where it may.
test-all: programs
	$(BIN)/pytest

# What `make test` leaves to `make test-all`.
test-rest: programs
	$(BIN)/pytest --part rest

# What wants an engine (Docker, Slurm, sshd), by hand.
test-engines: dev
	$(BIN)/pytest --numprocesses=1 tests/engines

programs: dev
	@$(BIN)/python -m tests.support.programs

chaos: dev
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) --minutes $(MINUTES)

check: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory docs

# The documentation as a site that needs no network; a link that leads nowhere is an error.
docs: dev
	@$(BIN)/python -m sphinx --quiet --fresh-env --write-all --fail-on-warning --keep-going docs build/docs
	@echo "The documentation: build/docs/index.html"

format: dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The environment of a user: locked dependencies, and the command .venv/bin/hpo.
setup: $(BIN)/uv
	@$(BIN)/uv sync --quiet --locked --no-dev --inexact

# The environment of a developer: that, and what checks and tests need.
# Compiled once, and not by each of the first processes.
dev: export UV_COMPILE_BYTECODE := 1
dev: $(BIN)/uv
	@$(BIN)/uv sync --quiet --locked --inexact

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hpo needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	@echo "Setting up .venv: about a minute, and 2 GB, the first time"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
