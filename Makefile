# countervail. Needs Python 3.11 or later, make and a package index; everything else goes into .venv.
#
#   make demo    install the package and run the first scenario
#   make test    install what the tests need and run all of them

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

# Stamps: what is installed is not installed again until pyproject.toml changes.
PACKAGE := $(VENV)/package.stamp
WITH_TOOLS := $(VENV)/with-tools.stamp

.DEFAULT_GOAL := help
.PHONY: help demo test bench fuzz lint types docs web clean
.DELETE_ON_ERROR:

help:
	@echo "make demo     install countervail into $(VENV), run the scenario united-front, name the files written"
	@echo "make test     install what the tests need, run all tests"
	@echo "make lint     ruff: style and formatting"
	@echo "make types    mypy, strict, on the package"
	@echo "make bench    speed, against a baseline in the same run"
	@echo "make fuzz     random worlds and shocks, ten thousand of them, every ending checked; goes on where it was stopped"
	@echo "make web      build the browser app (needs Node.js) and serve it on this machine"
	@echo "make docs     the documentation site in docs/_build, tutorials executed, warnings are errors"
	@echo "make clean    remove $(VENV) and all caches; results are kept"

demo: $(PACKAGE)
	@$(BIN)/countervail run united-front

test: $(WITH_TOOLS)
	@$(BIN)/python -m pytest

bench: $(WITH_TOOLS)
	@$(BIN)/python -m pytest benchmarks --benchmark-only

fuzz: $(WITH_TOOLS)
	@$(BIN)/python -m benchmarks.fuzz
	@$(BIN)/python -m benchmarks.fuzz --general

lint: $(WITH_TOOLS)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(WITH_TOOLS)
	@$(BIN)/mypy

web: $(WITH_TOOLS)
	@cd web && npm ci --no-audit --no-fund --silent && npm run build --silent
	@$(BIN)/countervail web

docs: $(WITH_TOOLS)
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

clean:
	rm -rf $(VENV) build dist docs/_build docs/_generated .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find src tests benchmarks tools examples -name __pycache__ -type d -prune -exec rm -rf {} +

$(PACKAGE): $(VENV)/pyvenv.cfg pyproject.toml
	@echo "Installing countervail into $(VENV); the first time this takes a minute or two."
	@$(PIP) --editable .
	@touch $@

$(WITH_TOOLS): $(VENV)/pyvenv.cfg pyproject.toml
	@echo "Installing countervail and its test tools into $(VENV); the first time this takes a minute or two."
	@$(PIP) --editable ".[dev]"
	@touch $(PACKAGE) $@

$(VENV)/pyvenv.cfg:
	@command -v $(firstword $(PYTHON)) > /dev/null || { \
	    echo "There is no $(firstword $(PYTHON)) here. Install Python 3.11 or later, or name one:" \
	         "make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "countervail needs Python 3.11 or later, and $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	         "Name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2> /dev/null || { \
	    echo "$(PYTHON) cannot make a virtual environment because its venv module is missing." \
	         "On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
