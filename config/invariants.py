"""What must hold after any fault, and who checks it: every app brings its own list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from grids.services import runs

APPS = ("grids", "tasks", "stations", "inspections", "notices", "config")

CHECKS = [("I7", "没有作业在无人持有的租约下“运行中”", runs.orphaned)]


@dataclass(frozen=True)
class Finding:
    """One invariant and the sentences about the rows that break it (none: it holds)."""

    code: str
    title: str
    broken: list[str]


def check_all() -> Iterator[Finding]:
    for code, title, function in sorted(_registered(), key=lambda check: check[0]):
        yield Finding(code, title, function())


def _registered() -> list[tuple[str, str, Callable[[], list[str]]]]:
    names = [f"{app}.invariants" for app in APPS]
    return [check for name in names if find_spec(name) for check in import_module(name).CHECKS]
