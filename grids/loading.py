"""Reading a folder of `schemes/`: rows with file and line, and field-level differences.

Every app loads its own files with these helpers; loading twice changes nothing.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from grids.errors import Invalid


@dataclass(frozen=True)
class Change:
    """One field of one row that loading changes; `field` "" stands for the row itself."""

    scheme: str
    kind: str
    key: str
    field: str
    before: Any
    after: Any


class Row(dict[str, str]):
    """A line of a CSV file that knows where it stands; empty cells are empty strings."""

    def __init__(self, values: dict[str, str], path: Path, line: int) -> None:
        super().__init__(values)
        self.path, self.line = path, line

    def error(self, message: str) -> Invalid:
        """The refusal to raise: names file and line in front of the sentence."""
        return Invalid(f"{self.path.parent.name}/{self.path.name} 第 {self.line} 行：{message}")

    def need(self, column: str) -> str:
        """The cell; an empty one is refused."""
        if not self.get(column):
            raise self.error(f"“{column}”不能为空，请补上。")
        return self[column]

    def choice(self, column: str, allowed: Iterable[str]) -> str:
        """The cell, which must be one of the `allowed` words."""
        options = list(allowed)
        if self.get(column) not in options:
            raise self.error(f"“{column}”是“{self.get(column)}”，应为 {'、'.join(options)} 之一。")
        return self[column]

    def day(self, column: str) -> date | None:
        """A date written 2026-11-18; None when the cell is empty."""
        try:
            return date.fromisoformat(self[column]) if self.get(column) else None
        except ValueError as error:
            raise self.error(f"“{column}”应写成 2026-11-18 这样的日期。") from error

    def whole(self, column: str, default: int = 0) -> int:
        """A whole number; `default` when the cell is empty."""
        try:
            return int(self.get(column) or default)
        except ValueError as error:
            raise self.error(f"“{column}”应为整数，现在是“{self[column]}”。") from error


def read_csv(path: Path, columns: Sequence[str] = ()) -> list[Row]:
    """All lines of a UTF-8 file with a header; [] when there is no such file.

    Raises Invalid when a column of `columns` is missing, a line is too long or the text is
    not UTF-8.
    """
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise Invalid(
            f"{path.parent.name}/{path.name} 不是 UTF-8 编码，请另存后再载入。"
        ) from error
    reader = csv.DictReader(lines)
    missing = [name for name in columns if name not in (reader.fieldnames or [])]
    if missing:
        raise Invalid(f"{path.parent.name}/{path.name} 缺少列：{'、'.join(missing)}。")
    return [_row(values, path, reader.line_num) for values in reader]


def _row(values: dict[Any, Any], path: Path, line: int) -> Row:
    clean = {name: (cell or "").strip() for name, cell in values.items() if name is not None}
    row = Row(clean, path, line)
    if None in values:
        raise row.error("单元格比表头多，请检查逗号或引号。")
    return row


def sync(
    model: type[Model],
    keys: Sequence[str],
    rows: Iterable[dict[str, Any]],
    *,
    dry_run: bool = False,
    scheme: str = "",
    kind: str = "",
    within: QuerySet[Any] | None = None,
    prune: bool = False,
) -> list[Change]:
    """Make the table agree with `rows` (field → value, foreign keys as objects).

    `keys` name a row. Compared are the rows `within`, by default those that share the first
    key with one of `rows`; with `prune` what the folder no longer names is deleted from there.
    Rows that agree are not written. Returns every difference; `dry_run` writes nothing.
    """
    wishes = [{name: typed(model, name, value) for name, value in row.items()} for row in rows]
    standing = {_key(item, keys): item for item in _standing(model, keys[0], wishes, within)}
    plan = _Plan(model, keys, scheme, kind or str(model._meta.verbose_name))
    for values in wishes:
        plan.want(standing.pop(tuple(map(_plain_key, (values[k] for k in keys))), None), values)
    if prune:
        plan.drop(list(standing.values()))
    if not dry_run:
        plan.write()
    return plan.changes


def _standing(
    model: type[Model], first: str, wishes: list[dict[str, Any]], within: QuerySet[Any] | None
) -> QuerySet[Any]:
    if within is not None:
        return within
    return model._default_manager.filter(**{f"{first}__in": {wish[first] for wish in wishes}})


def typed(model: type[Model], name: str, value: Any) -> Any:
    """The value as the database will give it back, so that loading twice finds no difference."""
    column = model._meta.get_field(name)
    if column.is_relation or value is None:
        return value
    try:
        typed = column.to_python(value)
    except ValidationError as error:
        raise Invalid(f"{model._meta.verbose_name}的 {name} 不能是“{value}”。") from error
    limit = getattr(column, "max_length", None)
    if limit and isinstance(typed, str) and len(typed) > limit:
        raise Invalid(f"{model._meta.verbose_name}的 {name} 超过 {limit} 个字：“{typed[:30]}…”。")
    return typed


def _key(item: Model, keys: Sequence[str]) -> tuple[Any, ...]:
    return tuple(_held(item, key) for key in keys)


def _held(item: Model, name: str) -> Any:
    """A field's value; of a foreign key its id, which needs no query."""
    return getattr(item, item._meta.get_field(name).attname)


def _plain_key(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value


def _plain(value: Any) -> Any:
    """A value as a person reads it and JSON can hold it."""
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return getattr(value, "code", None) or str(value)


class _Plan:
    """What has to be written so that one table agrees with the folder."""

    def __init__(self, model: type[Model], keys: Sequence[str], scheme: str, kind: str) -> None:
        self.model, self.keys, self.scheme, self.kind = model, keys, scheme, kind
        self.new: list[Model] = []
        self.changed: list[Model] = []
        self.gone: list[Model] = []
        self.fields: set[str] = set()
        self.changes: list[Change] = []

    def want(self, item: Model | None, values: dict[str, Any]) -> None:
        key = " ".join(str(_plain(values[name])) for name in self.keys)
        scheme = self.scheme or getattr(values.get("scheme"), "code", "")
        if item is None:
            self.new.append(self.model(**values))
            self.changes.append(Change(scheme, self.kind, key, "", None, "新增"))
            return
        differing = [name for name, v in values.items() if _held(item, name) != _plain_key(v)]
        for name in differing:
            before, after = _plain(getattr(item, name)), _plain(values[name])
            self.changes.append(Change(scheme, self.kind, key, name, before, after))
            setattr(item, name, values[name])
        if differing:
            self.changed.append(item)
            self.fields.update(differing)

    def drop(self, items: list[Model]) -> None:
        self.gone += items
        for item in items:
            key = " ".join(str(_plain(getattr(item, name))) for name in self.keys)
            self.changes.append(Change(self.scheme, self.kind, key, "", "删除", None))

    def write(self) -> None:
        manager = self.model._default_manager
        if self.gone:
            manager.filter(pk__in=[item.pk for item in self.gone]).delete()
        if self.new:
            manager.bulk_create(self.new, batch_size=1000)
        if self.changed:
            manager.bulk_update(self.changed, sorted(self.fields), batch_size=500)
