# `make demo` and `make test` install everything they need. The other targets are for people who work on the course.
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= python3
# Further options for pip, e.g. the index of PyTorch's smaller builds without GPU support.
PIP_ARGS ?=
# Further options for pytest, e.g. `make test PYTEST_ARGS="-k session"`.
PYTEST_ARGS ?=
# Number of processes that run the tests.
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The folders of assignments.
GRADERS := $(sort $(dir $(wildcard graders/*/*.py)))
# nbgrader calls alembic by its bare name.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help
help: ## Print this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(STAMP) ## Grade a sample class over all assignments, and print the paths of gradebook, feedback and reports
	$(BIN)/foundations demo

.PHONY: test
test: lint types suite ## Before a change is merged: style, types, and the quick tests

.PHONY: test-all
test-all: lint types suite-all ## Nightly, and before a release: style, types, and all tests

.PHONY: suite
suite: $(STAMP) ## Run the quick tests, without style and types
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

.PHONY: suite-all
suite-all: $(STAMP) ## Run all tests, without style and types
	$(BIN)/python -m pytest --all -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

.PHONY: lint
lint: $(STAMP) ## Check style with ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(STAMP) ## Check types with mypy
	$(BIN)/mypy
	@status=0; \
	for folder in $(GRADERS); do \
	  echo "mypy $$folder"; \
	  MYPYPATH=$$folder $(BIN)/mypy --config-file graders/mypy.ini graders/products.py $$folder || status=1; \
	done; exit $$status

.PHONY: release
release: $(STAMP) ## Make release/, solutions/ and the sample class of examples/ from source/
	$(BIN)/foundations release
	$(BIN)/python scripts/examples.py

.PHONY: drift
drift: $(STAMP) ## Fail if release/ or solutions/ differs from the output of source/
	$(BIN)/foundations release --check

.PHONY: print
print: $(STAMP) ## Write pages to print or to read without Jupyter to printed/
	$(BIN)/python -m foundations.release.printing printed

.PHONY: docs
docs: $(STAMP) ## The documentation as a site, in docs/_build/html
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html

.PHONY: coverage
coverage: $(STAMP) ## How much of the judge the quick tests reach, in coverage/
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal --cov=foundations --cov-report=html:coverage --cov-report=term

.PHONY: bench
bench: $(STAMP) ## Run the benchmarks; results go to benchmarks/results/
	$(BIN)/python -m benchmarks

.PHONY: browser
browser: ## Install Chromium for the tests of pages (as root on Debian; elsewhere they are skipped)
	@if command -v chromium >/dev/null; then \
	  echo "chromium is here: $$(command -v chromium)"; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
	    || echo "chromium could not be installed: the browser tests will be skipped"; \
	else \
	  echo "no chromium on the PATH: the browser tests will be skipped"; \
	fi

.PHONY: install
install: $(STAMP) ## Make the virtual environment for instructors and developers

.PHONY: clean
clean: ## Remove .venv, caches and build products; gradebook, submissions and reports stay
	rm -rf $(VENV) build dist foundations.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Install again only if one of these two files is newer. PyTorch comes first, because it is by far the largest package
# and the constraints file fixes its build for all packages after it.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 2; }
	[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e ".[dev]"
	@touch $@
