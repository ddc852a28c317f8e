# Photo Critic. The same verbs everywhere; `check` never changes a file, `fix` does.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
PORT ?= 8000
DOCS_PORT ?= 8080
VENV := .venv
BIN := $(VENV)/bin
# Errors only: pip's warnings are about its own configuration.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# The locked packages of extras, by hash; then this folder, which has none.
define install
$(BIN)/python infra/docker/requirements_of.py build $(1) > $(VENV)/requirements.txt
@$(PIP) --require-hashes --no-deps -r $(VENV)/requirements.txt
@$(PIP) --no-deps --no-build-isolation -e .
endef
DATA ?= $(CRITIC_DATA)
WEIGHTS ?= $(CRITIC_WEIGHTS)

# PyTorch comes without its dependencies, which the lock then pins: its index has only its own builds of them.
# A stamp a set of packages: set up once, and again when the lock or the project file changes.
LOCAL := $(VENV)/.local
TEST := $(VENV)/.test
DEV := $(VENV)/.dev
TRAINING := $(VENV)/.training

.PHONY: help run test test-all check check-files check-contract check-types fix docs model data-sets aesthetics aesthetics-alexnet one-model bench capacity lock sbom wheel release clean

help: ## What one can ask for
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(LOCAL) ## Start the whole stack on this machine, without Docker: http://127.0.0.1:8000 (PORT=9000 for elsewhere)
	@exec $(BIN)/photo-critic up --port $(PORT)

PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest
PARALLEL := -n auto --no-loadscope-reorder

# What a bare machine can run: no container, browser, PyTorch, Triton, data set, index of vulnerabilities or build for GPUs
# (300 MB). Of e2e, the main job: a photo is scored.
MAIN_JOB := first_photo uploads refusals photos_alike command_line inference_server
NEEDS_MORE := tests/unit/training tests/unit/load/test_gpu_figures.py tests/unit/load/test_gpu_report.py \
  tests/unit/cli/commands/test_batch_parquet.py tests/unit/infra/test_audit.py tests/unit/infra/test_pin_images.py tests/unit/infra/release \
  tests/contract/inference/test_parity.py tests/contract/inference/test_openvino.py \
  tests/contract/inference/test_silent_fallback.py tests/contract/gateway/test_schemathesis.py
BARE := tests/unit tests/architecture tests/contract $(MAIN_JOB:%=tests/e2e/test_%.py) $(NEEDS_MORE:%=--ignore=%) \
  -m "not triton"

# Containers: one test after the other. Two stacks at once on two cores fail their health checks, which have seconds.
# Chromium loses its connections when Docker makes a network: the browser's tests run alone.
BARE_MACHINE := tests/compose/test_bare_machine.py
CONTAINERS := $(filter-out $(BARE_MACHINE) %/test_config.py %/test_images.py,$(wildcard tests/compose/test_*.py))
# They leave half of two cores idle: beside them, at the lowest priority, runs what only computes and has no deadlines.
# Linux shares cores between sessions first, hence the session and its priority.
COMPUTATIONS := tests/unit/training tests/kubernetes tests/architecture/test_monitoring.py tests/e2e/test_flickr_shards.py
COMPUTED := $(CURDIR)/.cache/computations.log
LOW_PRIORITY := setsid bash -c 'echo 19 2>/dev/null >/proc/self/autogroup; exec nice -n 19 "$$@"' low-priority
# What passed in the container of a bare machine, of the same commit, does not run here again.
PASSED := $(CURDIR)/.cache/passed-on-bare-machine.txt

test: $(if $(TESTS),$(DEV),$(TEST)) ## Run the tests of a bare machine, with Python alone (TESTS=tests/unit/gateway: these, on any machine)
	$(PYTEST) $(or $(TESTS),$(PARALLEL) $(BARE))

