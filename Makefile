# What a person types, and the continuous integration too. Each target does its own set-up and is quick the second time.
# Variables: PYTHON (default python3), VENV (default .venv), CHROMIUM (default: the first browser found), SITE (for check-site),
# VADEMECUM_SHARED (a folder with texts that are not ours, which some checks read where it is there).

PYTHON ?= python3
VENV ?= .venv
ifndef CHROMIUM
CHROMIUM := $(firstword $(foreach name,chromium chromium-browser google-chrome,$(shell command -v $(name) 2>/dev/null)))
endif
export CHROMIUM

python := $(VENV)/bin/python
pip := $(python) -m pip --disable-pip-version-check --quiet
uv_compile := $(VENV)/bin/uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 \
	--generate-hashes --no-strip-extras --no-config --quiet --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --upgrade
site_tools := tools/site/node_modules/.ready

# A .venv whose Python has gone (an upgrade, another machine's folder) is made anew.
ifneq ($(shell $(python) -c 'print("works")' 2>/dev/null),works)
$(shell rm -f $(VENV)/.made $(VENV)/.ready-*)
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check check-site bench lock clean chromium-here java-here

help: ## Say what there is to type
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.ready-run ## Start Vademecum: on Discord with a DISCORD_TOKEN, otherwise the sandbox in a browser
	@exec $(VENV)/bin/vademecum run

test: chromium-here java-here $(VENV)/.ready-dev ## Run every test, and hold the services at full branch coverage
	$(python) -m pytest --numprocesses auto --maxprocesses 4 --cov --cov-report=term:skip-covered --cov-fail-under=100 $(ARGS)

check: $(VENV)/.ready-dev ## Lint, types, import arrows, docs and locks; no network
	$(python) -m ruff check
	$(python) -m ruff format --check
	$(python) -m mypy
	$(VENV)/bin/lint-imports
	$(python) -m tools.check_docs
	$(python) -m tools.check_locks

check-site: chromium-here java-here $(VENV)/.ready-dev $(site_tools) ## Hold every public page and e-book against the W3C's checkers and axe-core (SITE=DIR: a site built before)
ifdef SITE
	$(python) -m tools.check_site $(SITE)
else
	rm -rf .cache/site
	$(VENV)/bin/vademecum site build --sample --out .cache/site
	$(python) -m tools.check_site .cache/site
ifdef VADEMECUM_SHARED
	$(python) -m tests.web.lesson_site .cache/lessons
	$(python) -m tools.check_site .cache/lessons
endif
endif

bench: $(VENV)/.ready-dev ## Measure, beside the floor of each measure; writes bench/results.jsonl
	$(python) -m bench

lock: | $(VENV)/bin/uv ## Take the newest releases that pyproject.toml allows into requirements/ (needs the network)
	$(uv_compile) --extra sandbox --output-file requirements/run.txt
	$(uv_compile) --all-extras --constraint requirements/run.txt --output-file requirements/dev.txt

clean: ## Remove what the other targets made; the data of a running Vademecum stays
	rm -rf $(VENV) .cache .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache tools/site/node_modules

chromium-here:
	@test -n "$(CHROMIUM)" || { echo 'The tests look at pages in Chromium, which is not here. Install it with:' >&2; \
		echo '    sudo apt-get install -y chromium' >&2; echo '(or name another Chromium: make test CHROMIUM=/path/to/it)' >&2; exit 1; }

java-here:
	@command -v java >/dev/null || { echo "The W3C's checkers of e-books and pages run on Java, which is not here. Install it with:" >&2; \
		echo '    sudo apt-get install -y default-jre-headless' >&2; exit 1; }

# The environment. The development lock holds all that the run lock holds, at the same versions, so one .venv serves both.
$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo 'Python is not here. Install it with:' >&2; \
		echo '    sudo apt-get install -y python3 python3-venv' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Vademecum needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
		echo 'Name a newer one, for example:  make run PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'This Python cannot make a virtual environment. Install what is missing with:' >&2; \
		echo '    sudo apt-get install -y python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.ready-%: requirements/%.txt pyproject.toml | $(VENV)/.made
	@echo 'Installing what $< lists into $(VENV) (a minute or two the first time) ...'
	@$(pip) install --require-hashes --requirement $<
	@PYTHONWARNINGS=ignore $(pip) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/bin/uv:
	$(MAKE) $(VENV)/.ready-dev

# The page checkers come from npm at the versions and hashes of the lock.
$(site_tools): tools/site/package.json tools/site/package-lock.json
	@command -v npm >/dev/null || { echo 'The page checkers come from npm, which is not here. Install it with:' >&2; \
		echo '    sudo apt-get install -y npm' >&2; exit 1; }
	cd tools/site && npm ci --ignore-scripts --no-fund --no-audit
	@touch $@
