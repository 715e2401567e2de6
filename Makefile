# Two commands set everything up by themselves: `make demo` and `make test`.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
ASSIGNMENTS := $(notdir $(wildcard assignments/*))
JOBS ?= 2
DEMO := out/demo

.PHONY: setup demo test lint types unit verify docs bench clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

# Grades the example class; some of it needs a person, which is exit code 1 and no failure.
demo: setup
	rm -rf $(DEMO)
	$(BIN)/grader batch building_blocks examples/building_blocks/submissions --out $(DEMO) \
		|| [ $$? -eq 1 ]
	@echo "Open $(DEMO)/index.html in a browser."

test: setup lint types unit verify

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

unit: setup
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

verify: setup
	@set -e; for assignment in $(ASSIGNMENTS); do \
		echo "grader verify $$assignment"; $(BIN)/grader verify $$assignment --quiet; done

# Writes what is made from the code: the report's schema and the page of commands.
docs: setup
	$(BIN)/python docs/generate.py

bench: setup
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis
