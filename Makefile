# Everything a newcomer, and the gate, calls. Each target installs what it needs first.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
# Bytecode is kept: without it every command would compile its libraries anew, for seconds.
unexport PYTHONDONTWRITEBYTECODE
READY := $(VENV)/.ready node_modules/.ready

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: $(READY) ## Found a community, tell the whole round of its money, serve it
	@$(BIN)/endogene demo

.PHONY: test
test: $(READY) ## Run every test and check
	@scripts/gate.sh

.PHONY: deep
deep: $(READY) ## Run the long campaigns: more fuzz, more invariants, new examples, every planted fault
	@ENDOGENE_FAULTS=all $(BIN)/python -m pytest -n 2 --dist loadgroup tests/contracts/test_forge.py
	@FOUNDRY_PROFILE=deep scripts/forge.sh test
	@ENDOGENE_MODEL_RUNS=300 $(BIN)/python -m pytest tests/contracts/test_assembly_model.py \
		tests/contracts/test_community_model.py
	@ENDOGENE_EXAMPLES=new $(BIN)/python -m pytest -n 2 --dist loadgroup -m hypothesis

.PHONY: survive
survive: $(READY) ## Send a million bad requests and more, break what can break
	@ENDOGENE_BAD_INPUTS=500000 ENDOGENE_FORGED=50000 ENDOGENE_RESTARTS=40 ENDOGENE_FORMULAS=2000 \
		$(BIN)/python -m pytest -s tests/survival

.PHONY: bench
bench: $(READY) ## Measure gas and speed, and write the table
	@$(BIN)/python -m scripts.bench

.PHONY: soak
soak: $(READY) ## Sell 100,000 purchases while processes are killed, and keep the figures
	@$(BIN)/python -m scripts.soak --keep

.PHONY: doors
doors: $(READY) ## Take the pictures of the four doors, and weigh their first pages
	@$(BIN)/python -m scripts.doors

.PHONY: compile
compile: $(READY) ## Compile the contracts into the package
	@$(BIN)/python scripts/compile.py

.PHONY: gas
gas: $(READY) ## Write the committed gas table anew
	@ENDOGENE_UPDATE_GAS=1 $(BIN)/python -m pytest tests/contracts/test_gas.py

.PHONY: format
format: $(READY) ## Format the sources
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format . ; scripts/forge.sh fmt

.PHONY: lock
lock: $(VENV)/.uv ## Write requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--no-header --no-annotate --quiet --output-file requirements.lock

.PHONY: clean
clean: ## Remove what was installed and built here (never .endogene, the data)
	@rm -rf $(VENV) node_modules .build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.uv:
	@echo "Preparing Python…"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(VENV)/.ready: $(VENV)/.uv requirements.lock pyproject.toml
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

# `--ignore-scripts`: the postinstall of forge and anvil would fetch a binary that their packages already hold.
# `install --no-save`, not `ci`: npm leaves other platforms' packages out of a lock file, then `ci` misses them.
node_modules/.ready: package-lock.json
	@echo "Preparing the compiler and the chain…"
	@npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
