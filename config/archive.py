"""Backup and restore: rows as JSON lines, files as they are, one checksum list. Any database.

A folder holds `rows/<app>.<model>.jsonl` (one row a line, ordered by key), `files/…`,
`about.json` and `checksums.sha256` in the format of the `sha256sum` command.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

CHUNK = 1000
NIGHTS = 7
LIST = "checksums.sha256"
ABOUT = "about.json"
MADE_BY_MIGRATIONS = (Permission, ContentType)  # in this order: the first refers to the second


class Damaged(ValueError):
    """The folder cannot be trusted or does not fit; the sentence says which part."""


@dataclass(frozen=True)
class Contents:
    """What a backup holds."""

    rows: int
    files: int


def write(folder: Path, *, at: datetime) -> Contents:
    """Writes a backup into an empty or new folder. Rows are one consistent picture.

    Raises Damaged when the folder has something in it or a file vanished while it was copied.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Damaged(f"文件夹 {folder} 不是空的，请另选一个。")
    (folder / "rows").mkdir(parents=True, exist_ok=True)
    with transaction.atomic():
        _one_picture()
        rows = sum(_write_rows(folder, model) for model in _models())
        about = {"made_at": at.isoformat(), "rows": rows, "migrations": _migrations()}
    files = _copy_files(Path(settings.MEDIA_ROOT), folder / "files")
    about["files"] = files
    (folder / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
    _write_list(folder)
    return Contents(rows, files)


def nightly(folder: Path, *, at: datetime) -> Contents:
    """One verified backup per call in a folder of its own; only the newest `NIGHTS` stay."""
    target = folder / at.strftime("%Y%m%dT%H%M%SZ")
    unfinished = target.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    write(unfinished, at=at)
    contents = verify(unfinished)
    unfinished.rename(target)
    for old in sorted(folder.glob("*Z"))[:-NIGHTS]:
        shutil.rmtree(old)
    return contents


def verify(folder: Path) -> Contents:
    """Compares every file with the list. Raises Damaged with the first that differs."""
    listed = _read_list(folder)
    present = {str(path.relative_to(folder)) for path in _files_of(folder)} - {LIST}
    if present != listed.keys():
        odd = sorted(present ^ listed.keys())[0]
        raise Damaged(f"备份不完整或多出文件：{odd}。")
    for name, expected in listed.items():
        if _sha256(folder / name) != expected:
            raise Damaged(f"备份中的 {name} 与校验清单不符，已损坏。")
    about = _about(folder)
    return Contents(about["rows"], about["files"])


def restore(folder: Path) -> Contents:
    """Brings a verified backup into an empty database of the same version, then compares again.

    Raises Damaged and changes nothing when the folder is damaged, from another version, or the
    database already has rows.
    """
    contents = verify(folder)
    if _about(folder)["migrations"] != _migrations():
        raise Damaged("备份来自另一个版本的数据表，请用做备份时的版本恢复，再升级。")
    if any(_in_use()):
        raise Damaged("数据库里已有数据。恢复只能进空库：请换一个空的数据库或数据文件夹。")
    with transaction.atomic():
        for model in MADE_BY_MIGRATIONS:
            model.objects.all().delete()
        for model in _models():
            _read_rows(folder, model)
        ContentType.objects.clear_cache()
        _set_sequences()
        _compare_rows(folder)
    _copy_files(folder / "files", Path(settings.MEDIA_ROOT))
    return contents


def _models() -> list[type[models.Model]]:
    """Every table of ours and of the packages, with the tables between many and many."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def _in_use() -> Iterator[bool]:
    for model in _models():
        if model not in MADE_BY_MIGRATIONS:
            yield model._base_manager.exists()


def _one_picture() -> None:
    """All reads of this transaction see the same moment (SQLite: it holds the lock anyway)."""
    if connection.vendor == "postgresql" and not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _lines(model: type[models.Model]) -> Iterator[str]:
    fields = _fields(model)
    for row in model._base_manager.order_by("pk").iterator(CHUNK):
        shown = {field.attname: _plain(field, row) for field in fields}
        yield json.dumps(shown, ensure_ascii=False, sort_keys=True, cls=DjangoJSONEncoder) + "\n"


def _fields(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _plain(field: models.Field, row: models.Model) -> Any:
    if field.value_from_object(row) is None:
        return None
    return field.value_to_string(row)


def _path(folder: Path, model: type[models.Model]) -> Path:
    return folder / "rows" / f"{model._meta.label_lower}.jsonl"


def _write_rows(folder: Path, model: type[models.Model]) -> int:
    count = 0
    with _path(folder, model).open("w", encoding="utf-8") as file:
        for line in _lines(model):
            file.write(line)
            count += 1
    return count


def _read_rows(folder: Path, model: type[models.Model]) -> None:
    fields = _fields(model)
    with _path(folder, model).open(encoding="utf-8") as file:
        for lines in _chunks(file):
            rows = [_row(model, fields, json.loads(line)) for line in lines]
            model._base_manager.bulk_create(rows, batch_size=CHUNK)


def _row(model: type[models.Model], fields: list[models.Field], plain: dict[str, Any]) -> Any:
    values = {}
    for field in fields:
        value = plain[field.attname]
        values[field.attname] = value if value is None else field.to_python(value)
    return model(**values)


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(lines)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _compare_rows(folder: Path) -> None:
    """What stands in the tables now must give the same files as those that were read."""
    listed = _read_list(folder)
    for model in _models():
        digest = hashlib.sha256()
        for line in _lines(model):
            digest.update(line.encode())
        name = str(_path(folder, model).relative_to(folder))
        if digest.hexdigest() != listed[name]:
            raise Damaged(f"恢复后的 {model._meta.label} 与备份不一致，已全部撤回。")


def _set_sequences() -> None:
    """The next new row gets a key after the restored ones."""
    statements = connection.ops.sequence_reset_sql(no_style(), _models())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def _copy_files(source: Path, target: Path) -> int:
    count = 0
    for path in _files_of(source):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
        count += 1
    return count


def _files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _write_list(folder: Path) -> None:
    paths = _files_of(folder)
    lines = [f"{_sha256(path)}  {path.relative_to(folder)}\n" for path in paths]
    (folder / LIST).write_text("".join(lines), encoding="utf-8")


def _read_list(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / LIST).read_text(encoding="utf-8").splitlines()
    except OSError:
        raise Damaged(f"{folder} 里没有 {LIST}，不是一份完整的备份。") from None
    pairs = (line.split("  ", 1) for line in lines)
    return {name: digest for digest, name in pairs}


def _about(folder: Path) -> dict[str, Any]:
    return json.loads((folder / ABOUT).read_text(encoding="utf-8"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
