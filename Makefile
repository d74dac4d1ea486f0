# make run    a ready site on http://127.0.0.1:8000 with demo data
# make test   all tests; DATABASE_URL and REDIS_URL choose PostgreSQL and Redis
# make check  everything that reads the code without running it

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet install --constraint constraints.txt
RULES := grids/coverage.py grids/geo.py grids/numbering.py grids/rhythm.py grids/speaking.py grids/tiers.py inspections/schedule.py notices/escalation.py stations/allowance.py stations/allowance_days.py stations/aqi.py stations/composite.py stations/detection.py stations/episodes.py stations/feeds.py stations/figures.py stations/headings.py stations/heavy.py stations/holds.py stations/hours.py stations/humidity.py stations/interventions.py stations/levels.py stations/marks.py stations/outlook.py stations/ozone.py stations/periods.py stations/presence.py stations/progress.py stations/published.py stations/rankables.py stations/ranking.py stations/roses.py stations/rounding.py stations/scoring.py stations/screening.py stations/spans.py stations/spraying.py stations/standards.py stations/statistics.py stations/streaks.py stations/strict_json.py stations/surroundings.py stations/suspicion.py stations/upkeep.py stations/upwind.py stations/validity.py stations/vector.py stations/weeks.py stations/works.py tasks/calendar.py tasks/deadlines.py tasks/holidays.py tasks/ledger.py tasks/ledger_dates.py tasks/ledger_rows.py tasks/office_hours.py tasks/punctuality.py tasks/sampling.py tasks/separation.py tasks/sheets.py tasks/standing.py tasks/workflow.py
CHECKED := $(wildcard */policies.py */services.py */services */selectors.py */selectors */access.py) $(RULES)

.PHONY: run test check install clean

run: $(VENV)/runtime.stamp
	@exec $(BIN)/python manage.py up

install: $(VENV)/runtime.stamp $(VENV)/dev.stamp

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "需要 Python 3.11 或更新的版本；可用 make run PYTHON=python3.12 指定。"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "没能建立虚拟环境；Debian 请先安装 python3-venv。"; exit 2; }

$(VENV)/runtime.stamp: requirements.txt requirements-static.txt constraints.txt | $(BIN)/python
	@echo "安装运行所需的软件包……"
	@$(PIP) --requirement requirements.txt
	@$(PIP) --no-deps --requirement requirements-static.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/runtime.stamp
	@$(PIP) --requirement requirements-dev.txt
	@touch $@

test: install
	@$(BIN)/python manage.py vendor
	@PYTHONHASHSEED=0 $(BIN)/python -m pytest --numprocesses 2 --dist worksteal $(ARGS)

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy $(CHECKED)
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/djlint --check --lint templates

clean:
	rm -rf build staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis
