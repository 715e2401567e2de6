# Each sets everything up by itself: `make demo`, `make serve` and `make test`.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
ASSIGNMENTS := $(notdir $(wildcard assignments/*))
JOBS ?= 2
FUZZ_SECONDS ?= 600
SEEDS ?= 20
DEMO := out/demo
VERSION := $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' grader/__init__.py)

.PHONY: setup setup-dev demo serve test lint types unit verify catalog docs bench load hints \
	fuzz compare-isolation image clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	@echo "Setting up $(VENV): a few minutes, this once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt \
		-e ".[author,service,similar]"
	@touch $@

# What the tests and the checks of the code need beside it.
setup-dev: $(VENV)/.ready-dev

$(VENV)/.ready-dev: $(VENV)/.ready
	@echo "Adding what the tests need: a minute or two, this once."
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

# Grades the example class; some of it needs a person, which is exit code 1 and no failure.
demo: setup
	rm -rf $(DEMO)
	$(BIN)/grader batch building_blocks examples/building_blocks/submissions --out $(DEMO) \
		|| [ $$? -eq 1 ]
	@echo "Open $(DEMO)/index.html in a browser."

# The service in out/service, with a demo course of all assignments; its links are printed.
serve: setup
	$(BIN)/grader serve --data out/service

test: setup-dev lint types unit verify

lint: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup-dev
	$(BIN)/mypy

# A file is one worker's: what its tests share is made once.
unit: setup-dev
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

# With fewer variations than the 200 of `make catalog`, which stand in docs/catalog.md.
verify: setup
	@set -e; for assignment in $(ASSIGNMENTS); do \
		echo "grader verify $$assignment"; \
		$(BIN)/grader verify $$assignment --least 95 --seeds $(SEEDS) --quiet; \
	done

# Measures every assignment in full for docs/catalog.md; some minutes each.
catalog: setup-dev
	$(BIN)/python -m benchmarks.catalog --jobs $(JOBS)
	$(BIN)/python docs/generate.py

# Writes what is made from the code: the report's schema, the pages of commands and assignments.
docs: setup-dev
	$(BIN)/python docs/generate.py

bench: setup-dev
	$(BIN)/python benchmarks/run.py

# A class at its deadline on the whole service, then what a second worker brings, on Postgres.
# LOAD: other options, such as "--students 50 --minutes 0.5 --watching 10".
load: setup-dev
	$(BIN)/python -m benchmarks.load $(LOAD)
	$(BIN)/python -m benchmarks.load.workers

# Who is told which known mistake's hint, and what looking for mistakes costs.
hints: setup
	$(BIN)/python -m benchmarks.hints --mutants --cost --jobs $(JOBS)

# For long: FUZZ_SECONDS for each target; out/fuzz keeps what was reached, for the next time.
fuzz: setup-dev
	$(BIN)/python -m tests.fuzz all --seconds $(FUZZ_SECONDS) --corpus out/fuzz

# The same attacks in other graders, which are installed into a folder of their own.
compare-isolation: setup-dev
	$(BIN)/python -m benchmarks.compare_isolation --venv out/graders --install --page docs/security.md

# BASE_IMAGE, BUILD_IMAGE, PIP_OPTIONS: see docs/operators.md.
image:
	docker build -t grader:$(VERSION) --target grader --build-arg VERSION=$(VERSION) \
		$(if $(BASE_IMAGE),--build-arg BASE_IMAGE="$(BASE_IMAGE)") \
		$(if $(BUILD_IMAGE),--build-arg BUILD_IMAGE="$(BUILD_IMAGE)") \
		$(if $(PIP_OPTIONS),--build-arg PIP_OPTIONS="$(PIP_OPTIONS)") .

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis
