# Mọi lệnh tự chuẩn bị môi trường: chỉ cần Python >= 3.11, make và kho gói.
# Every command does its own set-up: Python >= 3.11, make and the package registry are enough.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# The distribution's own Python where it will do: it is built with profile-guided optimization, and every user of the
# machine can run it. One compiled by hand (pyenv) mostly is not, and takes a tenth to a half longer for the same.
PYTHON ?= $(or $(shell /usr/bin/python3 -c 'import sys, ensurepip; sys.version_info < (3, 11) or print("/usr/bin/python3")' 2>/dev/null),python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MANIFEST := dbt_project/target/manifest.json
SOURCES := $(sort $(patsubst sources/%/source.yml,%,$(wildcard sources/*/source.yml)))

# Compiled modules must be kept, or every import costs two to four times as much.
export PYTHONDONTWRITEBYTECODE :=
export DAGSTER_HOME := $(CURDIR)
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: help setup run test lint dev serve bench mutate-measures replay clean

help:
	@echo "make run    chạy toàn bộ với dữ liệu mô phỏng | the main job on the simulated province"
	@echo "make test   mọi phép kiểm thử | every test"
	@echo "make lint   mọi phép soát | every linter"
	@echo "make dev    giao diện Dagster trên 127.0.0.1:3000; với LANGSON_INBOX=…: tự nhận tệp mới | Dagster's web UI; takes in new files"
	@echo "make mutate-measures   SQL của số đo nào sửa đi mà không ai biết | which measure's SQL can be altered unnoticed"
	@echo "make serve  trang bảng điểm của bản công bố hiện hành, trên 127.0.0.1:8000 | the scoreboard of the current release"
	@echo "make replay hai năm, từng ngày, nguồn lúc sống lúc chết | two years day by day, with outages"
	@echo "make bench  đo tốc độ | the benchmarks, beside their peers"

setup: $(READY) $(MANIFEST)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Cần Python >= 3.11 | Python >= 3.11 is needed"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@uv=$$(command -v uv || echo $(BIN)/uv); \
	  $$uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock && \
	  $$uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

# The graph of the models, for Dagster; made without a warehouse.
$(MANIFEST): $(READY) $(shell find dbt_project -name '*.sql' -not -path '*/target/*') $(shell find dbt_project -name '*.yml' -not -path '*/target/*')
	@LANGSON_SOURCES="$(SOURCES)" DBT_TARGET_PATH=$(CURDIR)/dbt_project/target $(BIN)/dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project --log-path $(CURDIR)/data/logs
	@touch $@

run: setup
	@env -u LANGSON_HOME -u LANGSON_INBOX $(BIN)/langson run; code=$$?; test $$code -eq 3 && exit 0 || exit $$code

test: setup
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m sources.catalogue
	@$(BIN)/sqlfluff lint --processes 2 dbt_project/models

serve: setup
	@$(BIN)/python -m publishing.site.serve $(or $(LANGSON_HOME),data/sandbox)/releases/current $(or $(PORT),8000)

dev: setup
	@$(BIN)/python -m pipelines.dev

bench: setup
	@for name in xlsx_register xml_invoices rest_pull sql_pull run_stages; do echo "== $$name"; $(BIN)/python -m benchmarks.$$name; done

replay: setup
	@$(BIN)/python -m tests.replay

mutate-measures: setup
	@$(BIN)/python -m tests.mutate_measures $(MODELS)

clean:
	rm -rf data/sandbox data/mutation data/replay data/replay-again data/replay-snapshot dbt_project/target
