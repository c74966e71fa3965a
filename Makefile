# Carafe: every target is safe to run twice, and quick the second time.
#
#   PYTHON=/path/to/python3.12 make serve    another Python (3.11 or newer)
#   PORT=9000 make serve                     another port; docs/configuration.md lists the rest
#   PYTEST_ARGS="-k feeds" make test         a part of the tests
#   CHROMIUM=/path/to/chromium make test     another browser

SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
CHROMIUM ?= /usr/bin/chromium
PYTEST_ARGS ?=
JOBS ?= auto

BIN := $(VENV)/bin
# Made by `pip install`; newer than the lock when nothing is left to do.
SERVE_STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test
BUNDLES := static/dist/markdown-source.js

.PHONY: help serve dev test lint format assets lock bench messages clean rich-editor browser

help: ## List what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name words; do \
	  printf '  make %-9s %s\n' "$$name" "$$words"; done

serve: $(SERVE_STAMP) rich-editor ## Install, build, migrate, seed an empty site, and serve it
	@$(BIN)/python manage.py migrate --quiet
	@$(BIN)/python manage.py seed --if-empty
	@exec $(BIN)/python manage.py serve

dev: $(SERVE_STAMP) rich-editor ## The same with reload and debugger, on this machine only
	@$(BIN)/python manage.py migrate --quiet
	@$(BIN)/python manage.py seed --if-empty
	@exec $(BIN)/python manage.py dev

test: $(TEST_STAMP) rich-editor browser ## Run the tests (REQUIRE_SERVICES=1: a missing database fails)
	@CHROMIUM="$(CHROMIUM)" $(BIN)/python -m pytest -n $(JOBS) $(PYTEST_ARGS)

lint: $(TEST_STAMP) ## Check style, types, floors and templates
	@echo "ruff"; $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "mypy"; $(BIN)/mypy
	@echo "import-linter"; $(BIN)/lint-imports
	@echo "djlint"; $(BIN)/djlint --lint --quiet cms themes

format: $(TEST_STAMP) ## Put the Python code into its shape
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

assets: $(BUNDLES) ## Build the admin's rich editor (needs Node 18 or newer)

lock: $(TEST_STAMP) ## Compile the lock files anew from pyproject.toml and package.json
	@[ -x $(BIN)/uv ] || $(call pip,install --quiet uv)
	@$(BIN)/uv pip compile $(LOCK_FLAGS) --extra test pyproject.toml -o requirements-test.txt
	@$(BIN)/uv pip compile $(LOCK_FLAGS) -c requirements-test.txt pyproject.toml -o requirements.txt
	@if command -v npm >/dev/null; then npm install --package-lock-only; fi

bench: $(TEST_STAMP) ## Measure the pages against a bare Flask view and nginx
	@$(BIN)/python -m bench

messages: $(TEST_STAMP) ## Collect the interface's words for translators, and compile catalogues
	@mkdir -p cms/translations
	@$(BIN)/pybabel -q extract -F babel.cfg -k _ -k __ -k _l -k lazy_gettext --no-location \
	  --sort-output --omit-header -o cms/translations/messages.pot cms
	@for catalogue in cms/translations/*/LC_MESSAGES/messages.po; do \
	  [ -e "$$catalogue" ] || continue; \
	  $(BIN)/pybabel -q update -N -i cms/translations/messages.pot -d cms/translations; break; done
	@$(BIN)/pybabel -q compile -d cms/translations 2>/dev/null || true
	@echo "cms/translations/messages.pot is up to date"

clean: ## Remove what was built and installed (never instance/)
	@rm -rf $(VENV) node_modules static/dist build dist .mypy_cache .ruff_cache .pytest_cache

# --- how it is done -----------------------------------------------------------------------------

LOCK_FLAGS = --universal --generate-hashes --no-emit-index-url --no-header --quiet --python-version 3.11

# The venv's own pip, or another Python's pip reaching into the venv where Debian left pip out.
pip = if [ -x $(BIN)/pip ]; then $(BIN)/python -m pip $(1); \
  else $(PYTHON) -m pip --python $(BIN)/python $(1); fi

# Debian splits venv and ensurepip into a package of their own, so there are three ways to a venv.
define MAKE_VENV
set -eu
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "Carafe needs Python 3.11 or newer; PYTHON=/path/to/python3.12 make … names another one." >&2
  exit 1
}
$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null && $(PYTHON) -m venv $(VENV) && exit
if $(PYTHON) -m pip --version >/dev/null 2>&1; then
  rm -rf $(VENV)
  $(PYTHON) -m venv --without-pip $(VENV) && exit
fi
rm -rf $(VENV)
$(PYTHON) -m virtualenv --quiet $(VENV) 2>/dev/null && exit
if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing python3-venv ..."
  apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv $(VENV) && exit
fi
rm -rf $(VENV)
echo "This Python cannot make a virtual environment with pip in it." >&2
echo "On Debian and Ubuntu: sudo apt-get install python3-venv   Then run make again." >&2
exit 1
endef
export MAKE_VENV

$(BIN)/python:
	@sh -c "$$MAKE_VENV"

$(SERVE_STAMP): requirements.txt | $(BIN)/python
	@echo "Installing what Carafe needs ..."
	@$(call pip,install -qq --no-input --disable-pip-version-check --require-hashes -r requirements.txt)
	@touch $@

$(TEST_STAMP): requirements-test.txt | $(BIN)/python
	@echo "Installing what the tests need ..."
	@$(call pip,install -qq --no-input --disable-pip-version-check --require-hashes -r requirements-test.txt)
	@touch $@ $(SERVE_STAMP)

# The admin works without Node, with a plain textarea; a failed build stops nothing here.
NODE_IS_THERE = command -v npm >/dev/null 2>&1 && \
  node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null

rich-editor:
	@if $(NODE_IS_THERE); then \
	  $(MAKE) --silent --no-print-directory $(BUNDLES) || \
	    echo "The rich editor was not built (see above); the plain one is used."; \
	elif [ ! -e $(BUNDLES) ]; then \
	  echo "No Node 18 or newer here: entries are written in a plain text field."; \
	  echo "For the rich editor install Node and npm, then run: make assets"; \
	fi

$(BUNDLES): node_modules/.package-lock.json $(wildcard static/src/*)
	@node static/src/build.mjs

node_modules/.package-lock.json: package-lock.json
	@$(NODE_IS_THERE) || { echo "The rich editor needs Node 18 or newer, and npm." >&2; exit 1; }
	@echo "Installing the rich editor ..."
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

browser:
	@[ -x "$(CHROMIUM)" ] || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium for the browser tests ..."; \
	    apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  fi; \
	  [ -x "$(CHROMIUM)" ] || { \
	    echo "The browser tests need Chromium: sudo apt-get install chromium," >&2; \
	    echo "or CHROMIUM=/path/to/chromium make test" >&2; exit 1; }; }
