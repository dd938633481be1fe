# Letterhead's one entry: `make help` lists what there is. Everything is made inside this folder, in .venv and .build
# (pip's own cache of downloads and Python's __pycache__ excepted). `PYTHON=python3.13 make …` chooses the Python that makes .venv.

PYTHON ?= python3
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Tools, this Python among them, come from .venv; they keep their caches and state in .build.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONUTF8 := 1
# Thousands of tests are rewritten once, not at each run, whatever the shell says of bytecode.
unexport PYTHONDONTWRITEBYTECODE
export SAM_CLI_TELEMETRY := 0
export __SAM_CLI_APP_DIR := $(CURDIR)/.build/sam
VENV := .venv/.made
# Another Python asked for than the one that .venv has: make it anew.
ifneq ($(origin PYTHON),file)
ifneq ($(shell { "$(PYTHON)" -c 'import sys; print(sys.version_info[:2])' || echo none; } 2>/dev/null),$(shell { .venv/bin/python -c 'import sys; print(sys.version_info[:2])'; } 2>/dev/null))
.PHONY: $(VENV)
endif
endif
# Queues, logs and the tables whose items live for a week at most hold nothing to keep (I3011 wants it said of each).
LINT_EXCEPTIONS := I3011
# No AWS account is meant by what has no STACK or ENV; the region only keeps the tools from asking for one.
AWS_FREE := env -u AWS_PROFILE -u AWS_DEFAULT_PROFILE AWS_DEFAULT_REGION=eu-west-1

.PHONY: help
help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

.PHONY: run up down logs
run: $(VENV)  ## start the local cloud, play the tour on it, stay up until Ctrl-C (TOUR=0: no tour)
	@exec python -m local run

up: $(VENV)  ## start the local cloud alone; .local/stack.json says where everything is
	@exec python -m local up

down: $(VENV)  ## stop the local cloud of this folder
	@exec python -m local down

logs: $(VENV)  ## what the functions of the local cloud have logged (FOLLOW=1: and go on)
	@exec python -m local logs $(if $(FOLLOW),--follow)

.PHONY: account operate
account: $(VENV)  ## open an account and print its tokens, this once: NAME=… EMAIL=… (STACK=… for a stack in AWS)
	@exec python -m tools.operate create_account name="$$NAME" owner_email="$$EMAIL"

operate: $(VENV)  ## any other act of the operator: ACT="suspend_account account_id=…" (STACK=… for a stack in AWS)
	@exec python -m tools.operate

.PHONY: doctor
doctor: $(VENV)  ## what is wrong with the local cloud, or with STACK=… in AWS, deployed or not yet ([OPTIONS=--json])
	@python -m tools.doctor $(OPTIONS)

.PHONY: deploy undeploy redrive
deploy: $(VENV)  ## build and deploy to AWS: ENV=dev or prod of samconfig.toml; asks the first time only
	@python -m tools.deployment deploy "$(ENV)"

undeploy: $(VENV)  ## delete the stack of ENV=…, once its name is typed; tables stay
	@python -m tools.deployment undeploy "$(ENV)"

redrive: $(VENV)  ## show what lies in the dead letters: QUEUE=… (STACK=… in AWS); GO=1 has it tried again
	@python -m tools.redrive "$(QUEUE)" $(if $(GO),--go)

.PHONY: cost
cost: $(VENV)  ## what a month costs: DOMAINS=… MAILS=…; docs/cost.md has the rest
	@python -m tools.cost "$(DOMAINS)" "$(MAILS)"

.PHONY: scale
scale: $(VENV)  ## which key of which table runs hot first: docs/scale.md anew (DOMAINS=…: only print it for so many)
	@python -m tools.scale $(if $(DOMAINS),"$(DOMAINS)",--write)

.PHONY: not-up
not-up:
	@test -z "$$(find .local -maxdepth 2 -name stack.json 2>/dev/null)" || { echo "make: the local cloud of this folder is up: stop it by \`make down\`; the end-to-end tests start their own" >&2; exit 1; }

.PHONY: test lint types unit template build e2e
test: not-up lint types unit template build e2e  ## everything below; what .ci/run runs

lint: $(VENV)  ## ruff: faults, style and format
	ruff check .
	ruff format --check .