test-all: $(DEV) ## Run all tests; those without their service (Docker, Chromium, …) are skipped with a reason
	@failed=; mkdir -p $(dir $(PASSED)); rm -f $(PASSED); \
	PASSED_ON_BARE_MACHINE=$(PASSED) $(PYTEST) $(BARE_MACHINE) || failed+=" bare-machine"; \
	$(PYTEST) $(PARALLEL) --passed-elsewhere=$(PASSED) \
	  $(patsubst %,--ignore=%,$(BARE_MACHINE) $(CONTAINERS) $(COMPUTATIONS) tests/browser) || failed+=" parallel"; \
	$(LOW_PRIORITY) env $(PYTEST) --timeout=0 --passed-elsewhere=$(PASSED) $(COMPUTATIONS) >$(COMPUTED) 2>&1 & \
	computations=$$!; trap "kill -- -$$computations; exit 130" INT TERM; \
	$(PYTEST) $(CONTAINERS) || failed+=" containers"; \
	wait $$computations || failed+=" computations"; trap - INT TERM; cat $(COMPUTED); \
	$(PYTEST) -n 2 --dist loadfile tests/browser || failed+=" browser"; \
	[ -z "$$failed" ] || { echo "Failed:$$failed"; exit 1; }

check: $(DEV) ## Lint, types, import rules, generated files, known vulnerabilities: changes nothing
	@$(MAKE) --no-print-directory --jobs 2 check-types check-files check-contract

check-files:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python infra/generate.py --check
	$(BIN)/python -m infra.supply_chain.audit
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# The rules that Spectral and Redocly recommend, warnings included.
check-contract:
	@if command -v npx >/dev/null; then \
	npx --yes --package @stoplight/spectral-cli@6.16.3 spectral lint --quiet --fail-severity hint \
	  --ruleset infra/openapi/spectral.yaml docs/openapi.json && \
	REDOCLY_TELEMETRY=off npx --yes --package @redocly/cli@2.77.0 redocly lint --extends recommended-strict docs/openapi.json; \
	else echo "npx is not here: the contract was not linted"; [ -z "$$CI" ]; fi

check-types:
	$(BIN)/mypy
	@if command -v npx >/dev/null; then npx --yes --package typescript@5.9.3 tsc --project frontend/jsconfig.json; \
	else echo "npx is not here: the page's types were not checked"; [ -z "$$CI" ]; fi

fix: $(DEV) ## Format, repair what lint can, regenerate what is generated
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python infra/generate.py

docs: $(DEV) ## Serve the documentation as a site: http://127.0.0.1:8080 (DOCS_PORT=9090 for elsewhere)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --dev-addr 127.0.0.1:$(DOCS_PORT)

model: data-sets $(TRAINING) ## Train the models anew and publish them to the model repository (DATA=…, WEIGHTS=…)
	$(MAKE) --no-print-directory aesthetics one-model NAME=aesthetics
	$(MAKE) --no-print-directory aesthetics-alexnet one-model NAME=aesthetics-alexnet

data-sets:
	@[ -d "$(DATA)" ] || { echo "CRITIC_DATA names the folder of data sets (training/README.md), and there is none at '$(DATA)'." >&2; exit 2; }
	@[ -f "$(WEIGHTS)" ] || { echo "CRITIC_WEIGHTS names the file of AlexNet's convolutions (training/README.md), and there is none at '$(WEIGHTS)'." >&2; exit 2; }

RUN = runs/$(NAME)
RATED = --rated $(DATA)/oasis --pool $(DATA)/pool/index.csv
SETS = $(RATED) --across $(DATA)/vessel
SEEDS = --seeds 7,8,9,10,11
# On a GPU in two minutes, on two cores in hours: infra/gpu/train.sh trains the pool's run elsewhere.
aesthetics:
	$(BIN)/critic-train pool --ratings $(DATA)/ratings --more $(DATA)/more $(RATED) --out runs/pool
	$(BIN)/critic-train people --run runs/pool --ratings $(DATA)/ratings $(SETS) $(SEEDS) --out $(RUN)

