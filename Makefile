# Needs Python 3.11 or newer and GNU make. `make` alone says what there is.

IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON := $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$each" -c '$(IS_NEW_ENOUGH)' 2>/dev/null && echo "$$each" && break; done)
NODE ?= node
NPM ?= npm
JS := node_modules/.bin

# A Python that is named has a virtual environment of its own, beside: .venv-3.13.
BESIDE := $(if $(filter command line,$(origin PYTHON)),-$(shell \
	"$(PYTHON)" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null))
VENV := .venv$(BESIDE)
PY := $(VENV)/bin/python
GRADING := .venv-grade

# A page can be opened where there is a desktop. On a bare terminal Python would find a text browser.
NO_BROWSER := $(shell test -n "$$DISPLAY$$WAYLAND_DISPLAY" || test "$$(uname)" = Darwin || echo --no-browser)
# JupyterLab refuses to run as root unless it is told that this is meant: in a container it is.
AS_ROOT := $(shell test "$$(id -u)" != 0 || echo --allow-root)

# Where Python is told to write no bytecode, as in many container images, every kernel and every script
# would compile all that it imports, and take three times the processor time to start.
unexport PYTHONDONTWRITEBYTECODE

# A file is one worker's, so that what its tests share is made once, see tests/workers.py; those that
# drive a browser come last, see tests/conftest.py. When a test has hung or killed its worker, the run ends:
# pytest-xdist would put another worker in its place, and mostly wait for that for ever.
AT_ONCE := -n auto --maxprocesses 4 --max-worker-restart 0 --dist loadfile --no-loadscope-reorder

BENCHMARKS := start log handover watching gates view player nested soak recording state code swarm replay fuzzing upstream board

help:  ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo "  PYTHON=python3.13 after any of them takes that Python, with an environment of its own"

lab: $(VENV)/.lab  ## Open JupyterLab at the first notebook
	$(PY) -m jupyterlab $(AS_ROOT) $(NO_BROWSER) $(LAB_ARGS) --ServerApp.root_dir="$(CURDIR)" \
		--LabApp.default_url=/lab/tree/notebooks/00-start.ipynb

test: $(VENV)/.dev  ## Run every test, in a browser too
	$(PY) -m tests.notebooks.chromium
	$(PY) -m tests.notebooks.hub_proxy
	$(PY) -m pytest $(AT_ONCE) $(PYTEST_ARGS)

quick: $(VENV)/.dev  ## Run the tests that need no process, browser or server: tests/tiers.py says which
	$(PY) -m pytest -q -m quick $(AT_ONCE) $(PYTEST_ARGS)

soak: $(VENV)/.dev  ## Run what is of scale: crowds that come and go, and many messages, clients and kernels
	$(PY) -m pytest -m soak -o faulthandler_timeout=1800 $(PYTEST_ARGS)
	$(PY) -m benchmarks.soak

check: $(VENV)/.dev node_modules/.installed  ## Look for mistakes without running: ruff, mypy, layers, the JavaScript
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -q tests/test_layers.py tests/playground/widgets/test_composing.py
	@command -v $(NODE) >/dev/null || { echo "The JavaScript tests need Node.js 18 or newer: \
	install it (Debian: apt-get install nodejs; macOS: brew install node), then run this again." >&2; exit 1; }
	$(JS)/biome check --error-on-warnings
	$(JS)/tsc
	$(NODE) --test --test-reporter=dot $(wildcard tests/javascript/*.test.mjs)

notebooks: $(VENV)/.dev  ## Run the notebooks in a fresh kernel and save their outputs, cleaned
	$(PY) -m tests.notebooks.making

site: $(VENV)/.dev  ## Make the course a static site, with Python in the browser (needs npm)
	$(PY) -m lite

docs: $(VENV)/.docs  ## Build the documentation's site in build/docs; a warning is an error
	$(PY) -m sphinx --nitpicky --fail-on-warning --keep-going --quiet -c docs -b html . build/docs
	@echo "Built: build/docs/index.html"

binder:  ## Say the address that opens the course on Binder
	@"$(PYTHON)" -m lite.binder

picture: $(VENV)/.dev  ## Take the README's picture of the panel and its film anew
	PICTURE=1 $(PY) -m pytest -q tests/notebooks/test_journey.py tests/notebooks/test_film.py -k readme
	cp test-results/panel.png test-results/playground.webp docs/

bench: $(VENV)/.dev  ## Measure what the speed claims say
	@for each in $(BENCHMARKS); do echo "== $$each"; $(PY) -m "benchmarks.$$each" || exit 1; done
	$(PY) -m benchmarks.frameworks $(BENCH_ARGS)

grade: $(GRADING)/.grade  ## Have nbgrader and Otter-Grader give marks as docs/how-to/grade.md says
	$(GRADING)/bin/python -m tests.grading

clean:  ## Remove what was made, the virtual environments too
	rm -rf .venv .venv-3.* .venv-grade node_modules .bench build dist test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find micropie playground tests benchmarks examples lite notebooks \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -prune -exec rm -rf {} +

# Installed again only when pyproject.toml has changed; the packages themselves are used in place.
# uv does in seconds what takes pip a minute or two: one that is here, or PyPI's. Where it can't be had,
# or does not reach what pip reaches (it reads no pip.conf), pip does it.
$(VENV)/.lab $(VENV)/.docs $(VENV)/.dev: $(VENV)/.%: pyproject.toml | $(PY)
	@echo "Installing into $(VENV); this takes half a minute with uv and two without, once."
	@command -v uv >/dev/null || $(PY) -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || true
	PATH="$$PATH:$(CURDIR)/$(VENV)/bin" uv pip install --quiet --python $(PY) --editable ".[$*]" || \
		$(PY) -m pip install --quiet --disable-pip-version-check --editable ".[$*]"
	@touch $@

# Graders want other versions of much of this, so they have an environment to themselves.
$(GRADING)/.grade: pyproject.toml tests/grading/requirements.txt | $(PY)
	@echo "Installing into $(GRADING); this takes a minute or two, once."
	@"$(PY)" -m venv --clear $(GRADING)
	$(GRADING)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[lab]" \
		--requirement tests/grading/requirements.txt
	@touch $@

# What looks over the JavaScript: in the versions and with the checksums of the lock.
node_modules/.installed: package-lock.json
	@command -v $(NPM) >/dev/null || { echo "Looking over the JavaScript needs npm, which comes with \
	Node.js: install it (Debian: apt-get install npm; macOS: brew install node), then run this again." >&2; exit 1; }
	$(NPM) ci --silent
	@touch $@

$(PY):
	@test -n "$(PYTHON)" || { echo "This needs Python 3.11 or newer, and found none; \
	install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c '$(IS_NEW_ENOUGH)' || { echo "This needs Python 3.11 or newer; \
	PYTHON=$(PYTHON) is older, or none." >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear $(VENV) || { rm -rf $(VENV); echo "Python could not make a virtual \
	environment; on Debian and Ubuntu install one more package: apt-get install python3-venv" >&2; exit 1; }

.PHONY: help lab test quick soak check notebooks site docs binder picture bench grade clean