types: $(VENV)  ## mypy
	mypy

unit: $(VENV)  ## rules, adapters, functions, layers and architecture: no local cloud
	pytest tests --ignore=tests/end_to_end --numprocesses=auto --maxprocesses=4 --dist=loadfile

template: $(VENV)  ## sam validate --lint, and cfn-lint by itself with all that it would let pass
	$(AWS_FREE) cfn-lint --include-checks I --ignore-checks $(LINT_EXCEPTIONS) --template template.yaml & linting=$$!; \
	  $(AWS_FREE) sam validate --lint; validated=$$?; wait $$linting && exit $$validated

build: $(VENV)  ## sam build, for this machine's Python and processor
	$(AWS_FREE) sam build --parameter-overrides $$(python -m layers.builder.this_machine)

e2e: $(VENV)  ## end-to-end tests on local clouds of their own, IAM enforced, half a minute of test-iam beside them, others every day
	PERMISSIONS=sample pytest tests/end_to_end --ignore=tests/end_to_end/test_every_function.py --numprocesses=2 --dist=loadfile --no-loadscope-reorder

.PHONY: test-iam
test-iam: not-up $(VENV)  ## each permission of each role is taken away in turn: an end-to-end test must miss it (docs/security.md; UNUSED=1, ONLY=…, SAMPLE=1)
	ONLY='$(ONLY)' PERMISSIONS=$(if $(SAMPLE),sample,$(if $(UNUSED),unused,all)) pytest tests/end_to_end --deselect tests/end_to_end/test_openapi.py

.PHONY: checkov
checkov: .build/checkov/.made  ## checkov's rules over template.yaml; .checkov.yaml has the exceptions and why
	.build/checkov/bin/checkov --config-file .checkov.yaml --file template.yaml

.build/checkov/.made: requirements-checkov.txt
	@mkdir -p .build; python -m venv --clear .build/checkov
	.build/checkov/bin/python -m pip --disable-pip-version-check --no-input install --quiet --requirement requirements-checkov.txt
	@touch $@

.PHONY: audit sbom
audit: $(VENV) .build/audit/.made  ## known vulnerabilities of all that is pinned (says so where nobody can be asked)
	python -m tools.audit .build/audit/bin

sbom: $(VENV) .build/audit/.made  ## the bill of materials of what is shipped, .build/sbom.cdx.json, and docs/licences.md from it
	python -m venv --clear --without-pip .build/shipped
	.build/audit/bin/python -m pip --python .build/shipped/bin/python --disable-pip-version-check --no-input install --quiet --no-deps --requirement layers/dependencies/requirements.txt
	.build/audit/bin/cyclonedx-py environment --output-reproducible --output-format JSON --spec-version 1.6 --output-file .build/sbom.cdx.json .build/shipped/bin/python
	python -m tools.audit .build/audit/bin .build/sbom.cdx.json

.build/audit/.made: requirements-audit.txt
	@mkdir -p .build; python -m venv --clear .build/audit
	.build/audit/bin/python -m pip --disable-pip-version-check --no-input install --quiet --requirement requirements-audit.txt
	@touch $@

.PHONY: fuzz openapi
fuzz: export FUZZ_EXAMPLES ?= 100
fuzz: $(VENV)  ## what tests make up is made up anew, and e2e asks the API by its documents much longer (FUZZ_EXAMPLES=100: cases a call)
	pytest $$(grep --recursive --files-with-matches --include='*.py' '^@given' tests)
	pytest tests/end_to_end/test_openapi.py

openapi: $(VENV)  ## make docs/openapi anew from the table of routes and the declared schemas
	python -m tools.openapi

.PHONY: bench-events
bench-events: $(VENV)  ## how many of SES's events a core takes in, beside the floor that the AWS client sets
	python -m tests.bench.events

.PHONY: bench-import
bench-import: $(VENV)  ## what an import of 100,000 suppressions takes, with the store's time taken out
	PYTHONPATH=layers/letterhead python -m tests.bench.suppression_import

.PHONY: bench
bench: build .build/plot/.made  ## all benches, each beside its floor: bench/results.json, docs/performance.md and its plot
	python -m tests.bench .build/plot/bin/python

