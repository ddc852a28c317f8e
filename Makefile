# Photo Critic. The same verbs everywhere; `check` never changes a file, `fix` does.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
PORT ?= 8000
DOCS_PORT ?= 8080
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
DATA ?= $(or $(CRITIC_DATA),../shared/data)
WEIGHTS ?= $(or $(CRITIC_WEIGHTS),../shared/weights/alexnet_imagenet_features.safetensors)
PACKAGES := services/core services/gateway services/worker services/inference services/cli training

# PyTorch comes without its dependencies, which the lock then pins: its index has only its own builds of them.
# A stamp a set of packages: set up once, and again when the lock or the project file changes.
LOCAL := $(VENV)/.local
DEV := $(VENV)/.dev
TRAINING := $(VENV)/.training

.PHONY: help run test check fix docs model one-model bench capacity lock sbom wheel clean

help: ## What one can ask for
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(LOCAL) ## Start the whole stack on this machine, without Docker: http://127.0.0.1:8000 (PORT=9000 for elsewhere)
	@exec $(BIN)/photo-critic up --port $(PORT)

# These measure time, or fill the machine by themselves: one after the other, when all the others are done.
ALONE := tests/browser $(filter-out %/test_config.py %/test_images.py,$(wildcard tests/compose/test_*.py)) tests/e2e/test_large_album.py tests/e2e/test_overload.py

test: $(DEV) ## Run all tests; those whose service is missing here are skipped, and say why
ifdef TESTS
	$(BIN)/python -m pytest $(TESTS)
else
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --no-loadscope-reorder $(ALONE:%=--ignore=%) || together=failed; \
	$(BIN)/python -m pytest $(ALONE) || alone=failed; \
	echo "Side by side: $${together:-passed}. Alone: $${alone:-passed}."; [ -z "$$together$$alone" ]
endif

check: $(DEV) ## Lint, types, import rules, generated files, known vulnerabilities: changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python infra/generate.py --check
	$(BIN)/python -m infra.supply_chain.audit
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@if command -v npx >/dev/null; then npx --yes --package typescript@5.9.3 tsc --project frontend/jsconfig.json; \
	else echo "npx is not here: the page's types were not checked"; [ -z "$$CI" ]; fi

fix: $(DEV) ## Format, repair what lint can, regenerate what is generated
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python infra/generate.py

docs: $(DEV) ## Serve the documentation as a site: http://127.0.0.1:8080 (DOCS_PORT=9090 for elsewhere)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --dev-addr 127.0.0.1:$(DOCS_PORT)

model: $(TRAINING) ## Train the model anew and publish it to the model repository (DATA=…, WEIGHTS=…)
	$(MAKE) --no-print-directory one-model ARCH=alexnet NAME=aesthetics
	$(MAKE) --no-print-directory one-model ARCH=efficientnet-lite0-maps NAME=aesthetics-efficientnet

RUN = runs/$(NAME)
SETS = --rated $(DATA)/oasis --across $(DATA)/vessel --pool $(DATA)/pool/index.csv
one-model:
	CRITIC_WEIGHTS=$(WEIGHTS) $(BIN)/critic-train head --arch $(ARCH) $(SETS) --seeds 7,8,9,10,11 --out $(RUN)
	$(BIN)/critic-train export --run $(RUN) $(SETS) --reference $(DATA)/ccby/attribution.csv --name $(NAME) --out $(RUN)/exported
	$(BIN)/critic-train publish $(RUN)/exported services/inference/model_repository --version 1

bench: $(DEV) ## Measure each stage's limit, and the whole stack against it
	$(BIN)/python -m tests.load.bench

capacity: $(DEV) ## How many cores, replicas and GPUs for RATE=50 photos a second of SIZE=12MP (GPU=…, MEASURE=1; CHECK=1)
	@$(BIN)/python -m tests.load.capacity$(if $(CHECK),.check,$(PLANNED))

PLANNED = $(if $(RATE), --rate $(RATE))$(if $(SIZE), --size $(SIZE))$(if $(GPU), --gpu $(GPU))$(if $(MEASURE), --measure)

lock: $(DEV) ## Resolve the dependencies anew into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --strip-extras --all-extras --no-emit-package torch \
	  --no-header --no-annotate --upgrade -o requirements.lock pyproject.toml

sbom: $(DEV) ## List what is in each image that is built here, as CycloneDX, in dist/sbom
	$(BIN)/python -m infra.supply_chain.sbom

wheel: $(DEV) ## Build the wheel, page and model inside
	$(BIN)/python -m build --wheel --outdir dist .

clean: ## Take away what was built here; photos and settings stay
	rm -rf $(VENV) .cache dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(LOCAL): pyproject.toml requirements.lock | $(BIN)/python
	$(PIP) -c requirements.lock -e '.[local]'
	@touch $@

$(DEV): pyproject.toml requirements.lock training/torch-cpu.txt | $(BIN)/python
	$(PIP) --no-deps --retries 1 -r training/torch-cpu.txt
	$(PIP) -c requirements.lock -e '.[dev,training]'
	@touch $(LOCAL) $(TRAINING) $@

$(TRAINING): pyproject.toml requirements.lock training/torch-cpu.txt | $(BIN)/python
	$(PIP) --no-deps --retries 1 -r training/torch-cpu.txt
	$(PIP) -c requirements.lock -e '.[training]'
	@touch $@