aesthetics-alexnet:
	$(BIN)/critic-train pool --ratings $(DATA)/ratings --more $(DATA)/more $(RATED) --arch alexnet-maps --weights $(WEIGHTS) \
	    --teacher runs/pool --out runs/pool-alexnet
	$(BIN)/critic-train people --run runs/pool-alexnet --ratings $(DATA)/ratings $(SETS) $(SEEDS) --out $(RUN)

one-model:
	$(BIN)/critic-train export --run $(RUN) $(SETS) --more $(DATA)/more/index.csv --ratings $(DATA)/ratings --reference $(DATA)/ccby/attribution.csv --name $(NAME) --out $(RUN)/exported
	$(BIN)/critic-train publish $(RUN)/exported services/inference/model_repository --version 1

bench: $(DEV) ## Measure each stage's limit, the whole stack against it, and other servers beside it
	$(BIN)/python -m tests.load.bench
	$(BIN)/python -m tests.load.peers --commit 37f8eb6

capacity: $(DEV) ## Plan cores, replicas and GPUs for RATE=50 photos/s of SIZE=12MP (GPU=…, MEASURE=1, CHECK=1, PLAN="--stacks 2")
	@$(BIN)/python -m tests.load.photo_costs$(if $(MEASURE), --force)
	@$(BIN)/python -m $(if $(CHECK),tests.load.capacity_check,infra.capacity$(PLAN_OPTIONS))

PLAN_OPTIONS = $(if $(RATE), --rate $(RATE))$(if $(SIZE), --size $(SIZE))$(if $(GPU), --gpu $(GPU)) $(PLAN)

lock: $(DEV) ## Resolve the dependencies anew into requirements.lock, with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --strip-extras --all-extras --no-emit-package torch \
	  --no-header --generate-hashes --upgrade -o requirements.lock pyproject.toml

sbom: $(DEV) ## List what is in each image that is built here, as CycloneDX, in dist/sbom
	$(BIN)/python -m infra.supply_chain.sbom

wheel: $(DEV) ## Build the wheels: the whole, page and model inside, and the client
	$(BIN)/python -m build --wheel --outdir dist .
	$(BIN)/python -m build --wheel --outdir dist services/client

release: $(DEV) ## Build what a release of this tag publishes, in dist/release, and list it (DRY=1: rehearsal, IMAGES="gateway": no other)
	@$(BIN)/python -m infra.release$(if $(DRY), --dry-run)$(if $(filter-out undefined,$(origin IMAGES)), --images $(IMAGES))

clean: ## Take away what was built here; photos and settings stay
	rm -rf $(VENV) .cache dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/python:
	@echo "Creating a Python environment in $(VENV)."
	@$(PYTHON) -m venv $(VENV)

$(LOCAL): pyproject.toml requirements.lock | $(BIN)/python
	@echo "Installing Photo Critic and its libraries in $(VENV), once: about 2 minutes."
	@$(call install,local)
	@touch $@

$(TEST): pyproject.toml requirements.lock | $(BIN)/python
	@echo "Installing Photo Critic and its test libraries in $(VENV), once: about 2 minutes."
	@$(call install,test)
	@touch $(LOCAL) $@

$(DEV): pyproject.toml requirements.lock training/torch-cpu.txt | $(BIN)/python
	@echo "Installing Photo Critic, PyTorch and the development tools in $(VENV), once: about 5 minutes."
	@$(PIP) --no-deps --retries 1 -r training/torch-cpu.txt
	@$(call install,dev training)
	@touch $(LOCAL) $(TEST) $(TRAINING) $@

$(TRAINING): pyproject.toml requirements.lock training/torch-cpu.txt | $(BIN)/python
	@echo "Installing Photo Critic and PyTorch in $(VENV), once: about 4 minutes."
	@$(PIP) --no-deps --retries 1 -r training/torch-cpu.txt
	@$(call install,training)
	@touch $@