.PHONY: flame
flame: build .build/plot/.made  ## where a bench spends its time: BENCH=request (or dns_verification, events, webhooks, reverify) to .build/flame.svg
	PYTHONPATH=layers/letterhead .build/plot/bin/py-spy record --rate 500 --output .build/flame.svg -- python -m tests.bench.$${BENCH:-request}

.build/plot/.made: requirements-plot.txt
	@mkdir -p .build; python -m venv --clear .build/plot
	.build/plot/bin/python -m pip --disable-pip-version-check --no-input install --quiet --requirement requirements-plot.txt
	@touch $@

.PHONY: bench-send
bench-send: $(VENV)  ## what accepting a mail costs beside its AWS calls, and how many mails a core lets leave in a second
	@PYTHONPATH=layers/letterhead python -m tests.bench.send

.PHONY: bench-webhooks
bench-webhooks: $(VENV)  ## what a webhook delivery costs beside its floor, the pace of a thousand, and what dead endpoints do to live ones
	@PYTHONPATH=layers/letterhead python -m tests.bench.webhooks
	@PYTHONPATH=layers/letterhead python -m tests.bench.webhook_traffic

.PHONY: bench-reverify
bench-reverify: $(VENV)  ## one whole sweep of N domains (N=10000, DELAY=0: ms to their servers), beside its floor, and what it costs
	PYTHONPATH=layers/letterhead python -m tests.bench.reverify $${N:-10000} $${DELAY:-0}

.PHONY: diagnose
diagnose: $(VENV)  ## what is wrong with a domain's DNS, without an account: DOMAIN=… [RESOLVER=address:port] [OPTIONS=--json]
	@python -m local.diagnose "$(DOMAIN)" $(if $(RESOLVER),--resolver "$(RESOLVER)") $(OPTIONS)

.PHONY: format
format: $(VENV)  ## let ruff rewrite what it can
	ruff check --fix .
	ruff format .

.PHONY: requirements
requirements: $(VENV)  ## pin anew what requirements-dev.in asks for, into requirements-dev.txt
	rm -rf .build/pinning
	python -m venv .build/pinning
	.build/pinning/bin/python -m pip install --quiet --upgrade --requirement requirements-dev.in
	{ echo "# Made by \`make requirements\` from requirements-dev.in: every package of .venv, by exact version."; \
	  .build/pinning/bin/python -m pip freeze --all | grep -v '^pip=='; } > .build/requirements-dev.txt
	mv .build/requirements-dev.txt requirements-dev.txt
	rm -rf .build/pinning

.PHONY: clean
clean:  ## remove all that make made (the local cloud must be down)
	rm -rf .venv .build .local .aws-sam

# The environment of everything above. What can go wrong on a fresh machine is said in one line.
$(VENV): requirements-dev.txt
	@stop() { echo "make: $$1" >&2; exit 1; }; \
	minor() { "$$1" -c 'import sys; print(sys.version_info[:2])' 2>&1; }; \
	same_python() { [ "$$(minor .venv/bin/python)" = "$$(minor "$(PYTHON)")" ]; }; \
	command -v "$(PYTHON)" >/dev/null || stop "there is no $(PYTHON) here: install Python 3.11, 3.12 or 3.13, or name one: PYTHON=/path/to/python3 make …"; \
	"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || \
	  stop "$$("$(PYTHON)" --version 2>&1) won't do, Letterhead needs Python 3.11, 3.12 or 3.13: name one: PYTHON=python3.13 make …"; \
	"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
	  stop "$(PYTHON) can't make environments: install its venv package (Debian: apt-get install python3-venv)"; \
	echo "make: putting the packages of requirements-dev.txt into .venv; the first time takes a minute or two …" >&2; \
	mkdir -p .build; "$(PYTHON)" -m venv $$(same_python || echo --clear) .venv > .build/venv.log 2>&1 || \
	  stop "$(PYTHON) could not make .venv: $$(grep . .build/venv.log | tail -n 1)"; \
	.venv/bin/python -m pip --disable-pip-version-check --no-input --retries 2 install --quiet --requirement requirements-dev.txt \
	  > .build/pip.log 2>&1 || \
	  stop "the pinned packages can't be installed: is a package index reachable? pip's last word: $$(grep . .build/pip.log | tail -n 1) (all of it: .build/pip.log)"; \
	touch $@
