"""pytest plugin: writes which sentences of the documents passing tests prove.

A clause is proven when at least one test that names it ran, and every one that ran has passed.
Only a run over all tests (or all with `-m clause`) writes the report.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

REPORT = Path("build") / "clauses.json"
SOURCES = ("config", "grids", "tasks", "stations", "inspections", "notices", "schemes", "tests")
KINDS = {".py", ".csv", ".toml", ".html", ".js"}


def fingerprint(root: Path) -> str:
    """Changes with any source, scheme or test, so that an old report is not believed."""
    digest = hashlib.sha256()
    for folder in (*SOURCES, "templates", "static"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in KINDS and path.is_file():
                digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()


class ClauseReport:
    """Lives in the process that sees all reports, also those of other workers."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.passed: dict[str, set[str]] = defaultdict(set)
        self.failed: dict[str, set[str]] = defaultdict(set)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        ids = [value for name, value in report.user_properties if name == "clause"]
        for clause in ids:
            if report.failed:
                self.failed[str(clause)].add(report.nodeid)
            elif report.when == "call" and report.passed:
                self.passed[str(clause)].add(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        whole = exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        if whole and covers_everything(self.config):
            path = self.config.rootpath / REPORT
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(self._data(), indent=1, sort_keys=True), encoding="utf-8")

    def _data(self) -> dict[str, object]:
        proven = self.passed.keys() - self.failed.keys()
        return {
            "fingerprint": fingerprint(self.config.rootpath),
            "proven": {clause: sorted(self.passed[clause]) for clause in proven},
        }


def covers_everything(config: pytest.Config) -> bool:
    option = config.option
    last_failed = getattr(option, "lf", False)  # absent without the cache plugin
    chosen = option.keyword or last_failed or option.collectonly or option.maxfail
    named = list(config.args) != list(config.getini("testpaths"))
    return not chosen and not named and option.markexpr in {"", "clause"}


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(ClauseReport(config), "clause-report-writer")


def pytest_itemcollected(item: pytest.Item) -> None:
    ids: Iterator[object] = (clause for mark in item.iter_markers("clause") for clause in mark.args)
    item.user_properties.extend(("clause", clause) for clause in sorted(set(ids)))


if __name__ == "__main__":
    print(fingerprint(Path.cwd()))  # noqa: T201  (asked by `manage.py clauses`)
