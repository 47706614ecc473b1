# Two commands do everything: make run, make test. Both need python3 (3.11 or later) and make only.
.PHONY: run test setup check bench soak migration lock clean help
PYTHON ?= python3
BIN := .venv/bin

help:  ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1 – /p' $(MAKEFILE_LIST)

run: .venv/.run  ## set up, migrate, make the demo once, serve at http://127.0.0.1:8000
	$(BIN)/python cli.py migrate
	$(BIN)/python cli.py demo
	$(BIN)/python cli.py serve

test: setup  ## set up, then every test, on SQLite and on a real PostgreSQL
	$(BIN)/pytest -q -n 2 --dist loadgroup

setup: .venv/.dev  ## the environment in .venv, from the hashed lock

check: setup  ## format, lint, types, import contracts, schema, contract and locks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python cli.py print-schema | diff - schema/schema.graphql
	$(BIN)/python tests/check_contract.py
	$(BIN)/python tests/check_lock.py

bench: setup  ## benchmarks, as ratios within one run
	$(BIN)/python -m tests.benchmarks $(ONLY)

soak: setup  ## long trials of a server that is hurt, as a table of promises
	$(BIN)/python -m tests.soak $(ONLY)

migration: setup  ## write a migration for changed models: make migration NAME=what_it_does
	$(BIN)/tortoise -c settings.TORTOISE_ORM makemigrations -n $(NAME) models

lock: setup  ## renew the locks after a change of pyproject.toml
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --upgrade pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --upgrade --extra otel pyproject.toml -o requirements-otel.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --upgrade --group dev pyproject.toml -o requirements-dev.lock

clean:  ## forget the environment; the data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.run: requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

.venv/.dev: requirements-dev.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@ .venv/.run
