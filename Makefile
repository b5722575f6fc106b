# What can be done with Bihuan from a fresh clone. Needed: make and Python 3.11 or newer; nothing else, no root.

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/.ready
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
ONCE ?=
UPGRADE ?=

.PHONY: help setup demo up test check bench soak browser lock

help: ## show what can be done (this list)
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1|\2/' | while IFS='|' read -r name text; do \
		printf '  make %-9s %s\n' "$$name" "$$text"; done

setup: $(READY) ## install everything into .venv, exactly as locked

$(READY): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "Bihuan needs Python 3.11 or newer; none was found. Name one: make setup PYTHON=/path/to/python3"; exit 1; fi
	@if ! [ -x $(BIN)/python ]; then echo "making .venv with $$($(PYTHON) --version)"; \
		$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv is missing (on Debian and Ubuntu: package python3-venv)"; exit 1; }; fi
	@echo "installing what requirements.lock names (a few minutes the first time)"
	@$(PIP) install --quiet --require-hashes --no-deps --only-binary :all: -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $(READY)
	@echo "ready: $$($(BIN)/python --version) in .venv"

demo: setup ## a whole company from nothing to the boards in the browser (ONCE=1 ends after the pipeline)
	@$(BIN)/bihuan demo $(if $(ONCE),--once,)

up: setup ## serve the boards, the entry pages and the API of your own installation
	@$(BIN)/bihuan up

test: setup browser ## everything that must be green: setup, check, then all tests but the long ones, on two cores
	@$(BIN)/python -m tests.compiled_engines & .ci/check && wait && $(BIN)/pytest -n 3 --dist worksteal

check: setup ## format, lint, types, import arrows, SQL style, tidiness (under two minutes)
	@.ci/check

bench: setup ## measure the promises about speed and memory, and print them as one table
	@$(BIN)/python -m tests.bench

soak: setup ## the long tests (hundreds of kills, large companies); says how long each took
	@$(BIN)/pytest -m soak --durations=0 --timeout=7200

browser: ## install Chromium for the browser tests where that is possible, else say that they are skipped
	@sh tests/browser/install.sh

lock: setup ## resolve the dependencies of pyproject.toml anew into requirements.lock (UPGRADE=1 takes newer versions)
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --quiet \
		--no-emit-index-url --no-emit-find-links --no-header $(if $(UPGRADE),--upgrade,) --output-file requirements.lock
