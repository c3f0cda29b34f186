# Everything a user does. `make help` lists it; settings are `make VAR=…` or the environment (docs/settings.md).
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: given help up status dashboard try load produce quarantine replay record trace redeliver logs env advance test promises lint bench doctor destroy down clean

PYTHON3 ?= python3
PYTHON := .venv/bin/python
READY := .venv/.ready
TESTED := .venv/.tests
CONTROL := $(PYTHON) -m tailrace
EMULATOR ?= auto
# What make was given is checked before anything is installed or started; not in a make that another one runs.
GIVEN = $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
CHECKER = if [ -x $(PYTHON) ]; then set -- $(PYTHON); else set -- env PYTHONPATH=bench $(PYTHON3); fi
CHECK = [ $(MAKELEVEL) -gt 0 ] || { $(CHECKER); "$$@" -m bootstrap.given '$(MAKECMDGOALS)' '$(GIVEN)' || [ $$? -ne 2 ]; }
# Where it is set, each command would compile all that it imports: a second more, every time.
unexport PYTHONDONTWRITEBYTECODE

LOCAL = [ "$${TARGET:-localstack}" = localstack ]
# $(call IF_OURS,A,B): A where the emulator is this project's own, to start and stop; B where it is another one, or AWS.
WHOSE = if ! $(LOCAL); then (exit 3); elif [ "$$AWS_ENDPOINT_URL" ]; then $(CONTROL) whose; fi
IF_OURS = $(WHOSE); case $$? in 0) $(1) ;; 3) $(2) ;; *) exit 1 ;; esac
# Before anything is sent, read or removed: another project's emulator may have the port.
OWN_RUNS = [ -z "$$AWS_ENDPOINT_URL" ] && [ -e "$${EMULATOR_HOME:-.emulator}/run/$${EMULATOR_PORT:-4566}/pid" ]
ASK = ! $(LOCAL) || { $(OWN_RUNS); } || { $(CONTROL) whose; case $$? in 0|3) ;; *) false ;; esac; }
# Nothing is installed only to say that nothing runs.
INSTALLED = [ -e $(READY) ] || ! $(LOCAL) || [ "$$AWS_ENDPOINT_URL" ]
# An environment whose folder was moved, or whose Python is gone, is made anew.
RUNS_HERE = import sys, tailrace; sys.exit(tailrace.__file__ != sys.argv[1])
OLD = echo "$(PYTHON3) is missing or too old: Tailrace needs Python 3.9 or newer to set itself up: make PYTHON3=python3.13" >&2
NEW_ENOUGH = $(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || { $(OLD); exit 1; }
ifneq ($(filter-out help clean doctor,$(MAKECMDGOALS)),)
BROKEN := $(shell [ ! -e $(READY) ] || $(PYTHON) -c '$(RUNS_HERE)' '$(CURDIR)/bench/tailrace/__init__.py' 2>/dev/null || echo broken)
endif

help: ## list what there is to do
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {gsub(/\$$\$$/, "$$", $$2); printf "  make %-15s", $$1; at = 22; n = split($$2, word, " "); \
	    for (i = 1; i <= n; i++) { if (at + length(word[i]) > 78) { printf "\n%22s", ""; at = 22 } \
	    printf " %s", word[i]; at += length(word[i]) + 1 } print "" }' Makefile

# Where `up` alone is asked for, and nothing on the command line, it checks itself: it saves a tenth of a second.
given:
	@[ -e $(READY) ] && [ '$(MAKECMDGOALS)$(strip $(GIVEN))' = up ] || { $(CHECK); }

$(READY): requirements.txt bootstrap/environment.py bench/pyproject.toml $(BROKEN) | given
	@$(NEW_ENOUGH)
	@$(PYTHON3) bootstrap/environment.py
	@$(CHECK)

# Only tests, linters and measurements need it.
$(TESTED): requirements-tests.txt $(READY)
	@$(PYTHON3) bootstrap/environment.py tests

.PHONY: broken

up: $(READY) ## install what is missing, start the emulator, deploy the pipeline and verify it: RUNTIMES=
	@$(call IF_OURS,exec $(PYTHON) -m bootstrap.starting $(CONTROL) up --via '$(EMULATOR)',exec $(PYTHON) -m bootstrap up)

status: | given ## emulator, stack, mapping, lag, what the handler counts, quarantine, dead letters
	@$(INSTALLED) || { echo "Nothing is installed here, so nothing runs: make up"; exit 1; }
	@$(MAKE) -s $(READY)
	@$(call IF_OURS,$(CONTROL) where,:)
	@$(PYTHON) -m bootstrap status

dashboard: $(READY) ## open a live page on this machine: DASHBOARD_PORT= DASHBOARD_OPEN=
	@$(ASK)
	@$(PYTHON) -m dashboard

produce: $(READY) ## send events: COUNT= RATE= SEED= SOURCE= PARTITION_KEY= EVENT_ID= TIMESTAMP= DURATION= SPEED= LEDGER=
	@$(ASK)
	@$(PYTHON) -m producer

load: $(READY) ## send more than one process can, and prove every event: COUNT= DURATION= RATE= WORKERS= BUDGET=
	@$(ASK)
	@$(PYTHON) -m producer.load

try: $(READY) ## run analyse over a file's events here, without deploying: SOURCE= COUNT=
	@$(PYTHON) -m bootstrap rehearse

quarantine: $(READY) ## list what is in quarantine or dead-lettered, and why: FROM= REASON= KEY= SINCE= UNTIL=
	@$(ASK)
	@$(PYTHON) -m aftermath quarantine

replay: $(READY) ## say what of it would be sent again; GO=1 sends it: the same filters
	@$(ASK)
	@$(PYTHON) -m aftermath replay

record: $(READY) ## read a stream into a file that SOURCE= plays: OUT= STREAM= SINCE= UNTIL= DURATION=
	@$(ASK)
	@$(PYTHON) -m aftermath record

trace: $(READY) ## one event's story: EVENT= its eventId or sequence number
	@$(ASK)
	@$(PYTHON) -m aftermath trace

redeliver: $(READY) ## deliver all that the stream holds once more: TIMES=3
	@$(ASK)
	@$(PYTHON) -m aftermath redeliver

logs: $(READY) ## follow the functions' logs: FILTER= LEVEL=
	@$(ASK)
	@$(PYTHON) -m bootstrap logs --follow

env: $(READY) ## for `eval "$$(make -s env)"`: makes aws, boto3 and any SDK talk to the target
	@$(PYTHON) -m bootstrap env

advance: $(READY) ## move the emulator's time on: BY=25h (90s, 15m, 2d)
	@$(CONTROL) advance $(or $(BY),"")

test: $(TESTED) ## unit and integration tests, on stacks of their own: TESTS= a file or folder
	@$(call IF_OURS,$(CONTROL) install --via '$(EMULATOR)',:)
	@if [ "$$TARGET" = aws ]; then $(PYTHON) -m tests.frame.permission; fi
	@$(PYTHON) -m pytest -n logical --maxprocesses 8 --dist loadfile --no-loadscope-reorder $(PYTEST_OPTIONS) $(TESTS)

promises: $(TESTED) ## the tests that take minutes: the whole promise suite over the pipeline, and every planted bug that it must find
	@$(call IF_OURS,$(CONTROL) install --via '$(EMULATOR)',:)
	@$(PYTHON) -m pytest -n logical --maxprocesses 8 --dist loadfile -m long $(PYTEST_OPTIONS) tests/integration

lint: $(TESTED) ## ruff, mypy, cfn-lint, shellcheck
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy bootstrap handler detector producer dashboard aftermath bench/tailrace tests benchmarks examples
	@.venv/bin/cfn-lint bootstrap/template.yaml
	@.venv/bin/shellcheck .ci/run bench/healthy examples/*/*.sh

.PHONY: simulate mutants bench-leg bench-install fuzz soak
fuzz: $(TESTED) ## send mutated requests to the door, and see that none hangs it or leaves anything: REQUESTS= SEED=
	@$(PYTHON) -m tests.fuzz

simulate: $(TESTED) ## prove the rules of delivery on invented histories: HISTORIES= worlds, 20 times as many lanes; SEED= ONLY= a kind
	@$(PYTHON) -m tests.simulation

mutants: $(TESTED) ## change the rules and the edge in some eighty ways, and see that the simulation finds each
	@$(PYTHON) -m tests.simulation.mutants

bench: $(TESTED) ## measure: events/s, latency, start-up, memory, calls and their cost, beside the recipe's way; PEER=ministack: beside MiniStack
	@$(CONTROL) install
	@[ -n "$$PEER" ] || exec $(PYTHON) -m benchmarks; \
	    case "$$PEER" in ministack) ;; *) echo "PEER=$$PEER is not valid: expected ministack" >&2; exit 2 ;; esac; \
	    .venv/bin/uv venv --quiet --allow-existing --python $(PYTHON) .build/ministack && \
	    .venv/bin/uv pip sync --quiet --python .build/ministack/bin/python --require-hashes benchmarks/peer/ministack.txt && \
	    $(PYTHON) -m benchmarks.peer

recipe: $(READY) ## the promises of the recipe as it is written, beside those of this pipeline
	@$(CONTROL) install
	@$(PYTHON) -m pytest -q -p no:cacheprovider -c benchmarks/recipe/pytest.ini --rootdir . benchmarks/recipe/promises.py || true

soak: $(TESTED) ## measure what must not cost more the more there is of it: many shards, many mappings, four days; five minutes
	@$(CONTROL) install
	@$(PYTHON) -m benchmarks.soak

bench-leg: $(TESTED) ## measure the streaming leg itself: a record's microseconds in filters, puts, reads, events; its memory
	@$(PYTHON) -m benchmarks.leg

bench-install: $(READY) ## measure what `make up` downloads and puts on the disk, in a fresh clone with empty caches
	@$(PYTHON) -m benchmarks.installed

bench-anomalies: $(READY) ## measure the anomaly detector on labelled series: NAB_DATA= their folder
	@.venv/bin/uv venv --quiet --allow-existing --python $(PYTHON) .build/anomalies
	@.venv/bin/uv pip sync --quiet --python .build/anomalies/bin/python --require-hashes benchmarks/anomalies.txt
	@.build/anomalies/bin/python -m benchmarks.anomalies

doctor: ## what is missing or in the way, and the fix
	@$(NEW_ENOUGH)
	@$(PYTHON3) bootstrap/environment.py check
	@[ -f $(READY) ] || { echo "Nothing is installed yet: make up"; exit 0; }; \
	    if $(LOCAL); then $(CONTROL) doctor; else $(PYTHON) -m bootstrap doctor; fi

destroy: $(READY) ## remove the stack and all that belongs to it
	@$(ASK)
	@$(PYTHON) -m bootstrap destroy

down: | given ## remove the stack and stop the emulator
	@$(INSTALLED) || { echo "Nothing is installed here, so nothing runs."; exit 0; }; \
	    $(MAKE) -s $(READY) && { $(call IF_OURS,$(CONTROL) down,$(PYTHON) -m bootstrap destroy); }

clean: ## stop all emulators of this folder and remove all that was installed and built
	@for python in .venv/bin/python .emulator/localstack/bin/python; do \
	    PYTHONPATH=bench $$python -c 'import tailrace.cli' 2>/dev/null || continue; \
	    for home in .emulator $$EMULATOR_HOME; do \
	        env -u AWS_ENDPOINT_URL PYTHONPATH=bench EMULATOR_HOME="$$home" $$python -m tailrace down --all --image || exit 1; \
	    done; break; \
	done
	@[ ! -d .emulator ] || chmod -R u+w .emulator
	@rm -rf .emulator .build .venv .uv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
