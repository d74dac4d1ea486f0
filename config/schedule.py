"""What runs by itself and when. Beat, the sweep, `manage.py job` and the page read this list."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.module_loading import import_string

from grids.rhythm import Every, Rhythm


@dataclass(frozen=True)
class Job:
    """作业. `path` is a function that takes `at` (now) and `due_at` (when it should have run)."""

    name: str
    rhythm: Rhythm
    path: str
    does: str

    def work(self, *, at: datetime, due_at: datetime) -> Callable[[], Any]:
        return lambda: import_string(self.path)(at=at, due_at=due_at)


def _every(minutes: int) -> Rhythm:
    return Rhythm(Every.MINUTES, minutes=minutes)


def _hourly(minute: int) -> Rhythm:
    return Rhythm(Every.HOUR, after=timedelta(minutes=minute), catch_up=48)


def _daily(hour: int, minute: int) -> Rhythm:
    return Rhythm(Every.DAY, after=timedelta(hours=hour, minutes=minute), catch_up=14)


def _monday(hour: int) -> Rhythm:
    return Rhythm(Every.WEEK, after=timedelta(hours=hour), catch_up=6)


JOBS = [
    Job("delivery", _every(1), "notices.jobs.delivery", "把新的流转记录送到该看的人"),
    Job("overdue_ladder", _every(10), "notices.jobs.overdue_ladder", "到期前提醒，逾期逐级上报"),
    Job("ledger_exports", _every(1), "tasks.jobs.ledger_exports", "生成申请导出的大台账"),
    Job("demo_replay", _hourly(5), "config.demo.replay.advance", "演示体系：回放新的一小时"),
    Job(
        "demo_plans",
        Rhythm(Every.DAY),
        "config.demo.plans.advance",
        "演示体系：分解方案、办理和月报",
    ),
    Job("hourly_assessment", _hourly(10), "notices.jobs.hourly_assessment", "评价新到的小时数据"),
    Job("day_close", _daily(0, 40), "stations.jobs.day_close", "汇总前一日各站日均值"),
    Job("weekly_ranking", _monday(7), "notices.jobs.weekly_ranking", "周排名、约谈建议、通报草稿"),
    Job("authority", _daily(0, 5), "grids.jobs.authority", "按任职和代理的起止日期更新权限"),
    Job("ledger_check", _daily(3, 0), "tasks.jobs.ledger_check", "核对流转记录的链条和佐证文件"),
    Job("backup", _daily(2, 30), "config.jobs.backup", "每天备份到数据文件夹，核对后留七份"),
    Job("calendar_alarm", _daily(9, 0), "notices.jobs.calendar_alarm", "核对节假日安排是否已录入"),
    Job(
        "report_reminders",
        _daily(9, 10),
        "notices.jobs.report_reminders_due",
        "月报到期前提醒还没有报送的单位",
    ),
    Job(
        "plan_revisions",
        _daily(8, 20),
        "tasks.jobs.plan_revisions_due",
        "开出当年的预案修订任务",
    ),
    Job("housekeeping", _daily(4, 0), "config.jobs.housekeeping", "清理过期的请求与作业记录"),
]

HEARTBEAT = "delivery"  # runs every minute: when it stops, everything has
BACKUP = "backup"

BY_NAME = {job.name: job for job in JOBS}

SWEEP_SECONDS = 10  # how late a job can be found after a crash, a full queue or a lost broker

BEAT = {
    "sweep": {
        "task": "config.jobs.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": 3 * SWEEP_SECONDS},
    }
}
