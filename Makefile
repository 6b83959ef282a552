# What this project can do. `make` alone lists the targets. Nothing is needed but Python 3.10 or later, pip, make and git.

PYTHON ?= python3
DATA ?= sample
TEACHER ?=
RESULTS ?=
NOTEBOOKS ?=
CONSTRAINTS ?= constraints.txt
BUNDLE ?= afro_comet/bundle
PAGE ?= build/page

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PLAYWRIGHT := 1.65.2
TORCH := $(shell sed -n 's/^torch==//p' constraints.txt)

.DEFAULT_GOAL := help
.PHONY: help install study check test test-slow page lab notebooks readme docs clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{printf "make %-11s %s\n", $$1, $$2}'

# torch goes first and alone: together with open ranges pip may choose a release that pulls gigabytes of GPU libraries.
$(INSTALLED): settings.ini setup.py constraints.txt
	@echo "Installing into $(VENV): a few minutes, once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch==$(TORCH)
	$(BIN)/python -m pip install -qq --constraint $(CONSTRAINTS) --editable '.[dev]'
	@touch $@

install: $(INSTALLED)  ## make .venv with the versions in constraints.txt

study: $(INSTALLED)  ## run the study on DATA (default: a small sample), with TEACHER (a folder or Hub name; default: its own)
	$(BIN)/afro-comet study --data $(DATA) $(if $(TEACHER),--teacher $(TEACHER)) $(if $(RESULTS),--results $(RESULTS))

check: $(INSTALLED)  ## in under a minute: is all in step and in style, do the pages build, do the quick notebooks run
	@$(BIN)/python .ci/test.py --quick

test: $(INSTALLED)  ## the same with every notebook and the wheel: what CI runs
	@$(BIN)/python .ci/test.py

test-slow: $(INSTALLED)  ## the same with the cells marked `slow`, and page and notebooks in Chromium, which has to be there
	@$(BIN)/python -m pip install --quiet playwright==$(PLAYWRIGHT)
	@$(BIN)/python .ci/test.py --slow
	@$(BIN)/python .ci/lab.py

page: $(INSTALLED)  ## make the web page of BUNDLE (default: the one of the package) in PAGE (default: build/page)
	$(BIN)/afro-comet page $(BUNDLE) $(PAGE)

lab: $(INSTALLED)  ## open JupyterLab on nbs/
	$(BIN)/jupyter lab nbs

notebooks: $(INSTALLED)  ## run NOTEBOOKS (default: all), store their outputs, clean them
	$(BIN)/python .ci/notebooks.py $(NOTEBOOKS)

readme: $(INSTALLED)  ## write README.md from nbs/index.ipynb
	$(BIN)/python .ci/readme.py

docs: $(INSTALLED)  ## build the documentation site in _docs/
	$(BIN)/python .ci/docs.py

clean:  ## remove what make built, all but .venv
	rm -rf _docs _proc build dist *.egg-info
	find . -path ./$(VENV) -prune -o -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -exec rm -rf {} +
