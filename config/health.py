"""Is the site well? Each part answers with one sentence; the worst one decides."""

import shutil
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from kombu.exceptions import KombuError

from config.celery import app as celery_app
from config.schedule import BACKUP, BY_NAME, HEARTBEAT
from grids.models import JobRun
from grids.services import clock
from stations.models import IngestBatch
from tasks.deadlines import beijing_date
from tasks.selectors import calendar_wanted

JOBS_LATE_AFTER = timedelta(minutes=5)
BACKUP_OLD_AFTER = timedelta(hours=50)
FIRST_BACKUP_WITHIN = timedelta(hours=2)
IMPORT_OLD_AFTER = timedelta(hours=3)
CLOCK_TOLD_FOR = timedelta(days=7)
LEAST_FREE = 0.05  # share of the disk


@dataclass(frozen=True)
class Fact:
    """One part of the site. `at`: when it was last seen working, None when never or always."""

    name: str
    is_good: bool
    sentence: str
    at: datetime | None = None


def facts(at: datetime) -> list[Fact]:
    """Database first: without it nothing else can be asked."""
    database = _database()
    if not database.is_good:
        return [database]
    late = [_jobs(at), _clock(at), _quarantine(), _backup(at), _import(at), _calendar(at)]
    return [database, _broker(), *late, _disk()]


def as_data(found: list[Fact]) -> dict[str, Any]:
    """`status`: ok, degraded (late or partly broken) or down (no database)."""
    return {"status": status(found), "facts": [asdict(fact) for fact in found]}


def status(found: list[Fact]) -> str:
    if not found[0].is_good:
        return "down"
    return "ok" if all(fact.is_good for fact in found) else "degraded"


def _database() -> Fact:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Fact("database", is_good=False, sentence="数据库连不上。")
    return Fact("database", is_good=True, sentence=f"数据库正常（{connection.vendor}）。")


def _broker() -> Fact:
    try:
        with celery_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except (OSError, KombuError):
        return Fact("broker", is_good=False, sentence="消息代理连不上，后台作业会推迟。")
    return Fact("broker", is_good=True, sentence="消息代理正常。")


def _jobs(at: datetime) -> Fact:
    last = _last_done(HEARTBEAT)
    if last is None:
        if _is_owed(HEARTBEAT, JOBS_LATE_AFTER, at):
            return Fact("jobs", is_good=False, sentence="后台作业到点后一次也没有成功运行。")
        return Fact("jobs", is_good=True, sentence="后台作业还没到第一次运行的时间。")
    is_good = at - last < JOBS_LATE_AFTER
    return Fact("jobs", is_good, "后台作业正常。" if is_good else "后台作业没有在运行。", last)


def _clock(at: datetime) -> Fact:
    back = clock.back_by(at=at)
    if back is not None:
        words = f"系统时钟比最近的作业记录早 {clock.spoken(back)}，请校准；追上之前不重复运行作业。"
        return Fact("clock", is_good=False, sentence=words, at=at)
    last = clock.last_record(since=at - CLOCK_TOLD_FOR)
    if last is None:
        return Fact("clock", is_good=True, sentence="系统时钟正常。")
    return Fact("clock", is_good=True, sentence=f"系统时钟已正常。{last.error}", at=last.due_at)


def _quarantine() -> Fact:
    stuck = JobRun.objects.filter(state=JobRun.State.QUARANTINED).order_by("due_at", "id")
    names = "、".join(f"{row.name} {row.period}" for row in stuck[:5])
    sentence = f"多次失败而搁置的作业：{names}。" if names else "没有搁置的作业。"
    return Fact("quarantine", not names, sentence)


def _backup(at: datetime) -> Fact:
    last = _last_done(BACKUP)
    if last is None:
        if _is_owed(BACKUP, FIRST_BACKUP_WITHIN, at):
            return Fact("backup", is_good=False, sentence="到点的备份一次也没有成功。")
        return Fact("backup", is_good=True, sentence="还没到第一次备份的时间。")
    is_good = at - last < BACKUP_OLD_AFTER
    return Fact("backup", is_good, "备份正常。" if is_good else "最近两天没有成功的备份。", last)


def _import(at: datetime) -> Fact:
    last = IngestBatch.objects.order_by("-at", "-id").values_list("at", flat=True).first()
    if last is None:
        return Fact("import", is_good=True, sentence="还没有导入过监测数据。")
    is_good = at - last < IMPORT_OLD_AFTER
    sentence = "监测数据正常到达。" if is_good else "三小时内没有新的监测数据。"
    return Fact("import", is_good, sentence, last)


def _calendar(at: datetime) -> Fact:
    """工作日 are counted wrongly without the year's table; next year's is due on 1 December."""
    year = calendar_wanted(beijing_date(at))
    missing = f"{year} 年的节假日安排还没有录入，工作日时限会算错。"
    return Fact("calendar", year is None, "节假日安排已录入。" if year is None else missing)


def _disk() -> Fact:
    disk = shutil.disk_usage(settings.VAR)
    is_good = disk.free > LEAST_FREE * disk.total
    return Fact("disk", is_good, "磁盘空间充足。" if is_good else "磁盘剩余不足百分之五。")


def _is_owed(name: str, within: timedelta, at: datetime) -> bool:
    """Whether a job that never succeeded should have by now.

    True once it failed, or `within` after its first turn since the tables were made.
    """
    failed = (JobRun.State.FAILED, JobRun.State.QUARANTINED)
    if JobRun.objects.filter(name=name, state__in=failed).exists():
        return True
    made_at = MigrationRecorder.Migration.objects.aggregate(at=Min("applied"))["at"]
    return made_at is None or at > BY_NAME[name].rhythm.following(made_at).due_at + within


def _last_done(name: str) -> datetime | None:
    done = JobRun.objects.filter(name=name, state=JobRun.State.DONE)
    return done.order_by("-finished_at").values_list("finished_at", flat=True).first()
