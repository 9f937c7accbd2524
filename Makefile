# Two commands do all the set-up: `make demo` and `make test`. The others are for people at work on the course.
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= python3
# More for pip, e.g. where to find PyTorch's smaller builds without GPU support.
PIP_ARGS ?=
# More for pytest, e.g. `make test PYTEST_ARGS="-k session"`.
PYTEST_ARGS ?=
# Processes among which the tests are shared out.
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# nbgrader calls alembic by its bare name.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(STAMP) ## Grade a sample class over all assignments, and say where gradebook, feedback and reports are
	$(BIN)/foundations demo

.PHONY: test
test: lint types suite ## What must hold before a change is merged: style, types, and the quick tests

.PHONY: test-all
test-all: lint types suite-all ## Style, types, and all tests; nightly, and before a release

.PHONY: suite
suite: $(STAMP) ## The quick tests, without style and types
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(PYTEST_ARGS)

.PHONY: suite-all
suite-all: $(STAMP) ## All tests, without style and types
	$(BIN)/python -m pytest --all -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(PYTEST_ARGS)

.PHONY: lint
lint: $(STAMP) ## Style, by ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(STAMP) ## Types, by mypy
	$(BIN)/mypy

.PHONY: release
release: $(STAMP) ## Make release/, solutions/ and the sample class of examples/ from source/
	$(BIN)/foundations release
	$(BIN)/python scripts/examples.py

.PHONY: drift
drift: $(STAMP) ## Fail where release/ or solutions/ is not what source/ makes
	$(BIN)/foundations release --check

.PHONY: print
print: $(STAMP) ## Pages to print or to read without Jupyter, in printed/
	$(BIN)/python -m foundations.release.printing printed

.PHONY: bench
bench: $(STAMP) ## Benchmarks; results go to benchmarks/results/
	$(BIN)/python -m benchmarks

.PHONY: browser
browser: ## Get Chromium for the tests that look at pages (as root on Debian; elsewhere they are skipped)
	@if command -v chromium >/dev/null; then \
	  echo "chromium is here: $$(command -v chromium)"; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
	    || echo "chromium could not be installed: the browser tests will be skipped"; \
	else \
	  echo "no chromium on the PATH: the browser tests will be skipped"; \
	fi

.PHONY: install
install: $(STAMP) ## The virtual environment, with all that instructors and developers need

.PHONY: clean
clean: ## Remove .venv, caches and build products; gradebook, submissions and reports stay
	rm -rf $(VENV) build dist foundations.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed again only when one of these two files is newer. PyTorch comes first: it is by far the largest, and the
# constraints file says which build everything after it has to live with.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 2; }
	[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e ".[dev]"
	@touch $@
