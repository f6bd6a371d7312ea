# run, test, check, bench: the four commands. They need make and a python3 (3.11 to 3.13) with venv, nothing else.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1 \
	&& { echo $$p; break; }; done)
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
BIND ?= 127.0.0.1
TESTS ?= tests
PYTEST_ARGS ?= -n auto --maxprocesses 4 --dist loadfile
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Images of Python often forbid bytecode; then every process compiles Django anew, which takes it four seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check bench lock clean
.DEFAULT_GOAL := help

help:
	@echo "make run    install, load the cities and the demo, serve on http://$(BIND):$(PORT)   (PORT=8001 make run)"
	@echo "make test   the whole suite; says what it skipped and why"
	@echo "make check  lint, types, import contracts, migrations, deployment settings"
	@echo "make bench  the benchmarks; results in bench/results/"
	@echo "make lock   write requirements.txt and requirements-dev.txt anew from pyproject.toml (needs uv)"

run: $(VENV)/.runtime
	@BIND=$(BIND) PORT=$(PORT) exec $(PY) -W ignore manage.py up --with-parent

test: $(VENV)/.dev
	@$(PY) -m pytest $(TESTS) $(PYTEST_ARGS)

check: $(VENV)/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	@echo "manage.py check --deploy, with production settings"
	@home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && CIVICDATA_ENV=production CIVICDATA_HOME=$$home \
		ALLOWED_HOSTS=opendata.example.org SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
		$(PY) manage.py check --deploy --fail-level WARNING
	$(PY) -m pytest -q tests/test_budgets.py

bench: $(VENV)/.runtime
	$(PY) -m bench

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes pyproject.toml -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes pyproject.toml --group dev \
		-c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV)

# The stamps depend on the locks: whoever pulls a new lock gets the new packages with the next command.
$(VENV)/.runtime: requirements.txt | $(PY)
	@$(call install,requirements.txt)
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@$(call install,requirements-dev.txt)
	@touch $@

$(PY):
	@test -n "$(PYTHON)" || { echo "Civicdata needs Python 3.11, 3.12 or 3.13 with the venv module, and found none." \
		"On Debian or Ubuntu: apt install python3-venv. Another one: make run PYTHON=/path/to/python3.12" >&2; exit 2; }
	@echo "Creating $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV)

# uv where there is one (with the certificates that this machine trusts), and pip where not or where uv fails.
define install
echo "Installing $(1) ..."; \
if command -v uv >/dev/null 2>&1 && UV_SYSTEM_CERTS=1 uv pip install --quiet --python $(PY) --require-hashes \
	--only-binary :all: -r $(1); then exit 0; fi; \
$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null; \
$(PY) -m pip install --quiet --no-compile --require-hashes --only-binary :all: -r $(1)
endef
