# One word per task. Every task sets up what it needs; nothing but Python 3.11+ and make is expected.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check test-all score bench bench-full torture load sbom audit format docs screenshots lock

help:            ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "swapwatch needs Python 3.11 or newer; name one: make PYTHON=python3.12 setup" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY) ## make .venv with everything in it

demo: $(READY)   ## the whole job against a bundled newsroom, with no internet
	$(BIN)/swapwatch demo

run: $(READY)    ## the real job, with config.yaml, until Ctrl-C
	$(BIN)/swapwatch run

test: $(READY)   ## tests with coverage, a worker for each core
	$(BIN)/python -m pytest -n 4 --dist loadfile --cov --cov-report=term:skip-covered

check: $(READY)  ## format, lint, types, arrows between rooms, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q --no-cov tests/test_docs.py tests/test_arrows.py

test-all: requirements.lock ## tests on each supported Python that is installed: 3.11, 3.12, 3.13
	bash tests/every_python.sh

score: $(READY)  ## quality on the labelled articles and on real pages
	$(BIN)/python tests/score_devset.py
	$(BIN)/python tests/score_ledger.py
	$(BIN)/python tests/score_realpages.py

bench: $(READY)  ## what a page, a poll, a question costs, beside other tools: writes docs/performance.md
	PYTHONPATH=. $(BIN)/python tests/bench.py
	$(BIN)/python tests/bench_ledger.py 1000

bench-full: $(READY) ## the same with every load of the catalogue, and how costs grow; takes hours
	PYTHONPATH=. $(BIN)/python tests/bench.py --full
	PYTHONPATH=. $(BIN)/python tests/bench_pages.py
	$(BIN)/python tests/bench_ledger.py

torture: $(READY) ## kill the job at every write, at random instants and by SIGTERM, and look for what is lost
	PYTHONPATH=. $(BIN)/python tests/torture.py

load: $(READY)   ## time, CPU seconds and memory under load, against the goals
	PYTHONPATH=. $(BIN)/python tests/load.py

sbom: $(READY)   ## what is installed, with licences and hashes, as CycloneDX: sbom.json and licences.txt
	$(BIN)/python tests/sbom.py

audit: $(READY)  ## known vulnerabilities and licences of what is installed
	$(BIN)/python -m pip_audit --require-hashes -r requirements.lock --disable-pip

format: $(READY) ## let the formatter decide
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(READY)   ## write docs/cli.md anew
	$(BIN)/python -m newsdesk.cli.reference > docs/cli.md

screenshots: $(READY) ## take the pictures of the README from the demo, with chromium
	PYTHONPATH=. $(BIN)/python tests/screenshots.py

lock: $(READY)   ## pin the newest versions that pyproject.toml allows
	$(BIN)/python -m uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
