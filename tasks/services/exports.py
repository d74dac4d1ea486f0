"""Long ledgers as files: asked for at a door, written by the job, kept for three days."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q

from grids.errors import Refused
from grids.models import GridScheme, User
from tasks.models import LedgerExport, TaskQuerySet
from tasks.selectors import exports, sheet

MOST = 1_000_000
"""Rows of one file; a sheet of a workbook ends a little later."""
AT_ONCE = 3
CHUNK = 1000
LOST_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 3
KEPT = timedelta(days=3)
CHANGED = "您的任职或权限在此期间有变化，请重新申请导出。"

Rows = Callable[[LedgerExport, User, datetime], TaskQuerySet]


@transaction.atomic
def ask(scheme: GridScheme, *, query: str, total: int, by: User, at: datetime) -> LedgerExport:
    """申请导出: the file is there some minutes later. The same question still under way is answered
    with what is under way. Refused beyond `MOST` rows or three files at a time."""
    if total > MOST:
        raise Refused(f"共 {total} 件以上，一个文件最多 {MOST} 件。请按登记时间分段导出。")
    User.objects.select_for_update().get(pk=by.pk)
    states = (LedgerExport.State.WAITING, LedgerExport.State.RUNNING)
    under_way = list(by.ledger_exports.filter(state__in=states))
    for one in under_way:
        if (one.query, one.scheme_id) == (query, scheme.pk):
            return one
    if len(under_way) >= AT_ONCE:
        raise Refused(f"您已有 {AT_ONCE} 份导出在生成，请等其中一份完成。")
    return LedgerExport.objects.create(
        scheme=scheme, query=query, total=total, rights=exports.rights(by), by=by, asked_at=at
    )


def work(rows: Rows, *, at: datetime, clock: Callable[[], datetime]) -> dict[str, int]:
    """Writes what waits, oldest first, one after the other. Safe twice and in parallel: a row is
    taken by one worker, and by another only when the first showed no sign of life for 5 minutes.
    One export runs at a time: the other workers are for what cannot wait."""
    counted = {"written": 0, "failed": 0}
    while (export := _take(at=clock())) is not None:
        counted["written" if _write(export, rows, at=at, clock=clock) else "failed"] += 1
    return counted | {"swept": sweep(at=at)}


def _take(*, at: datetime) -> LedgerExport | None:
    waiting = Q(state=LedgerExport.State.WAITING)
    running = LedgerExport.objects.filter(state=LedgerExport.State.RUNNING)
    if running.filter(seen_at__gte=at - LOST_AFTER).exists():
        return None
    lost = Q(state=LedgerExport.State.RUNNING)
    for export in LedgerExport.objects.filter(waiting | lost).order_by("asked_at", "pk"):
        taken = LedgerExport.objects.filter(waiting | lost, pk=export.pk, attempts=export.attempts)
        if export.attempts >= MOST_ATTEMPTS:
            taken.update(state=LedgerExport.State.FAILED, reason="多次中断，请缩小范围后重试。")
        elif taken.update(
            state=LedgerExport.State.RUNNING, seen_at=at, done=0, attempts=F("attempts") + 1
        ):
            export.refresh_from_db()
            return export
    return None


def _write(
    export: LedgerExport, rows: Rows, *, at: datetime, clock: Callable[[], datetime]
) -> bool:
    exports.folder().mkdir(parents=True, exist_ok=True)
    name = f"{secrets.token_hex(16)}.xlsx"
    path, part = exports.folder() / name, exports.folder() / f"{name}.part"
    mine = LedgerExport.objects.filter(pk=export.pk, attempts=export.attempts)
    try:
        found = rows(export, _still_allowed(export), at)[:MOST].iterator(CHUNK)

        def tick(done: int) -> None:
            _still_allowed(export)
            mine.update(done=done, seen_at=clock())

        done = sheet.write(part, export.scheme, found, at=at, every=CHUNK, tick=tick)
        _still_allowed(export)
        part.replace(path)
    except Refused as refusal:
        mine.update(state=LedgerExport.State.FAILED, reason=str(refusal), seen_at=clock())
        return False
    finally:
        part.unlink(missing_ok=True)
    values = {"state": LedgerExport.State.DONE, "file": name, "done": done, "seen_at": clock()}
    if not mine.filter(state=LedgerExport.State.RUNNING).update(**values):
        path.unlink(missing_ok=True)  # somebody else has taken it over
    return True


def _still_allowed(export: LedgerExport) -> User:
    """The person as of now; Refused when rights went meanwhile."""
    user = User.objects.get(pk=export.by_id)
    if exports.rights(user) != export.rights:
        raise Refused(CHANGED)
    return user


def fetched(export: LedgerExport, *, by: User) -> Path:
    """The file, for who asked for it and still has the same rights; else Refused, and it goes."""
    if export.state != LedgerExport.State.DONE:
        raise Refused("文件还没有生成，请稍候。")
    path = exports.folder() / export.file
    if exports.rights(by) != export.rights:
        path.unlink(missing_ok=True)
        LedgerExport.objects.filter(pk=export.pk).update(
            state=LedgerExport.State.FAILED, reason=CHANGED
        )
        raise Refused(CHANGED)
    if not path.exists():
        raise Refused("文件已过期删除，请重新申请导出。")
    return path


def sweep(*, at: datetime) -> int:
    """Removes files and rows older than three days, and files that no row names."""
    old = LedgerExport.objects.filter(asked_at__lt=at - KEPT)
    count = old.exclude(state=LedgerExport.State.RUNNING).delete()[0]
    named = set(LedgerExport.objects.exclude(file="").values_list("file", flat=True))
    is_calm = not LedgerExport.objects.filter(state=LedgerExport.State.RUNNING).exists()
    for path in exports.folder().glob("*") if is_calm else ():
        if path.name not in named:
            path.unlink(missing_ok=True)
    return count
