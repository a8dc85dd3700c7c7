# Two commands on a new machine: `make demo` and `make test`. Each makes .venv first, when it is not there or is out of date.
#
#   PYTHON=3.13        the interpreter of .venv: a version, or a path (3.12 unless told or absent)
#   ARGS="-k volume"   passed on to the command that the target runs

AIRFLOW_VERSION := 3.3.2
UV_VERSION := 0.13.9
PYTHON ?=
ARGS ?=

PY := .venv/bin/python
UV := .uv/bin/uv
STAMP := .venv/.setup
# Not in the project's own requirements: what is developed on, what builds the project, the demo's data package and this environment.
EXTRA_PINS := apache-airflow==$(AIRFLOW_VERSION) uv==$(UV_VERSION) editables hatchling setuptools

export UV_PYTHON_DOWNLOADS := never
# The certificates of the machine, where it keeps any: behind a company's proxy no others do.
ifneq ($(wildcard /etc/ssl/cert.pem /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt),)
export UV_SYSTEM_CERTS := 1
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup test lint demo demo-check bench pins clean

# Another PYTHON= than the one .venv was made with makes it anew.
ifneq ($(PYTHON),)
ifneq ($(PYTHON),$(shell cat .venv/.python 2>/dev/null))
.PHONY: $(STAMP)
endif
endif

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@awk '/^#   [A-Z]+=/ { sub(/^# /, ""); print }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make or update .venv (every target below does it by itself)
	@echo "ready: .venv, $$($(PY) --version)"

test: $(STAMP) ## run the tests: the core's without Airflow, the others in a real one, then on a whole one with Celery
ifeq ($(ARGS),)
	@$(PY) -m pytest tests/core -n auto --maxprocesses 4
	@$(PY) -m pytest tests --ignore tests/core --ignore tests/deployment -n auto --maxprocesses 2 --dist loadfile
	@$(PY) -m pytest tests/deployment
else
	@$(PY) -m pytest $(ARGS)
endif

lint: $(STAMP) ## ruff, mypy and the import contracts
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy --strict src demo example_dags
	@.venv/bin/lint-imports

demo: $(STAMP) ## a real pipeline on real flights: blocked, then published; serves Airflow until Ctrl-C
	@$(PY) -m demo $(ARGS)

demo-check: $(STAMP) ## the same without serving: asserts what must come out, stops what it started
	@$(PY) -m demo --check $(ARGS)

bench: $(STAMP) ## measure what the package promises to be fast at
	@$(PY) -m benchmarks $(ARGS)

pins: $(UV) ## resolve pins.txt again (ARGS=--upgrade takes newer versions)
	@printf '%s\n' $(EXTRA_PINS) | $(UV) pip compile pyproject.toml - --extra amazon --extra celery --extra openlineage --extra pagerduty --extra postgres --extra slack --extra smtp --extra sqlite --group demo --group test --group lint \
		--universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make pins" --quiet --output-file pins.txt $(ARGS)

clean: ## remove what was made: environments, caches, the demo's state
	@rm -rf .venv .uv .bench .demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# uv by itself, from its own lines of pins.txt: everything else is installed by it.
.uv/uv.txt: pins.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "make: python3 must be Python 3.10 or later: install it, or put one first on PATH" >&2; exit 1; }
	@python3 -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "make: this python3 cannot make environments: install its venv module (Debian, Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
	@mkdir -p .uv
	@awk '/^uv==/ { on = 1 } on { print } on && !/\\$$/ { exit }' pins.txt > $@

$(UV): .uv/uv.txt
	@test -x .uv/bin/pip || python3 -m venv .uv
	@.uv/bin/python -m pip install -qq --no-deps --require-hashes -r .uv/uv.txt
	@touch $@

$(STAMP): pins.txt pyproject.toml $(UV)
	@test -x $(PY) && test "$(PYTHON)" = "" -o "$(PYTHON)" = "$$(cat .venv/.python 2>/dev/null)" || { \
		python="$(PYTHON)"; \
		test -n "$$python" || python=$$($(UV) python find --system 3.12 2>/dev/null) || python=$$($(UV) python find --system '>=3.10,<3.14') || exit 1; \
		$(UV) venv --quiet --clear --python "$$python" .venv || exit 1; \
		echo "$(PYTHON)" > .venv/.python; }
	@echo "installing what pins.txt names into .venv ($$($(PY) --version)); the first time takes a minute or two"
	@$(UV) pip sync --quiet --python $(PY) --require-hashes --build-constraints pins.txt --compile-bytecode pins.txt
	@$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .
	@touch $@
