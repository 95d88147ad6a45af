# Needs Python 3.11 or newer and GNU make. `make` alone says what there is.

VENV := .venv
PY := $(VENV)/bin/python
PYTHON := $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$each" && break; done)
NODE ?= node

# A page can be opened where there is a desktop. On a bare terminal Python would find a text browser.
NO_BROWSER := $(shell test -n "$$DISPLAY$$WAYLAND_DISPLAY" || test "$$(uname)" = Darwin || echo --no-browser)
# JupyterLab refuses to run as root unless it is told that this is meant: in a container it is.
AS_ROOT := $(shell test "$$(id -u)" != 0 || echo --allow-root)

# Tests wait a lot: for a kernel, for a page. A file is one worker's, so that what its tests share is
# made once; those that drive a browser come last, see conftest.py.
AT_ONCE := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

BENCHMARKS := start log handover view nested soak

help:  ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

lab: $(VENV)/.lab  ## Open JupyterLab at the first notebook
	$(PY) -m jupyterlab $(AS_ROOT) $(NO_BROWSER) $(LAB_ARGS) --ServerApp.root_dir="$(CURDIR)" \
		--LabApp.default_url=/lab/tree/notebooks/00-start.ipynb

test: $(VENV)/.dev  ## Run every test, in a browser too
	$(PY) tests/notebooks/chromium.py
	$(PY) tests/notebooks/hub_proxy.py
	$(PY) -m pytest $(AT_ONCE) $(PYTEST_ARGS)

check: $(VENV)/.dev  ## Look for mistakes without running: ruff, mypy, layers, the JavaScript
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -q tests/test_layers.py
	@command -v $(NODE) >/dev/null || { echo "The JavaScript tests need Node.js 18 or newer: \
	install it (Debian: apt-get install nodejs; macOS: brew install node), then run this again." >&2; exit 1; }
	$(NODE) --test --test-reporter=dot $(wildcard tests/javascript/*.test.mjs)

notebooks: $(VENV)/.dev  ## Run the notebooks in a fresh kernel and save their outputs, cleaned
	$(PY) tests/notebooks/making.py

site: $(VENV)/.dev  ## Make the course a static site, with Python in the browser (needs npm)
	$(PY) -m lite

docs: $(VENV)/.docs  ## Build the documentation's site in build/docs; a warning is an error
	$(PY) -m sphinx --nitpicky --fail-on-warning --keep-going --quiet -c docs -b html . build/docs
	@echo "Built: build/docs/index.html"

binder:  ## Say the address that opens the course on Binder
	@"$(PYTHON)" -m lite.binder

picture: $(VENV)/.dev  ## Take the README's picture of the panel and its film anew
	$(PY) -m pytest -q tests/notebooks/test_journey.py tests/notebooks/test_film.py -k readme
	cp test-results/panel.png test-results/playground.webp docs/

bench: $(VENV)/.dev  ## Measure what the speed claims say
	@for each in $(BENCHMARKS); do echo "== $$each"; $(PY) "benchmarks/$$each.py" || exit 1; done
	$(PY) -m benchmarks.recording
	$(PY) -m benchmarks.frameworks $(BENCH_ARGS)

clean:  ## Remove what was made, the virtual environment too
	rm -rf $(VENV) .bench build dist test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find micropie playground tests benchmarks examples lite notebooks \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -prune -exec rm -rf {} +

# Installed again only when pyproject.toml has changed; the packages themselves are used in place.
$(VENV)/.lab $(VENV)/.docs $(VENV)/.dev: $(VENV)/.%: pyproject.toml | $(PY)
	@echo "Installing into $(VENV); this takes a minute or two, once."
	$(PY) -m pip install --quiet --disable-pip-version-check --editable ".[$*]"
	@touch $@

$(PY):
	@test -n "$(PYTHON)" || { echo "This needs Python 3.11 or newer, and found none; \
	install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear $(VENV) || { rm -rf $(VENV); echo "Python could not make a virtual \
	environment; on Debian and Ubuntu install one more package: apt-get install python3-venv" >&2; exit 1; }

.PHONY: help lab test check notebooks site docs binder picture bench clean
