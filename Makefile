# Counterclaim: `make up` serves it, `make test` tests it; both install what they need into .venv first.

OLD := import sys; sys.exit(sys.version_info < (3, 11))
FIND := import sys; sys.version_info >= (3, 11) and print(sys.executable)
ifeq ($(wildcard .venv/made)$(PYTHON),)
PYTHON := $(firstword $(foreach name,python3 python3.13 python3.12 python3.11 python,$(shell $(name) -c '$(FIND)' 2>/dev/null)))
endif
BIN := .venv/bin
# What is installed is what these files name, each package with its hash.
SOURCES := pyproject.toml requirements.txt
HASHED := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
OURS := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
# Where coverage of workers and servers is put together.
export COVERAGE_FILE := $(CURDIR)/.coverage

.PHONY: up test test-browser test-clients test-long screenshots lint audit bench bench-quick constraints sbom clean

up: .venv/installed
	@$(BIN)/counterclaim up

test: .venv/installed-dev
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto --dist worksteal -m "not long and not browser"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Pages in a real browser. Debian's Chromium is installed where it is missing and this is root; else its absence is an error.
CHROMIUM := $(firstword $(shell command -v chromium chromium-browser google-chrome 2>/dev/null))
test-browser screenshots: .venv/installed-dev
ifeq ($(CHROMIUM),)
	@test "$$(id -u)" = 0 && command -v apt-get >/dev/null || { echo "No Chromium: install it, for pages are tested in a real browser." >&2; exit 1; }
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null
endif
	$(BIN)/python -m $(if $(filter screenshots,$@),tests.support.screenshots,pytest -n 2 -m browser tests/http/pages)

test-long: .venv/installed-dev
	$(BIN)/pytest -n auto -m long

# Tables, maps, caches and generated clients, each in the version that tests/clients/ pins, read a running service.
test-clients: .venv/installed-dev
	$(BIN)/python -m tests.clients.run

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit --configfile pyproject.toml --quiet --recursive api seed migrations

# Known weaknesses in what we depend on: fails where one is found, and says so where nobody could be asked.
audit: .venv/installed-dev
	$(BIN)/python -m tests.support.audit

bench bench-quick: .venv/installed-dev
	$(BIN)/python -m bench $(if $(filter bench-quick,$@),--quick)

# The newest versions that pyproject.toml allows, from a virtual environment that holds nothing else.
constraints: .venv/made
	rm -rf build/constraints
	$(BIN)/python -m venv build/constraints
	build/constraints/bin/pip install --quiet -e '.[dev]'
	sed -i.old '/^[^#]/d' constraints.txt && rm constraints.txt.old
	build/constraints/bin/pip freeze --exclude-editable >> constraints.txt
	rm -rf build/constraints

# What is installed, with the hashes that `pip install --require-hashes` checks; what a server is made of (CycloneDX), and
# under which licences (docs/licences.md): after every change of constraints.txt.
COMPILE = build/sbom/bin/uv pip compile --quiet --native-tls --no-config --universal --python-version 3.11 --generate-hashes \
  --no-annotate --custom-compile-command "make sbom" --constraint constraints.txt pyproject.toml build/sbom/build.in
sbom: .venv/installed-dev
	rm -rf build/sbom
	$(BIN)/python -m venv build/sbom
	build/sbom/bin/pip install --quiet uv==0.13.9 cyclonedx-bom==7.5.0
	echo 'setuptools>=80' > build/sbom/build.in
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --all-extras --output-file requirements-dev.txt
	$(BIN)/python -m venv build/sbom/served
	build/sbom/served/bin/pip install --quiet --require-hashes -r requirements.txt
	build/sbom/bin/cyclonedx-py environment build/sbom/served/bin/python --output-reproducible --spec-version 1.6 \
	  --output-format JSON --output-file build/sbom/bill.json
	$(BIN)/python -m tests.support.sbom build/sbom/bill.json

# Everything but the database in data/.
clean:
	rm -rf .venv build .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis *.egg-info

.venv/made:
	@if ! "$(PYTHON)" -c '$(OLD)' 2>/dev/null; then \
	  found=$$("$(PYTHON)" --version 2>/dev/null || echo none); \
	  echo "Counterclaim needs Python 3.11 or newer and found $$found: name one with make PYTHON=/path/to/python3.11 …" >&2; \
	  exit 1; fi
	@rm -rf .venv
	@echo "Making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Cannot make .venv with $(PYTHON): on Debian, install python3-venv." >&2; exit 1; }
	@touch $@

.venv/installed: .venv/made $(SOURCES)
	@echo "Installing what requirements.txt names"
	@$(HASHED) -r requirements.txt
	@$(OURS)
	@touch $@

.venv/installed-dev: .venv/made $(SOURCES) requirements-dev.txt
	@echo "Installing what requirements-dev.txt names"
	@$(HASHED) -r requirements-dev.txt
	@$(OURS)
	@touch $@ .venv/installed
