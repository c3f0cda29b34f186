# Everything a user does. `make help` lists it; settings are `make VAR=…` or the environment (README, "Settings").
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help up status dashboard produce quarantine replay record trace logs env test lint bench doctor destroy down clean

PYTHON := .venv/bin/python
READY := .venv/.ready
CONTROL := $(PYTHON) -m tailrace
EMULATOR ?= auto
# Where it is set, each command would compile all that it imports: a second more, every time.
unexport PYTHONDONTWRITEBYTECODE
# The emulator is ours to start and stop unless the target is AWS or somebody else's endpoint.
OURS = [ "$${TARGET:-localstack}" = localstack ] && [ -z "$$AWS_ENDPOINT_URL" ]

help: ## list what there is to do
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {gsub(/\$$\$$/, "$$", $$2); printf "  make %-15s %s\n", $$1, $$2}' Makefile

$(READY): requirements.txt bootstrap/environment.py bench/pyproject.toml
	@python3 bootstrap/environment.py

up: $(READY) ## install what is missing, start the emulator, deploy the pipeline and verify it
	@if $(OURS); then $(CONTROL) up --via '$(EMULATOR)'; fi
	@$(PYTHON) -m bootstrap up

status: $(READY) ## emulator, stack, mapping, lag, counts by event type, quarantine, dead letters
	@if $(OURS); then $(CONTROL) where; fi
	@$(PYTHON) -m bootstrap status

dashboard: $(READY) ## open a live page on this machine: DASHBOARD_PORT= DASHBOARD_OPEN=
	@$(PYTHON) -m dashboard

produce: $(READY) ## send events: COUNT= RATE= SEED= SOURCE= DURATION= SPEED= LEDGER=
	@$(PYTHON) -m producer

quarantine: $(READY) ## list what was set aside, and why: FROM= REASON= KEY= SINCE= UNTIL=
	@$(PYTHON) -m aftermath quarantine

replay: $(READY) ## say what of it would be sent again; GO=1 sends it: the same filters
	@$(PYTHON) -m aftermath replay

record: $(READY) ## read a stream into a file that SOURCE= plays: OUT= STREAM= SINCE= UNTIL= DURATION=
	@$(PYTHON) -m aftermath record

trace: $(READY) ## one event's story: EVENT= its eventId or sequence number
	@$(PYTHON) -m aftermath trace

logs: $(READY) ## follow the function's log
	@$(PYTHON) -m bootstrap logs --follow

env: $(READY) ## for `eval "$$(make -s env)"`: makes aws, boto3 and any SDK talk to the target
	@$(PYTHON) -m bootstrap env

test: $(READY) ## unit and integration tests, on stacks of their own: TESTS= a file or folder
	@if $(OURS); then $(CONTROL) install --via '$(EMULATOR)'; fi
	@if [ "$$TARGET" = aws ]; then $(PYTHON) -m tests.frame.permission; fi
	@$(PYTHON) -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(PYTEST_OPTIONS) $(TESTS)

lint: $(READY) ## ruff, mypy, cfn-lint, shellcheck
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy bootstrap handler detector producer dashboard aftermath bench/tailrace tests benchmarks
	@.venv/bin/cfn-lint bootstrap/template.yaml
	@.venv/bin/shellcheck .ci/run bench/healthy

bench: $(READY) ## measure: events/s, latency, start-up, memory, calls and their cost, beside the recipe's way
	@$(CONTROL) install
	@$(PYTHON) -m benchmarks

bench-anomalies: $(READY) ## measure the anomaly detector on labelled series: NAB_DATA= their folder
	@$(PYTHON) -m uv venv --quiet --allow-existing --python $(PYTHON) .build/anomalies
	@$(PYTHON) -m uv pip sync --quiet --python .build/anomalies/bin/python --require-hashes benchmarks/anomalies.txt
	@.build/anomalies/bin/python -m benchmarks.anomalies

doctor: ## what is missing or in the way, and the fix
	@python3 bootstrap/environment.py check
	@if [ -f $(READY) ]; then $(CONTROL) doctor; else echo "Nothing is installed yet: make up"; fi

destroy: $(READY) ## remove the stack and all that belongs to it
	@$(PYTHON) -m bootstrap destroy

down: $(READY) ## remove the stack and stop the emulator
	@if $(OURS); then $(CONTROL) down; else $(PYTHON) -m bootstrap destroy; fi

clean: ## stop the emulator and remove all that was installed and built
	@if [ -f $(READY) ] && $(OURS); then $(CONTROL) down --image; fi
	@[ ! -d .emulator ] || chmod -R u+w .emulator
	@rm -rf .emulator .build .venv .uv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
