# Everything a newcomer types; `make` alone lists it. PYTHON=... chooses the interpreter for .venv.

export PYTHON
PY := .venv/bin/python
# a few processes (tests/conftest.py says how many); a file's tests stay together
PYTEST := $(PY) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(PYTEST_OPTIONS)

REFERENCE := docs/reference/improvements.md

.PHONY: reference help install tui test test-all check docs bench dev

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## make .venv and install nnviz into it
	@sh scripts/setup.sh

tui: install ## start the debugger (installs first; trains headless where there is no terminal)
	@$(PY) -m nnviz tui

test: dev ## the fast tests
	@$(PYTEST)

test-all: dev ## all tests, the slow ones too
	@$(PYTEST) -m ""

check: dev ## format, lint, types, structure, docs, tests: what has to pass before a commit
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) .venv/bin/lint-imports
	@$(MAKE) --no-print-directory docs
	@$(PYTEST)

docs: dev ## build the documentation into site/; a warning is an error
	@$(PY) -m sphinx --quiet --fail-on-warning --keep-going -b html docs site

bench: dev ## measure the speed, side by side with the alternatives
	@$(PY) -m benchmarks

reference: install ## run the course's improvements on full MNIST, and write their page (half an hour)
	@$(PY) -m nnviz reference --data mnist --page $(REFERENCE)

dev: # what tests and checks need
	@sh scripts/setup.sh dev
