"""Takes the guard off the history for a moment, as only somebody with the keys can.

SQLite empties its tables with DELETE between transactional tests, which the guard refuses;
`flushable` lets that one statement through.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

guard = import_module("tasks.migrations.0002_event_guard")


@contextmanager
def unlocked(connection: Any) -> Iterator[None]:
    """Without the triggers; they are back afterwards."""
    _run(connection, guard.UNDO[connection.vendor])
    try:
        yield
    finally:
        _run(connection, guard.SQLITE if connection.vendor == "sqlite" else guard.POSTGRESQL)


def _run(connection: Any, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def flushable(operations: type) -> None:
    """Makes SQLite's flush lift the guard around its DELETEs. Once per test run."""
    plain = operations.sql_flush  # type: ignore[attr-defined]

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        statements = plain(self, style, tables, **options)
        if "tasks_taskevent" not in tables or not statements:
            return statements
        return [*guard.UNDO["sqlite"], *statements, *guard.SQLITE]

    operations.sql_flush = sql_flush  # type: ignore[attr-defined]
