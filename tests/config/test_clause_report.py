import json
from pathlib import Path

import pytest

import clause_report

pytest_plugins = ["pytester"]

INI = """
[pytest]
testpaths = tests
markers = clause: ids
addopts = -p clause_report -p no:django
"""

TESTS = """
import pytest

@pytest.mark.clause("W-1")
def test_passes(): pass

@pytest.mark.clause("W-2")
def test_fails(): assert False

@pytest.mark.clause("W-3", "W-4")
class TestBoth:
    def test_passes(self): pass

    @pytest.mark.clause("W-4")
    @pytest.mark.skip
    def test_skipped(self): pass

@pytest.mark.clause("W-5")
@pytest.mark.skip
def test_skipped(): pass

@pytest.mark.clause("W-6")
@pytest.mark.parametrize("n", [0, 1])
def test_one_of_two_fails(n): assert n
"""


@pytest.fixture
def project(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(clause_report.__file__).parent))
    pytester.makeini(INI)
    pytester.mkdir("tests").joinpath("test_it.py").write_text(TESTS)
    return pytester


def proven(project, *words):
    project.runpytest_subprocess(*words)
    path = project.path / "build" / "clauses.json"
    return sorted(json.loads(path.read_text())["proven"]) if path.exists() else None


def test_only_what_passed_and_nowhere_failed_is_proven(project):
    assert proven(project) == ["W-1", "W-3", "W-4"]


def test_workers_report_the_same(project):
    assert proven(project, "-n", "2") == ["W-1", "W-3", "W-4"]


@pytest.mark.parametrize("words", [["tests/test_it.py::test_passes"], ["-k", "passes"]])
def test_a_part_of_the_tests_writes_no_report(project, words):
    assert proven(project, *words) is None
