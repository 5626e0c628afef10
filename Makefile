# `make compare` and `make test` set up what they need; a second call installs nothing.
PYTHON ?= python3
# workers and commands start often: compiled once, they start faster
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
CORE := .venv-core
OVERLAYS := $(VENV)/overlays
# old editions of tools, each in a folder of its own: they share import names with newer ones
EDITIONS := torch-summary==1.4.5 torchsummary==1.5.1 torchinfo==0.0.9
# networks of torchvision and timm too: beside a PyTorch of another build torchvision's import fails, and some tools import it
# where they find it; what else timm imports comes with the tools
EDITIONS += torchvision==0.28.0 timm==1.0.31
PIP := -m pip --disable-pip-version-check install --prefer-binary
SOURCES := crosscheck adapters tests
# what `make compare` runs, one after the other; one that fails hides none of the others
REPORTS := compare "doctor --out reports" verify architecture zoo "sizes --out reports" "figures --out reports" report
.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null || \
	 grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST)

.PHONY: compare
compare: $(VENV)/.ready $(OVERLAYS)/.ready ## measure the default networks with every tool and write reports/
	@status=0; for job in $(REPORTS); do \
	  echo "== crosscheck $$job"; $(VENV)/bin/crosscheck $$job || { code=$$?; test $$code -lt 128 || exit $$code; status=$$code; }; \
	done; exit $$status

.PHONY: doctor
doctor: $(VENV)/.ready $(OVERLAYS)/.ready ## what each tool does with each operation, on your versions
	$(VENV)/bin/crosscheck doctor

.PHONY: zoos
zoos: $(VENV)/.ready $(OVERLAYS)/.ready ## every network of every zoo with every tool, into reports/zoos/; resumed where it stopped
	nice $(VENV)/bin/crosscheck zoos

.PHONY: page
page: $(VENV)/.ready ## write reports/index.html, the page of the reports that are there, to be opened in a browser
	$(VENV)/bin/crosscheck report

.PHONY: verify
verify: $(VENV)/.ready ## prove that frameworks and ONNX exports compute the same function
	$(VENV)/bin/crosscheck verify

.PHONY: test
test: $(VENV)/.ready $(OVERLAYS)/.ready lint test-fast test-page ## linters, types, the suite without frameworks, the page in a browser, then what needs frameworks
	$(VENV)/bin/python -m pytest -m "framework or everywhere" -n 2 --dist loadgroup --durations=10

.PHONY: test-fast
test-fast: $(CORE)/.ready ## the framework-free suite, in an environment that has no framework
	$(CORE)/bin/python -m pytest -q -m "not framework and not browser" -n 2 --dist worksteal --durations=10

.PHONY: test-page
test-page: $(CORE)/.ready ## the page in Chromium, where there is one
	$(CORE)/bin/python -m pytest -q -m browser -n 2 --dist worksteal --durations=5

.PHONY: lessons
lessons: $(CORE)/.ready ## run every lesson from top to bottom, and try its figures, links and notebooks; offline, without a framework
	$(CORE)/bin/python -m pytest -q tests/lessons -n 2 --dist worksteal

.PHONY: notebooks
notebooks: $(CORE)/.ready ## write the lessons as notebooks into notebooks/, for a class
	$(CORE)/bin/python -m tests.lessons.notebooks notebooks

.PHONY: lint
lint: $(VENV)/.ready ## ruff and mypy
	$(VENV)/bin/ruff check $(SOURCES)
	$(VENV)/bin/ruff format --check $(SOURCES)
	$(VENV)/bin/mypy

.PHONY: setup
setup: $(VENV)/.ready $(OVERLAYS)/.ready ## only install everything into .venv

.PHONY: overlays
overlays: $(OVERLAYS)/.ready ## only install the old editions of tools

$(VENV)/.ready: pyproject.toml constraints.txt
	@echo "== setting up $(VENV): PyTorch, PaddlePaddle, TensorFlow and their counting tools; this takes some minutes once"
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "== 1 of 3: PyTorch"
	$(VENV)/bin/python $(PIP) -c constraints.txt torch
	@echo "== 2 of 3: PaddlePaddle and TensorFlow"
	$(VENV)/bin/python $(PIP) -c constraints.txt -e '.[torch,paddle,tensorflow,onnxtools]'
	@echo "== 3 of 3: test tools"
	$(VENV)/bin/python $(PIP) -c constraints.txt -e '.[dev]'
	@touch $@

$(OVERLAYS)/.ready: $(VENV)/.ready Makefile
	@echo "== old editions of tools, each in a folder of its own under $(OVERLAYS)"
	for edition in $(EDITIONS); do \
	  $(VENV)/bin/python $(PIP) --no-deps --upgrade --target "$(OVERLAYS)/$$(echo $$edition | sed 's/==/-/')" $$edition || exit 1; \
	done
	@touch $@

$(CORE)/.ready: pyproject.toml constraints.txt
	@echo "== setting up $(CORE): the core without any framework, and the test tools"
	test -x $(CORE)/bin/python || $(PYTHON) -m venv $(CORE)
	$(CORE)/bin/python $(PIP) -c constraints.txt -e '.[dev]'
	@touch $@

.PHONY: lock
lock: ## pin what a fresh environment resolves to, into constraints.txt
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python $(PIP) -e '.[torch,paddle,tensorflow,onnxtools,dev]'
	(sed -n '/^#/p' constraints.txt; .venv-lock/bin/python -m pip freeze --exclude-editable | sed -E 's/\+[a-z0-9.]+$$//') > constraints.new
	mv constraints.new constraints.txt && rm -rf .venv-lock

.PHONY: bench
bench: $(VENV)/.ready ## how fast the engine, the commands, the reading of ONNX files and the watching of networks are, as ratios
	$(VENV)/bin/python -m benchmarks.engine_speed
	$(VENV)/bin/python -m benchmarks.command_speed
	$(VENV)/bin/python -m benchmarks.onnx_speed
	$(VENV)/bin/python -m benchmarks.capture_speed
	$(VENV)/bin/python -m benchmarks.compare_speed

.PHONY: readme
readme: $(CORE)/.ready $(VENV)/.ready ## write the README's table and pictures from the committed reports, and its answer about a network of one's own
	$(CORE)/bin/python -m tests.readme_table
	$(VENV)/bin/python -m tests.readme_own
	$(CORE)/bin/python -m tests.readme_pictures

.PHONY: clean
clean: ## remove the environments and caches
	rm -rf $(VENV) $(CORE) .mypy_cache .pytest_cache .ruff_cache .hypothesis
