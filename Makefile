# One command each: up (use it), test (prove it), demo (see it without a browser), bench (measure it).
SHELL := /bin/bash
PY ?= python3
VENV ?= .venv
PORT ?= 8000
PROFILE ?= cpu
HOST ?= 127.0.0.1
OUT ?= out/demo
BIN := $(VENV)/bin
EVALUATION := face-descriptor portrait-astronaut portrait-admiral
export PORT PROFILE HOST
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help up test demo bench image-test load fuzz check install install-test weights web apt clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

up: install weights web  ## Install everything, then serve at http://localhost:$(PORT)
	$(BIN)/avatar-serving serve

demo: install weights  ## Make an avatar and talk with it, no browser (PHOTO=path OUT=out/demo)
	$(BIN)/pip install -q -c constraints.txt scikit-image
	$(BIN)/python -m demo --out $(OUT) --port $(PORT) $(if $(PHOTO),--photo "$(PHOTO)")

bench: install-test weights web  ## Print the figures of this machine beside the targets (BENCH=--quick)
	$(BIN)/python -m bench $(BENCH)

test: install-test weights web apt  ## Install everything, then run all tests
	$(BIN)/ruff check .
	$(BIN)/avatar-serving weights pull $(EVALUATION) rife
	$(BIN)/python -m scripts.chart_tools
	$(BIN)/python -m scripts.suites

fuzz: install-test  ## Spoiled input of every kind that strangers send: 10,000 of each (FUZZ_INPUTS=)
	@mkdir -p out && rm -f out/fuzz.jsonl
	FUZZ_INPUTS=$(or $(FUZZ_INPUTS),10000) FUZZ_REPORT=out/fuzz.jsonl $(BIN)/pytest -q -p no:cacheprovider tests/fuzz
	@cat out/fuzz.jsonl

image-test: install  ## Build the CPU image from Debian's packages, start it as the chart would, talk to it (root, buildah)
	$(BIN)/python -m scripts.image $(IMAGE_TEST)

load: install  ## Let many users talk to the service at localhost:$(PORT) (LOAD="--scenario ramp --sessions 8")
	$(BIN)/python -m load_tests --url http://localhost:$(PORT) $(LOAD)

check: install-test  ## Lint, types, what is known of the packages: licences, vulnerabilities (ADVISORIES=folder)
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pyright
	$(BIN)/python -m scripts.audit $(if $(ADVISORIES),--advisories "$(ADVISORIES)")

install: $(VENV)/.installed
install-test: $(VENV)/.installed-test

$(BIN)/python:
	@echo "== virtual environment in $(VENV)"
	$(PY) -m venv $(VENV)
	$(BIN)/pip install -q --upgrade pip setuptools==84.2.1  # venv brings one with known holes

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "== Python packages (about 1.4 GB on disk, no torch, no CUDA)"
	$(BIN)/pip install --progress-bar on -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "== packages for the tests"
	$(BIN)/pip install -q -c constraints.txt -e .[test]
	@touch $@

weights: $(VENV)/.installed
	@echo "== model weights of profile $(PROFILE)"
	$(BIN)/avatar-serving weights pull --profile $(PROFILE)

web: web/dist/index.html

web/dist/index.html: web/package-lock.json web/index.html $(shell find web/src web/public -type f 2>/dev/null)
	@echo "== web client"
	cd web && npm ci --no-audit --no-fund && npm run build
	@touch $@

apt:  ## (tests) Install the Debian packages that the browser tests need, where that is possible
	@scripts/apt.sh

clean:  ## Remove what was built here (weights stay in the cache)
	rm -rf $(VENV) web/node_modules web/dist out *.egg-info
