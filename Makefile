# Permanence: everything a newcomer types. `make help` lists it.
# Needs git, make and Python >= 3.11; everything else is installed into this folder (.venv, node_modules).

PYTHON ?= python3
BIN := .venv/bin
STAGES ?=
PYTEST ?=

.DEFAULT_GOAL := help
.PHONY: help run setup setup-dev test unit lint format bench lock audit sbom translations clean distclean

help: ## List what can be asked
	@echo "Permanence. What can be asked:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "Settings: PORT=5000 · PYTHON=python3 · for tests STAGES='unit integration browser faults' PYTEST='-k word'"

run: ## Set up what is missing, then serve http://localhost:5000 with demo data
	@$(PYTHON) bin/setup.py --run

setup: ## Set up only: environment, Python and front-end packages
	@$(PYTHON) bin/setup.py

setup-dev: ## The same, with what tests, lint and bench need
	@$(PYTHON) bin/setup.py --dev

test: setup-dev ## Every test: unit, integration on SQLite and PostgreSQL, journeys in a browser
	@$(BIN)/python bin/test.py $(STAGES) -- $(PYTEST)

unit: setup-dev ## The pure tests only: seconds
	@$(BIN)/python bin/test.py unit -- $(PYTEST)

lint: setup-dev ## Style, types, direction of imports, templates, house rules
	@$(BIN)/python bin/lint.py

format: setup-dev ## Format the Python code and mend what ruff can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: setup-dev ## Latency of webhooks and screen pop, as ratios to a bare limit
	@$(BIN)/python -m bench

lock: setup-dev ## Lock again: Python packages with hashes, front-end packages with integrity
	@$(BIN)/python bin/lock.py

audit: setup-dev ## What is known against the locked packages (says so when no source can be reached)
	@$(BIN)/python bin/audit.py

sbom: setup-dev ## What an installation is made of, in CycloneDX's form: sbom/
	@$(BIN)/python bin/sbom.py

translations: setup-dev ## Bring the catalogues up to date; says which texts have no translation yet
	@$(BIN)/python bin/translations.py

clean: ## Remove what tests and tools leave behind (keeps packages and data)
	rm -rf test-artefacts .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache bench/results sbom
	find app carrier tests bench bin migrations -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean ## Also remove packages and front-end files (keeps instance/, your data)
	rm -rf .venv node_modules static/vendor .setup.lock
