"""The permission oracle: every route × method × person → status, in one set of tables.

Each app has `oracle_<app>.py` with `ROUTES` and `OBJECTS_<APP>`:

    ROUTES = {("tasks:detail", "GET"): ("task", {"anonymous": 302, "worker": 200, …})}
    OBJECTS_TASKS = {"task": function(cast) -> (kwargs of the URL, data to send)}

A route without an object has None; a person who is not named is not asked.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

Route = tuple[str, str]
Row = tuple[str | None, dict[str, int]]
Thing = Callable[[SimpleNamespace], tuple[dict[str, Any], Any]]

PEOPLE = (
    "anonymous",
    "worker",
    "neighbour",
    "manager",
    "chief",
    "office",
    "supervisor",
    "outsider",
    "enterprise",
    "guest",
)
READS = ("GET",)
VERBS = {"get", "post", "put", "patch", "delete"}


def tables() -> tuple[dict[Route, Row], dict[str, Thing]]:
    """All rows and all objects. A route in two tables is a mistake and raises."""
    rows: dict[Route, Row] = {}
    things: dict[str, Thing] = {}
    for path in sorted(Path(__file__).parent.glob("oracle_*.py")):
        module = importlib.import_module(path.stem)
        for route, row in module.ROUTES.items():
            if route in rows:
                raise ValueError(f"{route} stands in two tables")
            rows[route] = row
        for name, found in vars(module).items():
            if name.startswith("OBJECTS"):
                things.update(found)
    return rows, things


def routes() -> dict[Route, str]:
    """(name, method) → path of everything the resolver knows. Every route must have a name."""
    found: dict[Route, str] = {}
    for name, pattern, path in _walk(get_resolver(), [], ""):
        for method in methods_of(pattern.callback):
            found[name, method] = path
    return found


def _walk(
    resolver: URLResolver, namespaces: list[str], prefix: str
) -> Iterator[tuple[str, URLPattern, str]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = [*namespaces, entry.namespace] if entry.namespace else namespaces
            yield from _walk(entry, inner, path)
        elif not _is_suffix_twin(path):
            yield ":".join([*namespaces, entry.name or f"unnamed {path}"]), entry, path


def _is_suffix_twin(path: str) -> bool:
    """DRF's routers add a second pattern per route for `.json` and the like."""
    return "(?P<format>" in path or "<drf_format_suffix:format>" in path


def methods_of(view: Any) -> list[str]:
    """What a view answers. A plain function without a decorator that says so counts as a GET."""
    actions = getattr(view, "actions", None)
    if actions:
        return [method.upper() for method in actions if method not in {"head", "options"}]
    cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if cls is not None:
        allowed = getattr(view, "view_initkwargs", {}).get("http_method_names")
        names = VERBS & set(allowed or cls.http_method_names)
        return sorted(name.upper() for name in names if hasattr(cls, name))
    return _decorated_methods(view) or list(READS)


def _decorated_methods(view: Any) -> list[str]:
    while view is not None:
        named = inspect.getclosurevars(view).nonlocals.get("request_method_list")
        if named:
            return [method for method in named if method not in {"HEAD", "OPTIONS"}]
        view = getattr(view, "__wrapped__", None)
    return []
