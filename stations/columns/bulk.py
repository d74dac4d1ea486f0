"""The fast door to the two big tables: COPY on PostgreSQL, executemany on SQLite.

Rows come as columns of equal length: integers with NONE for null, booleans, or fixed-width bytes.
Callers store in key order (`ordered`), so that concurrent writers lock in the same order.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from stations.columns import copying
from stations.columns.tables import WIDTHS, Columns, Table
from stations.hours import NONE

_SQLITE_CHUNK = 20_000
_SMALL = 10_000  # up to here the planner's guess is good and ANALYZE costs more than the join


def names(columns: Iterable[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{column}"' for column in columns)


def marks(given: Collection[Any]) -> str:
    """Placeholders of an IN list; an empty one matches nothing."""
    return ", ".join(["%s"] * len(given)) or "NULL"


def ordered(table: Table, columns: Columns) -> dict[str, NDArray[Any]]:
    """The rows in key order; the very same columns when they are in it already."""
    key = packed(table, columns)
    if (key[1:] >= key[:-1]).all():
        return dict(columns)
    by_key = np.argsort(key, kind="stable")
    return {name: column[by_key] for name, column in columns.items()}


def packed(table: Table, columns: Columns, *, wide: int = 0) -> NDArray[np.int64]:
    """One number per row that sorts like its key. `wide` must be above every second part."""
    first, second = (columns[name].astype(np.int64) for name in table.key)
    numbers: NDArray[np.int64] = first * (wide or int(second.max(initial=0)) + 1) + second
    return numbers


def load(table: Table, columns: Columns, *, into: str = "") -> None:
    """Append rows to the table or to a stage of it. IntegrityError for a repeated key."""
    target, given = into or table.name, [name for name in table.kinds if name in columns]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f'COPY "{target}" ({names(given)}) FROM STDIN (FORMAT binary)'
            stream = copying.Stream(copying.encoded(table, given, columns))
            cursor.copy_expert(statement, stream, 1 << 20)
            return
        marks = ", ".join("?" * len(given))
        statement = f'INSERT INTO "{target}" ({names(given)}) VALUES ({marks})'  # noqa: S608
        raw = cursor.connection.cursor()
        for part in copying.parts(columns, given, _SQLITE_CHUNK):
            rows = zip(*(_plain(table.kinds[n], part[n]) for n in given), strict=True)
            raw.executemany(statement, rows)


def stage(table: Table, columns: Columns) -> str:
    """The rows in a temporary table of this connection; its name."""
    name = f"stage_{table.name}"
    kinds = ", ".join(f'"{column}" {table.sql_kind(column)}' for column in table.kinds)
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE IF NOT EXISTS "{name}" ({kinds})')
        cursor.execute(f'TRUNCATE "{name}"' if is_postgresql else f'DELETE FROM "{name}"')  # noqa: S608
    load(table, columns, into=name)
    if is_postgresql and len(columns[table.key[0]]) > _SMALL:
        with connection.cursor() as cursor:
            cursor.execute(f'ANALYZE "{name}"')
    return name


def upsert(table: Table, staged: str, columns: Iterable[str] = ()) -> int:
    """Insert the staged rows, update those that differ in `columns`; how many were touched."""
    given = tuple(columns) or table.values
    new = names(given, "excluded.")
    old = names(given, f'"{table.name}".')
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in given)
    all_names = names(table.kinds)
    statement = (
        f'INSERT INTO "{table.name}" ({all_names}) '  # noqa: S608
        f'SELECT {all_names} FROM "{staged}" WHERE true ORDER BY {names(table.key)} '
        f"ON CONFLICT ({names(table.key)}) DO UPDATE SET {sets} "
        f"WHERE ({old}) IS DISTINCT FROM ({new})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def fetch(table: Table, wanted: tuple[str, ...], where: str, params: list[Any]) -> Columns:
    """Columns of the rows that match `where` (SQL with %s); no order is promised."""
    column = copying.selected if connection.vendor == "postgresql" else as_number
    statement = (
        f"SELECT {', '.join(column(table, name) for name in wanted)} "  # noqa: S608
        f'FROM "{table.name}" WHERE {where}'
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return copying.copied_out(cursor, table, wanted, cursor.mogrify(statement, params))
        cursor.execute(statement, params)
        rows = cursor.fetchall()
    lists = zip(*rows, strict=True) if rows else [[]] * len(wanted)
    return {
        name: np.array(column, dtype=table.dtype(name))
        for name, column in zip(wanted, lists, strict=True)
    }


def moment(hour: int) -> Any:
    """An hour number as the database's parameter."""
    return connection.ops.adapt_datetimefield_value(_utc(hour))


def _utc(hour: int) -> datetime:
    return datetime.fromtimestamp(int(hour) * 3600, tz=UTC)


def as_number(table: Table, name: str, prefix: str = "") -> str:
    """SQL for a column as a number without nulls; it needs a parameter list, even an empty one."""
    kind, column = table.kinds[name], f'{prefix}"{name}"'
    is_postgresql = connection.vendor == "postgresql"
    if kind == "hour":
        if is_postgresql:
            return f"(date_part('epoch', {column}) / 3600)::integer"
        return f"CAST(strftime('%%s', {column}) AS INTEGER) / 3600"
    if kind == "date":
        if is_postgresql:
            return f"({column} - DATE '0001-01-01' + 1)"
        return f"CAST(julianday({column}) - 1721424.5 AS INTEGER)"
    if kind == "text":
        width = WIDTHS[name]
        return f"rpad({column}, {width})::bpchar({width})" if is_postgresql else column
    if kind == "boolean":
        return f"{column}::integer" if is_postgresql else column
    cast = "" if not is_postgresql or kind == "bigint" else "::integer"
    return f"COALESCE({column}, {NONE}){cast}"


def _plain(kind: str, column: NDArray[Any]) -> list[Any]:
    """Python values for SQLite, in Django's own form."""
    if kind == "text":
        return [text.decode() for text in column.tolist()]
    if kind in {"hour", "date"}:
        distinct, place = np.unique(column, return_inverse=True)
        shown = np.array([_shown(kind, number) for number in distinct.tolist()], dtype=object)
        return list(shown[place].tolist())
    values = column.astype(object)
    values[column == NONE] = None
    return list(values.tolist())


def _shown(kind: str, number: int) -> str:
    if kind == "date":
        return date.fromordinal(number).isoformat()
    return _utc(number).strftime("%Y-%m-%d %H:%M:%S")
