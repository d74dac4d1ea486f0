"""Writing very many rows at once: COPY on PostgreSQL, one prepared statement elsewhere."""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, cast

from django.db import connection
from django.db.models import Field, Max, Model

Values = Sequence[Any]
BATCH = 20_000


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """`count` primary keys that nobody else will get. Call inside a transaction."""
    if connection.vendor != "postgresql":
        last = model._default_manager.aggregate(last=Max("pk"))["last"] or 0
        return list(range(last + 1, last + count + 1))
    table, key = model._meta.db_table, _column(model, "id")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, key, count],
        )
        return [row[0] for row in cursor.fetchall()]


def insert(model: type[Model], fields: Sequence[str], rows: Iterable[Values]) -> None:
    """Insert rows of plain values (int, str, date, None) in the order of `fields`."""
    columns = [_column(model, name) for name in fields]
    _fill(model._meta.db_table, columns, rows)


def replace(model: type[Model], fields: Sequence[str], rows: Iterable[Values]) -> None:
    """Set `fields` of the rows whose primary key stands first in each tuple."""
    table, key = model._meta.db_table, _column(model, "id")
    columns = [_column(model, name) for name in fields]
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            sets = ", ".join(f'"{column}" = %s' for column in columns)
            sql = f'UPDATE "{table}" SET {sets} WHERE "{key}" = %s'  # noqa: S608
            cursor.executemany(sql, [(*row[1:], row[0]) for row in rows])
            return
        named = ", ".join(f'"{column}"' for column in [key, *columns])
        cursor.execute(
            f"CREATE TEMP TABLE bulk_replace ON COMMIT DROP AS "  # noqa: S608
            f'SELECT {named} FROM "{table}" WITH NO DATA'
        )
        _fill("bulk_replace", [key, *columns], rows)
        sets = ", ".join(f'"{column}" = new."{column}"' for column in columns)
        cursor.execute(
            f'UPDATE "{table}" old SET {sets} FROM bulk_replace new '  # noqa: S608
            f'WHERE old."{key}" = new."{key}"'
        )
        cursor.execute("DROP TABLE bulk_replace")


def _fill(table: str, columns: Sequence[str], rows: Iterable[Values]) -> None:
    named = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f'COPY "{table}" ({named}) FROM STDIN', _Lines(rows))
            return
        marks = ", ".join(["%s"] * len(columns))
        sql = f'INSERT INTO "{table}" ({named}) VALUES ({marks})'  # noqa: S608
        rest = (tuple(map(_plain, row)) for row in rows)
        while batch := list(islice(rest, BATCH)):
            cursor.executemany(sql, batch)


def _column(model: type[Model], name: str) -> str:
    return str(cast("Field[Any, Any]", model._meta.get_field(name)).column)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


class _Lines(io.TextIOBase):
    """The rows as COPY text, made while they are read."""

    def __init__(self, rows: Iterable[Values]) -> None:
        self.lines: Iterator[str] = ("\t".join(map(_cell, row)) + "\n" for row in rows)
        self.rest = ""

    def read(self, size: int | None = -1) -> str:
        parts, length = [self.rest], len(self.rest)
        for line in self.lines:
            parts.append(line)
            length += len(line)
            if size is not None and 0 <= size <= length:
                break
        text = "".join(parts)
        if size is None or size < 0:
            self.rest = ""
            return text
        self.rest = text[size:]
        return text[:size]


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    return value.translate(_ESCAPES) if isinstance(value, str) else str(value)
