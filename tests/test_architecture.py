"""The fence around the house: layers, pure rules, doors that never write, pages without scripts."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent
APPS = ("grids", "tasks", "stations", "inspections", "notices")
LONGEST_FILE = 300  # lines

WRITES = {
    "save",
    "create",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "abulk_create",
    "asave",
}
DOORS = ("views", "viewsets", "forms", "serializers", "jobs")
# Django's choices are plain enumerations; numpy counts in columns; the rest is arithmetic.
ALLOWED_IN_RULES = {"django.db.models", "numpy", "chinese_calendar"}


def contracts() -> list[dict]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["tool"]["importlinter"]["contracts"]


def rule_names() -> set[str]:
    """The lowest layer inside an app, as the contract names it."""
    (inside,) = [contract for contract in contracts() if "containers" in contract]
    return set(re.findall(r"\((\w+)\)", inside["layers"][-1]))


def rule_modules() -> list[Path]:
    names = rule_names()
    return [path for app in APPS for path in (ROOT / app).glob("*.py") if path.stem in names]


def doors() -> list[Path]:
    files = [path for app in (*APPS, "config") for path in (ROOT / app).rglob("*.py")]
    return [
        path for path in files if set(path.relative_to(ROOT).with_suffix("").parts) & set(DOORS)
    ]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(module, name) of every import; name is empty for `import module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def is_pure(module: str, name: str) -> bool:
    if module.split(".")[0] in sys.stdlib_module_names:
        return True
    if module == "django.db.models":
        return name in {"TextChoices", "IntegerChoices"}
    app, _, rest = module.partition(".")
    if app in APPS:
        return (rest.split(".")[0] or name) in rule_names()
    return module in ALLOWED_IN_RULES or module.startswith("numpy.")


def test_the_layers_hold():
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0


@pytest.mark.parametrize("path", rule_modules(), ids=name_of)
def test_rules_are_pure(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert [found for found in imported(tree) if not is_pure(*found)] == []


def writes_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    services = {
        name for module, name in imported(tree) if ".services" in module or name == "services"
    }
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        f"{name_of(path)}:{call.lineno} {ast.unparse(call)}"
        for call in calls
        if isinstance(call, ast.Attribute) and is_write(call, services)
    ]


def is_write(call: ast.Attribute, services: set[str]) -> bool:
    receiver = ast.unparse(call.value)
    if receiver.split(".")[0] in services or ".services" in receiver:
        return False
    return call.attr in WRITES or (call.attr == "update" and "objects" in receiver)


@pytest.mark.parametrize("path", doors(), ids=name_of)
def test_doors_never_write(path):
    assert writes_in(path) == []


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("Task.objects.create(title='x')", 1),
        ("task.save(update_fields=['state'])", 1),
        ("Task.objects.filter(pk=1).update(state='X')", 1),
        ("from tasks.services import plans\nplans.create(title='x')", 0),
        ("context.update(tasks=[])", 0),
    ],
)
def test_the_fence_sees_a_write(tmp_path, monkeypatch, code, count):
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    path = tmp_path / "views.py"
    path.write_text(code)

    assert len(writes_in(path)) == count


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
TAG = re.compile(r"\{%.*?%\}")  # a condition inside an element looks like an attribute
OUTSIDE = re.compile(r"(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//", re.IGNORECASE)


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_a_page_has_no_inline_script_and_asks_nobody_outside(path):
    page = TAG.sub("", path.read_text(encoding="utf-8"))

    assert INLINE_SCRIPT.findall(page) == []
    assert HANDLER.findall(page) == []
    assert OUTSIDE.findall(page) == []
    assert "javascript:" not in page


@pytest.mark.parametrize("app", (*APPS, "config"))
def test_files_stay_short(app):
    long = {
        name_of(path): lines
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }

    assert long == {}


def test_nothing_needs_a_model_signal():
    named = [
        name_of(path)
        for app in (*APPS, "config")
        for path in (ROOT / app).rglob("*.py")
        if "django.db.models.signals" in path.read_text(encoding="utf-8")
    ]

    assert named == []


@pytest.mark.parametrize("app", (*APPS, "config"))
def test_imports_stand_at_the_top(app):
    """Also where a comment asks the linter to look away."""
    inside = [
        f"{name_of(path)}:{node.lineno}"
        for path in (ROOT / app).rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert inside == []
